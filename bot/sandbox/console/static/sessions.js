// The render sessions on the panel, and the concurrency that they take.

import { h } from "./dom.js";

/** Return a row for each of `sessions`, and one for the units, if there are any. */
export function sessionRows(sessions, units, { dot, rowMenu }) {
  const rows = sessions.map(({ user, state, to, menu }) => {
    const words = [`Session of ${user}`, state !== "open" && state, to && `to ${to}`];
    return h(
      "div.session.relay-head",
      {},
      dot(state === "open" ? "well" : "waits"),
      h("span", {}, words.filter(Boolean).join(" · ")),
      rowMenu(menu, `session of ${user}`, user),
    );
  });
  return rows.length ? [...rows, unitsRow(units, { dot, rowMenu })] : [];
}

function unitsRow({ held, total, menu }, { dot, rowMenu }) {
  return h(
    "div.session.relay-head",
    {},
    dot(held < total ? "well" : "ill"),
    h("span", {}, `CAR: ${held} of ${total} units not idle`),
    rowMenu(menu, "units of CAR", "units"),
  );
}
