// The logit lens: what the model would say after each block, at every token, as a table to look into.

import { el, mounter } from "./base.js";
import { visible } from "./transformer_heads.js";
import { entry, readTheme, table } from "./theme.js";

const LOOK = `
.lens { overflow-x: auto; scrollbar-width: thin; } .lens table { border-collapse: separate; border-spacing: 2px; font-size: 12px; }
.lens th { font-weight: 500; color: var(--muted); padding: 2px 6px; white-space: pre; text-align: center; max-width: 92px; overflow: hidden; text-overflow: ellipsis; }
.lens th.side { text-align: right; position: sticky; left: 0; background: var(--paper); z-index: 1; }
.lens td { min-width: 52px; max-width: 92px; padding: 0; border-radius: 4px; } .lens td button { width: 100%; padding: 4px 5px; text-align: center; white-space: pre; overflow: hidden; text-overflow: ellipsis; border-radius: 4px; min-height: 26px; color: inherit; }
.lens td button[aria-pressed="true"] { box-shadow: 0 0 0 2px var(--accent); }
.lens tr.last td button { font-weight: 650; }
.found { margin: 9px 0 0; font-size: 13px; color: var(--muted); min-height: 3em; } .found b { color: var(--ink); font-weight: 600; } .found span { white-space: pre; }
`;

class Lens {
  static reads = "views";

  constructor(root, memory) {
    this.memory = memory;
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "lens", tabindex: "0" });
    this.found = el("p", { class: "found", "aria-live": "polite" });
    root.append(this.style, this.outer, this.found);
  }

  set(mount, source) {
    Object.assign(this, { spec: mount.spec, source });
    this.changed();
  }

  changed() {
    const { spec, source } = this;
    const { words, top } = spec;
    const [shares, tints] = [source.array("shares"), source.array(spec.tint)];
    const { mode } = readTheme(this.outer);
    const colors = table("sequential", mode);
    const [layers, count] = shares.shape;
    const best = shares.shape[2];
    const at = this.memory.at ?? [layers - 1, count - 1];
    this.at = [Math.min(at[0], layers - 1), Math.min(at[1], count - 1)];
    const rows = [];
    for (let layer = layers - 1; layer >= 0; layer--) {
      const cells = words.map((_, i) => {
        const value = spec.tint === "shares" ? shares.data[(layer * count + i) * best] : tints.data[layer * count + i];
        const depth = Number.isFinite(value) ? Math.sqrt(Math.max(0, value)) : 0;
        const dark = mode === "dark" ? depth > 0.75 : depth > 0.62;
        const button = el("button", { type: "button", "aria-pressed": String(layer === this.at[0] && i === this.at[1]), onclick: () => this.pick(layer, i), onpointerenter: () => this.tell(layer, i), onpointerleave: () => this.tell(...this.at) }, visible(top[layer][i][0]));
        return el("td", { style: { background: Number.isFinite(value) ? entry(colors, 255 * depth) : "transparent", color: dark ? (mode === "dark" ? "#10202c" : "#fff") : "" } }, button);
      });
      rows.push(el("tr", { class: layer === layers - 1 ? "last" : null }, el("th", { class: "side", scope: "row" }, layer === 0 ? "embedding" : layer === layers - 1 ? "the answer" : `after ${layer}`), ...cells));
    }
    const head = el("tr", {}, el("th", { class: "side" }, "read so far"), ...words.map((word) => el("th", { scope: "col", title: word }, visible(word))));
    const caret = this.outer.scrollLeft || this.memory.left;
    this.outer.replaceChildren(el("table", { "aria-label": spec.alt }, el("tbody", {}, ...rows), el("tfoot", {}, head)));
    this.outer.scrollLeft = caret ?? this.outer.scrollWidth;
    this.tell(...this.at);
  }

  pick(layer, i) {
    this.memory.at = [layer, i];
    this.memory.left = this.outer.scrollLeft;
    this.changed();
  }

  tell(layer, i) {
    const { words, top } = this.spec;
    const { data, shape } = this.source.array("shares");
    const best = shape[2];
    const listed = top[layer][i].map((word, k) => `${visible(word)} ${(100 * data[(layer * shape[1] + i) * best + k]).toFixed(1)} %`);
    this.found.replaceChildren(`After “${visible(words[i])}”, ${layer === 0 ? "from the embedding alone" : `at the end of block ${layer}`}: `, el("b", {}, el("span", {}, listed.join("   "))));
  }

  destroy() {
    for (const node of [this.style, this.outer, this.found]) node.remove();
  }
}

export const mount = mounter(Lens);
