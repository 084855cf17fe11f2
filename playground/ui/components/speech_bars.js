// Every answer in its own place, so that bars grow and shrink while a slider moves; pressing one asks why.

import { el, mounter } from "./base.js";

const LOOK = `
.digits { display: grid; gap: 3px; }
.digits .head { display: flex; align-items: baseline; gap: 12px; margin: 0 8px 6px; min-height: 46px; }
.digits .head b { font-size: 40px; line-height: 1; font-weight: 700; color: var(--accent); }
.digits .head span { font-size: 17px; } .digits .head i { font-style: normal; color: var(--muted); font-size: 13px; }
.digits button { display: grid; grid-template-columns: 18px 62px minmax(70px, 1fr) 58px; gap: 9px; align-items: center; width: 100%; padding: 2px 8px; border: 0; border-radius: 7px;
  background: none; color: inherit; font: inherit; font-size: 13.5px; text-align: left; cursor: pointer; min-height: 25px; }
.digits button:hover { background: var(--soft); } .digits button:focus-visible { outline: 2px solid var(--accent); }
.digits button.none { grid-template-columns: 89px minmax(70px, 1fr) 58px; }
.digits button[aria-pressed="true"] { background: var(--soft); }
.digits .name { color: var(--muted); } .digits .best .name, .digits .best .num, .digits .best .sign { font-weight: 700; color: inherit; }
.digits .rail { height: 13px; border-radius: 4px; background: var(--soft); overflow: hidden; }
.digits .rail i { display: block; height: 100%; border-radius: 4px; background: var(--muted); transition: width 0.1s; }
.digits .best .rail i { background: var(--accent); }
.digits .num { text-align: right; font-variant-numeric: tabular-nums; }
`;

const percent = (share) => `${(100 * share).toFixed((share > 0.9995 && share < 1) || (share > 0 && share < 0.0005) ? 2 : 1)} %`;

class Digits {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "digits", role: "group" });
    root.append(this.style, this.outer);
    this.rows = [];
  }

  set(mount, source, emit) {
    const { labels, words, best, chosen, alt } = mount.spec;
    const shares = source.array("shares").data;
    this.outer.setAttribute("aria-label", alt);
    this.emit = emit;
    if (this.built !== words.join("|")) this.build(labels, words);
    this.sign.textContent = labels[best].length > 1 ? "?" : labels[best] || words[best];
    this.word.hidden = !labels[best];
    this.word.textContent = words[best];
    this.sure.textContent = `${percent(shares[best])} sure`;
    this.rows.forEach(({ button, bar, number }, i) => {
      button.classList.toggle("best", i === best);
      button.setAttribute("aria-pressed", String(i === chosen));
      bar.style.width = `${100 * shares[i]}%`;
      number.textContent = percent(shares[i]);
    });
  }

  build(labels, words) {
    this.sign = el("b");
    this.word = el("span");
    this.sure = el("i");
    this.built = words.join("|");
    this.rows = labels.map((label, i) => {
      const bar = el("i");
      const number = el("span", { class: "num" });
      const none = label.length !== 1;
      const button = el("button", { type: "button", class: none ? "none" : "", title: label ? `What speaks for ${words[i]}?` : undefined, onclick: () => this.emit("drag", { name: "target", target: i, done: true }) },
        none ? null : el("span", { class: "sign" }, label), el("span", { class: "name" }, words[i]), el("span", { class: "rail" }, bar), number);
      return { button, bar, number };
    });
    this.outer.replaceChildren(el("div", { class: "head", "aria-live": "polite" }, this.sign, this.word, this.sure), ...this.rows.map((row) => row.button));
  }

  changed() {}

  destroy() {
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Digits);
