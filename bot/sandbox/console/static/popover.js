// Panels that open at a button: menus and lists. They stay on top of everything.

import { h, icon } from "./dom.js";

let open = null;

/** Show *panel* at *anchor*; *closed* is called when it goes away. Returns how to. */
export function showAt(anchor, panel, { closed = () => {}, wide = false } = {}) {
  open?.(false);
  panel.classList.add("popover");
  panel.setAttribute("popover", "manual");
  (anchor.closest("dialog, #sidebar, #main, #aside") ?? document.body).append(panel);
  panel.showPopover();
  const put = () => place(anchor, panel, wide);
  put();
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  };
  const close = (back) => {
    if (open !== close) return;
    open = null;
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", escape, true);
    document.removeEventListener("scroll", put, true);
    window.removeEventListener("resize", put);
    panel.remove();
    if (back && anchor.isConnected) anchor.focus();
    closed();
  };
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("scroll", put, true);
  window.addEventListener("resize", put);
  document.addEventListener("keydown", escape, true);
  panel.addEventListener("focusout", (event) => {
    if (
      event.relatedTarget &&
      !panel.contains(event.relatedTarget) &&
      event.relatedTarget !== anchor
    )
      close(false);
  });
  open = close;
  return close;
}

function place(anchor, panel, wide) {
  if (!anchor.isConnected) {
    open?.(false);
    return;
  }
  const at = anchor.getBoundingClientRect();
  if (wide) panel.style.minWidth = `${at.width}px`;
  const { offsetWidth: width, offsetHeight: height } = panel;
  const below = window.innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const up = height > below && above > below;
  panel.style.maxHeight = `${Math.min(360, up ? above : below)}px`;
  const left = Math.min(at.left, window.innerWidth - width - 12);
  panel.style.left = `${Math.max(8, left)}px`;
  panel.style.top = up ? "auto" : `${at.bottom + 4}px`;
  panel.style.bottom = up ? `${window.innerHeight - at.top + 4}px` : "auto";
}

/** Open a menu at *anchor*: entries are {label, hint, checked, run} or {heading}. */
export function menu(anchor, entries, { label = "Menu" } = {}) {
  const list = h("div.menu", { role: "menu", "aria-label": label });
  let close = () => {};
  for (const entry of entries) {
    if (entry.heading) {
      list.append(h("p.group-label", { role: "presentation" }, entry.heading));
      continue;
    }
    const radio = entry.checked !== undefined;
    list.append(
      h(
        "button.menu-item",
        {
          type: "button",
          role: radio ? "menuitemradio" : "menuitem",
          "aria-checked": radio ? String(entry.checked) : null,
          onclick: () => {
            close(true);
            entry.run();
          },
        },
        radio && h("span.tick", {}, entry.checked && icon("check")),
        h("span.menu-words", {}, entry.label, entry.hint && h("small", {}, entry.hint)),
      ),
    );
  }
  list.addEventListener("keydown", (event) => moveIn(list, event));
  anchor.setAttribute("aria-expanded", "true");
  close = showAt(anchor, list, { closed: () => anchor.setAttribute("aria-expanded", "false") });
  (list.querySelector("[aria-checked=true]") ?? list.querySelector("button"))?.focus();
}

function moveIn(list, event) {
  const items = [...list.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items.at(to % items.length).focus();
  } else if (event.key === "Tab") {
    event.preventDefault();
  } else if (event.key.length === 1 && event.key !== " ") {
    items
      .find((one) => one.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))
      ?.focus();
  }
}
