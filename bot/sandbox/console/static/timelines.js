// What stands in each channel and in each thread, the oldest first: a message that comes
// is put at its place, so that it costs the same among ten and among a thousand.

const lists = new Map();

const nameOf = (channel, thread = "") => `${channel} ${thread}`;
export const isReply = (one) => Boolean(one.thread_ts) && one.thread_ts !== one.ts;

/** Tell whether *one* stands in the channel itself, as some replies do, too. */
export const inChannel = (one) => !isReply(one) || one.subtype === "thread_broadcast";

/** Return what stands in a channel or in one of its threads, whoever may see it. */
export const kept = (channel, thread) => lists.get(nameOf(channel, thread)) ?? [];

/** Keep *items*, and nothing else. */
export function keepAll(items) {
  lists.clear();
  for (const one of [...items].sort((a, b) => Number(a.ts) - Number(b.ts))) keep(one);
}

/** Keep *item*, at the place of what has its `ts`. */
export function keep(item) {
  for (const name of namesOf(item)) put(lists.get(name), item);
}

/** Forget *item*. */
export function forget(item) {
  for (const name of namesOf(item)) {
    const list = lists.get(name);
    const at = placeOf(list, item.ts);
    if (list[at]?.ts === item.ts) list.splice(at, 1);
  }
}

/** Return the lists that *item* is in, each made if need be: every message begins a thread. */
function namesOf(item) {
  const names = [nameOf(item.channel, isReply(item) ? item.thread_ts : item.ts)];
  if (inChannel(item)) names.push(nameOf(item.channel));
  for (const name of names) if (!lists.has(name)) lists.set(name, []);
  return names;
}

function put(list, item) {
  const at = placeOf(list, item.ts);
  list.splice(at, list[at]?.ts === item.ts ? 1 : 0, item);
}

/** Return where *ts* is in *list*, or where it belongs: found by halves. */
export function placeOf(list, ts) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(list[middle].ts) < Number(ts)) low = middle + 1;
    else high = middle;
  }
  return low;
}
