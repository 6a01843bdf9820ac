// "Are you sure?", as the bot words it.

import { h } from "./dom.js";
import { plain, words } from "./text.js";

/** Ask what a confirm object says; resolves to whether it was confirmed. */
export function confirmed(asked) {
  return new Promise((resolve) => {
    const yes = h(
      "button.button",
      { class: asked.style ?? "primary", value: "yes" },
      plain(asked.confirm),
    );
    const no = h("button.button", { value: "" }, plain(asked.deny));
    const dialog = h(
      "dialog.dialog.confirm",
      { "aria-labelledby": "confirm-title", role: "alertdialog" },
      h("h2", { id: "confirm-title" }, plain(asked.title)),
      h("div.confirm-text", {}, words(asked.text)),
      h("div.dialog-foot", {}, no, yes),
    );
    for (const one of [yes, no]) {
      one.type = "button";
      one.addEventListener("click", () => dialog.close(one.value));
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    (asked.style === "danger" ? no : yes).focus();
  });
}
