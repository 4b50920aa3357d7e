import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../ui/theme.css";
import { Viewer } from "./Viewer";
import { language, words } from "./words";

// The link's key leaves the address before anything else is loaded: it must not stay in the history.
const fragment = location.hash;
history.replaceState(null, "", location.pathname);
document.documentElement.lang = language;
document.title = words.title;
const root = document.getElementById("root");
if (root === null) {
  throw new Error("the page has no root element");
}
createRoot(root).render(
  <StrictMode>
    <Viewer text={fragment} />
  </StrictMode>,
);
