"use strict";

/* The parts of the page that stand still: what is said of a spec, and of each sheet. */

const paragraphs = (name, texts) => texts.map((text) => el(`p.${name}`, {}, prose(text)));

function callouts(spec) {
  const { error } = spec;
  return [
    error && el("div.callout.bad", { role: "note" },
      el("p", {}, error.place ? [el("code", {}, prose(error.place)), " "] : null, el("b", {}, prose(error.message))),
      error.reasons.length ? el("ul", {}, error.reasons.map((reason) => el("li", {}, prose(reason)))) : null,
      error.remote ? el("p", {}, prose(error.remote)) : null),
    spec.resume_at && el("div.callout.warn", { role: "note" }, el("p", {}, "next slot ", el("b", {}, prose(spec.resume_at)))),
    spec.warnings.length ? el("div.callout.warn", { role: "note" }, paragraphs("warning", spec.warnings)) : null,
    spec.dropped_sheets.length ? el("div.callout.bad", { role: "note" },
      spec.dropped_sheets.map((slug) => el("p", {}, "− sheet ", prose(slug), " is gone"))) : null,
    spec.causes.length ? el("p.fact", {}, "Every cell is the same; what leads to them is not: ",
      spec.causes.map((cause, i) => [i ? "; " : "", prose(cause)])) : null,
    paragraphs("fact", spec.facts),
  ];
}

function heading(spec, level) {
  const approved = spec.digests.length > 1
    ? ["approved ", el("code", {}, spec.digests[0]), " → here ", el("code", {}, spec.digests[1])]
    : spec.digests.map((digest) => el("code", {}, digest));
  const about = [prose(spec.name), ...spec.about.map(prose), spec.digests.length ? approved : null].filter(Boolean);
  return el("header.title", {},
    el("div", {}, el(`h${level}`, { id: "title", tabindex: "-1" }, prose(spec.title)), chip(spec)),
    el("p.about", {}, about.map((part) => el("span", {}, part))));
}

function chip(spec) {
  const words = spec.status === "changed" && spec.first_import ? "first import" : spec.status_words;
  return el(`span.status.${spec.tone}`, {}, words);
}

/** Groups of equal changes; each shows its rows when it is pressed. */
function groups(sheet, kinds, onPick) {
  if (!sheet.groups.length) return null;
  const item = (group) => el("li", {}, el("button.group", { type: "button", on: { click: () => onPick(group) } },
    el("span.times", {}, number(group.count)),
    el("span.what", {}, el("b", {}, prose(group.column)), el("span.dim", {}, ` ${kinds[group.kind].words}`)),
    group.pair ? el("span.pair", {}, group.same ? null : el("span.dim", {}, "e.g. "), arrow(group.pair)) : null));
  const few = sheet.groups.slice(0, 8), rest = sheet.groups.slice(8);
  return el("section", {}, el("h3", {}, "Changes, equal ones counted"),
    el("ul.groups", {}, few.map(item)),
    rest.length ? el("details", {}, el("summary", {}, counted(rest.length + sheet.groups_left, "further kind"), " of change"),
      el("ul.groups", {}, rest.map(item)),
      sheet.groups_left ? el("p.dim", {}, `… and ${number(sheet.groups_left)} that are only in the table below`) : null) : null);
}

function arrow([old, now]) {
  const [before, after] = cells(old, now, 60);
  return [el("span.before", {}, before), " → ", el("span.after", {}, after)];
}

/** A bar of 100 units: the filled part, the invalid part of it, and a mark where it was before. */
function bar(filled, invalid, before) {
  const parts = [svg("rect", { class: "track", width: 100, height: 8, rx: 2 })];
  parts.push(svg("rect", { class: "filled", width: 100 * filled, height: 8, rx: 2 }));
  if (invalid > 0) {
    const width = Math.max(1.5, 100 * invalid);
    parts.push(svg("rect", { class: "invalid", x: Math.max(0, 100 * filled - width), width, height: 8, rx: 2 }));
  }
  if (before !== null) parts.push(svg("rect", { class: "was", x: Math.min(98.5, 100 * before), y: -3, width: 1.5, height: 14 }));
  return svg("svg", { class: "chart", viewBox: "0 -4 100 16", width: 100, height: 16, "aria-hidden": "true" }, ...parts);
}

