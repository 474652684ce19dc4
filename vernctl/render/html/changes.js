"use strict";

/* The changes of one sheet: filters, search, the table, and the change that is looked at. */

/** [kind, row, key, column or −1, before, after]; a whole row has a list of cells on one side. */
const KIND = 0, ROW = 1, KEY = 2, COLUMN = 3, BEFORE = 4, AFTER = 5;
const MARKS = { removed: "−", added: "+", now_invalid: "!", now_valid: "✓" };

const joined = (side) => (Array.isArray(side) ? side.filter(Boolean).join(" | ") : side);

function toneOf(kind) {
  if (kind === "removed" || kind === "now_invalid" || kind === "blanked") return "bad";
  return kind === "added" || kind === "now_valid" || kind === "filled" ? "good" : "warn";
}

class Changes {
  constructor(sheet, kinds) {
    this.sheet = sheet;
    this.kinds = kinds;
    this.chosen = new Set();
    this.column = "";
    this.pair = null;
    const block = JSON.parse(document.getElementById(sheet.block).textContent);
    this.columns = block.columns;
    this.columnsBefore = block.columns_before;
    this.lines = block.lines;
    this.grid = new Grid({
      label: `Changes of ${sheet.slug}`,
      heads: ["Kind", "Row", "Column", "Before", "After"],
      fill: (row, line) => this.fill(row, line),
      onActive: (line) => this.look(line),
    });
    this.detail = el("div.detail", { "aria-label": "The change that is selected", role: "region" });
    this.count = el("output.count", {});
    this.search = el("input.search", {
      type: "search",
      placeholder: "Search keys and values",
      "aria-label": "Search keys and values",
      "aria-keyshortcuts": "/",
      on: { input: () => this.soon() },
    });
    this.node = el("section.changes", {}, el("h3", {}, "Every change"), this.bar(), this.grid.node, this.detail);
    this.apply();
  }

  bar() {
    const byKind = new Map(), byColumn = new Map();
    for (const line of this.lines) {
      byKind.set(line[KIND], (byKind.get(line[KIND]) || 0) + 1);
      if (line[COLUMN] >= 0) byColumn.set(line[COLUMN], (byColumn.get(line[COLUMN]) || 0) + 1);
    }
    this.chips = [...byKind].sort((a, b) => a[0] - b[0]).map(([kind, count]) => {
      const chip = el("button.chip", { type: "button", "aria-pressed": "false", "data-kind": kind },
        `${this.kinds[kind].words} `, el("span.number", {}, number(count)));
      chip.addEventListener("click", () => {
        if (!this.chosen.delete(kind)) this.chosen.add(kind);
        this.apply();
      });
      return chip;
    });
    this.select = el("select", { "aria-label": "Column", on: { change: () => { this.column = this.select.value; this.apply(); } } },
      el("option", { value: "" }, "All columns"),
      [...byColumn].sort((a, b) => a[0] - b[0]).map(([column, count]) =>
        el("option", { value: column }, `${visibleText(this.columns[column])} (${number(count)})`)));
    this.exact = el("button.chip.exact", { type: "button", hidden: true, on: { click: () => { this.pair = null; this.apply(); } } });
    this.reset = el("button.plain", { type: "button", on: { click: () => this.clear() } }, "Show all");
    return el("div.bar", {},
      el("div.finders", {}, this.search, this.select, this.exact, this.reset, this.count),
      this.chips.length > 1 ? el("div.chips", { role: "group", "aria-label": "Kinds of change" }, this.chips) : null);
  }

  clear() {
    this.chosen.clear();
    this.column = "";
    this.pair = null;
    this.search.value = "";
    this.apply();
  }

  /** What a group of equal changes stands for. */
  only(group) {
    this.chosen = new Set([group.kind]);
    const at = this.columns.indexOf(group.column);
    this.column = at < 0 ? "" : String(at);
    this.pair = group.same ? group.pair : null;
    this.search.value = "";
    this.apply();
  }

