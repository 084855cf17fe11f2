// The canvas of a gridworld: what is drawn at a moment, and what pointer and keys do to it.

import { el } from "./base.js";
import { Pane, place } from "./pane.js";
import { exact } from "./axes.js";
import { DIVERGING, SEQUENTIAL, category } from "./theme.js";
import { GridPainter } from "./gridpaint.js";
import { paintFences } from "./gridtiles.js";
import { Draft } from "./gridworld.js";

const LARGEST_CELL = 92;
const STRIDE_MS = 170; // a step of the walk that is shown while a run stands still
const REST = 7; // steps it rests at the end
const STROLL = 300; // longer paths are shown as they are
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const KEYS = { ArrowUp: "up", ArrowRight: "right", ArrowDown: "down", ArrowLeft: "left", w: "up", d: "right", s: "down", a: "left" };
const STOPS = { R: [0, "#d6336c"], G: [4, "#1b9e77"], Y: [20, "#a89b0f"], B: [23, "#0877bd"] };

export class GridPane extends Pane {
  constructor(host, memory, key, grid) {
    super(host, memory, key);
    this.grid = grid;
    this.painter = new GridPainter(this);
    this.box.style.margin = "0";
    this.listen();
  }

  get world() {
    return this.grid.world;
  }

  get layers() {
    return this.spec?.mini ? { fill: "values", arrows: true, numbers: false, path: false } : this.grid.layers;
  }

  get cells() {
    return this.grid.draft?.cells ?? this.still?.cells ?? [];
  }

  get rows() {
    return this.grid.draft?.rows ?? this.world?.rows ?? 4;
  }

  get columns() {
    return this.grid.draft?.columns ?? this.world?.columns ?? 8;
  }

  /** As wide as its cells ask for; beside it stands what is written. */
  canvasWidth() {
    const available = this.grid.body.clientWidth;
    const room = this.spec?.mini ? available : available > 720 ? Math.max(300, available - 300) : available;
    const tallest = (this.spec?.height ?? 470) / this.rows;
    this.size = Math.max(12, Math.min(LARGEST_CELL, tallest, room / this.columns));
    return Math.floor(this.size * this.columns);
  }

  height() {
    return this.size * this.rows;
  }

  /** What is known now: from the latest view, or from the moment at which slow motion stands. */
  now() {
    const { grid, world } = this;
    const read = (name) => grid.read(name)?.data;
    const slow = grid.mode === "slow" ? grid.parts.slow.table : null;
    const [q, v, truth, policy, visits] = [slow?.q ?? read("q"), slow?.v ?? read("v"), read("truth"), read("policy"), read("visits")];
    if (!q || q.length !== world.states * world.actions.length) return null;
    const actions = world.actions.length;
    const peak = (state) => { let most = -Infinity; for (let a = 0; a < actions; a++) most = Math.max(most, q[state * actions + a]); return most; };
    let limit = 0;
    for (let state = 0; state < world.states; state++) if (world.met[state]) limit = Math.max(limit, Math.abs(truth[state]), Math.abs(v[state]) < 1e3 * Math.abs(truth[state]) ? Math.min(Math.abs(v[state]), 3 * Math.abs(truth[state])) : 0);
    const sums = (state) => { let sum = 0; for (let a = 0; a < actions; a++) sum += visits[state * actions + a]; return sum; };
    let mostVisits = 0;
    if (this.layers.fill === "visits") for (let state = 0; state < world.states; state++) mostVisits = Math.max(mostVisits, sums(state));
    return {
      limit: limit || Math.max(...[...v].map(Math.abs), 1e-9), mostVisits, rewards: world.rewards, decides: (state) => world.decides(state), met: (state) => Boolean(world.met[state]),
      stateAt: (cell) => world.stateAt(cell, grid.slice), value: (state) => v[state], truth: (state) => truth[state], visits: sums,
      q: (state, action) => q[state * actions + action], tries: (state, action) => visits[state * actions + action],
      best: (state, action) => (slow ? q[state * actions + action] >= peak(state) - 1e-6 * (1 + Math.abs(peak(state))) : Boolean(policy[state * actions + action])), values: v,
    };
  }

