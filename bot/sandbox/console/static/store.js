// What the page knows, and who hears when it changes.

import { forget, isReply, keep, keepAll, kept } from "./timelines.js";

export const state = {
  ready: false,
  linked: false,
  page: sessionStorage.getItem("page") ?? crypto.randomUUID(), // a form stands in one
  me: localStorage.getItem("me") ?? "U0ANA",
  place: { channel: "", tab: "messages", thread: "" },
  bot: "",
  team: "",
  users: new Map(),
  channels: new Map(),
  messages: new Map(),
  refused: new Map(), // by message or view: a click that came to nothing
  epoch: 0, // how often everything was told anew
  stacks: new Map(),
  homes: new Map(),
  calls: [],
  commands: [],
  shortcuts: [],
  panel: null,
  choices: null,
  seen: new Map(),
};

sessionStorage.setItem("page", state.page);

const listeners = new Map();

/** Call *listener* whenever one of *topics* (words, spaces between) changed. */
export function on(topics, listener) {
  for (const topic of topics.split(" ")) {
    listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
  }
}

/** Tell those who listen to *topic*. */
export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export const me = () => state.users.get(state.me);
export const user = (id) => state.users.get(id);
export const channel = (id) => state.channels.get(id);
export const here = () => channel(state.place.channel);
export const isDirect = (one) => one?.kind === "im";

/** Return the channels that I am in, direct conversations last. */
export function myChannels() {
  const mine = [...state.channels.values()].filter((one) => one.members.includes(state.me));
  return mine.sort((a, b) => isDirect(a) - isDirect(b) || a.name.localeCompare(b.name));
}

/** Return what I see in a channel, oldest first; with *thread*, of that thread. */
export const timeline = (id, thread = "") => kept(id, thread).filter(visible);

export const visible = (one) => !one.only_for || one.only_for === state.me;
export const replies = (message) => timeline(message.channel, message.ts).filter(isReply);

const MOST = 100; // messages that are looked through for new ones

/** Return how many of the last hundred messages of *id* I have not looked at. */
export function unseen(id) {
  const since = state.seen.get(`${state.me} ${id}`) ?? 0;
  const isNew = (one) => visible(one) && one.user !== state.me && Number(one.ts) > since;
  return kept(id).slice(-MOST).filter(isNew).length;
}

export function lookAt(id) {
  const last = kept(id).findLast(visible);
  if (last) state.seen.set(`${state.me} ${id}`, Number(last.ts));
}

/** Go to a channel, a tab of it or a thread in it. */
export function go(place) {
  state.place = { channel: state.place.channel, tab: "messages", thread: "", ...place };
  lookAt(state.place.channel);
  tell("place");
}

/** Be somebody else. */
export function become(id) {
  state.me = id;
  localStorage.setItem("me", id);
  const stays = here()?.members.includes(id) && !isDirect(here());
  state.place = {
    channel: stays ? state.place.channel : (myChannels()[0]?.id ?? ""),
    tab: "messages",
    thread: "",
  };
  for (const one of myChannels()) lookAt(one.id);
  tell("me");
  tell("place");
}

const byId = (list) => new Map(list.map((one) => [one.id, one]));

/** Take in what the server says. */
export function learn(news) {
  const take = TAKERS[news.type];
  if (take) take(news);
}

/** Return the forms of a stack that this page shows: none, if they stand in another. */
const mine = ({ page, views }) => (page && page !== state.page ? [] : views);

const TAKERS = {
  whole({ state: whole }) {
    for (const name of [
      "bot",
      "team",
      "calls",
      "commands",
      "shortcuts",
      "panel",
      "choices",
    ]) {
      state[name] = whole[name];
    }
    state.users = byId(whole.users);
    state.channels = byId(whole.channels);
    state.messages = new Map(whole.messages.map((one) => [keyOf(one), one]));
    keepAll([...whole.messages, ...whole.notices.filter(isWords).map(asItem)]);
    state.epoch += 1;
    state.stacks = new Map(whole.stacks.map((one) => [one.user, mine(one)]));
    state.homes = new Map(whole.homes.map((one) => [one.user, one]));
    if (!me() || me().bot) state.me = [...state.users.values()].find((one) => !one.bot).id;
    const first = !state.ready;
    state.ready = true;
    if (!here()?.members.includes(state.me))
      state.place.channel = (state.channels.get("C0OPS") ?? myChannels()[0]).id;
    if (first) for (const one of myChannels()) lookAt(one.id);
    for (const topic of ["me", "place", "stack", "panel"]) tell(topic);
  },
  posted: ({ message }) => put(message),
  edited: ({ message }) => put(message),
  deleted({ message }) {
    state.messages.delete(keyOf(message));
    forget(message);
    tell("gone", message);
  },
  stack(news) {
    state.stacks.set(news.user, mine(news));
    if (news.user === state.me) tell("stack");
  },
  home({ view }) {
    state.homes.set(view.user, view);
    if (view.user === state.me) tell("home");
  },
  notice({ notice }) {
    if (!isWords(notice)) refuse(notice);
    else if (notice.channel) keep(asItem(notice));
    if (notice.user === state.me) tell("notice", notice);
  },
  call({ call }) {
    state.calls.push(call);
    if (state.calls.length > 200) state.calls.shift();
    tell("call");
  },
  panel({ panel, users }) {
    const before = me().locale;
    state.panel = panel;
    state.users = byId(users);
    tell("panel");
    if (me().locale !== before) tell("me");
  },
};

export const keyOf = (one) => `${one.channel} ${one.ts}`;

function put(message) {
  state.messages.set(keyOf(message), message);
  keep(message);
  state.refused.delete(message.ts);
  if (message.channel === state.place.channel && document.hasFocus()) lookAt(message.channel);
  tell("message", message);
}

// ── what Slack says: words in a channel, or beside what was pressed ──────────────

const isWords = (notice) => !notice.surface;
const asItem = (notice) => ({ ...notice, only_for: notice.user });

function refuse(notice) {
  state.refused.set(notice.surface, notice);
  tell("refused", notice);
}

/** Return what came of the last click on *block* of a message or a view, if it failed. */
export function refusal(surface, block) {
  const notice = state.refused.get(surface);
  const mine = notice?.user === state.me && notice.block === block.block_id;
  return mine ? notice.text : "";
}

/** Do *work* on *surface*; what was refused there before is then no longer told. */
export async function anew(surface, work) {
  const before = state.refused.get(surface);
  const done = await work();
  if (before && state.refused.get(surface) === before) {
    state.refused.delete(surface);
    tell("refused", before);
  }
  return done;
}
