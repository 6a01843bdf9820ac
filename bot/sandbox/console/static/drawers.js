// Below 900 px the sidebar and the panel are drawers: they lie over the chat while they
// are open, and nothing else can be used then.

import { h, icon } from "./dom.js";
import { go, on, state, tell } from "./store.js";

const NARROW = matchMedia("(width < 900px)");
const FOCUSABLE = "a[href], button:not(:disabled), input, select, textarea, [tabindex='0']";

const app = document.querySelector("#app");
const parts = ["sidebar", "main", "aside"].map((id) => document.querySelector(`#${id}`));
let open = "";

/** Tell whether the part of that ID can be seen; the button that shows it says so. */
export const isShown = (id) =>
  NARROW.matches ? open === id : id === "sidebar" || !app.classList.contains("panel-hidden");

/** Show the part of that ID, or put it away: a drawer if there is no room beside the chat. */
export function toggle(id) {
  if (NARROW.matches) return open === id ? close() : pull(id);
  const hidden = app.classList.toggle("panel-hidden");
  localStorage.setItem("panel", hidden ? "hidden" : "shown");
  tell("drawer");
}

/** Put the open drawer away; the focus goes back to the button that opened it. */
export function close() {
  if (!open) return;
  const was = open;
  show("");
  document.querySelector(`#main [data-key="${was}"]`)?.focus();
}

/** Return the button in a drawer that puts it away. */
export const shut = (label) =>
  h(
    "button.plain.shuts",
    { type: "button", "aria-label": label, data: { key: label }, onclick: close },
    icon("close"),
  );

const FIRST = ".place.current, .thread:not([hidden]) .composer-field";

function pull(id) {
  show(id);
  const drawer = document.querySelector(`#${id}`);
  (drawer.querySelector(FIRST) ?? stops(drawer)[0])?.focus();
}

function show(id) {
  open = id;
  app.dataset.drawer = id;
  for (const one of parts) one.inert = Boolean(id) && one.id !== id;
  tell("drawer");
}

const stops = (drawer) =>
  [...drawer.querySelectorAll(FOCUSABLE)].filter((one) => one.tabIndex >= 0 && one.offsetWidth);

/** Let drawers follow keys, the curtain behind them, threads and the size of the window. */
export function followDrawers() {
  if (localStorage.getItem("panel") === "hidden") app.classList.add("panel-hidden");
  const away = () => (state.place.thread ? go({ tab: state.place.tab }) : close());
  document.querySelector("#curtain").addEventListener("click", away);
  document.addEventListener("keydown", (event) => {
    if (!open || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") away();
    else if (event.key === "Tab") around(event);
  });
  let where = "";
  on("place me", () => {
    const now = JSON.stringify([state.me, state.place]);
    if (!NARROW.matches || now === where) return;
    where = now;
    if (state.place.thread) pull("aside");
    else close();
  });
  NARROW.addEventListener("change", () =>
    show(NARROW.matches && state.place.thread ? "aside" : ""),
  );
}

/** Keep Tab within the drawer: after its last stop comes its first. */
function around(event) {
  const all = stops(document.querySelector(`#${open}`));
  const [end, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (document.activeElement !== end) return;
  event.preventDefault();
  other.focus();
}
