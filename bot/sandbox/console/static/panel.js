// The panel: the bot's process, what runs in the cloud, faults to inject, the log.

import { h, icon, keepingFocus } from "./dom.js";
import { shut } from "./drawers.js";
import { phoneRows } from "./phones.js";
import { menu } from "./popover.js";
import { sessionRows } from "./sessions.js";
import { on, state } from "./store.js";
import { busy } from "./controls.js";
import { turn } from "./wire.js";

const LINES = 40;
const AHEAD = [
  [-600, "10 min slow"],
  [0, "In sync"],
  [600, "10 min fast"],
];
const SHORT = {
  StartPublishCdnStream: "relay start",
  StopPublishCdnStream: "relay stop",
  CreateSession: "car start",
  DescribeCloudPhoneMultipleStreamSessionSlaves: "gs",
};

/** Draw the panel into *node*, from now on. */
export function followPanel(node) {
  const [bot, relays, failures, log] = ["Bot", "Cloud", "Fault injection", "Log"].map((title) =>
    section(title),
  );
  const root = h("div.panel", {}, shut("Close the panel"), bot.node, relays.node, failures.node, log.node);
  node.append(root);
  const form = failForm();
  let logged = "cloud";
  const show = (which) => {
    logged = which;
    paint();
  };
  const paint = () => {
    if (!state.panel) return;
    const { panel } = state;
    form.fill();
    bot.put([process(panel.bot)]);
    relays.put([...relayRows(panel), phoneRows(panel, rowMenu), callbackRow(panel), clockRow(panel)].filter(Boolean));
    failures.put([form.node, waiting(panel)]);
    log.put([logTabs(logged, show), logRows(logged)]);
  };
  let due = 0;
  on("panel call me", () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      paint();
    });
  });
  return { hide: (hidden) => (root.hidden = hidden) };
}

function section(title) {
  const body = h("div.panel-body");
  const node = h("section.panel-part", { "aria-label": title }, h("h2", {}, title), body);
  let last = "";
  const put = (parts) => {
    const now = parts.map((one) => one.outerHTML).join("");
    if (now === last) return;
    last = now;
    keepingFocus(body, () => body.replaceChildren(...parts));
  };
  return { node, put };
}

// ── the bot ─────────────────────────────────────────────────────────────────────

function process({ pid, connections }) {
  const runs = pid !== null;
  const words = !runs ? "Not running" : connections ? "Running" : "Starting…";
  return h(
    "div.process",
    {},
    h(
      "p.process-state",
      { role: "status" },
      dot(runs ? (connections ? "well" : "waits") : "ill"),
      h("b", {}, words),
      runs && h("small", {}, `pid ${pid}`),
    ),
    h(
      "div.row",
      {},
      knob("Kill −9", "kill", {}, { disabled: !runs, danger: true }),
      knob("Start", "start", {}, { disabled: runs }),
    ),
  );
}

const dot = (kind) => h("span.dot", { class: kind, "aria-hidden": "true" });

function knob(label, name, sends, { disabled = false, danger = false } = {}) {
  const node = h(
    "button.button.small",
    {
      type: "button",
      class: danger ? "danger-text" : "",
      disabled,
      data: { key: `${name} ${label}` },
      onclick: () => busy(node, () => turn(name, sends)),
    },
    label,
  );
  return node;
}

// ── the cloud ───────────────────────────────────────────────────────────────────

function relayRows({ relays, sessions, units }) {
  const [live, ended] = [true, false].map((runs) =>
    relays.filter((one) => (one.stopped === null) === runs),
  );
  const nothing = !live.length && !sessions.length;
  return [
    nothing && h("p.empty", {}, "No relay is running. Try /relay start."),
    live.length > 0 && h("ul.relays", { "aria-label": "Relays" }, live.map(relayRow)),
    ...sessionRows(sessions, units, { dot, rowMenu }),
    ended.length > 0 && endedRows(ended),
  ];
}

