// What the portal runs against: a development chain of its own with a fresh administrator.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer as createTcp } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { validatorsOf } from "../scripts/serve.mjs";

/** twox128("Timestamp") ‖ twox128("Now") */
const TIMESTAMP_NOW = "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

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

function binary(variable, name) {
  const target =
    process.env.CARGO_TARGET_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "medchain/target");
  // Whoever names the node need not name what was built beside it.
  const beside = process.env.MEDCHAIN_NODE === undefined ? undefined : join(dirname(process.env.MEDCHAIN_NODE), name);
  const found = [process.env[variable], beside, join(target, "debug", name), join(target, "release", name)].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found === undefined) {
    throw new Error(`there is no ${name}: build it, or name it in ${variable}`);
  }
  return found;
}

/** Ends a process that was started here. */
function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once("exit", resolve);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
  });
}

/** Starts a gateway of the institution with this seed (hexadecimal), which serves the portal's build too. */
export async function startGateway(node, seed, portal) {
  const folder = mkdtempSync(join(tmpdir(), "medchain-gateway-"));
  const args = ["--node", node.direct, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
  args.push("--store", `sqlite:${join(folder, "links.db")}`, "--requests-per-minute", "100000");
  args.push("--portal", portal, "--portal-node", node.direct);
  // So few that guessing ends within the test.
  args.push("--attempts", "3");
  // The seed is in the environment, which other users of the machine cannot see.
  const env = { ...process.env, MEDCHAIN_KEY: seed };
  const child = spawn(binary("MEDCHAIN_GATEWAY", "medchain-gateway"), args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => log.push(String(data)));
  }
  const url = () => /^gateway of institution \d+: (\S+)$/m.exec(log.join(""))?.[1];
  for (let attempt = 0; url() === undefined; attempt += 1) {
    if (attempt > 240 || child.exitCode !== null) {
      throw new Error(`the gateway did not start:\n${log.join("").slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return {
    url: url(),
    log: () => log.join(""),
    stop: async () => {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens a link with the `medchain` command into a folder; gives what it says. */
export function openWithCommand(link, recipient, passcodeFile, output) {
  return execFileSync(
    binary("MEDCHAIN_CLI", "medchain"),
    ["link", "open", link, "--recipient", recipient, "--link-passcode-file", passcodeFile, "--output", output],
    { encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] },
  );
}

/** What the `medchain` command answers to the one member of a development chain's council. */
export function byCouncil(node, ...words) {
  const args = ["--url", node.direct, "--key", "//Alice", "--json", ...words];
  const options = { encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] };
  return JSON.parse(execFileSync(binary("MEDCHAIN_CLI", "medchain"), args, options));
}

/** Debian's library by which a program sees another time than the machine's; `scripts/setup.sh` installs it. */
const FAKETIME = ["x86_64-linux-gnu/faketime", "aarch64-linux-gnu/faketime", "faketime"]
  .map((folder) => `/usr/lib/${folder}/libfaketime.so.1`)
  .find((library) => existsSync(library));

/** A clock that can be put forward while a program runs by it, which measures as ever; `null` without the library. */
function clock(folder) {
  if (FAKETIME === undefined) {
    return null;
  }
  const file = join(folder, "clock");
  const put = (ms) => writeFileSync(file, `+${Math.round(ms / 1_000)}s\n`);
  put(0);
  const env = {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: file,
    // The file is looked at every second.
    FAKETIME_CACHE_DURATION: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  return { env, put };
}

/** Starts a chain whose one administrator is this account; with a clock that can be put forward if `timed`. */
export async function startNode(administrator, timed = false) {
  const program = binary("MEDCHAIN_NODE", "medchain-node");
  const folder = mkdtempSync(join(tmpdir(), "medchain-portal-"));
  const spec = JSON.parse(
    execFileSync(program, ["build-spec", "--chain", "dev", "--disable-default-bootnode"], {
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
  const time = timed ? clock(folder) : null;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...time?.env } });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => log.push(String(data)));
  }
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
    /** Past the line that can be cut. */
    direct: `ws://127.0.0.1:${rpc}`,
    validators: await validatorsOf(`http://127.0.0.1:${rpc}`),
    http: `http://127.0.0.1:${rpc}`,
    cut: line.cut,
    mend: line.mend,
    /** Puts the chain's time forward, in milliseconds, until it shows in a block; `null` where that cannot be done. */
    putForward:
      time === null
        ? null
        : async (ms) => {
            time.put(ms);
            const until = Date.now() + ms;
            while ((await chainTime(rpc)) < until) {
              await new Promise((resolve) => setTimeout(resolve, 500));
            }
          },
    stop: async () => {
      await line.cut();
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The time of the best block, in milliseconds. */
async function chainTime(rpc) {
  const response = await fetch(`http://127.0.0.1:${rpc}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "state_getStorage", params: [`0x${TIMESTAMP_NOW}`] }),
  });
  return Number(Buffer.from((await response.json()).result.slice(2), "hex").readBigUInt64LE());
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
