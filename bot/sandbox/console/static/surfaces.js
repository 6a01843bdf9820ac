// What blocks stand on: a message, a Home or a modal; and what is done with them there.

import { anew, refusal } from "./store.js";
import { gesture } from "./wire.js";

/** Return a message as a surface: what is chosen there is remembered by nobody. */
export function onMessage(message) {
  const at = { channel: message.channel, ts: message.ts };
  const act = (block, element, value) =>
    anew(at.ts, () =>
      gesture("act", { ...at, ...named(block, element), ...(value && { value }) }),
    );
  return {
    refused: (block) => refusal(at.ts, block),
    value: (_block, element) => initial(element),
    act,
    fill: act,
    keep: () => {},
    options: (block, element, query) =>
      gesture("options", { ...at, ...named(block, element), query }),
  };
}

/**
 * Return a view as a surface. What is typed is kept here until something else is done
 * with the view; then it goes ahead of that, so that nothing overtakes it.
 */
export function onView(view, typed) {
  let line = Promise.resolve();
  const inTurn = (work) => (line = line.then(work, work));
  const flush = async () => {
    for (const [key, kept] of [...typed]) {
      if (kept.sent) continue;
      kept.sent = true;
      await gesture("keep", {
        view: view.id,
        block: kept.block,
        action: kept.action,
        value: { text: kept.text },
      });
      if (typed.get(key) === kept) typed.delete(key);
    }
  };
  const at = (block, element) => ({ view: view.id, ...named(block, element) });
  const keyOf = (block, element) => `${block.block_id}|${element.action_id}|${element.type}`;
  return {
    faults: view.faults,
    refused: (block) => refusal(view.id, block),
    value(block, element) {
      const kept = typed.get(keyOf(block, element));
      const stands = view.state.values[block.block_id]?.[element.action_id];
      return kept ? { ...stands, value: kept.text } : (stands ?? initial(element));
    },
    act: (block, element, value) =>
      inTurn(async () => {
        await flush();
        return anew(view.id, () =>
          gesture("act", { ...at(block, element), ...(value && { value }) }),
        );
      }),
    fill: (block, element, value) =>
      inTurn(async () => {
        typed.delete(keyOf(block, element));
        await flush();
        return gesture("fill", { ...at(block, element), value });
      }),
    keep(block, element, { text }) {
      typed.set(keyOf(block, element), { block: block.block_id, action: element.action_id, text });
    },
    options: (block, element, query) => gesture("options", { ...at(block, element), query }),
    submit: () =>
      inTurn(async () => {
        await flush();
        return gesture("submit", { view: view.id });
      }),
    close: (whole) => inTurn(() => gesture("close", { view: view.id, whole })),
  };
}

const named = (block, element) => ({ block: block.block_id, action: element.action_id });

/** Return what stands in *element* before anybody touches it, as Slack's state does. */
function initial(element) {
  const found = Object.entries(element).find(([name]) => name.startsWith("initial_"));
  if (!found) return null;
  const [name, value] = found;
  return { [name === "initial_value" ? "value" : name.replace("initial_", "selected_")]: value };
}
