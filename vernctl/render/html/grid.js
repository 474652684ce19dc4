"use strict";

/* A table of any length: only the rows in sight are there, all of the same height. */

const BEYOND = 10;

class Grid {
  /** `heads`: column titles; `fill(row, line)` puts a line's cells into an empty row. */
  constructor({ label, heads, fill, onActive }) {
    this.fill = fill;
    this.onActive = onActive;
    this.lines = [];
    this.active = -1;
    this.rows = new Map();
    const titles = heads.map((title) => el("span", { role: "columnheader" }, title));
    this.body = el("div.grid-body", { role: "rowgroup" });
    this.node = el(
      "div.grid",
      { role: "grid", tabindex: "0", "aria-label": label, "aria-colcount": heads.length, "aria-readonly": "true" },
      el("div.grid-head", { role: "rowgroup" }, el("div.row", { role: "row", "aria-rowindex": "1" }, titles)),
      this.body,
    );
    this.node.addEventListener("scroll", () => this.draw(), { passive: true });
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) this.activate(Number(row.dataset.index));
    });
    new ResizeObserver(() => this.redraw()).observe(this.node);
  }

  show(lines) {
    this.lines = lines;
    this.active = -1;
    this.node.setAttribute("aria-rowcount", lines.length + 1);
    this.node.removeAttribute("aria-activedescendant");
    this.node.scrollTop = 0;
    this.redraw();
  }

  redraw() {
    // The height of a row is the style sheet's to choose: two lines high on a narrow screen.
    this.height = parseFloat(getComputedStyle(this.node).getPropertyValue("--row-height")) || 34;
    this.node.style.setProperty("--lines", Math.max(3, this.lines.length));
    this.body.style.height = `${this.lines.length * this.height}px`;
    this.rows.clear();
    this.body.replaceChildren();
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.height) - BEYOND);
    const count = Math.ceil(this.node.clientHeight / this.height) + 2 * BEYOND;
    const last = Math.min(this.lines.length, first + count);
    for (const [index, row] of this.rows) {
      if (index < first || index >= last) {
        row.remove();
        this.rows.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) {
      if (!this.rows.has(index)) this.add(index);
    }
  }

  add(index) {
    const row = el("div.row", { role: "row", id: `row-${index}`, "aria-rowindex": index + 2, "data-index": index });
    row.style.transform = `translateY(${index * this.height}px)`;
    if (index === this.active) row.setAttribute("aria-selected", "true");
    this.fill(row, this.lines[index]);
    this.rows.set(index, row);
    // In the order of the table, for those who read it row by row.
    let next = row.previousElementSibling;
    for (const other of this.body.children) {
      if (Number(other.dataset.index) > index) {
        next = other;
        break;
      }
    }
    this.body.insertBefore(row, next);
  }

  activate(index) {
    if (index < 0 || index >= this.lines.length) return;
    this.rows.get(this.active)?.removeAttribute("aria-selected");
    this.active = index;
    const head = this.node.firstElementChild.offsetHeight;
    const top = index * this.height;
    const bottom = top + this.height + head - this.node.clientHeight;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (bottom > this.node.scrollTop) this.node.scrollTop = bottom;
    this.draw();
    this.rows.get(index)?.setAttribute("aria-selected", "true");
    this.node.setAttribute("aria-activedescendant", `row-${index}`);
    this.onActive(this.lines[index]);
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.height) - 2);
    const last = this.lines.length - 1;
    const steps = {
      ArrowDown: this.active + 1,
      ArrowUp: Math.max(0, this.active - 1),
      PageDown: Math.min(last, Math.max(0, this.active) + page),
      PageUp: Math.max(0, this.active - page),
      Home: 0,
      End: last,
    };
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.activate(Math.min(last, steps[event.key]));
  }
}
