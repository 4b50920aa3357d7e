import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The policy of the built page. `connect-src` names any WebSocket, since `config.json` says where the node is. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The hash is of the one style sheet that react-aria puts into the page: touch-action for what can be pressed.
  "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "worker-src 'self'",
  "frame-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function policy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: (html) =>
      html.replace(
        '<meta charset="utf-8" />',
        `<meta charset="utf-8" />\n    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />`,
      ),
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), policy()],
  worker: { format: "es" },
  build: {
    target: "es2023",
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    // The portal, and the page that opens links for people without an account.
    rollupOptions: { input: ["index.html", "viewer.html"] },
  },
});
