// Puts the parts of the page together and opens the socket.

import { followPanel } from "./panel.js";
import { h, icon } from "./dom.js";
import { followDrawers } from "./drawers.js";
import { followModals } from "./modal.js";
import { followRoom, followThread } from "./room.js";
import { followSidebar } from "./sidebar.js";
import { on } from "./store.js";
import { connect } from "./wire.js";

const STAYS = 6000; // milliseconds that a toast can be read

const aside = document.querySelector("#aside");

followSidebar(document.querySelector("#sidebar"));
followRoom(document.querySelector("#main"));
const panel = followPanel(aside);
followThread(aside, (open) => {
  panel.hide(open);
  aside.classList.toggle("threaded", open);
});
followModals();
followDrawers();

const toasts = document.querySelector("#toasts");
on("toast", toast);
on("notice", ({ channel, surface, text }) => channel || surface || toast({ text, wrong: true }));

function toast({ text, wrong = false }) {
  const node = h(
    "div.toast",
    { class: wrong ? "bad" : "" },
    h("span", {}, text),
    h(
      "button.plain",
      { type: "button", "aria-label": "Dismiss", onclick: () => node.remove() },
      icon("close"),
    ),
  );
  toasts.append(node);
  putOnTop();
  setTimeout(() => node.remove(), STAYS);
}

/** What lies under an open form cannot be used, so the toasts go with the form. */
function putOnTop() {
  const top = document.querySelector("dialog.modal[open]") ?? document.body;
  if (toasts.parentElement !== top) top.append(toasts);
}

// F6 goes from part to part, as it does in Slack.
document.addEventListener("keydown", (event) => {
  if (event.key !== "F6" || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const parts = ["#sidebar", "#main", "#aside"]
    .map((one) => document.querySelector(one))
    .filter((one) => one.offsetWidth);
  const at = parts.findIndex((one) => one.contains(document.activeElement));
  const next = parts.at((at + (event.shiftKey ? parts.length - 1 : 1)) % parts.length);
  (
    next.querySelector("#composer:not([hidden]), [tabindex='0']") ??
    next.querySelector("button:not(:disabled)")
  ).focus();
});

on("stack me", putOnTop);
connect();
