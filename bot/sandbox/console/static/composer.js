// Where one types: messages and slash commands, with completion and a memory.

import { h, icon, newId } from "./dom.js";
import { here, isDirect, state, tell } from "./store.js";
import { grow } from "./typing.js";
import { gesture } from "./wire.js";

const remembered = JSON.parse(sessionStorage.getItem("typed") ?? "[]");

function remember(line) {
  if (remembered.at(-1) !== line) remembered.push(line);
  remembered.splice(0, remembered.length - 100);
  sessionStorage.setItem("typed", JSON.stringify(remembered));
}

/** Return a message box; in a thread, *thread* returns its timestamp. */
export function composer({ thread = () => "", id }) {
  const listId = newId("commands");
  const list = h("div.completions", {
    id: listId,
    role: "listbox",
    "aria-label": "Commands",
    hidden: true,
  });
  const usage = h("p.usage", { "aria-live": "polite" });
  const field = h("textarea.composer-field", {
    id,
    rows: "1",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-controls": listId,
    "aria-haspopup": "listbox",
    oninput: () => typed(),
    onkeydown: (event) => key(event),
    onblur: () => setTimeout(() => offer([]), 120),
  });
  const send = h(
    "button.send",
    { type: "button", "aria-label": "Send", title: "Send (Enter)", onclick: () => submit() },
    icon("send"),
  );
  let offered = [];
  let active = 0;
  let back = 0;

  const set = (text) => {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    typed();
  };
  const typed = () => {
    grow(field);
    send.classList.toggle("ready", field.value.trim() !== "");
    const found = completions(field.value.slice(0, field.selectionStart), thread());
    offer(found);
    const command = state.commands.find((one) => field.value.startsWith(`${one.name} `));
    usage.replaceChildren(...hint(command, found));
  };
  const offer = (found) => {
    offered = found;
    active = 0;
    list.hidden = !found.length;
    list.replaceChildren(...found.map((one, at) => completion(one, () => take(at))));
    mark();
  };
  const mark = () => {
    [...list.children].forEach((one, at) =>
      one.setAttribute("aria-selected", String(at === active)),
    );
    const chosen = list.children[active];
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const take = (at) => {
    const { from, text } = offered[at];
    set(`${field.value.slice(0, from)}${text} `);
    offer([]);
    field.focus();
  };
  const submit = async () => {
    const line = field.value.trim();
    if (!line) return;
    remember(line);
    back = 0;
    set("");
    if (!(await sent(line)) && !field.value) set(line);
  };
  /** Send *line*; return whether anybody took it. */
  const sent = async (line) => {
    const place = { channel: state.place.channel };
    if (!line.startsWith("/")) return gesture("say", { ...place, text: line, thread: thread() });
    if (!thread()) return gesture("command", { ...place, line });
    tell("toast", { text: `${line.split(" ")[0]} does not work in threads.`, wrong: true });
    return null;
  };
  const recall = (step) => {
    const to = Math.max(0, Math.min(remembered.length, back + step));
    back = to;
    set(to ? remembered.at(-to) : "");
    offer([]);
  };
  const key = (event) => {
    if (event.isComposing) return;
    const up = event.key === "ArrowUp";
    if (offered.length && (up || event.key === "ArrowDown")) {
      active = (active + (up ? offered.length - 1 : 1)) % offered.length;
      mark();
    } else if (offered.length && (event.key === "Tab" || (event.key === "Enter" && !exact())))
      take(active);
    else if (offered.length && event.key === "Escape") offer([]);
    else if (event.key === "Enter" && !event.shiftKey) submit();
    else if (up && (field.value === "" || back > 0)) recall(1);
    else if (event.key === "ArrowDown" && back > 0) recall(-1);
    else return;
    event.preventDefault();
  };
  const exact = () => offered[active]?.text === field.value.trim();

  const label = () => {
    const channel = here();
    const to = isDirect(channel) ? "Patchbay" : `#${channel?.name}`;
    field.placeholder = thread() ? "Reply…" : `Message ${to}`;
    field.setAttribute("aria-label", thread() ? "Reply in thread" : `Message to ${to}`);
  };
  const node = h("div.composer", {}, list, h("div.composer-box", {}, field, send), usage);
  const start = (line) => {
    set(`${line} `);
    offer([]);
    field.focus();
  };
  return { node, label, start, focus: () => field.focus() };
}

/** What could come where the caret is: a command, a person or a channel. */
function completions(text, thread) {
  const command = /^\/[\w-]*$/.exec(text);
  if (command && !thread) {
    return state.commands
      .filter((one) => one.name.startsWith(text))
      .map((one) => ({ from: 0, text: one.name, usage: one.usage, hint: one.description }));
  }
  const name = /(?:^|\s)([@#])([\w.-]*)$/.exec(text);
  if (!name) return [];
  const from = text.length - name[2].length - 1;
  const all =
    name[1] === "@"
      ? [...state.users.values()]
      : [...state.channels.values()].filter((one) => !isDirect(one));
  return all
    .filter((one) => one.name.startsWith(name[2]))
    .map((one) => ({ from, text: name[1] + one.name, usage: "", hint: one.real_name ?? "" }));
}

function hint(command, found) {
  if (found.length) return [`${found.length} to choose from: arrows choose, Tab takes.`];
  return command?.usage ? [h("b", {}, command.name), ` ${command.usage}`] : [];
}

function completion(one, take) {
  return h(
    "div.completion",
    {
      id: newId("completion"),
      role: "option",
      onpointerdown: (event) => (event.preventDefault(), take()),
    },
    h("span.completion-name", {}, one.text),
    h("span.completion-usage", {}, one.usage),
    h("span.completion-hint", {}, one.hint),
  );
}
