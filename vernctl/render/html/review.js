"use strict";

/* The page: which spec, which sheet, light or dark, and, where it is served, what is decided. */

(() => {
  const data = JSON.parse(document.getElementById("summary").textContent);
  const page = document.getElementById("page");
  const decided = new Map();
  let shown = 0;
  let changes = null;

  function themeButton() {
    const modes = [["", "System"], ["light", "Light"], ["dark", "Dark"]];
    let at = Math.max(0, modes.findIndex(([mode]) => mode === remembered()));
    const button = el("button.plain.theme", { type: "button" });
    const show = () => {
      document.documentElement.setAttribute("data-theme", modes[at][0]);
      button.textContent = `Theme: ${modes[at][1]}`;
    };
    button.addEventListener("click", () => { at = (at + 1) % modes.length; remember(modes[at][0]); show(); });
    show();
    return button;
  }

  /* The choice of light or dark is this browser's; where it keeps nothing, the choice is the page's. */

  function remembered() {
    try { return localStorage.getItem("vernctl-theme") || ""; } catch { return ""; }
  }

  function remember(mode) {
    try { localStorage.setItem("vernctl-theme", mode); } catch { /* chosen for this page alone */ }
  }

  function gist(spec) {
    const changed = spec.sheets.filter((sheet) => !sheet.is_empty).map((sheet) => `${sheet.slug} ${sheet.changes}`);
    return spec.error ? spec.error.message : changed.join("; ") || spec.facts[0] || "";
  }

  function specList() {
    if (data.specs.length < 2) return null;
    return el("nav.specs", { "aria-label": "Specs" }, el("ul", {}, data.specs.map((spec, i) =>
      el("li", {}, el("button", { type: "button", "aria-current": i === shown ? "true" : null, on: { click: () => choose(i) } },
        el(`span.dot.${spec.tone}`, { "aria-hidden": "true" }), el("b", {}, prose(spec.name)),
        el("span.state", {}, decided.get(spec.path) || spec.status_words), el("span.gist", {}, prose(cut(gist(spec), 120))))))));
  }

  function choose(index) {
    shown = index;
    draw();
    document.getElementById("title").focus();
  }

  /** Tabs as the ARIA practices have them: one tab stop, arrows move and choose. */
  function sheetTabs(spec) {
    const panel = el("div.panel", { role: "tabpanel", id: "panel", tabindex: "0", "aria-labelledby": "tab-0" });
    const tabs = spec.sheets.map((sheet, i) => el("button.tab", { type: "button", role: "tab", id: `tab-${i}`, "aria-controls": "panel",
      on: { click: () => pick(i), keydown: (event) => move(event, i) } },
      prose(sheet.slug), sheet.listed === 0 ? null : el("span.badge", {}, number(sheet.listed + sheet.left_out))));
    function pick(index) {
      tabs.forEach((tab, i) => {
        tab.setAttribute("aria-selected", i === index);
        tab.setAttribute("tabindex", i === index ? "0" : "-1");
      });
      panel.setAttribute("aria-labelledby", `tab-${index}`);
      panel.replaceChildren(...sheetView(spec.sheets[index]));
    }
    function move(event, index) {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = (to + tabs.length) % tabs.length;
      pick(next);
      tabs[next].focus();
    }
    const first = spec.sheets.findIndex((sheet) => !sheet.is_empty);
    pick(Math.max(0, first));
    return el("div.sheets", {}, el("h2.sr", {}, "Sheets"), el("div.tabs", { role: "tablist", "aria-label": "Sheets" }, tabs), panel);
  }

  function sheetView(sheet) {
    changes = sheet.listed ? new Changes(sheet, data.kinds) : null;
    const table = columns(sheet);
    const counts = [sheet.rows, sheet.is_new ? null : sheet.changes, sheet.invalid || null, sheet.cosmetic, sheet.origin].filter(Boolean);
    const notes = [
      sheet.key_note && el("p.dim", {}, prose(sheet.key_note)),
      ...sheet.renames.map((told) => el("p", {}, prose(told))),
      sheet.causes.length && !sheet.is_empty ? el("p.because", {}, "because: ", sheet.causes.map((cause, i) => [i ? "; " : "", prose(cause)])) : null,
      sheet.left_out ? el("p.warn", {}, `The table lists ${number(sheet.listed)} changes; ${number(sheet.left_out)} more are counted above and stand in --format csv.`) : null,
    ];
    const picked = (group) => { changes.only(group); changes.node.scrollIntoView({ block: "start" }); changes.grid.node.focus({ preventScroll: true }); };
    return [
      el("p.counts", {}, counts.map((part, i) => el(`span${part === sheet.invalid && sheet.worse ? ".bad" : ""}`, {}, part))),
      ...notes.filter(Boolean),
      ...[
        sheet.is_new ? table : null,
        groups(sheet, data.kinds, picked),
        invalid(sheet),
        changes && changes.node,
        sheet.is_new ? null : table,
      ].filter(Boolean),
    ];
  }

  /* Decisions: only where the page is served by vernctl review --web. */

  function decisions(spec) {
    if (!data.review || !data.review.open.includes(spec.path)) return null;
    const said = el("p.said", { role: "status" }, decided.has(spec.path) ? decided.get(spec.path) : "");
    if (decided.has(spec.path)) return el("section.decide", { "aria-label": "Decision" }, said);
    const message = el("textarea", { rows: "2", id: "message", maxlength: "4000" });
    const box = el("div.message", { hidden: true }, el("label", { for: "message" }, "What should be otherwise? This becomes a message to the agent, in the spec's refine: list."), message,
      el("button", { type: "button", on: { click: () => send("reject") } }, "Reject with this message"));
    const send = async (verb) => {
      said.textContent = "…";
      const body = JSON.stringify({ spec: spec.path, digest: spec.digest, verb, message: message.value });
      try {
        const answer = await fetch(data.review.post, { method: "POST", headers: { "Content-Type": "application/json" }, body });
        const told = await answer.json();
        if (!answer.ok) { said.textContent = told.error; return; }
        decided.set(spec.path, told.said);
        draw();
      } catch {
        said.textContent = "vernctl review no longer answers; nothing was decided here.";
      }
    };
    const verbs = [["accept", "Accept", () => send("accept")], ["reject", "Reject…", () => { box.hidden = false; message.focus(); }], ["skip", "Skip", () => send("skip")]];
    return el("section.decide", { "aria-label": "Decision" },
      el("p", {}, "Accept approves exactly ", el("code", {}, spec.digests[spec.digests.length - 1]), "."),
      el("div.verbs", {}, verbs.map(([verb, words, on]) => el(`button.${verb}`, { type: "button", on: { click: on } }, words))), box, said);
  }

  function view(spec) {
    const aside = [checks(spec), questions(spec), heals(spec), clarified(spec), steps(spec), files(spec), imported(spec)].filter(Boolean);
    return [
      heading(spec, 1),
      callouts(spec),
      decisions(spec),
      el(`div.layout${aside.length && spec.sheets.length ? "" : ".single"}`, {},
        spec.sheets.length ? sheetTabs(spec) : null,
        aside.length ? el("aside", { "aria-label": "About this plan" }, aside) : null),
      el("footer", {},
        spec.sampled ? el("p", {}, data.sample_note) : null,
        spec.sheets.some((sheet) => sheet.origin) ? el("p", {}, data.read_off_note) : null,
        el("p", {}, "next ", el("code", {}, prose(spec.next))),
        changes && el("p.keys", {}, el("kbd", {}, "/"), " search  ", el("kbd", {}, "↑"), el("kbd", {}, "↓"), " through the table  ", el("kbd", {}, "Esc"), " show all")),
    ];
  }

  function draw() {
    changes = null;
    const spec = data.specs[shown];
    const top = el("header.top", {}, el("p.brand", {}, "vernctl"), el("p.sub", {}, "what would change"), theme);
    const main = el("main", {}, ...[spec ? view(spec) : el("h1", {}, "No active spec was found.")].flat(2).filter(Boolean));
    page.replaceChildren(...[top, specList(), main].filter(Boolean));
    document.title = spec ? `${visibleText(spec.title)} – vernctl` : "vernctl";
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (!changes || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing) {
      event.preventDefault();
      changes.search.focus();
    } else if (event.key === "Escape" && (!typing || typing === changes.search)) {
      changes.clear();
      changes.grid.node.focus();
    }
  });

  const theme = themeButton();
  draw();
})();
