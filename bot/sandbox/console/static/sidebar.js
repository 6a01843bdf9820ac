// Who I am, and where I can go.

import { h, icon, keepingFocus, roving } from "./dom.js";
import { shut } from "./drawers.js";
import { menu } from "./popover.js";
import { become, go, isDirect, lookAt, me, myChannels, on, state, unseen } from "./store.js";
import { avatar } from "./timeline.js";
import { turn } from "./wire.js";

/** Draw the sidebar into *node*, from now on. */
export function followSidebar(nav) {
  const node = h("div.sidebar-parts"); // beside it, in the same landmark, a menu may stand
  nav.append(node);
  const settle = roving(node, ".place");
  on("me place message gone notice panel linked home", () => {
    if (!state.ready) return;
    const drawn = JSON.stringify([state.me, state.place, state.linked, counts(), me()]);
    if (drawn === followSidebar.last) return;
    followSidebar.last = drawn;
    keepingFocus(node, () => node.replaceChildren(...parts()));
    settle();
  });
}

const counts = () => myChannels().map((one) => unseen(one.id));

function parts() {
  const [direct] = myChannels().filter(isDirect);
  return [
    h(
      "header.team",
      {},
      h("img", { src: "/static/icon.svg", alt: "" }),
      h("span.team-name", { title: state.team }, state.team),
      shut("Close the channels"),
    ),
    h("p.lost", { role: "status", hidden: state.linked }, "Connecting to the sandbox…"),
    h(
      "div.places",
      {},
      h("h2", {}, "Channels"),
      myChannels()
        .filter((one) => !isDirect(one))
        .map(row),
      h("h2", {}, "Apps"),
      direct && row(direct),
    ),
    h("div.sidebar-foot", {}, person(), phone(), theme()),
  ];
}

function row(channel) {
  const current = channel.id === state.place.channel;
  const news = current ? 0 : unseen(channel.id);
  return h(
    "button.place",
    {
      type: "button",
      class: [current && "current", news && "news"].filter(Boolean).join(" "),
      "aria-current": current ? "page" : null,
      tabindex: current ? "0" : "-1",
      data: { key: channel.id },
      onclick: () => {
        lookAt(channel.id);
        go({ channel: channel.id });
      },
    },
    isDirect(channel) ? avatar(state.users.get(state.bot)) : icon("hash"),
    h("span", {}, isDirect(channel) ? "Patchbay" : channel.name),
    news > 0 && h("span.count", { "aria-label": `${news} new` }, String(news)),
  );
}

// ── who I am ────────────────────────────────────────────────────────────────────

function person() {
  const node = h(
    "button.person",
    {
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `${me().name} ${me().rights} · ${me().locale}: be somebody else`,
      data: { key: "person" },
      onclick: () => menu(node, people(), { label: "Who you are" }),
    },
    avatar(me()),
    h(
      "span.person-words",
      {},
      h("b", {}, me().name),
      " ",
      h("small", {}, `${me().rights} · ${me().locale}`),
    ),
    icon("down"),
  );
  return node;
}

function people() {
  const humans = [...state.users.values()].filter((one) => !one.bot);
  return [
    { heading: "Who you are" },
    ...humans.map((one) => ({
      label: one.real_name,
      hint: one.rights,
      checked: one.id === state.me,
      run: () => become(one.id),
    })),
    { heading: `The language of ${me().name}'s Slack` },
    ...state.choices.locales.map((locale) => ({
      label: named(locale),
      hint: locale,
      checked: locale === me().locale,
      run: () => turn("locale", { user: state.me, locale }),
    })),
  ];
}

const named = (locale) => new Intl.DisplayNames([locale], { type: "language" }).of(locale);

// ── as on a phone ───────────────────────────────────────────────────────────────

/** Return the switch that shows the chat as wide as a phone: 390 px. */
function phone() {
  const root = document.documentElement.dataset;
  const node = h(
    "button.plain.phone",
    {
      type: "button",
      "aria-label": "As on a phone",
      title: "As on a phone: 390 px",
      "aria-pressed": String(root.view === "phone"),
      data: { key: "phone" },
      onclick: () => {
        if (root.view === "phone") delete root.view;
        else root.view = "phone";
        localStorage.setItem("view", root.view ?? "");
        node.setAttribute("aria-pressed", String(root.view === "phone"));
      },
    },
    icon("phone"),
  );
  return node;
}

// ── light and dark ──────────────────────────────────────────────────────────────

const THEMES = { auto: "As the system", light: "Light", dark: "Dark" };
const SIGNS = { auto: "auto", light: "sun", dark: "moon" };

function theme() {
  const now = localStorage.getItem("theme") ?? "auto";
  const node = h(
    "button.plain.theme",
    {
      type: "button",
      "aria-label": `Colours: ${THEMES[now]}`,
      title: `Colours: ${THEMES[now]}`,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { key: "theme" },
      onclick: () => menu(node, entries(), { label: "Colours" }),
    },
    icon(SIGNS[now]),
  );
  const entries = () =>
    Object.entries(THEMES).map(([name, label]) => ({
      label,
      checked: name === (localStorage.getItem("theme") ?? "auto"),
      run: () => paint(name, node),
    }));
  return node;
}

function paint(name, node) {
  localStorage.setItem("theme", name);
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  node.replaceChildren(icon(SIGNS[name]));
  node.setAttribute("aria-label", `Colours: ${THEMES[name]}`);
  node.title = `Colours: ${THEMES[name]}`;
}
