// The kernel lab: the window slides over the picture, and every product of the sum at hand can be read.

import { el, icon, mounter } from "./base.js";
import { Sheet, brief, cells, frame, grey, signed } from "./convolution_sheet.js";
import { KernelHand } from "./convolution_kernel.js";
import { sum } from "./convolution_sum.js";
import { listen } from "./keyboard.js";
import { lab } from "./live.js";
import { readTheme } from "./theme.js";

const PLAY = "M7 4.5v15l12-7.5z";
const PAUSE = ["M7 5h3.5v14H7z", "M13.5 5H17v14h-3.5z"];
const SPEEDS = [1, 3, 8, 25, 100]; // cells a second
const CHANNELS = ["Red", "Green", "Blue"];
const LOOK = `
.lab { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 0.62fr) minmax(0, 1.15fr); gap: 6px 22px; align-items: start; }
.lab.pools { grid-template-columns: minmax(0, 1.15fr) minmax(0, 0.6fr) minmax(0, 1.15fr) minmax(0, 0.8fr); }
.sheet { margin: 0; min-width: 0; }
.sheet canvas { border-radius: 5px; touch-action: pan-y; margin: 0 auto; }
.sheet.kernel canvas { touch-action: none; cursor: ns-resize; }
.sheet.output canvas { cursor: crosshair; }
.heading { font-weight: 650; font-size: 13.5px; margin-bottom: 5px; display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; min-height: 20px; }
.heading small { font-weight: 400; color: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
.foot { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 6px; color: var(--muted); font-size: 12px; min-height: 20px; }
.pick { padding: 2px 9px; border: 1px solid var(--line); font-size: 12px; color: var(--muted); min-height: 24px; }
.pick[aria-pressed="true"] { color: #fff; background: var(--accent); border-color: transparent; font-weight: 600; }
.lab + .bar { margin-top: 10px; }
.count { min-width: 9.5em; }
.sum { margin-top: 12px; padding: 11px 14px; border: 1px solid var(--line); border-radius: 11px; background: var(--soft); }
.sum { display: flex; flex-wrap: wrap; gap: 4px 26px; align-items: center; } .sum > p:first-child { flex-basis: 100%; }
.sum .slices { display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center; }
.sum .slice { display: inline-grid; gap: 2px; }
.sum .cell { display: grid; place-content: center; text-align: center; border-radius: 4px; font-variant-numeric: tabular-nums; line-height: 1.15; }
.sum .cell small { opacity: 0.8; font-size: 10px; white-space: nowrap; }
.sum .cell.out { outline: 1px dashed var(--muted); outline-offset: -1px; }
.sum p { margin: 0 0 8px; } .sum .total { margin: 4px 0 0; font-size: 15px; font-variant-numeric: tabular-nums; line-height: 1.7; max-width: 620px; }
.sum .total b { font-weight: 700; } .sum .name { font-size: 11.5px; color: var(--muted); text-align: center; margin-bottom: 3px; }
@container (max-width: 640px) {
  .lab, .lab.pools { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px 12px; }
  .lab .kernel, .lab .pooled { order: 1; }
  .sum { padding: 9px 8px; } .sum .total { font-size: 13.5px; }
}
`;

class Convolution {
  static reads = "views";

  constructor(root, memory, key) {
    this.memory = memory;
    this.part = lab.parts[key] ??= { draws: 0, ms: 0, errors: 0 };
    this.style = el("style");
    this.style.textContent = LOOK;
    this.input = new Sheet("The picture, with the window", { name: "input" });
    this.kernel = new Sheet("The kernel", { name: "kernel", largest: 190, cell: 62, keys: true });
    this.output = new Sheet("The output", { name: "output", keys: true });
    this.pooled = new Sheet("After pooling", { name: "pooled" });
    this.grid = el("div", { class: "lab" }, this.input.node, this.kernel.node, this.output.node, this.pooled.node);
    this.sum = el("div", { class: "sum", "aria-live": "off" });
    this.buildBar();
    this.outer = el("div", { role: "group", "aria-label": "Kernel lab" }, this.grid, this.bar, this.sum);
    root.append(this.style, this.outer);
    this.hand = new KernelHand(this, this.kernel);
    this.listenOutput();
    this.deafen = listen({ node: this.outer, rank: 1, toggle: () => this.toggle(), step: () => this.step(1) });
    this.sizing = new ResizeObserver(() => this.draw());
    this.sizing.observe(this.outer);
  }

  buildBar() {
    const button = (words, path, action) => el("button", { class: "button icon", type: "button", "aria-label": words, title: words, onclick: action }, icon(...path));
    this.play = el("button", { class: "button main", type: "button", onclick: () => this.toggle() });
    this.speed = el("select", { "aria-label": "Cells a second", onchange: () => { this.memory.speed = Number(this.speed.value); } },
      ...SPEEDS.map((each) => el("option", { value: each }, `${each} a second`)));
    this.where = el("span", { class: "count" });
    this.bar = el("div", { class: "bar" }, this.play, button("One cell back", ["M18 6l-8 6 8 6z", "M7 6v12"], () => this.step(-1)),
      button("One cell on", ["M6 6l8 6-8 6z", "M17 6v12"], () => this.step(1)), this.speed,
      el("button", { class: "button", type: "button", onclick: () => this.finish() }, "Show all"), this.where);
  }

