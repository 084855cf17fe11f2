// The likeliest answers as bars; pressing one asks why.

import { el, mounter } from "./base.js";

const LOOK = `
.bars { display: grid; gap: 5px; }
.bars button { display: grid; grid-template-columns: minmax(80px, 1fr) minmax(90px, 1.6fr) 62px; gap: 10px; align-items: center; width: 100%; padding: 4px 8px; border: 0; border-radius: 8px;
  background: none; color: inherit; font: inherit; font-size: 14px; text-align: left; cursor: pointer; min-height: 32px; }
.bars button:hover { background: var(--soft); }
.bars button:focus-visible { outline: 2px solid var(--accent); }
.bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars .best .name, .bars .best .num { font-weight: 700; }
.bars .best .name { font-size: 17px; }
.bars .rail { height: 15px; border-radius: 4px; background: var(--soft); overflow: hidden; }
.bars .rail i { display: block; height: 100%; border-radius: 4px; background: var(--muted); transition: width 0.12s; }
.bars .best .rail i { background: var(--accent); }
.bars .num { text-align: right; font-variant-numeric: tabular-nums; }
.bars p { margin: 2px 8px; color: var(--muted); font-size: 12px; }
`;

const percent = (share) => `${(100 * share).toFixed((share > 0.9995 && share < 1) || (share > 0 && share < 0.0005) ? 2 : 1)} %`;

class Bars {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "bars", role: "group" });
    root.append(this.style, this.outer);
  }

  set(mount, source, emit) {
    const { labels, targets, rest, others, alt } = mount.spec;
    const shares = source.array("shares").data;
    this.outer.setAttribute("aria-label", alt);
    const rows = labels.map((label, i) => el("button", { type: "button", class: i === 0 ? "best" : "", title: `Why ${label}?`, onclick: () => emit("drag", { name: "target", target: targets[i], done: true }) },
      el("span", { class: "name" }, label), el("span", { class: "rail" }, el("i", { style: { width: `${100 * shares[i]}%` } })), el("span", { class: "num" }, percent(shares[i]))));
    const left = others > 0 ? el("p", {}, `${others.toLocaleString("en")} other${others > 1 ? "s" : ""} together: ${percent(rest)}. Press an answer to ask why.`) : el("p", {}, "Press an answer to ask why.");
    this.outer.replaceChildren(...rows, left);
  }

  changed() {}

  destroy() {
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Bars);
