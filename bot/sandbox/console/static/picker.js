// Selects: a button that opens a list which narrows down as one types.

import { h, icon, newId } from "./dom.js";
import { channel, isDirect, state, user } from "./store.js";
import { plain } from "./text.js";
import { showAt } from "./popover.js";

const PAUSE = 200; // milliseconds without a key before the bot is asked

/** Return a select of any kind. */
export function choose(element, hands) {
  const many = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "");
  let picked = standing(hands.value).map((one) => asOption(one));
  const placeholder = plain(element.placeholder) || (many ? "Choose" : "Choose one");
  const shown = h("span.picked");
  const node = h(
    "button.select",
    {
      id: newId("select"),
      type: "button",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": hands["aria-labelledby"] ? null : placeholder,
      "aria-labelledby": hands["aria-labelledby"],
      "aria-describedby": hands["aria-describedby"],
      "aria-invalid": hands["aria-invalid"],
      data: { key: hands.key },
      onclick: () => open(""),
      onkeydown(event) {
        if (["ArrowDown", "ArrowUp"].includes(event.key)) open("");
        else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey)
          open(event.key);
        else if (["Backspace", "Delete"].includes(event.key) && picked.length && hands.input)
          set(many ? picked.slice(0, -1) : []);
        else return;
        event.preventDefault();
      },
    },
    shown,
    icon("down"),
  );
  const paint = () => {
    const words = many
      ? picked.map((one) => h("span.chip", {}, plain(one.text)))
      : picked.map((one) => plain(one.text));
    shown.replaceChildren(...(picked.length ? words : [h("span.placeholder", {}, placeholder)]));
  };
  const set = (options) => {
    const most = element.max_selected_items ?? Infinity;
    if (options.length > most) return;
    picked = options;
    paint();
    hands.change({ chosen: picked.map((one) => one.value) });
  };
  const open = (typed) =>
    dropDown(node, {
      typed,
      many,
      chosen: () => picked,
      find: kind === "external_select" ? asked(element, hands) : kept(element, kind),
      take: (option) => set(many ? toggled(picked, option) : [option]),
    });
  paint();
  return node;
}

const toggled = (picked, option) => {
  const without = picked.filter((one) => one.value !== option.value);
  return without.length < picked.length ? without : [...picked, option];
};

function standing(value) {
  if (!value) return [];
  const [held] = Object.entries(value)
    .filter(([name]) => name.startsWith("selected_"))
    .map(([, one]) => one);
  return [held ?? []].flat();
}

function asOption(one) {
  if (typeof one !== "string") return one;
  return { text: { text: nameOf(one) }, value: one };
}

function nameOf(id) {
  if (user(id)) return `@${user(id).name}`;
  const known = channel(id);
  return known && !isDirect(known) ? `#${known.name}` : id;
}

// ── where options come from ─────────────────────────────────────────────────────

function kept(element, kind) {
  const ids = {
    users_select: () => [...state.users.keys()],
    channels_select: () =>
      [...state.channels.values()].filter((one) => !isDirect(one)).map((one) => one.id),
  };
  ids.conversations_select = ids.channels_select;
  const groups = ids[kind]
    ? [{ options: ids[kind]().map(asOption) }]
    : (element.option_groups ?? [{ options: element.options ?? [] }]);
  return async (query) => {
    const like = query.trim().toLowerCase();
    return groups.map((group) => ({
      label: plain(group.label),
      options: group.options.filter((one) => plain(one.text).toLowerCase().includes(like)),
    }));
  };
}

function asked(element, hands) {
  const least = element.min_query_length ?? 3;
  return async (query) => {
    if (query.length < least) return `Type ${least} characters or more.`;
    const answer = await hands.options(query);
    return [{ label: "", options: answer?.options ?? [] }];
  };
}

// ── the list ────────────────────────────────────────────────────────────────────

function dropDown(anchor, { typed, many, chosen, find, take }) {
  const id = newId("list");
  const list = h("div.options", {
    id,
    role: "listbox",
    "aria-multiselectable": many ? "true" : null,
    onmousedown: (event) => event.preventDefault(), // the focus stays in the search
  });
  const field = h("input.typed", {
    type: "text",
    value: typed,
    placeholder: "Type to search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": "Search",
    "aria-expanded": "true",
    "aria-controls": id,
    "aria-autocomplete": "list",
  });
  let active = null;
  let timer = 0;
  let turn = 0;
  const close = showAt(
    anchor,
    h("div.picker", {}, h("div.picker-search", {}, icon("search"), field), list),
    {
      wide: true,
      closed: () => {
        clearTimeout(timer);
        anchor.setAttribute("aria-expanded", "false");
        anchor.removeAttribute("aria-controls");
      },
    },
  );
  anchor.setAttribute("aria-expanded", "true");
  anchor.setAttribute("aria-controls", id);
  const activate = (node) => {
    active?.classList.remove("active");
    active = node ?? null;
    active?.classList.add("active");
    active?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", active?.id ?? "");
  };
  const press = (option) => {
    take(option);
    if (many) paintTicks(list, chosen());
    else close(true);
  };
  const fill = async () => {
    const mine = ++turn;
    list.setAttribute("aria-busy", "true");
    const found = await find(field.value);
    if (mine !== turn) return;
    list.removeAttribute("aria-busy");
    list.replaceChildren(...drawn(found, press));
    paintTicks(list, chosen());
    activate(list.querySelector("[aria-selected=true]") ?? list.querySelector("[role=option]"));
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(fill, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("[role=option]")];
    const to = { ArrowDown: all.indexOf(active) + 1, ArrowUp: all.indexOf(active) - 1 }[event.key];
    if (to !== undefined && all.length) activate(all.at(to % all.length));
    else if (event.key === "Enter") active?.click();
    else if (event.key === "Tab") close(true);
    else return;
    event.preventDefault();
  });
  field.focus();
  fill();
}

function drawn(found, press) {
  if (typeof found === "string") return [h("p.none", {}, found)];
  if (!found.some((group) => group.options.length)) return [h("p.none", {}, "Nothing found.")];
  return found
    .filter((group) => group.options.length)
    .map((group) =>
      h(
        "div.option-group",
        { role: group.label ? "group" : "presentation", "aria-label": group.label || null },
        group.label && h("p.group-label", {}, group.label),
        group.options.map((option) =>
          h(
            "div.option",
            {
              id: newId("option"),
              role: "option",
              data: { value: option.value },
              onclick: () => press(option),
            },
            h("span.tick", {}, icon("check")),
            h(
              "span.menu-words",
              {},
              plain(option.text),
              option.description && h("small", {}, plain(option.description)),
            ),
          ),
        ),
      ),
    );
}

function paintTicks(list, chosen) {
  const values = new Set(chosen.map((one) => one.value));
  for (const node of list.querySelectorAll("[role=option]")) {
    node.setAttribute("aria-selected", String(values.has(node.dataset.value)));
  }
}