/** Return the relays that ended, folded to one line until somebody opens it. */
function endedRows(relays) {
  const fold = h(
    "details.ended",
    { open: endedRows.open, ontoggle: () => (endedRows.open = fold.open) },
    h("summary", { data: { key: "ended" } }, `Ended (${relays.length})`),
    h("ul.relays", { "aria-label": "Relays that ended" }, relays.map(relayRow)),
  );
  return fold;
}

function relayRow(relay) {
  const over = relay.stopped !== null;
  return h(
    "li.relay",
    { class: over ? "over" : "" },
    h(
      "div.relay-head",
      {},
      dot(over ? "off" : "well"),
      h("b", { title: `Room ${relay.room} in ${relay.region}` }, relay.room),
      h(
        "small",
        {},
        over ? `ended ${minute(relay.stopped)}` : `running since ${minute(relay.started)}`,
      ),
      rowMenu(relay.menu, `relay of room ${relay.room}`, relay.task),
    ),
    h("p.relay-fact", {}, h("span", {}, "Robot"), h("code", { title: relay.robot }, relay.robot)),
    h(
      "ol.targets",
      { "aria-label": "Targets" },
      relay.targets.map((target, number) => targetRow(target, relay, number)),
    ),
  );
}

function targetRow(target, relay, number) {
  const untold = target.waiting && `${target.waiting} callbacks waiting`;
  const said = [target.status, untold].filter(Boolean).join(" · ");
  const what = `target ${number + 1} of room ${relay.room}`;
  const to = relay.targets.length > 1 ? `To ${number + 1}` : "To";
  return h(
    "li.target",
    {},
    h("p.relay-fact", {}, h("span", {}, to), h("code", { title: target.url }, target.url)),
    said &&
      h(
        "p.relay-fact.target-status",
        {},
        h("span", { "aria-hidden": "true" }),
        dot(target.runs ? "well" : target.status === "failed" ? "ill" : "off"),
        h("small", {}, said),
        rowMenu(target.menu, what, `${relay.task} ${number}`),
      ),
  );
}

/** Return the switch that cuts the way of callbacks to the bot, and what waits there. */
function callbackRow({ callbacks }) {
  if (!callbacks) return null;
  const { on: reached, taken, waiting: due, lost } = callbacks;
  const counts = [taken && `${taken} taken`, due && `${due} waiting`, lost && `${lost} lost`];
  const segment = (label, wanted) =>
    h(
      "button.segment",
      {
        type: "button",
        "aria-pressed": String(reached === wanted),
        data: { key: `callbacks ${label}` },
        onclick: () => turn("callbacks", { on: wanted }),
      },
      label,
    );
  return h(
    "div.clock",
    { role: "group", "aria-label": "Callbacks to the bot" },
    h("span", {}, "Callbacks"),
    h("small.counts", {}, counts.filter(Boolean).join(" · ")),
    h("div.segments", {}, segment("On", true), segment("Off", false)),
  );
}

/** Return what a row's menu opens from: the server says what is in it, and when it is new. */
function rowMenu(entries, what, key) {
  if (!entries.length) return null;
  const node = h(
    "button.plain.small",
    {
      type: "button",
      "aria-label": `Events of the ${what}`,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: `menu ${key}`, opens: JSON.stringify(entries) },
      onclick: () =>
        menu(
          node,
          entries.map((one) => ({ label: one.label, run: () => turn(one.knob, one.sends) })),
          { label: what },
        ),
    },
    icon("dots"),
  );
  return node;
}

function clockRow({ ahead }) {
  return h(
    "div.clock",
    { role: "group", "aria-label": "The cloud's clock" },
    h("span", {}, "Clock"),
    h(
      "div.segments",
      {},
      AHEAD.map(([seconds, label]) =>
        h(
          "button.segment",
          {
            type: "button",
            "aria-pressed": String(ahead === seconds),
            data: { key: `clock ${seconds}` },
            onclick: () => turn("clock", { ahead: seconds }),
          },
          label,
        ),
      ),
    ),
  );
}

