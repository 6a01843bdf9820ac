// Making elements. Text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return an element: h("p.quiet", {title: "…", onclick: f}, "text", node, null). */
export function h(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  node.append(
    ...children.flat(9).filter((one) => one !== null && one !== undefined && one !== false),
  );
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "class") node.className += ` ${value}`;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

const PATHS = {
  hash: "M6 2 4.5 14M11.5 2 10 14M2.5 5.5h11.5M2 10.5h11.5",
  chat: "M2.5 3.5h11v7.5H7L4 13.5V11H2.5z",
  home: "M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  down: "M4 6.5 8 10.5l4-4",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3.5 5 8l4.5 4.5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
  send: "M2.5 3l11 5-11 5 1.5-5zM4 8h4.5",
  check: "M3.5 8.5 6.5 11.5 12.5 5",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.5 3.5",
  reply: "M6 4 2.5 7.5 6 11M3 7.5h6a4 4 0 0 1 4 4V13",
  sliders: "M3 5h6M12 5h1M3 11h1M7 11h6M10.5 3.5v3M5.5 9.5v3",
  sun: "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13 9.5A5.5 5.5 0 1 1 6.5 3 4.5 4.5 0 0 0 13 9.5z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  bolt: "M9 1.5 3.5 9H7.5L7 14.5 12.5 7H8.5z",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  list: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  phone: "M5 1.5h6v13H5zM7.3 12.5h1.4",
  link: "M6.5 9.5 12.5 3.5M8.5 3.5h4v4M11 9.5v3.5H3V5h3.5",
};

/** Return one of the line drawings above; it says nothing to screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Return a new ID for aria attributes. */
export function newId(prefix) {
  newId.last = (newId.last ?? 0) + 1;
  return `${prefix}-${newId.last}`;
}

/** Let arrow keys move among the *selector* elements of *list*; one takes Tab. */
export function roving(list, selector, { keys = ["ArrowUp", "ArrowDown"] } = {}) {
  const all = () => [...list.querySelectorAll(selector)];
  let stop = null;
  const only = (chosen) => {
    if (stop && stop !== chosen) stop.tabIndex = -1;
    stop = chosen;
    if (stop) stop.tabIndex = 0;
  };
  list.addEventListener("focusin", (event) => {
    if (event.target.matches(selector)) only(event.target);
  });
  list.addEventListener("keydown", (event) => {
    if (!event.target.matches(selector)) return;
    const items = all();
    const at = items.indexOf(event.target);
    const to = { [keys[0]]: at - 1, [keys[1]]: at + 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[Math.max(0, Math.min(items.length - 1, to))].focus();
  });
  return () => {
    if (!stop?.isConnected) only(all().find((one) => one.tabIndex === 0) ?? all().at(-1));
  };
}

/** Run *change*, which rebuilds *within* (into *after*), and put the focus back. */
export function keepingFocus(within, change, after = within) {
  const was = document.activeElement;
  const key = within.contains(was) ? was.dataset.key : null;
  const caret =
    key && typeof was.selectionStart === "number" ? [was.selectionStart, was.selectionEnd] : null;
  change();
  if (!key) return;
  const now = [after, ...after.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!now || now === document.activeElement) return;
  now.focus({ preventScroll: true });
  if (caret && now.setSelectionRange) now.setSelectionRange(...caret);
}