  set(mount, source, emit) {
    Object.assign(this, { spec: mount.spec, source, emit });
    const { memory } = this;
    memory.speed ??= 8;
    memory.plane ??= -1;
    this.speed.value = memory.speed;
    this.theme = readTheme(this.outer);
    this.cell = mount.spec.cell;
    this.arrays = Object.fromEntries(["input", "weight", "output", "active", "pooled"].map((name) => [name, source.array(name)]));
    const shape = JSON.stringify([this.spec.side, this.arrays.input.shape, this.arrays.output.shape]);
    if (memory.shape !== shape) Object.assign(memory, { at: null, playing: false }); // another geometry: the old place means nothing
    memory.shape = shape;
    this.outer.setAttribute("aria-label", this.spec.alt);
    this.grid.classList.toggle("pools", this.spec.pool !== "none");
    this.pooled.node.hidden = this.spec.pool === "none";
    this.showPlay();
    this.draw();
  }

  changed() {}

  // Where the window stands -----------------------------------------------------------------------------------------------

  get side() {
    return this.arrays.output.shape[1];
  }

  /** [row, column] of the output cell at hand: hovered, or where the animation is, or the chosen one. */
  get place() {
    if (this.over) return this.over;
    const { at } = this.memory;
    return at === null || at === undefined ? this.cell : [Math.floor(at / this.side), at % this.side];
  }

  toggle() {
    if (this.memory.playing) return this.stop();
    const last = this.side * this.side - 1;
    if (this.memory.at === null || this.memory.at === undefined || this.memory.at >= last) this.memory.at = 0;
    this.memory.playing = true;
    this.last = performance.now();
    this.due = 0;
    this.showPlay();
    this.clock = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    if (!this.memory.playing) return;
    this.due += ((now - this.last) / 1000) * this.memory.speed;
    this.last = now;
    const whole = Math.floor(this.due);
    this.due -= whole;
    const last = this.side * this.side - 1;
    if (whole) {
      this.memory.at = Math.min(last, this.memory.at + whole);
      this.draw();
    }
    if (this.memory.at >= last) return this.stop();
    this.clock = requestAnimationFrame((later) => this.tick(later));
  }

  stop() {
    this.memory.playing = false;
    cancelAnimationFrame(this.clock);
    this.showPlay();
    this.draw();
  }

  step(by) {
    this.stop();
    const start = this.memory.at ?? this.cell[0] * this.side + this.cell[1] - (this.memory.at === null ? by : 0);
    this.memory.at = Math.max(0, Math.min(this.side * this.side - 1, start + by));
    this.draw();
  }

  /** Ends the animation: all cells are shown. */
  finish() {
    this.memory.at = null;
    this.memory.playing = false;
    cancelAnimationFrame(this.clock);
    if (this.arrays) { this.showPlay(); this.draw(); }
  }

  showPlay() {
    const playing = Boolean(this.memory.playing);
    this.play.replaceChildren(icon(...(playing ? PAUSE : [PLAY])), playing ? "Pause" : "Play");
  }

