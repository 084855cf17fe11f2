// The answer, number by number: logits, their exponentials, and the shares that softmax makes of them.

import { el, mounter } from "./base.js";
import { brief } from "./convolution_sheet.js";

const LOOK = `
.answers { display: grid; grid-template-columns: auto minmax(52px, 0.8fr) auto auto minmax(60px, 1.2fr) auto; gap: 3px 10px; align-items: center; font-variant-numeric: tabular-nums; font-size: 12.5px; }
.answers .head { color: var(--muted); font-size: 11px; } .answers .num { text-align: right; }
.answers .name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; max-width: 110px; }
.answers .best { font-weight: 700; }
.answers .rail { position: relative; height: 13px; border-radius: 3px; background: var(--soft); overflow: hidden; }
.answers .rail i { position: absolute; top: 0; bottom: 0; border-radius: 3px; }
.kinds { display: flex; gap: 4px; margin-bottom: 6px; align-items: center; font-size: 12px; color: var(--muted); flex-wrap: wrap; }
.pick { padding: 2px 9px; border: 1px solid var(--line); font-size: 12px; color: var(--muted); min-height: 24px; }
.pick[aria-pressed="true"] { color: var(--ink); background: color-mix(in srgb, var(--accent) 14%, var(--paper)); border-color: color-mix(in srgb, var(--accent) 45%, transparent); }
.total { margin: 6px 0 0; color: var(--muted); font-size: 12px; }
@container (max-width: 420px) { .answers { gap: 3px 6px; font-size: 11.5px; } }
`;

class Answers {
  static reads = "views";

  constructor(root, memory) {
    this.memory = memory;
    this.style = el("style");
    this.style.textContent = LOOK;
    this.kinds = el("div", { class: "kinds" });
    this.table = el("div", { class: "answers", role: "img" });
    this.total = el("p", { class: "total" });
    root.append(this.style, this.kinds, this.table, this.total);
  }

  set(mount, source) {
    Object.assign(this, { spec: mount.spec, source });
    this.draw();
  }

  draw() {
    const { classes } = this.spec;
    const [logits, shares] = [this.source.array("logits").data, this.source.array("probabilities").data];
    const sorted = this.memory.sorted ?? false;
    const pick = (words, value) => el("button", { class: "pick", type: "button", "aria-pressed": String(sorted === value), onclick: () => { this.memory.sorted = value; this.draw(); } }, words);
    this.kinds.replaceChildren("Order:", pick("by class", false), pick("by answer", true));
    const order = classes.map((_, i) => i);
    if (sorted) order.sort((a, b) => shares[b] - shares[a]);
    const most = Math.max(1e-9, ...logits.map(Math.abs));
    const powers = [...logits].map(Math.exp);
    const best = shares.indexOf(Math.max(...shares));
    const head = (words, num = true) => el("span", { class: `head${num ? " num" : ""}` }, words);
    const cells = [head("class", false), head("logit z", false), head(""), head("eᶻ"), head("share eᶻ / Σ", false), head("")];
    for (const i of order) {
      const bold = i === best ? " best" : "";
      const half = (50 * Math.abs(logits[i])) / most;
      cells.push(el("span", { class: `name${bold}`, title: classes[i] }, classes[i]),
        el("span", { class: "rail" }, el("i", { style: { background: logits[i] >= 0 ? "#0877bd" : "#f59322", left: `${logits[i] >= 0 ? 50 : 50 - half}%`, width: `${half}%` } })),
        el("span", { class: "num" }, brief(logits[i])), el("span", { class: "num" }, power(powers[i])),
        el("span", { class: "rail" }, el("i", { style: { background: i === best ? "var(--accent)" : "var(--muted)", left: 0, width: `${100 * shares[i]}%` } })),
        el("span", { class: `num${bold}` }, percent(shares[i])));
    }
    this.table.replaceChildren(...cells);
    this.table.setAttribute("aria-label", `Most likely ${classes[best]} with ${percent(shares[best])}`);
    const ranked = classes.map((_, i) => i).sort((a, b) => shares[b] - shares[a]).slice(0, 3);
    this.total.textContent = `Σ eᶻ = ${power(powers.reduce((all, each) => all + each, 0))}. Top 3: ${ranked.map((i) => `${classes[i]} ${percent(shares[i])}`).join(", ")}.`;
  }

  changed() {}

  destroy() {
    this.table.remove();
    this.kinds.remove();
    this.total.remove();
    this.style.remove();
  }
}

function power(value) {
  return value >= 1000 ? value.toExponential(1).replace("e+", "e") : value >= 100 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value >= 0.001 ? value.toFixed(3) : value.toExponential(0);
}

function percent(share) {
  return share > 0.9995 || share < 0.0005 ? `${(100 * share).toFixed(2)} %` : `${(100 * share).toFixed(1)} %`;
}

export const mount = mounter(Answers);
