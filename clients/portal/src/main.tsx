import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { startCatalogue } from "./i18n";
import { nodeSettings } from "./session/settings";
import "./ui/theme.css";

const [node] = await Promise.all([nodeSettings(), startCatalogue()]);
const root = document.getElementById("root");
if (root === null) {
  throw new Error("the page has no root element");
}
createRoot(root).render(
  <StrictMode>
    <App node={node} />
  </StrictMode>,
);