  draw(context) {
    const { grid, painter, theme, world } = this;
    if (!world) return this.waiting(context);
    if (this.stillOf !== world) [this.still, this.stillOf] = [Draft.of(world), world];
    const same = !grid.draft || (grid.draft.rows === world.rows && grid.draft.columns === world.columns);
    this.shown = this.now();
    this.writeScale();
    painter.paintCells(context, this.cells, same ? this.shown : null);
    if (!same || !this.shown) return undefined;
    if (world.fences.length) paintFences(painter, context, world.fences);
    if (world.key === "taxi") this.paintStops(context);
    const walk = grid.mode === "look" && this.layers.path ? grid.read("path")?.data : null;
    const step = walk?.length ? this.strolled(walk) : 0;
    if (walk?.length) painter.paintPath(context, walk.subarray(0, Math.floor(step) + 1), category(3, theme));
    painter.paintTexts(context, this.cells, this.shown);
    if (walk?.length) painter.paintWalker(context, walk, step, category(3, theme));
    grid.part.paint?.(context, painter, theme);
    if (grid.selected !== null && grid.mode === "look") painter.frame(context, world.cells[grid.selected], theme.accent);
    if (this.cursor !== undefined && grid.mode === "paint") painter.frame(context, this.cursor, theme.accent, 2, [4, 3]);
    return undefined;
  }

  /** How far along its latest path the agent is seen: at the end while episodes rush by, walking it while the run stands still. */
  strolled(walk) {
    const busy = ["playing", "queued", "starting"].includes(this.grid.link?.status?.state);
    if (busy || walk.length > STROLL || CALM.matches) {
      this.strolling = null;
      return walk.length - 1;
    }
    if (this.strolling?.walk !== walk) this.strolling = { walk, since: performance.now() };
    const step = ((performance.now() - this.strolling.since) / STRIDE_MS) % (walk.length + REST);
    if (this.visible) setTimeout(() => this.outer.isConnected && this.request(), 30);
    return Math.min(walk.length - 1, step);
  }

  /** What the colours mean. */
  writeScale() {
    const { layers, shown, theme } = this;
    const visits = layers.fill === "visits";
    const ends = !shown || layers.fill === "nothing" || this.spec.mini ? null : visits ? ["0", `${shown.mostVisits.toLocaleString("en-US")} visits`] : [`−${exact(shown.limit, 3)}`, `+${exact(shown.limit, 3)}`];
    const key = `${ends} ${visits} ${theme.mode}`;
    if (key === this.scaled) return;
    this.scaled = key;
    if (!ends) return this.legend.replaceChildren();
    const stops = (visits ? SEQUENTIAL : DIVERGING)[theme.mode].join(",");
    const words = { values: "value of a cell", actions: "value of an action", truth: "true value", visits: "how often" }[layers.fill];
    return this.legend.replaceChildren(el("span", { class: "scale" }, ends[0], el("i", { style: { background: `linear-gradient(90deg, ${stops})` } }), ends[1], ` · ${words}`));
  }

  paintStops(context) {
    const { grid, painter, theme, size } = this;
    const passenger = Math.floor(grid.slice / 4);
    Object.entries(STOPS).forEach(([letter, [cell, css]], number) => {
      const [x, y] = painter.box(cell);
      painter.label(context, letter, x + 6, y + 4, size * 0.24, "left", "top", css, true);
      if (number === passenger) this.mark(context, x + size * 0.86, y + size * 0.14, css, theme);
      if (number === grid.slice % 4) painter.frame(context, cell, css, 4);
    });
  }

  mark(context, x, y, css, theme) {
    context.beginPath();
    context.arc(x, y, this.size * 0.09, 0, 7);
    context.fillStyle = css;
    context.strokeStyle = theme.paper;
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  }

  waiting(context) {
    context.font = `12px ${this.theme.font}`;
    context.fillStyle = this.theme.muted;
    context.fillText("Waiting for the world", 12, 24);
  }

