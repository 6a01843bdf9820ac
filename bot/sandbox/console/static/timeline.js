// Messages, one below the other; what comes or changes is drawn, and nothing else.

import { draw } from "./blocks.js";
import { h, icon, keepingFocus, roving } from "./dom.js";
import { menu } from "./popover.js";
import {
  go,
  here,
  isDirect,
  keyOf,
  me,
  replies,
  state,
  tell,
  timeline,
  user,
  visible,
} from "./store.js";
import { onMessage } from "./surfaces.js";
import { clock, dayKey, dayOf, hours, mrkdwn } from "./text.js";
import { inChannel, isReply, placeOf } from "./timelines.js";
import { gesture } from "./wire.js";

const NEAR = 80; // pixels from the end within which the end is followed
const TOGETHER = 300; // seconds between messages of one person that share a heading

/**
 * Return a list of messages: `show(channel, thread)` goes there, `put` and `drop` follow
 * one message that came, changed or went. What stands beside it is left alone.
 */
export function messageList(label) {
  const list = h("div.timeline-list");
  const scroller = h(
    "div.timeline",
    { role: "log", "aria-label": label, "aria-live": "polite", tabindex: "-1" },
    list,
  );
  const settle = roving(list, ".message");
  const at = { channel: "", thread: "" };
  let rows = []; // what is drawn: {ts, item, day, joined, count, node, line}
  let shown = "";
  let epoch = 0;

  let following = true; // what comes at the end is scrolled to
  let top = 0; // as of the last look: the event of a scroll comes a frame late
  const look = () => {
    top = scroller.scrollTop;
    following = scroller.scrollHeight - top - scroller.clientHeight < NEAR;
  };
  scroller.addEventListener("scroll", look);

  const change = (work) => {
    if (scroller.scrollTop !== top) look();
    work();
    settle();
    if (following) scroller.scrollTop = scroller.scrollHeight;
    top = scroller.scrollTop;
  };
  const show = (channel, thread = "") => {
    Object.assign(at, { channel, thread });
    const where = `${state.me} ${me().locale} ${channel} ${thread}`;
    following ||= where !== shown;
    const same = where === shown && epoch === state.epoch;
    [shown, epoch] = [where, state.epoch];
    change(() => same || keepingFocus(list, all));
  };
  const all = () => {
    rows = timeline(at.channel, at.thread).map((item) => ({ ts: item.ts, item }));
    list.replaceChildren();
    for (let number = 0; number < rows.length; number += 1) fit(number);
    if (!rows.length && !at.thread) list.append(welcome());
  };
  const fit = (number) => {
    const row = rows[number];
    if (row) fitRow(list, row, rows[number - 1]?.item, rows[number + 1], at.thread);
  };
  const belongs = (item) =>
    item.channel === at.channel && (at.thread ? threadOf(item) === at.thread : inChannel(item));
  const put = (item) => {
    if (item.channel !== at.channel) return;
    if (isReply(item) && !at.thread) again(item.thread_ts);
    if (!belongs(item) || !visible(item)) return;
    change(() => {
      const number = placeOf(rows, item.ts);
      if (rows[number]?.ts === item.ts) rows[number].item = item;
      else rows.splice(number, 0, { ts: item.ts, item });
      if (rows.length === 1) list.querySelector(".welcome")?.remove();
      fit(number);
      fit(number + 1);
    });
  };
  const drop = (item) => {
    if (isReply(item) && !at.thread) again(item.thread_ts);
    const number = placeOf(rows, item.ts);
    if (!belongs(item) || rows[number]?.ts !== item.ts) return;
    change(() => {
      const [{ node, line }] = rows.splice(number, 1);
      for (const one of [node, line]) one?.remove();
      fit(number);
      if (!rows.length && !at.thread) list.append(welcome());
    });
  };
  /** Draw what has this *ts* again, if something beside the message itself changed. */
  const again = (ts, forced = false) => {
    const number = placeOf(rows, ts);
    if (rows[number]?.ts !== ts) return;
    if (forced) rows[number].drawn = null;
    change(() => fit(number));
  };
  return { node: scroller, show, put, drop, again };
}

const threadOf = (item) => item.thread_ts || item.ts;

/** Let *row* stand in *list* between *last* and the row that comes *next*, as it is now. */
function fitRow(list, row, last, next, thread) {
  const { item } = row;
  const day = !thread && dayKey(Number(item.ts)) !== (last && dayKey(Number(last.ts)));
  const joined = Boolean(!day && last && joins(last, item));
  const count = thread || item.id ? 0 : replies(item).length;
  if (row.drawn === item && row.joined === joined && row.count === count && row.day === day) return;
  const { node: old, line } = row;
  const node = item.id ? notice(item) : messageOrWhy(item, { joined, count, thread });
  Object.assign(row, { drawn: item, joined, count, day, node });
  if (old) keepingFocus(old, () => old.replaceWith(node), node);
  else list.insertBefore(node, next?.line ?? next?.node ?? null);
  line?.remove();
  row.line = day ? dayLine(item) : null;
  if (day) node.before(row.line);
}

const dayLine = (item) =>
  h("div.day", { role: "separator" }, h("span", {}, dayOf(Number(item.ts))));

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
    joined ? h("time.gutter", {}, hours(Number(item.ts))) : avatar(who),
    h(
      "div.message-body",
      {},
      !joined &&
        head({
          name: who?.name ?? item.user,
          badge: who?.bot && "APP",
          ts: item.ts,
          only: item.only_for,
          edited: item.edited,
        }),
      !thread && isReply(item) && inThread(item),
      h("div.blocks", {}, body, joined && item.edited && h("span.edited", {}, "(edited)")),
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

/** Return what leads from a reply that stands in the channel to its thread. */
function inThread(item) {
  const lead = { type: "button", onclick: () => go({ thread: item.thread_ts }) };
  return h("button.thread-link", lead, icon("reply"), "replied to a thread");
}

function head({ name, badge, ts, only, edited }) {
  return h(
    "header.message-head",
    {},
    h("span.name", {}, name),
    badge && h("span.badge", {}, badge),
    h("time", {}, clock(Number(ts))),
    edited && h("span.edited", {}, "(edited)"),
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
