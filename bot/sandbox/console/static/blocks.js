// Block Kit, drawn: every block that a bot like this one may send.

import { control, isChoosing } from "./controls.js";
import { h, icon, newId } from "./dom.js";
import { rich } from "./rich.js";
import { link, mrkdwn, plain, words } from "./text.js";

/** Return *blocks* as nodes; *surface* says where they stand and takes what is done. */
export const draw = (blocks, surface) =>
  blocks.map((block) =>
    h(
      "div.block",
      { class: `block-${block.type}`, data: { block: block.block_id } },
      one(block, surface),
      surface.refused(block) && h("p.refused", { role: "alert" }, surface.refused(block)),
    ),
  );

function one(block, surface) {
  const drawn = BLOCKS[block.type];
  return drawn ? drawn(block, surface) : h("p.unknown", {}, `[${block.type}]`);
}

const BLOCKS = {
  section(block, surface) {
    const { accessory } = block;
    const fields =
      block.fields &&
      h(
        "div.fields",
        {},
        block.fields.map((text) => h("div", {}, words(text))),
      );
    const beside =
      accessory &&
      (accessory.type === "image"
        ? picture(accessory, "thumb")
        : control(accessory, block, surface));
    return [
      h("div.section-text", {}, block.text && h("div", {}, words(block.text)), fields),
      beside && h("div.accessory", {}, beside),
    ];
  },
  header: (block) =>
    h(`h${Math.min(6, (block.level ?? 1) + 1)}.header-text`, {}, plain(block.text)),
  divider: () => h("hr"),
  context: (block) =>
    block.elements.map((each) =>
      each.type === "image" ? picture(each, "tiny") : h("span.context-text", {}, words(each)),
    ),
  actions: (block, surface) =>
    h(
      "div.actions",
      { role: "group", "aria-label": "Actions" },
      block.elements.map((each) => control(each, block, surface)),
    ),
  context_actions: (block, surface) =>
    h(
      "div.actions",
      {},
      block.elements.map((each) => feedback(each, block, surface)),
    ),
  rich_text: (block) => rich(block.elements),
  image: (block) =>
    h(
      "figure",
      {},
      block.title && h("figcaption", {}, plain(block.title)),
      picture(block, "whole"),
    ),
  markdown: (block) => h("div.markdown", {}, markdown(block.text)),
  alert: (block) =>
    h("div.alert", { class: block.level ?? "default", role: "note" }, words(block.text)),
  table: (block) => table(block),
  data_table: (block, surface) => table(block, surface),
  video: (block) =>
    h(
      "div.video",
      {},
      icon("link"),
      link(block.title_url ?? block.video_url ?? "", plain(block.title) || block.alt_text),
    ),
  input,
};

function feedback(each, block, surface) {
  if (each.type !== "feedback_buttons")
    return control(
      { ...each, text: each.text ?? { text: each.icon ?? "⋯" }, type: "button" },
      block,
      surface,
    );
  return [each.positive_button, each.negative_button].map((button) =>
    control({ ...button, type: "button", action_id: each.action_id }, block, surface),
  );
}

// ── one input with its label, hint and what is wrong with it ────────────────────

function input(block, surface) {
  const ids = { label: newId("label"), hint: newId("hint"), fault: newId("fault") };
  const fault = surface.faults?.[block.block_id] ?? "";
  const shown = control(block.element, block, surface, {
    input: true,
    "aria-labelledby": ids.label,
    "aria-describedby":
      [fault && ids.fault, block.hint && ids.hint].filter(Boolean).join(" ") || null,
    "aria-invalid": fault ? "true" : null,
    "aria-required": block.optional ? null : "true",
  });
  const field = shown.matches("input, textarea, button")
    ? shown
    : shown.querySelector("input.typed, textarea");
  return h(
    "div.field",
    {
      class: fault ? "wrong" : "",
      role: isChoosing(block.element) ? "group" : null,
      "aria-labelledby": isChoosing(block.element) ? ids.label : null,
    },
    h(
      "label.label",
      { id: ids.label, for: field?.id || null },
      plain(block.label),
      block.optional && h("span.optional", {}, " (optional)"),
    ),
    shown,
    fault && h("p.fault", { id: ids.fault }, fault),
    (block.hint || field?.dataset.tip) &&
      h(
        "p.hint",
        { id: ids.hint },
        plain(block.hint),
        field?.dataset.tip && h("span.tip", {}, ` ${field.dataset.tip}`),
      ),
  );
}

// ── pictures: only those that are kept here ─────────────────────────────────────

function picture(image, size) {
  const file = image.slack_file?.id ?? image.slack_file?.url?.split("/").at(-1);
  if (file)
    return h("img", {
      src: `/files/${encodeURIComponent(file)}`,
      alt: image.alt_text,
      class: size,
    });
  return h(
    "span.elsewhere",
    { class: size, title: "The console loads nothing from elsewhere." },
    icon("file"),
    link(image.image_url ?? "", image.alt_text),
  );
}

// ── tables and standard Markdown ────────────────────────────────────────────────

function table(block, surface) {
  const { rows, caption, column_settings: columns = [] } = block;
  const cell = (each, at, tag) =>
    h(
      tag,
      { class: columns[at]?.align ? `align-${columns[at].align}` : "" },
      each.type === "rich_text"
        ? rich(each.elements)
        : each.element
          ? control(each.element, block, surface)
          : each.text,
    );
  const [head, ...body] = rows.map((row, number) =>
    h(
      "tr",
      {},
      row.map((each, at) => cell(each, at, number ? "td" : "th")),
    ),
  );
  return h(
    "div.scrolls",
    { tabindex: "0", role: "group", "aria-label": caption ?? "Table" },
    h("table", {}, caption && h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body)),
  );
}

function markdown(text) {
  const nodes = [];
  let list = null;
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    if (part.startsWith("```"))
      nodes.push(h("pre.code", {}, part.replace(/^```\w*\n?|\n?```$/g, "")));
    else for (const line of part.split("\n")) list = markdownLine(line, nodes, list);
  }
  return nodes;
}

function markdownLine(line, nodes, list) {
  const item = /^\s*(?:[-*+]|(\d+)\.)\s+(.*)$/.exec(line);
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (item) {
    const kind = item[1] ? "ol" : "ul";
    const into = list?.tagName.toLowerCase() === kind ? list : h(`${kind}.rich-list`);
    if (into !== list) nodes.push(into);
    into.append(h("li", {}, spans(item[2])));
    return into;
  }
  if (heading) nodes.push(h(`h${Math.min(6, heading[1].length + 2)}`, {}, spans(heading[2])));
  else if (line.trim()) nodes.push(h("p", {}, spans(line)));
  return null;
}

/** Markdown's marks, put as mrkdwn's. */
function spans(text) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return mrkdwn(
    escaped
      .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>")
      .replace(/(?<!\*)\*(?!\*|\s)([^*\n]+)\*(?!\*)/g, "_$1_")
      .replace(/\*\*([^*\n]+)\*\*|__([^_\n]+)__/g, (_all, a, b) => `*${a ?? b}*`)
      .replace(/~~([^~\n]+)~~/g, "~$1~"),
  );
}