  // Pointer and keys ---------------------------------------------------------------------------------------------------

  cellUnder(event) {
    const [x, y] = place(event, this.canvas);
    const [column, row] = [Math.floor(x / this.size), Math.floor(y / this.size)];
    return row >= 0 && column >= 0 && row < this.rows && column < this.columns ? row * this.columns + column : null;
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.pressed(event));
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    canvas.addEventListener("pointerup", (event) => this.released(event));
    canvas.addEventListener("pointercancel", (event) => this.released(event));
    canvas.addEventListener("pointerleave", () => this.showTip(null));
    canvas.addEventListener("contextmenu", (event) => this.grid.mode === "paint" && event.preventDefault());
    canvas.addEventListener("keydown", (event) => this.keyed(event));
  }

  pressed(event) {
    const { grid, world } = this;
    const cell = this.cellUnder(event);
    if (cell === null || !world || this.spec.mini) return;
    this.showTip(null);
    if (grid.mode === "paint") {
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke = true;
      grid.parts.paint.dab(cell, event.button === 2 || event.shiftKey);
      event.preventDefault();
    } else if (grid.mode === "play") grid.parts.play.towards(cell);
    else {
      const state = world.stateAt(cell, grid.slice);
      grid.select(world.decides(state) && state !== grid.selected ? state : null);
    }
  }

  moved(event) {
    const cell = this.cellUnder(event);
    if (cell === null || !this.world || !this.shown) return this.showTip(null);
    if (this.stroke) return this.grid.parts.paint.dab(cell, event.shiftKey);
    const state = this.world.stateAt(cell, this.grid.slice);
    if (this.spec.mini || this.grid.mode !== "paint") this.tell(state, place(event, this.canvas));
    return undefined;
  }

  tell(state, at, aloud = false) {
    const { shown, world, grid } = this;
    const kind = world.kinds[world.cells[state]];
    const words = { "#": "wall", G: "goal", P: "pit", C: "cliff", S: "start" }[kind];
    const rows = [[`${world.name(state)}${words ? `, ${words}` : ""}`]];
    if (world.decides(state) && world.met[state]) {
      rows.push(["V", exact(shown.value(state))], [grid.read("algorithm") === "policy_evaluation" ? "true value" : "V*", exact(shown.truth(state))]);
      world.actions.forEach((_, action) => rows.push([`Q ${world.sign(action)}`, exact(shown.q(state, action))]));
    } else if (world.decides(state)) rows.push(["cannot be reached from the start"]);
    this.showTip(rows, ...at, aloud);
  }

  released() {
    if (!this.stroke) return;
    this.stroke = false;
    this.grid.parts.paint.done();
  }

  keyed(event) {
    const { grid, world } = this;
    if (!world || this.spec.mini || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (grid.mode === "play") { if (!grid.parts.play.key(event.key, way)) return; } else if (way && event.key.startsWith("Arrow")) this.steer(way);
    else if ((event.key === "Enter" || event.key === " ") && grid.mode === "paint" && this.cursor !== undefined) {
      grid.parts.paint.dab(this.cursor, event.shiftKey);
      grid.parts.paint.done();
    } else if (event.key === "Escape") { grid.select(null); this.showTip(null); } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Arrow keys choose a cell. */
  steer(way) {
    const { grid, world, rows, columns } = this;
    const from = grid.mode === "paint" ? (this.cursor ?? 0) : grid.selected === null ? world.cells[world.starts[0]] : world.cells[grid.selected];
    const [down, right] = { up: [-1, 0], right: [0, 1], down: [1, 0], left: [0, -1] }[way];
    const [row, column] = [Math.floor(from / columns) + down, (from % columns) + right];
    if (row < 0 || column < 0 || row >= rows || column >= columns) return;
    const cell = row * columns + column;
    if (grid.mode === "paint") this.cursor = cell;
    else {
      grid.select(world.stateAt(cell, grid.slice));
      this.tell(grid.selected, this.painter.middle(cell), true);
    }
    this.request();
  }
}
