// What the portal runs against: a development chain of its own with a fresh administrator, and a static web server.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createTcp } from "node:net";
import { homedir, tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createTcp();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function nodeBinary() {
  const target =
    process.env.CARGO_TARGET_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "medchain/target");
  const found = [
    process.env.MEDCHAIN_NODE,
    join(target, "debug/medchain-node"),
    join(target, "release/medchain-node"),
  ].find((path) => path !== undefined && existsSync(path));
  if (found === undefined) {
    throw new Error("there is no medchain-node: build it, or name it in MEDCHAIN_NODE");
  }
  return found;
}

/** Starts a chain whose one administrator is this account. */
export async function startNode(administrator) {
  const binary = nodeBinary();
  const folder = mkdtempSync(join(tmpdir(), "medchain-portal-"));
  const spec = JSON.parse(
    execFileSync(binary, ["build-spec", "--chain", "dev", "--disable-default-bootnode"], {
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const genesis = spec.genesis.runtimeGenesis;
  (genesis.patch ?? genesis.config).administrators.members = [administrator];
  const file = join(folder, "spec.json");
  writeFileSync(file, JSON.stringify(spec));
  const [rpc, p2p, metrics] = [await freePort(), await freePort(), await freePort()];
  const args = [
    "--chain",
    file,
    "--alice",
    "--force-authoring",
    "--base-path",
    join(folder, "data"),
    "--rpc-port",
    String(rpc),
    "--port",
    String(p2p),
    "--prometheus-port",
    String(metrics),
    "--rpc-cors",
    "all",
    "--rpc-methods",
    "safe",
    "--no-mdns",
    "--node-key",
    randomBytes(32).toString("hex"),
  ];
  const log = [];
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => log.push(String(data)));
  }
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        resolve();
        return;
      }
      child.once("exit", resolve);
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
    });
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${rpc}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "chain_getHeader", params: [] }),
      });
      const { result } = await response.json();
      if (Number(result.number) > 0) {
        break;
      }
    } catch {
      // Not up yet.
    }
    if (attempt > 240 || child.exitCode !== null) {
      throw new Error(`the node did not start:\n${log.join("").slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const line = await relay(rpc);
  return {
    url: `ws://127.0.0.1:${line.port}`,
    validators: await validators(`http://127.0.0.1:${rpc}`),
    http: `http://127.0.0.1:${rpc}`,
    cut: line.cut,
    mend: line.mend,
    stop: async () => {
      await line.cut();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Who finalizes the chain: the ed25519 keys of a list in which each is followed by a weight of eight bytes. */
async function validators(node) {
  const response = await fetch(node, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "state_call", params: ["GrandpaApi_grandpa_authorities", "0x"] }),
  });
  const { result } = await response.json();
  return [...result.slice(4).matchAll(/([0-9a-f]{64})[0-9a-f]{16}/g)].map(([, key]) => `0x${key}`);
}

/** A line to a port that can be cut and mended. */
async function relay(to) {
  const port = await freePort();
  const sockets = new Set();
  const server = createTcp((from) => {
    const onward = connect(to, "127.0.0.1");
    for (const [one, other] of [
      [from, onward],
      [onward, from],
    ]) {
      sockets.add(one);
      one.pipe(other);
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.on("error", () => other.destroy());
    }
  });
  const mend = () => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  await mend();
  return {
    port,
    mend,
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}

/** Serves the build as any web server would, with the policy as a header too. */
export async function serve(folder, node) {
  const port = await freePort();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader(
      "Content-Security-Policy",
      `default-src 'none'; script-src 'self'; style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='; img-src 'self' blob: data:; font-src 'self'; worker-src 'self'; frame-src 'self' blob:; connect-src 'self' ${node.url}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    );
    if (path === "/config.json") {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ node: node.url, validators: node.validators }));
      return;
    }
    const file = join(folder, path === "/" ? "index.html" : path);
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