/** Where the bar ended before, if that can be seen. */
function moved(column, rows) {
  const was = column.filled_before;
  return was !== null && Math.abs(was - column.filled / rows) >= 0.005 ? was : null;
}

/** Fill and validity per column: a chart, and in the same row the numbers that it is drawn from. */
function columns(sheet) {
  const known = sheet.columns.some((column) => column.filled !== null || column.invalid || column.origin);
  if (!known || !sheet.columns.length) return null;
  const read = sheet.columns.some((column) => column.origin);
  const was = sheet.columns.some((column) => column.filled_before !== null);
  const rows = sheet.row_count || 1;
  const row = (column) => el("tr", {},
    el("th", { scope: "row" }, prose(column.name), column.state ? el(`span.state.${column.state}`, {}, column.state) : null),
    read ? el("td", {}, column.origin ? origin(column.origin) : null) : null,
    el("td.chart", {}, column.filled === null ? null : bar(column.filled / rows, column.invalid / rows, moved(column, rows))),
    el("td.num", { "data-label": "filled" }, column.filled === null ? "–" : percent(column.filled / rows)),
    was ? el("td.num.dim", { "data-label": "before" }, column.filled_before === null ? "–" : percent(column.filled_before)) : null,
    el("td.num", { "data-label": "distinct" }, column.distinct === null ? "–" : number(column.distinct)),
    was ? el("td.num.dim", { "data-label": "before" }, column.distinct_before === null ? "–" : number(column.distinct_before)) : null,
    el(`td.num${column.invalid ? ".bad" : ".dim"}`, { "data-label": "invalid" }, number(column.invalid)));
  return el("section", {}, el("h3", {}, "Columns"),
    el("p.dim", {}, read ? "Where each column came from, how much of it is filled, distinct values, and cells that break a rule."
      : `How much of each column is filled, distinct values, and cells that break a rule.${was ? " A thin mark is where the bar ended before." : ""}`),
    scrollable("Columns", el("table.columns", { "aria-label": "Columns" },
      el("thead", {}, el("tr", {}, ["Column", read && "Came from", "Fill", "Filled", was && "before", "Distinct", was && "before", "Invalid"]
        .filter(Boolean).map((title, i) => el(`th${i && title !== "Came from" && title !== "Fill" ? ".num" : ""}`, { scope: "col" }, title)))),
      el("tbody", {}, sheet.columns.map(row)))));
}

function origin({ file, sources, how, recodings }) {
  const named = sources.map((source, i) => [i ? " + " : "", cell(source, 60)]);
  return [
    el("span.source", {}, file ? [el("span.dim", {}, prose(file)), " "] : null, named),
    el("span.how", {}, sources.length ? " · " : "", prose(how)),
    recodings.length ? el("details", {}, el("summary", {}, counted(recodings.length, "recoding")),
      el("ul", {}, recodings.map((r) => el("li", {}, r.old.map((old, i) => [i ? ", " : "", cell(old, 40)]),
        r.more ? `, … ${r.more} more` : "", " → ", cell(r.new, 40), ` (${number(r.count)})`)))) : null,
  ];
}

/** A table that is wider than a narrow screen scrolls by itself, and by keyboard. */
function scrollable(label, table) {
  return el("div.wide", { tabindex: "0", role: "region", "aria-label": label }, table);
}

function invalid(sheet) {
  if (!sheet.invalid_groups.length) return null;
  return el("section", {}, el("h3", {}, "Invalid cells"), el("ul.list", {}, sheet.invalid_groups.map((group) =>
    el("li", {}, el("span.times.bad", {}, number(group.count)), " ", el("b", {}, prose(group.column)), " ", prose(group.message)))));
}

/* Beside the sheets. */

function checks(spec) {
  if (!spec.checks.length) return null;
  const signs = { holds: ["✓", "good", "holds"], fails: ["✗", "bad", "fails"], waits: ["…", "dim", "after the import"] };
  return el("section.card", {}, el("h2", {}, "Checks"), el("ul.list", {}, spec.checks.map((check) => {
    const [sign, tone, said] = signs[check.state];
    return el("li", {}, el(`span.sign.${tone}`, { "aria-hidden": "true" }, sign), el("span.sr", {}, `${said}: `),
      check.sheet ? [prose(check.sheet), " "] : null, prose(check.words),
      check.overridden ? el("span.dim", {}, " · overridden: ", prose(check.overridden)) : null);
  })));
}