const minute = (seconds) => time(seconds).slice(0, 5);
const time = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");

// ── fault injection ─────────────────────────────────────────────────────────────

function failForm() {
  const what = h("select", {
    data: { key: "fail what" },
    onchange: () => ways(),
  });
  const how = h("select", { data: { key: "fail how" } });
  const times = h("input.typed", {
    type: "number",
    min: "1",
    max: "100",
    value: "1",
    data: { key: "fail times" },
  });
  const node = h(
    "form.fail",
    {
      novalidate: true,
      onsubmit(event) {
        event.preventDefault();
        turn("fail", { action: what.value, how: how.value, times: Number(times.value) });
      },
    },
    h(
      "div.row",
      {},
      h("label.grow", {}, h("span", {}, "API"), what),
      h("label", {}, h("span", {}, "Times"), times),
    ),
    h(
      "div.row",
      {},
      h("label.grow", {}, h("span", {}, "Fault"), how),
      h("button.button.small", { type: "submit", data: { key: "fail set" } }, "Set"),
    ),
  );
  const ways = () => {
    const { actions, modes } = state.choices;
    const codes =
      what.value === "*" ? [...new Set(Object.values(actions).flat())].sort() : actions[what.value];
    const option = (value, label) => h("option", { value }, label);
    how.replaceChildren(
      h(
        "optgroup",
        { label: "Faults" },
        modes.map(([name, said]) => option(name, `${name} · ${said}`)),
      ),
      h(
        "optgroup",
        { label: "Error codes" },
        codes.map((code) => option(code, code)),
      ),
    );
  };
  const fill = () => {
    if (what.options.length) return;
    what.append(
      ...Object.keys(state.choices.actions)
        .sort()
        .reverse()
        .map((name) => h("option", { value: name }, SHORT[name] ?? name)),
      h("option", { value: "*" }, "any"),
    );
    what.selectedIndex = [...what.options].findIndex(
      (one) => one.value === "StartPublishCdnStream",
    );
    ways();
  };
  return { node, fill };
}

function waiting({ waiting: due }) {
  if (!due.length) return h("p.empty", {}, "No faults are set.");
  const rows = due.map((one) =>
    h(
      "li",
      {},
      dot("waits"),
      h("span", {}, SHORT[one.action] ?? (one.action === "*" ? "any" : one.action)),
      h("code", {}, one.how),
    ),
  );
  return h("div.due", {}, h("ul", {}, rows), knob("Clear", "well", {}));
}

// ── the log ─────────────────────────────────────────────────────────────────────

function logTabs(logged, show) {
  const tab = (name, label) =>
    h(
      "button.segment",
      {
        type: "button",
        "aria-pressed": String(logged === name),
        data: { key: `log ${name}` },
        onclick: () => show(name),
      },
      label,
    );
  return h(
    "div.segments",
    { role: "group", "aria-label": "Whose calls" },
    tab("cloud", "To the cloud"),
    tab("slack", "To Slack"),
  );
}

function logRows(logged) {
  const calls =
    logged === "cloud"
      ? state.panel.calls.map((one) => ({
          at: one.at,
          what: SHORT[one.action] ?? one.action,
          outcome: one.outcome,
          title: `${one.action} ${one.request_id}`,
        }))
      : state.calls.map((one) => ({
          at: one.at,
          what: one.method,
          outcome: one.error || "ok",
          title: one.method,
        }));
  if (!calls.length) return h("p.empty", {}, "No calls yet.");
  return h(
    "ol.log",
    { tabindex: "0", "aria-label": "Calls, the last one first" },
    calls
      .slice(-LINES)
      .reverse()
      .map((one) =>
        h(
          "li",
          { title: one.title },
          h("time", {}, time(one.at)),
          h("span", {}, one.what),
          h("b", { class: one.outcome === "ok" ? "ok" : "bad" }, one.outcome),
        ),
      ),
  );
}
