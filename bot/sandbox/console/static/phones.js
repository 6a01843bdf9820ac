// The co-stream sessions on the panel: how many phones are online, and what may happen.

import { h } from "./dom.js";

/** Return the sessions, folded to one line until somebody opens it. */
export function phoneRows({ phones }, rowMenu) {
  if (!phones.length) return null;
  const fold = h(
    "details.phones",
    { open: phoneRows.open, ontoggle: () => (phoneRows.open = fold.open) },
    h("summary", { data: { key: "phones" } }, `GS sessions (${phones.length})`),
    h("ul.relays", { "aria-label": "GS sessions" }, phones.map((one) => phoneRow(one, rowMenu))),
  );
  return fold;
}

function phoneRow({ session, online, selected, menu }, rowMenu) {
  const chosen = selected === null ? "selected left out" : `${selected} selected`;
  return h(
    "li",
    {},
    h("p.relay-fact", {}, h("code", { title: session }, session)),
    h(
      "p.relay-fact.target-status",
      {},
      h("small", {}, `${online} online · ${chosen}`),
      rowMenu(menu, `GS session ${session}`, session),
    ),
  );
}
