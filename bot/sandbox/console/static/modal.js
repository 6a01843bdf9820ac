// The form that lies on top: a dialog that follows the stack of views.

import { draw } from "./blocks.js";
import { busy } from "./controls.js";
import { h, icon, keepingFocus } from "./dom.js";
import { discard, draft } from "./drafts.js";
import { me, on, state } from "./store.js";
import { onView } from "./surfaces.js";
import { plain } from "./text.js";

const FIELDS = "input, textarea, select, [role=combobox]";

/** Show what is on the stack of whoever I am, from now on. */
export function followModals() {
  const content = h("div.dialog-content");
  const dialog = h("dialog.dialog.modal", { "aria-labelledby": "modal-title" }, content);
  document.body.append(dialog);
  const drafts = new Map(); // of views that are open: what was typed and not sent yet
  let shown = null;
  let hands = null;

  dialog.addEventListener("cancel", (event) => {
    if (!event.cancelable) return; // it closes anyway, and says so itself
    event.preventDefault();
    hands?.close(false);
  });
  // A second Escape closes the dialog whatever we say: then the form is closed as well.
  dialog.addEventListener("close", () => hands?.close(false));
  on("stack me refused", () => {
    const stack = state.stacks.get(me().id) ?? [];
    const view = stack.at(-1);
    for (const id of drafts.keys()) if (!stack.some((one) => one.id === id)) drafts.delete(id);
    discard([...state.stacks.values()].flat().map((one) => one.id));
    if (!view) {
      shown = hands = null;
      if (dialog.open) dialog.close();
      return;
    }
    if (!drafts.has(view.id)) drafts.set(view.id, draft(view.id));
    const fresh = shown?.id !== view.id;
    hands = onView(view, drafts.get(view.id));
    const faulted = Object.keys(view.faults).length > 0;
    const scrolled = dialog.querySelector(".dialog-body")?.scrollTop ?? 0;
    keepingFocus(dialog, () => content.replaceChildren(drawn(view, hands, stack.length)));
    shown = view;
    if (!dialog.open) dialog.showModal();
    const body = dialog.querySelector(".dialog-body");
    if (fresh) focusFirst(dialog, view);
    else body.scrollTop = scrolled;
    if (faulted) focusFault(body);
  });
}

function drawn(view, hands, depth) {
  const shut = plain(view.close) || "Close";
  const send =
    view.submit &&
    h(
      "button.button.primary",
      { type: "submit", data: { key: "submit" }, disabled: view.submit_disabled },
      plain(view.submit),
    );
  const form = h(
    "form.dialog-form",
    {
      novalidate: true,
      onsubmit(event) {
        event.preventDefault();
        if (send && !send.disabled) busy(send, hands.submit);
      },
      onchange: (event) => clearFault(event.target),
      oninput: (event) => clearFault(event.target),
    },
    h(
      "header.dialog-head",
      {},
      depth > 1 &&
        h(
          "button.plain",
          {
            type: "button",
            "aria-label": "Back",
            data: { key: "back" },
            onclick: () => hands.close(false),
          },
          icon("back"),
        ),
      h("h2", { id: "modal-title", tabindex: "-1" }, plain(view.title)),
      h(
        "button.plain",
        {
          type: "button",
          "aria-label": "Close",
          data: { key: "x" },
          onclick: () => hands.close(true),
        },
        icon("close"),
      ),
    ),
    h("div.dialog-body", {}, draw(view.blocks, hands)),
    h(
      "footer.dialog-foot",
      {},
      send,
      h(
        "button.button",
        {
          type: "button",
          data: { key: "close" },
          onclick: () => hands.close(Boolean(view.clear_on_close)),
        },
        shut,
      ),
    ),
  );
  return form;
}

function focusFirst(dialog, view) {
  const wanted = view.blocks.find((block) => block.element?.focus_on_load);
  const at =
    wanted &&
    [...dialog.querySelectorAll(".block")].find((one) => one.dataset.block === wanted.block_id);
  const first = (at ?? dialog.querySelector(".dialog-body")).querySelector(FIELDS);
  (first ?? dialog.querySelector("#modal-title")).focus();
}

function focusFault(body) {
  const first = body.querySelector(".field.wrong");
  first?.scrollIntoView({ block: "center" });
  first?.querySelector(FIELDS)?.focus({ preventScroll: true });
}

function clearFault(node) {
  const field = node.closest?.(".field.wrong");
  if (!field) return;
  field.classList.remove("wrong");
  field.querySelector(".fault")?.remove();
  for (const one of field.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
}
