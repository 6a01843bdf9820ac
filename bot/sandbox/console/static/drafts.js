// What was typed into a form and not sent yet. It outlives a reload of the page, in the
// tab in which it was typed.

const NAME = "drafts";

const read = () => JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
const write = (drafts) => sessionStorage.setItem(NAME, JSON.stringify(drafts));

/** Return what was typed into the view *id*: a Map that remembers what is put into it. */
export function draft(id) {
  const typed = new Map(
    Object.entries(read()[id] ?? {}).map(([key, one]) => [key, { ...one, sent: false }]),
  );
  const store = () => write({ ...read(), [id]: Object.fromEntries(typed) });
  return {
    get: (key) => typed.get(key),
    set: (key, value) => (typed.set(key, value), store()),
    delete: (key) => (typed.delete(key), store()),
    [Symbol.iterator]: () => typed[Symbol.iterator](),
  };
}

/** Forget what was typed into views whose IDs are not among *open*. */
export function discard(open) {
  const left = Object.entries(read()).filter(([id]) => open.includes(id));
  write(Object.fromEntries(left));
}
