// The middle: a channel or a direct conversation, or the app's Home.

import { draw } from "./blocks.js";
import { composer } from "./composer.js";
import { h, icon, keepingFocus } from "./dom.js";
import { isShown, toggle } from "./drawers.js";
import { channel, go, here, isDirect, me, on, state, user } from "./store.js";
import { onView } from "./surfaces.js";
import { messageList } from "./timeline.js";
import { gesture } from "./wire.js";

/** Draw the middle into *node*, from now on. */
export function followRoom(node) {
  const head = h("header.room-head");
  const list = messageList("Messages");
  const write = composer({ id: "composer" });
  const home = h("section.home", { role: "tabpanel", "aria-label": "Home", tabindex: "-1" });
  write.node.hidden = true; // until it is known where one is
  node.append(head, list.node, write.node, home);
  const typed = new Map();

  const paintHead = () => keepingFocus(head, () => head.replaceChildren(...heading()));
  const paint = () => {
    const atHome = state.place.tab === "home";
    paintHead();
    list.node.hidden = write.node.hidden = atHome;
    home.hidden = !atHome;
    if (atHome) paintHome();
    else list.show(state.place.channel);
    write.label();
  };
  const paintHome = () => {
    const view = state.homes.get(state.me);
    const drawn = view
      ? draw(view.blocks, onView(view, typed))
      : [h("p.empty", {}, "Opening the Home tab…")];
    keepingFocus(home, () => home.replaceChildren(h("div.blocks", {}, drawn)));
  };
  on("place me", paint);
  on("drawer", paintHead);
  on("home refused", () => state.place.tab === "home" && paintHome());
  follow(list);
  on("try", write.start);
  on("place", () => {
    const { activeElement: was } = document;
    if (was === document.body && !node.inert) write.focus();
  });
}

/** Let *list* show every message that comes, changes or goes. */
function follow(list) {
  on("message", list.put);
  on("gone", list.drop);
  on("notice", (notice) => notice.surface || list.put(notice));
  on("refused", (notice) => list.again(notice.surface, true));
}

function heading() {
  const one = here();
  if (!one) return [];
  const channels = shows("sidebar", "Channels", "list");
  const panel = shows("aside", "Panel", "sliders");
  if (!isDirect(one)) {
    const names = one.members.map((id) => user(id)?.name).filter(Boolean);
    return [
      channels,
      h("h1", {}, icon("hash"), one.name),
      h("p.room-about", {}, one.shared ? "Shared with another company · " : "", names.join(", ")),
      panel,
    ];
  }
  return [channels, h("h1", {}, "Patchbay"), tabs(), panel];
}

/** Return the button that shows another part of the page, or puts it away. */
const shows = (part, label, sign) =>
  h(
    "button.plain",
    {
      type: "button",
      class: `shows-${part}`,
      "aria-label": label,
      title: label,
      "aria-controls": part,
      "aria-expanded": String(isShown(part)),
      data: { key: part },
      onclick: () => toggle(part),
    },
    icon(sign),
  );

function tabs() {
  const tab = (name, label, run) =>
    h(
      "button.tab",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(state.place.tab === name),
        data: { key: `tab-${name}` },
        onclick: run,
      },
      label,
    );
  return h(
    "div.tabs",
    { role: "tablist" },
    tab("messages", "Messages", () => go({ tab: "messages" })),
    tab("home", "Home", () => {
      go({ tab: "home" });
      gesture("home");
    }),
  );
}

/** Draw a thread into *node* while one is open; *hide* hides what else is there. */
export function followThread(node, hide) {
  const list = messageList("Thread");
  const write = composer({ thread: () => state.place.thread });
  const shut = h(
    "button.plain",
    {
      type: "button",
      "aria-label": "Close the thread",
      onclick: () => go({ tab: state.place.tab }),
    },
    icon("close"),
  );
  const about = h("p.room-about");
  const panel = h(
    "section.thread",
    { "aria-label": "Thread", hidden: true },
    h("header.room-head", {}, h("h1", {}, "Thread"), about, shut),
    list.node,
    write.node,
  );
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) go({ tab: state.place.tab });
  });
  node.append(panel);
  let last = "";
  const paint = () => {
    const { thread, channel: id } = state.place;
    panel.hidden = !thread;
    hide(Boolean(thread));
    if (thread) {
      const one = channel(id);
      about.textContent = isDirect(one) ? me().name : `#${one.name}`;
      list.show(id, thread);
      write.label();
      if (thread !== last) write.focus();
    }
    last = thread;
  };
  on("place me", paint);
  follow(list);
}
