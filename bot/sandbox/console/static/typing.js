// Inputs that are typed into. Slack hears of a text on Enter or of every character,
// if the block says so; else it stands there until the form is sent in.

import { h, newId } from "./dom.js";
import { plain } from "./text.js";

const PAUSE = 400; // milliseconds without a key before a typed character counts

/** Return a text, number, address or mail input. */
export function typed(element, hands, block) {
  const { multiline } = element;
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tells = (when) => block.dispatch_action && triggers.includes(when);
  let timer = 0;
  const now = () => {
    clearTimeout(timer);
    return hands.change({ text: node.value });
  };
  const node = h(multiline ? "textarea" : "input", {
    id: newId("input"),
    class: "typed",
    type: multiline ? null : "text",
    inputmode: { number_input: "decimal", email_text_input: "email", url_text_input: "url" }[
      element.type
    ],
    rows: multiline ? "4" : null,
    value: hands.value?.value ?? "",
    placeholder: plain(element.placeholder) || null,
    maxlength: element.max_length ? String(element.max_length) : null,
    autocomplete: "off",
    spellcheck: "false",
    autofocus: element.focus_on_load,
    "aria-labelledby": hands["aria-labelledby"],
    "aria-describedby": hands["aria-describedby"],
    "aria-invalid": hands["aria-invalid"],
    "aria-required": hands["aria-required"],
    data: { key: hands.key },
    oninput() {
      hands.keep(node.value);
      if (!tells("on_character_entered")) return;
      clearTimeout(timer);
      timer = setTimeout(now, PAUSE);
    },
    onkeydown(event) {
      if (event.key !== "Enter" || event.isComposing) return;
      const plainEnter = !event.shiftKey && !multiline;
      if (tells("on_enter_pressed") && (plainEnter || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        now();
      }
    },
  });
  if (multiline) node.addEventListener("input", () => grow(node));
  if (tells("on_enter_pressed"))
    node.dataset.tip = multiline ? "Ctrl + Enter checks it." : "Enter checks it.";
  return node;
}

/** Let a textarea be as tall as its text. */
export function grow(node) {
  node.style.height = "auto";
  node.style.height = `${Math.min(node.scrollHeight + 2, 240)}px`;
}
