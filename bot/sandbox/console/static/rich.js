// rich_text blocks: the part of a message in which nothing is parsed.

import { h } from "./dom.js";
import { link, mention, moment, place } from "./text.js";

/** Return the elements of a rich_text block as nodes. */
export const rich = (elements) =>
  elements.map((one) => (PARTS[one.type] ?? PARTS.rich_text_section)(one));

const spans = (part) => (part.elements ?? []).map(span);

const PARTS = {
  rich_text_section: (part) => h("div.rich-section", {}, spans(part)),
  rich_text_preformatted: (part) => h("pre.code", {}, spans(part)),
  rich_text_quote: (part) => h("blockquote", {}, spans(part)),
  rich_text_list(part) {
    const ordered = part.style === "ordered";
    const list = h(ordered ? "ol" : "ul", {
      class: `rich-list indent-${part.indent ?? 0}`,
      start: ordered ? (part.offset ?? 0) + 1 : null,
    });
    list.append(...part.elements.map((item) => h("li", {}, spans(item))));
    return list;
  },
};

const KINDS = {
  text: (one) => one.text,
  link: (one) => link(one.url, one.text),
  user: (one) => mention(one.user_id),
  usergroup: (one) => h("span.mention", {}, `@${one.usergroup_id}`),
  channel: (one) => place(one.channel_id),
  broadcast: (one) => h("span.mention", {}, `@${one.range}`),
  date: (one) => moment(one.timestamp, one.format, one.url, one.fallback),
  emoji: (one) => h("span.emoji", { title: `:${one.name}:` }, emoji(one)),
  color: (one) => h("span.color", {}, one.value),
};

function emoji({ unicode, name }) {
  if (!unicode) return `:${name}:`;
  return String.fromCodePoint(...unicode.split("-").map((code) => Number.parseInt(code, 16)));
}

function span(one) {
  const shown = (KINDS[one.type] ?? (() => `[${one.type}]`))(one);
  const style = one.style ?? {};
  let node = shown;
  for (const [name, tag] of [
    ["code", "code"],
    ["strike", "s"],
    ["italic", "em"],
    ["bold", "strong"],
    ["underline", "u"],
  ]) {
    if (style[name]) node = h(tag, {}, node);
  }
  return node;
}
