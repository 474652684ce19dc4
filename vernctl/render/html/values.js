"use strict";

/* Texts as nodes. Nothing here or elsewhere in this page turns text into markup. */

/** An element: "tag.class.class", attributes (on: listeners), children; strings become text. */
function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const number = (value) => value.toLocaleString("en-US");
const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A share in whole percent; what is not quite nothing or all never rounds to it. */
function percent(share) {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return "<1 %";
  if (whole === 100 && share < 1) return ">99 %";
  return `${whole} %`;
}

/* Control, format (bidi, zero width), surrogate, private and unassigned characters, separators and
   spaces that are not the usual one, letters that print as nothing, and a mark on top of three. */
const HIDDEN =
  "\\r\\n|[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0]" +
  "|(?! )\\p{Zs}|(?<=\\p{M}{3})\\p{M}";
const IN_PROSE = new RegExp(HIDDEN, "gu");
const IN_CELLS = new RegExp(`${HIDDEN}|^ +| +$| {2,}`, "gu");

function picture(found) {
  if (found[0] === " ") return "·".repeat(found.length);
  if (found === "\r\n" || found === "\n") return "⏎";
  const code = found.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Text as nodes in which what is hidden can be seen. */
function visible(text, pattern = IN_PROSE) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > done) nodes.push(text.slice(done, match.index));
    nodes.push(el("span.hidden", {}, picture(match[0])));
    done = match.index + match[0].length;
  }
  if (done < text.length) nodes.push(text.slice(done));
  return nodes;
}

/** A sentence that may hold customer text, kept from reordering what stands beside it. */
const prose = (text) => el("bdi", {}, visible(text));

/** The first part of a text, never half a character. */
function cut(text, most) {
  if (text.length <= most) return text;
  const half = text.charCodeAt(most - 1) >> 10 === 0x36;
  return `${text.slice(0, half ? most - 1 : most)}…`;
}

/** A cell: exact, its edges visible, an empty one said to be empty. */
function cell(text, most = 240) {
  if (text === "") return el("bdi.empty", {}, "empty");
  return el("bdi.cell", {}, visible(cut(text, most), IN_CELLS));
}

const isTail = (unit) => unit >> 10 === 0x37;

/** How many code units two texts share at the start and at the end. */
function shared(old, now) {
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start += 1;
  while (start > 0 && (isTail(old.charCodeAt(start)) || isTail(now.charCodeAt(start)))) start -= 1;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  while (end > 0 && isTail(old.charCodeAt(old.length - end))) end -= 1;
  return [start, end];
}

/** Both cells of a change; where they share a good part, the rest is marked. */
function cells(old, now, most = 240) {
  const [start, end] = shared(old, now);
  if (3 * (start + end) < Math.max(old.length, now.length)) return [cell(old, most), cell(now, most)];
  return [marked(old, start, end, most), marked(now, start, end, most)];
}

function marked(text, start, end, most) {
  const from = start > most / 2 ? start - Math.floor(most / 4) : 0;
  const middle = text.slice(start, text.length - end);
  const pattern = /^ +$/.test(middle) ? new RegExp(`${HIDDEN}| +`, "gu") : IN_PROSE;
  return el(
    "bdi.cell",
    {},
    from ? "…" : null,
    visible(text.slice(from, start)),
    middle ? el("mark", {}, visible(cut(middle, most), pattern)) : null,
    visible(cut(text.slice(text.length - end), most)),
  );
}
