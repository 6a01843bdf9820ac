// Everything that can be pressed, chosen or typed into, by the type of its element.

import { h, icon } from "./dom.js";
import { confirmed } from "./confirm.js";
import { choose } from "./picker.js";
import { menu } from "./popover.js";
import { plain, words } from "./text.js";
import { me } from "./store.js";
import { typed } from "./typing.js";

const keyOf = (block, element) => `${block.block_id}|${element.action_id}`;

/** Tell whether *element* is a set of boxes, which needs a group around it. */
export const isChoosing = (element) => ["radio_buttons", "checkboxes"].includes(element.type);

/**
 * Return *element* as something to use. *surface* has: value(block, element), act,
 * fill, keep, options. *more* are aria attributes; `input` says that it stands in an
 * input block, where choosing fills in instead of acting.
 */
export function control(element, block, surface, { input = false, ...aria } = {}) {
  const hands = {
    ...aria,
    input,
    key: keyOf(block, element),
    value: surface.value(block, element),
    options: (query) => surface.options(block, element, query),
    keep: (text) => surface.keep(block, element, { text }),
    change: (value) => (input ? surface.fill(block, element, value) : act(value)),
  };
  const act = async (value = null) => {
    if (element.confirm && !(await confirmed(element.confirm))) return false;
    return surface.act(block, element, value);
  };
  const draw = DRAW[element.type] ?? (SELECT.test(element.type) ? choose : unknown);
  return draw(element, hands, block, act);
}

const SELECT = /_select$/;

const DRAW = {
  button,
  overflow,
  radio_buttons: boxes,
  checkboxes: boxes,
  datepicker: dated("date"),
  timepicker: dated("time"),
  datetimepicker: dated("datetime-local"),
  plain_text_input: typed,
  number_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  workflow_button: button,
  icon_button: button,
};

const unknown = (element) => h("p.unknown", {}, `[${element.type}: not in this sandbox]`);

function button(element, hands, _block, act) {
  const shown = h(
    "button.button",
    {
      type: "button",
      class: element.style ?? "",
      "aria-label": element.accessibility_label,
      data: { key: hands.key },
      onclick: async () => {
        if (element.url && /^https?:/i.test(element.url))
          window.open(element.url, "_blank", "noopener,noreferrer");
        await busy(shown, () => act());
      },
    },
    plain(element.text),
    element.url && icon("link"),
  );
  return shown;
}

/** Show that something is under way; a second press meanwhile does nothing. */
export async function busy(node, work) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function overflow(element, hands, _block, act) {
  const shown = h(
    "button.button.icon-only",
    {
      type: "button",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: hands.key },
      onclick: () => menu(shown, element.options.map(entry), { label: "More actions" }),
    },
    icon("dots"),
  );
  const entry = (option) => ({
    label: plain(option.text),
    hint: option.description && plain(option.description),
    run: () => {
      if (option.url && /^https?:/i.test(option.url))
        window.open(option.url, "_blank", "noopener,noreferrer");
      return busy(shown, () => act({ chosen: [option.value ?? option.text.text] }));
    },
  });
  return shown;
}

// ── radio buttons and checkboxes ────────────────────────────────────────────────

function boxes(element, hands) {
  const many = element.type === "checkboxes";
  const now = hands.value?.[many ? "selected_options" : "selected_option"];
  const chosen = new Set([now ?? []].flat().map((option) => option.value));
  const name = `${hands.key}|${Math.random()}`;
  const group = h("div.boxes", {
    role: many ? "group" : "radiogroup",
    "aria-describedby": hands["aria-describedby"],
    "aria-labelledby": hands["aria-labelledby"],
  });
  const change = () => {
    const values = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    hands.change({ chosen: values });
  };
  for (const option of element.options) {
    group.append(
      h(
        "label.box",
        {},
        h("input", {
          type: many ? "checkbox" : "radio",
          name,
          value: option.value,
          checked: chosen.has(option.value),
          "aria-invalid": hands["aria-invalid"],
          data: { key: `${hands.key}|${option.value}` },
          onchange: change,
        }),
        h(
          "span.box-words",
          {},
          h("span", {}, words(option.text)),
          option.description && h("small", {}, words(option.description)),
        ),
      ),
    );
  }
  return group;
}

// ── dates and times ─────────────────────────────────────────────────────────────

const STATE_KEY = {
  date: "selected_date",
  time: "selected_time",
  "datetime-local": "selected_date_time",
};

function dated(kind) {
  return (element, { key, value, change, input, keep, ...aria }) => {
    const now = value?.[STATE_KEY[kind]] ?? "";
    return h("input.typed.dated", {
      type: kind,
      value: kind === "datetime-local" ? local(now) : now,
      "aria-label": aria["aria-labelledby"] ? null : plain(element.placeholder) || kind,
      ...attributes(aria),
      data: { key },
      onchange: (event) =>
        change({
          text: kind === "datetime-local" ? epoch(event.target.value) : event.target.value,
        }),
    });
  };
}

export const attributes = (aria) =>
  Object.fromEntries(Object.entries(aria).filter(([name]) => name.startsWith("aria-")));

const shift = () => me().tz_offset * 1000;
const local = (seconds) =>
  seconds ? new Date(Number(seconds) * 1000 + shift()).toISOString().slice(0, 16) : "";
const epoch = (text) => (text ? String((Date.parse(`${text}:00Z`) - shift()) / 1000) : "");
