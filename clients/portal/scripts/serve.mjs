// Serves the build as any web server would, with its policy as headers and the node in its settings.
//
//   node scripts/serve.mjs --node ws://127.0.0.1:9944 [--port 8080] [--gateway http://127.0.0.1:8480]
//
// Without --port, or if it is in use, a free port is taken. With --gateway, what the portal asks of the gateway that serves
// it is passed on to that one. Prints the address.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};
/** The one style sheet that react-aria puts into the page; `vite.config.ts` names it too. */
const STYLE = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='";

/**
 * Who finalized the node's chain at genesis: the ed25519 keys of a list in which each is followed by a weight of eight
 * bytes. Empty if the node has forgotten that state; the portal then keeps the first answer that it gets.
 */
export async function validatorsOf(http) {
  const call = async (method, params) => {
    const response = await fetch(http, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return (await response.json()).result;
  };
  const genesis = await call("chain_getBlockHash", [0]);
  const list = await call("state_call", ["GrandpaApi_grandpa_authorities", "0x", genesis]);
  return list === undefined ? [] : [...list.slice(4).matchAll(/([0-9a-f]{64})[0-9a-f]{16}/g)].map(([, key]) => `0x${key}`);
}

/** What a portal asks of the gateway that serves it. */
const OF_GATEWAY = new Set(["/api/gateway", "/api/links"]);

/** Passes a request on to a gateway, and its answer back. */
function passOn(request, response, gateway) {
  const onward = ask(new URL(request.url, gateway), { method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.once("error", () => {
    response.statusCode = 502;
    response.end();
  });
  request.pipe(onward);
}

/** Serves a folder; `node` is what `config.json` says, and where the gateway is if there is one. */
export async function serve(folder, node, port = 0) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
    response.setHeader(
      "Content-Security-Policy",
      `default-src 'none'; script-src 'self'; style-src 'self' ${STYLE}; img-src 'self' blob: data:; font-src 'self'; worker-src 'self'; frame-src 'self' blob:; connect-src 'self' ${node.url}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    );
    if (node.gateway !== undefined && OF_GATEWAY.has(path)) {
      passOn(request, response, node.gateway);
      return;
    }
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
    // The names of what was built carry a hash of their content.
    response.setHeader("Cache-Control", path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    createReadStream(file).pipe(response);
  });
  const listen = (at) =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  await listen(port).catch((error) => {
    if (error.code !== "EADDRINUSE") {
      throw error;
    }
    return listen(0);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { node: { type: "string" }, port: { type: "string", default: "0" }, gateway: { type: "string" } },
  });
  if (values.node === undefined) {
    console.error("error: --node is missing\nhint: node scripts/serve.mjs --node ws://127.0.0.1:9944");
    process.exit(2);
  }
  const validators = await validatorsOf(values.node.replace(/^ws/, "http"));
  const folder = fileURLToPath(new URL("../dist", import.meta.url));
  const { url } = await serve(folder, { url: values.node, validators, gateway: values.gateway }, Number(values.port));
  console.log(url);
}
