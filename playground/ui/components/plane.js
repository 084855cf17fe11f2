// A plane with layers: the pane behind `stage`, and one kind of panel in `player`.

import { el } from "./base.js";
import { Pane, place } from "./pane.js";
import { axis, drawAxes, exact, label as tickLabel, scale, widest } from "./axes.js";
import { alpha, category, entry, table } from "./theme.js";
import { PAINTERS, marker } from "./layers.js";
import { nearest } from "./nearest.js";
import { fieldRows, limits } from "./field.js";
import { Handles } from "./handles.js";
import { swatch, toggles } from "./legend.js";

const LARGEST = 560; // pixels of height when the page sets none

export class PlanePane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.keeps = new Map(); // layer number -> what its painter keeps between frames
    this.frame = null; // where the player's clock stands; null without a clock
    this.handles = new Handles(this);
    this.strokes = []; // places drawn by hand, shown until the page answers
    this.listen();
  }

  /** Takes a spec and its data. `env` = {emit, events, height, unit}. */
  set(spec, source, env) {
    const text = JSON.stringify(spec);
    const fresh = text !== this.text;
    Object.assign(this, { spec, source, env, text });
    if (this.strokes.length) this.strokes = [];
    if (fresh) {
      this.keeps.clear();
      this.margins = null;
      this.hidden = this.memory.hidden ??= {};
      this.canvas.classList.toggle("hands", spec.events.length > 0);
      this.canvas.style.touchAction = spec.events.includes("draw") ? "none" : "";
      const click = spec.events.includes("click") ? " Enter clicks there." : "";
      this.describe(spec.alt, `Arrow keys read values at a place, Shift takes larger steps.${click} Escape ends reading.`);
    }
    this.retheme();
    this.buildLegend();
    this.handles.place(spec.layers);
  }

  /** New data has arrived. */
  refresh() {
    this.handles.place(this.spec.layers);
    this.request();
  }

  height(width) {
    const margins = this.frames(this.canvas.getContext("2d"));
    const across = width - margins.left - margins.right;
    const { aspect } = this.spec;
    const tall = aspect ? Math.min(this.env.height ?? LARGEST, across / aspect) : (this.env.height ?? Math.min(LARGEST, across / 1.6));
    return tall + margins.top + margins.bottom;
  }

  canvasWidth(available) {
    const margins = this.frames(this.canvas.getContext("2d"));
    if (!this.spec.aspect) return available;
    const tallest = this.env.height ?? LARGEST;
    return Math.min(available, tallest * this.spec.aspect + margins.left + margins.right);
  }

  /** Room for the words around the plane. */
  frames(context) {
    if (this.margins) return this.margins;
    const { spec, theme } = this;
    if (!spec.axes) return (this.margins = { left: 0, right: 0, top: 0, bottom: 0 });
    const labels = [120, 200, 300, 560].flatMap((tall) => axis(spec.y[0], spec.y[1], tall, spec.y_ticks, false, 48).labels); // of any height
    const left = Math.ceil(widest(context, theme, labels)) + 10 + (spec.y_label ? 20 : 0);
    return (this.margins = { left: Math.max(14, left), right: 12, top: 8, bottom: (spec.x_ticks?.length === 0 ? 6 : 24) + (spec.x_label ? 22 : 0) });
  }

  /** From plane coordinates to pixels and to the data. */
  project(width, tall) {
    const margins = this.frames(this.canvas.getContext("2d"));
    const [outerWide, outerTall] = [width - margins.left - margins.right, tall - margins.top - margins.bottom];
    const aspect = this.spec.aspect;
    const inner = aspect ? [Math.min(outerWide, outerTall * aspect), Math.min(outerTall, outerWide / aspect)] : [outerWide, outerTall];
    const left = margins.left + Math.round((outerWide - inner[0]) / 2);
    const box = { left, right: left + inner[0], top: margins.top, bottom: margins.top + inner[1] };
    const [x, y] = [scale(...this.spec.x, box.left, box.right), scale(...this.spec.y, box.bottom, box.top)];
    this.P = {
      X: x.at, Y: y.at, box, x: this.spec.x, y: this.spec.y, scales: { x, y }, theme: this.theme, ratio: this.ratio, frame: this.frame, unit: this.env.unit ?? "step",
      halo: this.spec.layers.some((each) => each.layer === "field"),
      array: (name) => this.source.array(name),
      words: (list) => this.source.words(list),
      number: (value) => this.source.number(value),
      hides: (layer, name) => Boolean(this.hidden[this.hideKey(layer, name)]),
      keep: (layer) => this.keep(layer),
    };
    return this.P;
  }

  keep(layer) {
    const number = this.spec.layers.indexOf(layer);
    if (!this.keeps.has(number)) this.keeps.set(number, {});
    return this.keeps.get(number);
  }

  hideKey(layer, name = layer.label) {
    return `${layer.layer}/${name}`;
  }

  shows(layer) {
    return this.source.holds(layer.when) && !(layer.label && this.hidden[this.hideKey(layer)]);
  }

  draw(context, width, tall) {
    const P = this.project(width, tall);
    const { box, theme } = P;
    context.save();
    context.beginPath();
    context.roundRect(box.left, box.top, box.right - box.left, box.bottom - box.top, this.spec.axes ? 6 : 8);
    context.clip();
    const back = this.spec.layers.some((each) => each.layer === "field" && this.shows(each));
    if (!back && this.spec.axes) this.paintAxes(context, P, true);
    for (const layer of this.spec.layers) {
      if (layer.layer === "draggable" || !this.shows(layer)) continue;
      context.save();
      PAINTERS[layer.layer]?.(context, layer, P);
      context.restore();
    }
    for (const [x, y] of this.strokes) { context.save(); context.translate(P.X(x), P.Y(y)); marker(context, "disc", 4, alpha(theme.ink, 0.5), theme.paper); context.restore(); }
    if (this.probe) this.paintProbe(context, P);
    context.restore();
    if (this.spec.axes) {
      this.paintAxes(context, P, false);
      context.strokeStyle = theme.faint;
      context.lineWidth = 1;
      context.beginPath();
      context.roundRect(box.left + 0.5, box.top + 0.5, box.right - box.left - 1, box.bottom - box.top - 1, 6);
      context.stroke();
    }
    this.handles.move();
    this.refreshScale();
    if (this.probe) this.readOut(false);
  }

  /** Grid lines lie under the layers and are clipped; the words are drawn afterwards. */
  paintAxes(context, P, grid) {
    const { spec, theme } = this;
    const wide = P.box.right - P.box.left;
    const tall = P.box.bottom - P.box.top;
    const x = { scale: P.scales.x, ...axis(spec.x[0], spec.x[1], wide, spec.x_ticks, false, 48) };
    const y = { scale: P.scales.y, ...axis(spec.y[0], spec.y[1], tall, spec.y_ticks, false, 48) };
    if (spec.x_ticks && wide / x.labels.length < 34) x.labels = x.labels.map((each) => (each.length > 3 ? `${each.slice(0, 2)}…` : each));
    if (grid) { x.labels = x.labels.map(() => ""); y.labels = y.labels.map(() => ""); }
    drawAxes(context, theme, P.box, { x, y, xWords: grid ? "" : spec.x_label, yWords: grid ? "" : spec.y_label }, grid ? { across: !spec.y_ticks, up: !spec.x_ticks } : {});
  }

  paintProbe(context, P) {
    const [x, y] = [Math.round(P.X(this.probe.x)) + 0.5, Math.round(P.Y(this.probe.y)) + 0.5];
    context.strokeStyle = alpha(P.theme.ink, 0.35);
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x, P.box.top); context.lineTo(x, P.box.bottom);
    context.moveTo(P.box.left, y); context.lineTo(P.box.right, y);
    context.stroke();
    context.setLineDash([]);
  }

  // Reading values ------------------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointerup", (event) => this.lift(event));
    canvas.addEventListener("pointercancel", () => { this.down = null; });
    canvas.addEventListener("pointerleave", () => { if (!this.down) this.read(null); });
    canvas.addEventListener("contextmenu", (event) => { if (this.spec?.events.length) event.preventDefault(); });
    canvas.addEventListener("keydown", (event) => this.keyed(event));
    canvas.addEventListener("blur", () => this.read(null));
  }

  /** The plane coordinates of a pointer, or null outside the plane. */
  spot(event) {
    if (!this.P) return null;
    const [px, py] = place(event, this.canvas);
    const { box, scales } = this.P;
    if (px < box.left - 1 || px > box.right + 1 || py < box.top - 1 || py > box.bottom + 1) return null;
    return { x: scales.x.invert(px), y: scales.y.invert(py) };
  }

  read(wanted, aloud = false) {
    const probe = this.spec?.layers.every((each) => each.layer === "picture") ? null : wanted; // pictures have no values to read
    this.probe = probe;
    if (!probe) this.showTip(null);
    else this.readOut(aloud);
    this.request();
  }

  readOut(aloud) {
    const { P, probe } = this;
    if (!P) return;
    let [px, py] = [P.X(probe.x), P.Y(probe.y)];
    const near = this.spec.layers.filter((each) => this.shows(each)).map((each) => nearest(each, P, px, py)).filter(Boolean).sort((a, b) => a.far - b.far)[0];
    let { x, y } = probe;
    if (near) { ({ x, y } = near); [px, py] = [P.X(x), P.Y(y)]; }
    const fields = this.spec.layers.filter((each) => each.layer === "field" && this.shows(each)).flatMap((each) => fieldRows(each, P, x, y));
    const { x_ticks: across, y_ticks: up } = this.spec;
    const named = (words, value) => (words?.length ? (words[Math.round(value)] ?? "") : exact(value, 4));
    const where = [[this.spec.x_label || "x", named(across, x)], [this.spec.y_label || "y", named(up, y)]];
    this.showTip([...(near?.rows ?? []), ...fields, ...where], px, py, aloud);
  }

  keyed(event) {
    const step = event.shiftKey ? 0.1 : 0.02;
    const [[x0, x1], [y0, y1]] = [this.spec.x, this.spec.y];
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.key === "Escape") return this.read(null);
    const probe = this.probe ?? { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
    if (event.key === "Enter" && this.spec.events.includes("click")) this.env.emit("click", { ...probe, button: event.altKey ? 2 : 0, shift: event.shiftKey });
    else if (moves[event.key]) {
      const [dx, dy] = moves[event.key];
      this.read({ x: Math.min(x1, Math.max(x0, probe.x + dx * (x1 - x0))), y: Math.min(y1, Math.max(y0, probe.y + dy * (y1 - y0))) }, true);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Clicks and strokes ---------------------------------------------------------------------------------------

  press(event) {
    const spot = this.spot(event);
    if (!spot) return;
    this.down = { at: place(event, this.canvas), button: event.button, shift: event.shiftKey, strokes: [[spot.x, spot.y]] };
    if (this.spec.events.includes("draw")) this.canvas.setPointerCapture(event.pointerId);
    this.read(spot);
  }

  point(event) {
    const spot = this.spot(event);
    this.read(spot);
    if (!spot || !this.down || !this.spec.events.includes("draw")) return;
    const last = this.down.strokes.at(-1);
    if (Math.hypot(this.P.X(last[0]) - this.P.X(spot.x), this.P.Y(last[1]) - this.P.Y(spot.y)) < 9) return;
    this.down.strokes.push([spot.x, spot.y]);
    this.strokes = this.down.strokes;
  }

  lift(event) {
    const { down } = this;
    this.down = null;
    if (!down) return;
    const [px, py] = place(event, this.canvas);
    const spot = this.spot(event);
    const still = Math.hypot(px - down.at[0], py - down.at[1]) < 6;
    if (this.spec.events.includes("draw")) {
      this.strokes = down.strokes;
      this.env.emit("draw", { points: down.strokes, button: down.button, shift: down.shift });
    } else if (spot && still) this.env.emit("click", { ...spot, button: down.button, shift: down.shift });
    if (event.pointerType === "touch") this.read(spot);
    this.request();
  }

  // Legend ------------------------------------------------------------------------------------------------------------

  buildLegend() {
    const parts = toggles(this, this.spec.layers, (layer, name) => this.hideKey(layer, name));
    const field = this.spec.layers.find((each) => each.layer === "field" && each.scale && this.spec.axes);
    this.scaleOf = null;
    if (field?.palette === "classes") parts.push(...field.names.map((name, k) => el("span", { class: "scale" }, swatch("disc", category(k, this.theme)), name)));
    else if (field) {
      this.scaleOf = { field, low: el("span"), bar: el("i"), high: el("span") };
      parts.push(el("span", { class: "scale" }, el("span", {}, field.value), this.scaleOf.low, this.scaleOf.bar, this.scaleOf.high));
    }
    this.legend.replaceChildren(...parts);
  }

  /** The colour scale's ends follow the data when the spec leaves them open. */
  refreshScale() {
    if (!this.scaleOf) return;
    const { field, low, bar, high } = this.scaleOf;
    const array = this.source.array(field.array);
    if (!array) return;
    const [least, most] = limits(array, field, this.keep(field));
    const written = `${least} ${most} ${this.theme.mode} ${field.steps}`;
    if (written === this.scaleWritten && low.textContent) return;
    this.scaleWritten = written;
    low.textContent = tickLabel(Number(least.toPrecision(3)));
    high.textContent = tickLabel(Number(most.toPrecision(3)));
    const words = table(field.palette, this.theme.mode, field);
    const stops = Array.from({ length: 33 }, (_, i) => entry(words, (i / 32) * 255));
    bar.style.background = `linear-gradient(90deg, ${stops.join(",")})`;
    bar.style.opacity = field.opacity;
  }

  retheme() {
    super.retheme();
    this.scaleWritten = "";
  }
}