  listenOutput() {
    const { canvas } = this.output;
    canvas.addEventListener("pointermove", (event) => { this.over = this.output.spot(event); this.draw(); });
    canvas.addEventListener("pointerleave", () => { this.over = null; this.draw(); });
    canvas.addEventListener("click", (event) => { const spot = this.output.spot(event); if (spot) this.choose(spot); });
    canvas.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!move) return;
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.place.map((each, i) => Math.max(0, Math.min(this.side - 1, each + move[i]))));
    });
  }

  choose([row, column], channel = this.spec.channel) {
    this.cell = [row, column];
    this.memory.at = null;
    this.memory.playing = false;
    this.showPlay();
    this.draw();
    this.emit("drag", { name: "cell", row, column, channel, done: true });
  }

  // Drawing ---------------------------------------------------------------------------------------------------------------

  draw() {
    if (!this.arrays?.input || !this.outer.isConnected) return;
    const started = performance.now();
    this.drawInput();
    this.hand.draw();
    this.drawOutput();
    if (this.spec.pool !== "none") this.drawPooled();
    sum(this.sum, this);
    const [row, column] = this.place;
    this.where.textContent = `row ${row + 1}, column ${column + 1}`;
    this.part.draws += 1;
    this.part.ms = this.part.ms * 0.9 + (performance.now() - started) * 0.1;
  }

  get top() {
    return this.place.map((each) => each * this.spec.stride); // first row and column of the window on the padded picture
  }

  drawInput() {
    const { padding, side, dilation } = this.spec;
    const [channels, rows, columns] = this.arrays.input.shape;
    const { data } = this.arrays.input;
    const plane = channels > 1 ? this.memory.plane : 0;
    Object.assign(this.input, { rows: rows + 2 * padding, columns: columns + 2 * padding });
    const at = (channel, row, column) => data[(channel * rows + row) * columns + column];
    const inside = (row, column) => row >= 0 && column >= 0 && row < rows && column < columns;
    const value = (row, column) => (inside(row - padding, column - padding) ? at(Math.max(plane, 0), row - padding, column - padding) : 0);
    const color = (held, row, column) => {
      if (!inside(row - padding, column - padding)) return this.theme.mode === "dark" ? "#1b2029" : "#eceff3";
      if (plane >= 0) return grey(held);
      return `rgb(${[0, 1, 2].map((each) => Math.round(255 * at(each, row - padding, column - padding))).join(",")})`;
    };
    this.input.draw((context, size) => {
      cells(context, size, this.input.rows, this.input.columns, value, color, { numbers: plane >= 0 });
      const [top, left] = this.top;
      if (dilation > 1) for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) frame(context, size, top + i * dilation, left + j * dilation, 1, 1, this.theme.accent, 2);
      const span = dilation * (side - 1) + 1;
      frame(context, size, top, left, span, span, this.theme.accent, dilation > 1 ? 1 : 2.5);
    });
    this.input.heading.replaceChildren("Picture", el("small", {}, `${channels > 1 ? `${channels} × ` : ""}${rows} × ${columns}${padding ? `, ${padding} of padding around` : ""}`));
    const pick = (words, which) => el("button", { class: "pick", type: "button", "aria-pressed": String(plane === which), onclick: () => { this.memory.plane = which; this.draw(); } }, words);
    this.input.foot.replaceChildren(...(channels > 1 ? [pick("All", -1), ...CHANNELS.map((words, i) => pick(words, i))] : []));
  }

  drawOutput() {
    const { active, output } = this.arrays;
    const [channels, rows, columns] = active.shape;
    const offset = this.spec.channel * rows * columns;
    const most = Math.max(1e-9, ...output.data.subarray(offset, offset + rows * columns).map(Math.abs));
    Object.assign(this.output, { rows, columns });
    const color = signed(this.theme, most);
    const { at } = this.memory;
    this.output.draw((context, size) => {
      const until = at === null || at === undefined ? Infinity : at;
      cells(context, size, rows, columns, (row, column) => active.data[offset + row * columns + column],
        (held, row, column) => (row * columns + column <= until ? color(held) : "transparent"));
      frame(context, size, ...this.place, 1, 1, this.theme.ink, 2.5, this.theme.paper);
      if (this.spec.pool !== "none") {
        const step = this.spec.pool_side;
        context.strokeStyle = this.theme.muted;
        context.setLineDash([3, 3]);
        for (let row = 0; row + step <= rows; row += step) for (let column = 0; column + step <= columns; column += step) context.strokeRect(column * size, row * size, step * size, step * size);
        context.setLineDash([]);
      }
    });
    this.output.heading.replaceChildren("Output", el("small", {}, `${channels > 1 ? `channel ${this.spec.channel + 1} of ${channels}, ` : ""}${rows} × ${columns}`));
    const picks = this.spec.names.map((words, i) => el("button", { class: "pick", type: "button", "aria-pressed": String(i === this.spec.channel), onclick: () => this.choose(this.cell, i) }, words));
    this.output.foot.replaceChildren(...(channels > 1 ? picks : []));
  }

  drawPooled() {
    const { pooled, output } = this.arrays;
    const [, rows, columns] = pooled.shape;
    const wide = output.shape[1] * output.shape[2];
    const [offset, whole] = [this.spec.channel * rows * columns, this.spec.channel * wide];
    const color = signed(this.theme, Math.max(1e-9, ...output.data.subarray(whole, whole + wide).map(Math.abs)));
    Object.assign(this.pooled, { rows, columns });
    const [row, column] = this.place.map((each) => Math.floor(each / this.spec.pool_side));
    this.pooled.draw((context, size) => {
      cells(context, size, rows, columns, (i, j) => pooled.data[offset + i * columns + j], (held) => color(held));
      if (row < rows && column < columns) frame(context, size, row, column, 1, 1, this.theme.ink, 2, this.theme.paper);
    });
    this.pooled.heading.replaceChildren(this.spec.pool === "max" ? "Largest of each square" : "Mean of each square", el("small", {}, `${rows} × ${columns}`));
    this.pooled.foot.textContent = row < rows && column < columns ? brief(pooled.data[offset + row * columns + column], 3) : "This cell is in no whole square: it is dropped.";
  }

  destroy() {
    this.memory.playing = false;
    cancelAnimationFrame(this.clock);
    this.sizing.disconnect();
    this.hand.destroy();
    this.deafen();
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Convolution);
