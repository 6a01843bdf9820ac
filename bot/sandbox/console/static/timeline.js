// Messages, one below the other; each is drawn again only when it changed.

import { draw } from "./blocks.js";
import { h, icon, keepingFocus, roving } from "./dom.js";
import { menu } from "./popover.js";
import { go, here, isDirect, keyOf, me, replies, state, tell, timeline, user } from "./store.js";
import { onMessage } from "./surfaces.js";
import { clock, dayKey, dayOf, mrkdwn } from "./text.js";
import { gesture } from "./wire.js";

const TOGETHER = 300; // seconds between messages of one person that share a heading

/** Return a list of messages that `show(channel, thread)` keeps up to date. */
export function messageList(label) {
  const list = h("div.timeline-list");
  const scroller = h(
    "div.timeline",
    { role: "log", "aria-label": label, "aria-live": "polite", tabindex: "-1" },
    list,
  );
  const settle = roving(list, ".message");
  let drawnNow = new Map();
  let shown = "";

  const show = (channel, thread = "") => {
    const where = `${state.me} ${me().locale} ${channel} ${thread}`;
    const moved = where !== shown;
    const atEnd = moved || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
    if (moved) drawnNow = new Map();
    shown = where;
    keepingFocus(list, () => {
      drawnNow = reconcile(list, timeline(channel, thread), drawnNow, thread);
    });
    settle();
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  };
  return { node: scroller, show };
}

function reconcile(list, items, before, thread) {
  const now = new Map();
  const nodes = [];
  let last = null;
  for (const item of items) {
    const newDay = dayKey(Number(item.ts)) !== (last && dayKey(Number(last.ts)));
    if (newDay && !thread)
      nodes.push(h("div.day", { role: "separator" }, h("span", {}, dayOf(Number(item.ts)))));
    const joined = !newDay && last && joins(last, item);
    const key = item.id ?? keyOf(item);
    const count = thread || item.id ? 0 : replies(item).length;
    const old = before.get(key);
    const same = old && old.item === item && old.joined === joined && old.count === count;
    const node = same
      ? old.node
      : item.id
        ? notice(item)
        : messageOrWhy(item, { joined, count, thread });
    now.set(key, { item, joined, count, node });
    nodes.push(node);
    last = item;
  }
  if (!items.length && !thread) nodes.push(welcome());
  place(list, nodes);
  return now;
}

const TRIES = ["/patchbay", "/relay start", "/lookup FailedOperation"];

function welcome() {
  const tries = TRIES.filter((one) =>
    state.commands.some(({ name }) => name === one.split(" ")[0]),
  );
  return h(
    "section.welcome",
    {},
    h("h2", {}, isDirect(here()) ? "You and Patchbay" : `# ${here()?.name}`),
    h(
      "p",
      {},
      "Nothing here is real, and nothing costs money. Type / for what the bot can do, or begin with one of these.",
    ),
    h(
      "div.tries",
      {},
      tries.map((one) => h("button.try", { type: "button", onclick: () => tell("try", one) }, one)),
    ),
  );
}

/** Put *nodes* into *list*, touching only what is not there already. */
function place(list, nodes) {
  const wanted = new Set(nodes);
  for (const one of [...list.children]) if (!wanted.has(one)) one.remove();
  nodes.forEach((node, at) => {
    if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
  });
}

const isPlain = (one) => !one.id && !one.only_for && !one.blocks?.length;
const joins = (last, item) =>
  isPlain(last) && isPlain(item) && last.user === item.user && item.ts - last.ts < TOGETHER;

function notice(item) {
  return h(
    "article.message.notice",
    { tabindex: "-1", data: { key: item.id } },
    h("div.avatar.slack", { "aria-hidden": "true", data: { letter: "S" } }),
    h(
      "div.message-body",
      {},
      head({ name: "Slack", badge: "", ts: item.ts, only: true }),
      h("p.words", {}, mrkdwn(item.text)),
    ),
  );
}

/** Return a message; one that cannot be drawn says so, and the others stay. */
function messageOrWhy(item, more) {
  try {
    return message(item, more);
  } catch (error) {
    console.error(error);
    const words = "This message cannot be shown; the browser's console says why.";
    return h("article.message", { tabindex: "-1", data: { key: keyOf(item) } }, words);
  }
}

function message(item, { joined, count, thread }) {
  const who = user(item.user);
  const body = item.blocks?.length
    ? draw(item.blocks, onMessage(item))
    : [h("div.words", {}, mrkdwn(item.text))];
  return h(
    "article.message",
    {
      class: [joined && "joined", item.only_for && "whisper"].filter(Boolean).join(" "),
      tabindex: "-1",
      "aria-label": `${who?.name}, ${clock(Number(item.ts))}`,
      data: { key: keyOf(item), ts: item.ts },
    },
    joined ? h("time.gutter", {}, clock(Number(item.ts))) : avatar(who),
    h(
      "div.message-body",
      {},
      !joined &&
        head({
          name: who?.name ?? item.user,
          badge: who?.bot && "APP",
          ts: item.ts,
          only: item.only_for,
        }),
      h("div.blocks", {}, body, item.edited && h("span.edited", {}, "(edited)")),
      files(item),
      count > 0 &&
        h(
          "button.thread-link",
          { type: "button", onclick: () => go({ thread: item.ts }) },
          icon("reply"),
          `${count} ${count === 1 ? "reply" : "replies"}`,
        ),
    ),
    tools(item, thread),
  );
}

function head({ name, badge, ts, only }) {
  return h(
    "header.message-head",
    {},
    h("span.name", {}, name),
    badge && h("span.badge", {}, badge),
    h("time", {}, clock(Number(ts))),
    only && h("span.only", {}, icon("eye"), "Only visible to you"),
  );
}

/** Return a person's square with their initial, in a colour of their own. */
export function avatar(who) {
  const hue =
    [...(who?.id ?? "?")].reduce((sum, letter) => sum * 31 + letter.codePointAt(0), 7) % 6;
  return h("div.avatar", {
    class: who?.bot ? "bot" : `hue-${hue}`,
    "aria-hidden": "true",
    data: { letter: (who?.name ?? "?")[0].toUpperCase() },
  });
}

function files(item) {
  return item.files?.map((file) => {
    const url = `/files/${encodeURIComponent(file.id)}`;
    const picture = /\.(png|jpe?g|gif)$/i.test(file.name);
    return h(
      "figure.file",
      {},
      picture ? h("img", { src: url, alt: file.title }) : icon("file"),
      h("figcaption", {}, h("a", { href: url, target: "_blank", rel: "noopener" }, file.title)),
    );
  });
}

function tools(item, thread) {
  const shortcuts = item.only_for ? [] : state.shortcuts.filter((one) => one.type === "message");
  const more = h(
    "button.plain",
    {
      type: "button",
      "aria-label": "Message shortcuts",
      title: "Message shortcuts",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => menu(more, entries, { label: "Message shortcuts" }),
    },
    icon("bolt"),
  );
  const entries = shortcuts.map((one) => ({
    label: one.name,
    hint: user(state.bot)?.real_name,
    run: () =>
      gesture("shortcut", { callback: one.callback_id, channel: item.channel, ts: item.ts }),
  }));
  const reply = !thread && !item.only_for;
  if (!reply && !shortcuts.length) return null;
  return h(
    "div.tools",
    {},
    reply &&
      h(
        "button.plain",
        {
          type: "button",
          "aria-label": "Reply in thread",
          title: "Reply in thread",
          onclick: () => go({ thread: item.thread_ts ?? item.ts }),
        },
        icon("chat"),
      ),
    shortcuts.length > 0 && more,
  );
}
