// The next token: a bar each, what a rule has cut shown as cut, and a second pass beside it to compare.

import { el, mounter } from "./base.js";
import { fixed } from "./numerals.js";
import { visible } from "./transformer_heads.js";

const LOOK = `
.next { max-width: 760px; display: grid; grid-template-columns: minmax(56px, auto) minmax(80px, 1fr) auto auto; gap: 4px 10px; align-items: center; font-variant-numeric: tabular-nums; font-size: 13px; }
.next .head { color: var(--muted); font-size: 11px; } .next .num { text-align: right; min-width: 4.2em; }
.next button { text-align: left; padding: 1px 6px; max-width: 130px; overflow: hidden; text-overflow: ellipsis; white-space: pre; border: 1px solid transparent; min-height: 24px; }
.next button:hover { border-color: var(--line); background: var(--soft); }
.next .rail { position: relative; height: 17px; border-radius: 4px; background: var(--soft); overflow: hidden; }
.next .rail i { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 4px; }
.next .plain { background: repeating-linear-gradient(-45deg, color-mix(in srgb, var(--ink) 26%, transparent) 0 3px, transparent 3px 7px); }
.next .full { background: #0877bd; } .next .first .full { background: #7a828c; } .next .two { display: grid; gap: 2px; } .next .two .rail { height: 10px; } .next .two .first { height: 6px; }
.next .gone { color: var(--muted); } .next .gone button, .next button.gone { text-decoration: line-through; color: var(--muted); }
.next .why { font-size: 11px; color: var(--muted); white-space: nowrap; }
.after { margin: 8px 0 0; color: var(--muted); font-size: 12.5px; } .after b { color: var(--ink); font-weight: 600; }
@container (max-width: 420px) { .next { gap: 4px 6px; font-size: 12px; } .next button { max-width: 92px; } .next .num { min-width: 3.4em; } }
`;

class Next {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.table = el("div", { class: "next", role: "group" });
    this.note = el("p", { class: "after" });
    root.append(this.style, this.table, this.note);
  }

  set(mount, source, emit) {
    Object.assign(this, { spec: mount.spec, emit });
    this.draw();
  }

  draw() {
    const { rows, most, heads, first } = this.spec;
    const cells = heads.map((words, i) => el("span", { class: `head${i > 1 ? " num" : ""}` }, words));
    for (const row of rows) {
      const gone = row.cut ? " gone" : "";
      const width = (share) => ({ width: `${(100 * share) / most}%` });
      const rails = [];
      if (first) rails.push(el("span", { class: "rail first" }, el("i", { class: "full", style: width(row.first) })));
      rails.push(el("span", { class: "rail", title: row.cut ? `cut by ${row.cut}` : "" },
        el("i", { class: "plain", style: width(row.share) }), row.cut ? null : el("i", { class: "full", style: width(row.kept) })));
      cells.push(
        el("button", { class: gone.trim(), type: "button", title: `${row.bytes ?? ""}${this.spec.press ? `\n${this.spec.press}` : ""}`.trim(), onclick: () => this.emit("drag", { name: "next", token: row.id, word: row.word, done: true }) }, visible(row.word)),
        first ? el("span", { class: "two" }, ...rails) : rails[0],
        el("span", { class: `num${gone}` }, first ? percent(row.first) : fixed(row.logit)),
        row.cut ? el("span", { class: "why num" }, row.cut) : el("span", { class: "num" }, percent(row.kept)));
    }
    this.table.replaceChildren(...cells);
    this.table.setAttribute("aria-label", this.spec.alt);
    this.note.replaceChildren(...this.spec.note.map(([words, strong]) => (strong ? el("b", {}, words) : words)));
  }

  changed() {}

  destroy() {
    for (const node of [this.style, this.table, this.note]) node.remove();
  }
}

function percent(share) {
  return share >= 0.0995 ? `${(100 * share).toFixed(1)} %` : share >= 0.001 ? `${(100 * share).toFixed(2)} %` : share > 0 ? `${(100 * share).toExponential(0)} %` : "0 %";
}

export const mount = mounter(Next);
