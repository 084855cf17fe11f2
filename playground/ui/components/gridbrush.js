// Painting a grid: tiles, wind, rewards, size.

import { el } from "./base.js";
import { Draft, WINDS } from "./gridworld.js";

const TILES = [["Wall", "■", { kind: "#" }], ["Free", "·", { kind: "." }], ["Start", "S", { kind: "S" }], ["Goal", "⚑", { kind: "G" }], ["Pit", "●", { kind: "P" }], ["Cliff", "⋁", { kind: "C" }]];
const SIGNS = { "^": "↑", ">": "→", v: "↓", "<": "←" };

export class Brush {
  constructor(grid) {
    this.grid = grid;
    this.tool = { kind: "#" };
    this.said = el("div", { class: "words", role: "alert", hidden: true });
    this.strength = el("select", { "aria-label": "Strength of the wind" }, ...[1, 2, 3].map((each) => el("option", { value: each }, `${each} cell${each > 1 ? "s" : ""}`)));
    this.reward = el("input", { type: "number", step: "0.1", value: "-1", "aria-label": "Reward of the cell" });
    this.buttons = TILES.map(([words, sign, tool]) => this.tile(words, sign, () => tool));
    const winds = Object.keys(WINDS).map((sign) => this.tile("Wind", SIGNS[sign], () => ({ wind: [...WINDS[sign], Number(this.strength.value)] })));
    const calm = this.tile("Calm", "○", () => ({ wind: [0, 0, 0] }));
    const priced = this.tile("Reward", "±", () => ({ reward: Number.isFinite(this.reward.valueAsNumber) ? Math.max(-1000, Math.min(1000, this.reward.valueAsNumber)) : 0 }));
    const usual = this.tile("Usual", "↺", () => ({ reward: null }));
    this.strength.addEventListener("change", () => this.pick(this.chosen));
    this.reward.addEventListener("input", () => this.pick(priced));
    this.buttons.push(...winds, calm, priced, usual);
    this.size = el("div", { class: "rowed" });
    this.node = el("div", {}, el("div", { class: "tiles" }, ...this.buttons.slice(0, 6)),
      el("div", { class: "tiles" }, ...winds, calm), el("div", { class: "rowed" }, el("span", {}, "pushes"), this.strength),
      el("div", { class: "tiles" }, priced, usual), el("div", { class: "rowed" }, el("span", {}, "entering earns"), this.reward), this.size, this.said);
    this.pick(this.buttons[0]);
  }

  tile(words, sign, make) {
    const node = el("button", { type: "button", "aria-pressed": "false" }, el("i", {}, sign), words);
    node.make = make;
    node.addEventListener("click", () => this.pick(node));
    return node;
  }

  pick(node) {
    this.chosen = node;
    this.tool = node.make();
    for (const each of this.buttons) each.setAttribute("aria-pressed", String(each === node));
  }

  write() {
    const draft = this.grid.draft ?? (this.grid.world && Draft.of(this.grid.world));
    const size = `${draft?.rows} ${draft?.columns}`;
    if (!draft || this.sized === size) return;
    this.sized = size;
    const change = (rows, columns, words, label) => {
      const node = el("button", { type: "button", "aria-label": label }, words);
      node.addEventListener("click", () => this.resize(rows, columns));
      return node;
    };
    this.size.replaceChildren(el("span", {}, `${draft.rows} rows`), change(-1, 0, "−", "One row less"), change(1, 0, "+", "One row more"),
      el("span", {}, `${draft.columns} columns`), change(0, -1, "−", "One column less"), change(0, 1, "+", "One column more"));
  }

  say(words) {
    this.said.textContent = words;
    this.said.hidden = !words;
  }

  /** One cell under the brush; `erase` makes it free. */
  dab(cell, erase) {
    const { grid } = this;
    grid.draft ??= Draft.of(grid.world);
    const before = grid.draft.text();
    this.say(grid.draft.paint(cell, erase ? { kind: "." } : this.tool));
    this.changed = this.changed || grid.draft.text() !== before;
    grid.pane.request();
  }

  done() {
    if (this.changed) this.grid.changedByHand(this.grid.draft.text());
    this.changed = false;
  }

  /** So many rows and columns more. */
  resize(rows, columns) {
    const { grid } = this;
    grid.draft ??= Draft.of(grid.world);
    const words = grid.draft.resize(grid.draft.rows + rows, grid.draft.columns + columns, grid.spec.largest);
    this.say(words);
    if (!words) grid.changedByHand(grid.draft.text());
    this.write();
    grid.pane.request();
  }
}