  soon() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.apply());
  }

  apply() {
    const wanted = this.search.value.toLowerCase();
    const column = this.column === "" ? null : Number(this.column);
    const has = (side) => joined(side).toLowerCase().includes(wanted);
    const found = this.lines.filter((line) =>
      (!this.chosen.size || this.chosen.has(line[KIND])) &&
      (column === null || line[COLUMN] === column) &&
      (!this.pair || (line[BEFORE] === this.pair[0] && line[AFTER] === this.pair[1])) &&
      (!wanted || line[KEY].toLowerCase().includes(wanted) || has(line[BEFORE]) || has(line[AFTER])));
    for (const chip of this.chips) chip.setAttribute("aria-pressed", this.chosen.has(Number(chip.dataset.kind)));
    this.select.value = this.column;
    this.exact.hidden = !this.pair;
    if (this.pair) this.exact.replaceChildren(cell(this.pair[0], 24), " → ", cell(this.pair[1], 24), " ×");
    this.reset.hidden = found.length === this.lines.length;
    const all = counted(this.lines.length, "change");
    this.count.textContent = found.length === this.lines.length ? all : `${number(found.length)} of ${all}`;
    this.grid.show(found);
    this.detail.replaceChildren();
    this.detail.hidden = true;
  }

  fill(row, line) {
    const { kind, words } = this.kinds[line[KIND]];
    const column = line[COLUMN] < 0 ? "" : this.columns[line[COLUMN]];
    const [before, after] = this.sides(line, 160);
    const part = (name, ...children) => el(`span.${name}`, { role: "gridcell" }, children);
    row.classList.add(`is-${toneOf(kind)}`, `is-${kind}`);
    if (line[COLUMN] < 0) row.classList.add("is-whole");
    row.append(
      part("kind", el("i", { "aria-hidden": "true" }, MARKS[kind] || "~"), words),
      part("key", line[KEY] ? cell(line[KEY], 80) : el("span.dim", {}, `row ${number(line[ROW])}`)),
      part("column", prose(cut(column, 80))),
      part("before", before),
      part("after", after),
    );
  }

  sides(line, most) {
    const { kind } = this.kinds[line[KIND]];
    const [before, after] = [joined(line[BEFORE]), joined(line[AFTER])];
    if (kind === "added" || kind === "now_invalid") return [null, cell(after, most)];
    if (kind === "removed" || kind === "now_valid") return [cell(before, most), null];
    return cells(before, after, most);
  }

  look(line) {
    const { words } = this.kinds[line[KIND]];
    const where = [words, line[ROW] ? `row ${number(line[ROW])}` : null].filter(Boolean).join(" · ");
    const key = line[KEY] ? [this.sheet.key ? [prose(this.sheet.key), " "] : null, cell(line[KEY])] : null;
    this.detail.hidden = false;
    this.detail.replaceChildren(
      el("p.where", {}, where, key ? [" · ", key] : null, line[COLUMN] < 0 ? null : [" · ", el("b", {}, prose(this.columns[line[COLUMN]]))]),
      Array.isArray(line[BEFORE]) ? record(line[BEFORE], this.columnsBefore)
        : Array.isArray(line[AFTER]) ? record(line[AFTER], this.columns) : this.sidesInFull(line),
    );
  }

  sidesInFull(line) {
    const [before, after] = this.sides(line, 20000);
    return el("div.sides", {},
      before ? el("div.side", {}, el("h4", {}, "Before"), el("pre", { tabindex: "0" }, before)) : null,
      after ? el("div.side", {}, el("h4", {}, before ? "After" : "Now"), el("pre", { tabindex: "0" }, after)) : null);
  }
}

/** A whole row, column by column. */
function record(values, names) {
  return el("dl.record", {}, values.map((value, i) => [el("dt", {}, prose(names[i] || "")), el("dd", {}, cell(value, 2000))]));
}

/** The text of visible(), where only text may stand. */
const visibleText = (text) => text.replace(IN_PROSE, picture);