function questions(spec) {
  if (!spec.questions.length) return null;
  return el("section.card", {}, el("h2", {}, "Questions and answers"), spec.questions.map((q) => {
    const settled = q.status === "answered" || q.status === "expected";
    return el("div.question", {},
      el("p", {}, el("b", {}, prose(q.question))),
      q.context ? el("p.dim", {}, prose(q.context)) : null,
      q.answer !== null ? el("p", {}, "→ ", prose(q.answer), q.status === "expected" ? el("span.dim", {}, " (expected)") : null) : null,
      !settled ? el("p.warn", {}, q.why ? [`${q.status}: `, prose(q.why)] : "no answer yet") : null,
      !settled && q.options.length ? el("ul", {}, q.options.map((option) => el("li", {}, prose(option)))) : null,
      !settled && q.stanza ? el("pre", { tabindex: "0" }, el("code", {}, visibleLines(q.stanza))) : null,
      q.before ? el("p.dim", {}, "when it was approved it read: ", prose(q.before)) : null,
      q.near.map((near) => el("p.dim.rule", {}, "near, not used: ", prose(near))),
      q.rule ? el("p.dim.rule", {}, q.place ? [prose(q.place), " · "] : null, el("code", {}, prose(q.rule))) : null);
  }));
}

/** What the server mended, and the message that takes it back. */
function heals(spec) {
  const found = spec.heals;
  return found && el("section.card", {}, el("h2", {}, "Healed"), el("ul.list", {}, found.list.map((heal) =>
    el("li", {}, el("span.times", {}, number(heal.cells)), " ", prose(heal.sheet), " ", el("b", {}, prose(heal.column)), ": ", prose(heal.what),
      heal.before !== null ? [" · ", cell(heal.before, 60), " → ", cell(heal.after, 60)] : null,
      heal.approved ? el("span.dim", {}, " · as approved") : null))),
    el("p.dim", {}, prose(found.leave)));
}

/** What the agent said about its preview when it was asked. */
function clarified(spec) {
  const told = spec.clarified;
  return told && el("section.card", {}, el("h2", {}, "Asked about this preview"),
    told.asked.map((asked) => el("p", {}, el("b", {}, prose(asked)))),
    told.answer.split("\n").map((line) => el("p", {}, prose(line))));
}

const visibleLines = (text) => text.split("\n").map((line, i) => [i ? "\n" : "", visible(line)]);

function steps(spec) {
  if (!spec.steps) return null;
  return el("section.card", {}, el("h2", {}, spec.steps.title),
    el("ol.steps", {}, spec.steps.steps.map((step) => el("li", {},
      el("b", {}, step.kind), " ", prose(step.detail || step.reason),
      step.detail && step.reason ? el("span.dim", {}, " · ", prose(step.reason)) : null,
      step.calls ? el("span.calls", {}, counted(step.calls, "agent call")) : null))),
    el("p.dim", {}, `in all: ${spec.steps.cost}${spec.steps.later ? `; ${spec.steps.later}` : ""}`));
}

function files(spec) {
  if (!spec.files.length) return null;
  return el("section.card", {}, el("h2", {}, "Files"), el("ul.list", {}, spec.files.map((file) =>
    el("li", {}, prose(file.name), el("span.dim", {}, ` · ${[file.rows, file.size].filter(Boolean).join(", ")}${file.here ? "" : " · not on this host"}`)))),
    spec.unused.length ? [el("h3", {}, "Columns that went nowhere"), el("ul.list", {}, spec.unused.map((column) =>
      el("li", {}, prose(column.file), ": ", cell(column.column, 80), el("span.dim", {}, ` · ${column.filled} filled`))))] : null,
    spec.unfed.map((told) => el("p.bad", {}, "Left out: ", prose(told))));
}

function imported(spec) {
  const found = spec.import;
  if (!found) return null;
  return el("section.card", {}, el("h2", {}, "Written"),
    found.verified ? el(`p.${found.problems.length ? "bad" : "good"}`, {}, found.verified) : null,
    found.problems.length ? el("ul.list", {}, found.problems.map((problem) => el("li", {}, prose(problem)))) : null,
    found.outputs.length ? el("ul.list", {}, found.outputs.map((path) => el("li", {}, prose(path)))) : null,
    found.receipt ? el("p.dim", {}, "receipt ", prose(found.receipt)) : null);
}
