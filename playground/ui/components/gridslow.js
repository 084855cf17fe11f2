// Slow motion: the backups of the latest sweep or episode, one after the other, back and forth.

import { el, icon, slide } from "./base.js";
import { exact } from "./axes.js";
import { category } from "./theme.js";
import { arrow } from "./gridpaint.js";
import { around, tinted } from "./gridlook.js";

const ICONS = { play: "M8 5v14l11-7z", pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z", first: "M6 5h2.5v14H6zM19 5v14l-9-7z", back: "M17 5v14L7 12z", on: "M5 5v14l9-7zM15.5 5H18v14h-2.5z" };
const SPEEDS = [1, 2, 5, 12, 30]; // backups a second
const TERMS = { q_learning: "max Q(s′,·)", dyna_q: "max Q(s′,·)", sarsa: "Q(s′,a′)", sarsa_lambda: "Q(s′,a′)", expected_sarsa: "Σ π(a)·Q(s′,a)", double_q: "Q₂(s′, argmax Q₁)" };
const KINDS = ["a real step", "a state of the sweep", "a share of the surprise, by its trace", "replayed from memory"];

export class Slow {
  constructor(grid) {
    this.grid = grid;
    const button = (words, label, action) => {
      const node = el("button", { type: "button", "aria-label": label, title: label }, icon(words));
      node.addEventListener("click", action);
      return node;
    };
    this.play = button(ICONS.play, "Play the backups", () => this.toggle());
    this.speed = el("select", { "aria-label": "Backups a second" }, ...SPEEDS.map((each) => el("option", { value: each }, `${each} a second`)));
    this.speed.value = 5;
    this.range = el("input", { type: "range", min: "0", step: "1", "aria-label": "Backup" });
    this.range.addEventListener("input", () => { this.pause(); this.go(Number(this.range.value)); });
    this.onward = el("input", { type: "checkbox", checked: true });
    this.words = el("div");
    this.node = el("div", {},
      el("div", { class: "rowed" }, button(ICONS.first, "Before the first backup", () => { this.pause(); this.go(0); }), button(ICONS.back, "One backup back", () => { this.pause(); this.go(this.at - 1); }), this.play,
        button(ICONS.on, "One backup on", () => { this.pause(); this.forth(); }), this.speed),
      el("div", { class: "rowed" }, this.range), el("div", { class: "rowed" }, el("label", {}, this.onward, "then the next one")), this.words);
    this.count = this.at = 0;
  }

  enter() {
    if (["playing", "queued", "starting"].includes(this.grid.link?.status?.state)) this.grid.link.send({ do: "pause" });
    this.load();
    this.start();
  }

  leave() {
    this.stop();
  }

  /** A new view has come: its backups are next. */
  heard() {
    const view = this.grid.read("backup_places");
    if (view && view !== this.places) this.load();
  }

  load() {
    const { grid } = this;
    this.places = grid.read("backup_places");
    const numbers = grid.read("backup_numbers");
    const [q, v] = [grid.read("q")?.data, grid.read("v")?.data];
    if (!this.places || !q) return;
    this.numbers = numbers.data;
    this.count = this.places.shape[0];
    this.table = { q: Float64Array.from(q), v: Float64Array.from(v) };
    this.entries = Array.from({ length: this.count }, (_, i) => ({ kind: this.places.data[4 * i], state: this.places.data[4 * i + 1], action: this.places.data[4 * i + 2], after: this.places.data[4 * i + 3],
      ...Object.fromEntries(["rate", "reward", "factor", "bootstrap", "old", "next", "before", "then"].map((name, k) => [name, this.numbers[8 * i + k]])) }));
    this.at = this.count;
    this.range.max = this.count;
    this.go(0);
  }

  /** Stands after backup number `at`: those behind are undone, those ahead done, one by one. */
  go(at) {
    const wanted = Math.max(0, Math.min(this.count, at));
    while (this.at > wanted) this.put(this.entries[--this.at], "before");
    while (this.at < wanted) this.put(this.entries[this.at++], "then");
    this.settle();
    slide(this.range, this.at);
    const now = this.entries?.[this.at - 1];
    if (now && this.grid.world.perCell > 1) this.grid.show(this.grid.world.sliceOf(now.state));
    this.write();
    this.grid.pane.request();
  }

  put(entry, side) {
    const { world } = this.grid;
    if (world.plans) this.table.v[entry.state] = entry[side];
    else this.table.q[entry.state * world.actions.length + entry.action] = entry[side];
  }

  /** What follows from the table: values from actions, or actions from values. */
  settle() {
    const { world } = this.grid;
    const { q, v } = this.table ?? {};
    if (!q) return;
    const actions = world.actions.length;
    const discount = Number(this.grid.read("discount"));
    for (let state = 0; state < world.states; state++) {
      if (!world.decides(state)) continue;
      if (world.plans) for (let action = 0; action < actions; action++) q[state * actions + action] = world.lookahead(state, action, v, discount);
      else {
        v[state] = -Infinity;
        for (let action = 0; action < actions; action++) v[state] = Math.max(v[state], q[state * actions + action]);
      }
    }
  }

  toggle() {
    if (this.timer) this.pause();
    else this.start();
  }

  start() {
    this.play.replaceChildren(icon(ICONS.pause));
    clearTimeout(this.timer);
    const tick = () => {
      this.forth();
      this.timer = setTimeout(tick, 1000 / Number(this.speed.value));
    };
    this.timer = setTimeout(tick, 600);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.play.replaceChildren(icon(ICONS.play));
  }

  stop() {
    this.pause();
  }

  forth() {
    if (this.at < this.count) return this.go(this.at + 1);
    const state = this.grid.link?.status?.state;
    if (!this.onward.checked || ["finished", "failed", "stopped"].includes(state) || !this.grid.link) return this.pause();
    if (performance.now() - (this.asked ?? 0) > 400) {
      this.asked = performance.now();
      this.grid.link.send({ do: "step" }); // its view brings the next ones
    }
    return undefined;
  }

  write() {
    const { grid } = this;
    const left = Number(grid.read("backups_left_out") ?? 0);
    const unit = grid.world?.plans ? "sweep" : "episode";
    const name = `${unit} ${(grid.link?.status?.step ?? 0).toLocaleString("en-US")}`;
    if (!this.count) return this.words.replaceChildren(el("p", {}, grid.link?.status?.step ? "This step improved the policy; no value changed." : `Nothing has happened yet; one backup on takes the first ${unit}.`));
    const entry = this.entries[this.at - 1];
    const head = el("h4", {}, `Backup ${this.at} of ${this.count}${left ? ` (and ${left.toLocaleString("en-US")} more, not recorded)` : ""}, ${name}`);
    return this.words.replaceChildren(head, ...(entry ? (grid.world.plans ? this.planned(entry) : this.learned(entry)) : [el("p", {}, `The table before this ${unit}.`)]));
  }

  learned({ kind, state, action, after, rate, reward, factor, bootstrap, old, next }) {
    const { world } = this.grid;
    const way = `${world.name(state)} · ${world.sign(action)} · ${world.name(after)}`;
    const alpha = exact(rate, 3);
    const moved = el("div", {}, "= ", tinted(next), el("span", { class: "soft" }, `  (${next >= old ? "+" : "−"}${exact(Math.abs(next - old), 3)})`));
    const algorithm = this.grid.read("algorithm");
    if (kind === 2) {
      return [el("p", {}, `${KINDS[2]}: ${world.name(state)}, ${world.sign(action)}`),
        el("div", { class: "formula" }, el("div", { class: "soft" }, "Q(s,a) ← Q(s,a) + α·e(s,a)·δ"), el("div", {}, `${around(old)} + ${alpha} · ${around(reward - old)}`), moved)];
    }
    const n = algorithm === "n_step_sarsa";
    const symbol = algorithm === "monte_carlo" ? "G" : n ? "r₁ + γr₂ + … + γⁿ·Q(s₊ₙ,a₊ₙ)" : `r + γ·${TERMS[algorithm] ?? "Q(s′,a′)"}`;
    const target = factor ? `${exact(reward, 3)} + ${exact(factor, 3)}·${around(bootstrap)}` : exact(reward);
    return [
      el("p", {}, `${KINDS[kind]}: ${way}`),
      el("div", { class: "formula" }, el("div", { class: "soft" }, `Q(s,a) ← Q(s,a) + α·[${symbol} − Q(s,a)]`), el("div", {}, `${around(old)} + ${alpha} · [${target} − ${around(old)}]`), moved),
    ];
  }

  planned({ state, action, before, then }) {
    const { world } = this.grid;
    const discount = Number(this.grid.read("discount"));
    const sums = world.algorithm === "value_iteration";
    const rows = world.actions.map((_, each) => {
      const terms = world.follows(state, each).map(({ chance, state: after, reward, end }) => `${chance < 0.9995 ? `${exact(chance, 3)}·` : ""}(${exact(reward, 3)}${end ? "" : ` + ${exact(discount, 3)}·V(${world.name(after).replace(/row |column /g, "").replace(", ", "·")})`})`);
      return el("div", { class: each === action || !sums ? "" : "soft" }, `${world.sign(each)}  ${terms.join(" + ")}`);
    });
    return [
      el("p", {}, `${KINDS[1]}: ${world.name(state)}`),
      el("div", { class: "formula" }, el("div", { class: "soft" }, sums ? "V(s) ← maxₐ Σ p · (r + γ·V(s′))" : "V(s) ← Σₐ π(a|s) Σ p · (r + γ·V(s′))"), ...rows,
        el("div", {}, `${exact(before)} → `, tinted(then), el("span", { class: "soft" }, sums ? `  by ${world.sign(action)}` : ""))),
    ];
  }

  paint(context, painter, theme) {
    const entry = this.entries?.[this.at - 1];
    const { world } = this.grid;
    if (!entry) return;
    const css = category(3, theme);
    painter.frame(context, world.cells[entry.state], css, 3);
    if (world.plans) return;
    const [from, to] = [painter.middle(world.cells[entry.state]), painter.middle(world.cells[entry.after])];
    const near = Math.hypot(to[0] - from[0], to[1] - from[1]);
    context.strokeStyle = context.fillStyle = css;
    context.lineWidth = 3;
    if (near > 2) arrow(context, ...from, from[0] + (to[0] - from[0]) * 0.8, from[1] + (to[1] - from[1]) * 0.8, 8);
    if (entry.kind === 0) painter.paintAgent(context, entry.after, css);
    else painter.frame(context, world.cells[entry.after], css, 2, [4, 3]);
  }
}
