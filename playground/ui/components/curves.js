// A line plot with hover over all series: the pane behind `lines`, and one kind of panel in `player`.

import { el } from "./base.js";
import { Pane, place } from "./pane.js";
import { axis, drawAxes, exact, scale, widest } from "./axes.js";
import { alpha, category, color } from "./theme.js";
import { paintBand, paintRule } from "./marks.js";
import { barEnds, paintSeries } from "./series.js";
import { Handles } from "./handles.js";
import { swatch } from "./legend.js";

const QUIET = 0.3; // of a series drawn behind the others
const LEGEND_MS = 150; // how often the numbers in the legend change while a run plays

export class CurvesPane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.frame = null;
    this.handles = new Handles(this);
    this.top = el("div", { class: "top" });
    Object.assign(this.legend.style, { justifyContent: "flex-start", marginTop: "0" });
    this.top.append(this.legend);
    this.outer.prepend(this.top);
    this.listen();
  }

  /** Takes a spec and its data. `env` = {emit, height, live}. */
  set(spec, source, env) {
    const text = JSON.stringify(spec);
    const fresh = text !== this.text;
    Object.assign(this, { spec, source, env, text });
    this.retheme();
    if (fresh) {
      this.memory.hidden ??= Object.fromEntries(spec.series.filter((each) => !each.shown).map((each) => [each.name, true]));
      this.memory.log ??= {};
      this.describe(spec.alt, "Left and right arrow keys read values, Home and End go to the ends, Escape ends reading.");
    }
    this.logs = { x: this.memory.log.x ?? spec.log_x, y: this.memory.log.y ?? spec.log_y };
    this.buildTop();
    this.handles.place(spec.marks);
  }

  refresh() {
    this.handles.place(this.spec.marks);
    this.request();
  }

  height() {
    return (this.spec.height ?? this.env.height ?? 220) + 8 + 24 + (this.spec.x_label ? 22 : 0);
  }

  /** The visible series with their numbers. */
  rows() {
    const { source, spec } = this;
    return spec.series.map((each, number) => {
      const y = source.column(each.array);
      const name = each.x ?? spec.x;
      const x = name === null ? null : source.column(name);
      const full = each.color ? color(each.color, this.theme) : category(number, this.theme);
      const css = each.quiet ? alpha(full, QUIET) : full;
      return { each, number, css, y, x, low: source.column(each.low), high: source.column(each.high), count: y ? Math.min(y.length, x?.length ?? Infinity) : 0 };
    });
  }

  draw(context, width, tall) {
    const rows = this.rows();
    const shown = rows.filter(({ each, count }) => count && !this.memory.hidden[each.name]);
    const ranges = this.ranges(shown);
    const y = axis(...ranges.y, tall - 50, null, this.logs.y, 40);
    const left = Math.max(34, Math.ceil(widest(context, this.theme, y.labels)) + 12) + (this.spec.y_label ? 18 : 0);
    const box = { left, right: width - 14, top: 8, bottom: tall - 24 - (this.spec.x_label ? 22 : 0) };
    const scales = { x: scale(...ranges.x, box.left, box.right, this.logs.x), y: scale(...ranges.y, box.bottom, box.top, this.logs.y) };
    this.P = { box, scales, logs: this.logs, theme: this.theme, X: scales.x.at, Y: scales.y.at, x: ranges.x, y: ranges.y, ratio: this.ratio, number: (value) => this.source.number(value) };
    const x = axis(...ranges.x, box.right - box.left, this.spec.x_ticks ?? null, this.logs.x, 76);
    drawAxes(context, this.theme, box, { x: { scale: scales.x, ...x }, y: { scale: scales.y, ...y }, xWords: this.spec.x_label, yWords: this.spec.y_label }, { across: true, up: true });
    context.save();
    context.beginPath();
    context.rect(box.left, box.top - 3, box.right - box.left + 3, box.bottom - box.top + 6);
    context.clip();
    for (const mark of this.spec.marks) if (mark.layer === "band" && this.source.holds(mark.when)) paintBand(context, mark, this.P);
    const back = ({ each }) => (each.style === "bars" ? 0 : each.style === "area" || each.quiet ? 1 : 2);
    for (const row of [...shown].sort((a, b) => back(a) - back(b))) paintSeries(context, row, this.P, this.frame === null ? null : this.timeOf(row));
    for (const mark of this.spec.marks) if (mark.layer === "rule" && this.source.holds(mark.when)) paintRule(context, mark, this.P);
    if (this.frame !== null) this.paintClock(context, shown);
    context.restore();
    this.shown = shown;
    if (this.cursor !== undefined && this.cursor !== null) this.readOut(context, false);
    this.handles.move();
    this.writeLegend(rows);
    if (!shown.length && !rows.some(({ count }) => count)) this.waiting(context, box);
  }

  waiting(context, box) {
    context.font = `12px ${this.theme.font}`;
    context.fillStyle = this.theme.muted;
    context.textAlign = "center";
    context.fillText("Nothing measured yet", (box.left + box.right) / 2, (box.top + box.bottom) / 2);
  }

  // Ranges ----------------------------------------------------------------------------------------------------------------

  ranges(shown) {
    const { spec, logs } = this;
    const x = this.extent(shown, ({ x, count, each }) => (x ? [x.subarray(0, count)] : [[0, count - 1]]).concat(each.style === "bars" ? barEnds(x, count) : []), logs.x);
    const y = this.extent(shown, ({ y, low, high, each }) => [y, low, high, each.style === "bars" || each.style === "area" ? [0] : null], logs.y);
    const room = logs.y ? [y[0] / (y[1] / y[0]) ** 0.05, y[1] * (y[1] / y[0]) ** 0.05] : [y[0] - 0.05 * (y[1] - y[0]), y[1] + 0.06 * (y[1] - y[0])];
    if (!logs.y && y[0] >= 0 && room[0] < 0) room[0] = Math.min(0, y[0]);
    const fix = (given, found, log) => found.map((value, i) => (given?.[i] != null && !(log && given[i] <= 0) ? given[i] : value));
    return { x: widen(fix(spec.x_range, x, logs.x)), y: widen(fix(spec.y_range, room, logs.y)) };
  }

  extent(shown, read, log) {
    let [low, high] = [Infinity, -Infinity];
    for (const row of shown) for (const values of read(row)) {
      if (!values) continue;
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (!Number.isFinite(value) || (log && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (low > high) return log ? [0.1, 1] : [0, 1];
    if (low === high) return log ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) * 0.05, high + (Math.abs(high) || 1) * 0.05];
    return [low, high];
  }

  // The player's clock ------------------------------------------------------------------------------------------------------

  /** The x value at the clock: between the samples of the series. */
  timeOf({ x, count }) {
    const place = Math.min(count - 1, Math.max(0, this.frame));
    const i = Math.floor(place);
    if (!x) return place;
    return i + 1 < count ? x[i] + (x[i + 1] - x[i]) * (place - i) : x[i];
  }

  paintClock(context, shown) {
    if (!shown.length) return;
    const { box, X, Y } = this.P;
    const at = X(this.timeOf(shown[0]));
    context.strokeStyle = alpha(this.theme.ink, 0.35);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(at, box.top);
    context.lineTo(at, box.bottom);
    context.stroke();
    for (const row of shown) {
      if (row.each.style === "bars") continue;
      const i = Math.min(row.count - 1, Math.floor(this.frame));
      const next = Math.min(row.count - 1, i + 1);
      const py = Y(row.y[i] + (row.y[next] - row.y[i]) * Math.min(1, this.frame - i));
      if (py === py) this.dot(context, X(this.timeOf(row)), py, row.css);
    }
  }

  dot(context, x, y, css) {
    context.beginPath();
    context.arc(x, y, 4, 0, 7);
    context.fillStyle = css;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = this.theme.paper;
    context.stroke();
  }

  // Reading values ------------------------------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    const move = (event) => {
      if (!this.P) return;
      const [px] = place(event, canvas);
      const { box } = this.P;
      this.cursor = px < box.left - 4 || px > box.right + 6 ? null : this.P.scales.x.invert(Math.min(box.right, Math.max(box.left, px)));
      if (this.cursor === null) this.showTip(null);
      this.request();
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerdown", move);
    const leave = () => { this.cursor = null; this.showTip(null); this.request(); };
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("blur", leave);
    canvas.addEventListener("keydown", (event) => this.keyed(event, leave));
  }

  keyed(event, leave) {
    if (event.key === "Escape") return leave();
    const lead = this.shown?.[0];
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!lead || step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const stride = event.shiftKey ? Math.ceil(lead.count / 10) : Math.max(1, Math.ceil(lead.count / 200));
    const now = this.cursor == null ? (step < 0 ? lead.count : -1) : nearestIndex(lead, this.cursor);
    const i = Math.max(0, Math.min(lead.count - 1, now + step * stride));
    this.cursor = lead.x ? lead.x[i] : i;
    this.aloud = true;
    this.request();
  }

  readOut(context) {
    const { box, X, Y } = this.P;
    const found = this.shown.filter(({ each }) => !each.quiet).map((row) => ({ row, i: nearestIndex(row, this.cursor) }));
    if (!found.length) return this.showTip(null);
    const lead = found.reduce((best, each) => (Math.abs(value(each) - this.cursor) < Math.abs(value(best) - this.cursor) ? each : best));
    const x = X(value(lead));
    context.strokeStyle = alpha(this.theme.ink, 0.3);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, box.top);
    context.lineTo(Math.round(x) + 0.5, box.bottom);
    context.stroke();
    let highest = box.bottom;
    for (const { row, i } of found) {
      const y = Y(row.y[i]);
      if (!(y >= box.top - 1 && y <= box.bottom + 1)) continue;
      highest = Math.min(highest, y);
      this.dot(context, X(value({ row, i })), y, row.css);
    }
    const words = found.map(({ row, i }) => [row.each.name, exact(row.y[i]), row.css]);
    this.showTip([[this.spec.x_label || "x", exact(value(lead))], ...words], x, Math.min(highest, box.bottom - 30), this.aloud);
    this.aloud = false;
  }

  // Legend ------------------------------------------------------------------------------------------------------------------------

  buildTop() {
    this.numbers = [];
    const chips = this.spec.series.map((each, number) => {
      if (each.quiet) return this.numbers.push(null) && null;
      const css = each.color ? color(each.color, this.theme) : category(number, this.theme);
      const value = this.env.live ? el("b") : null;
      this.numbers.push(value);
      const node = el("button", { class: "chip", type: "button", "aria-pressed": String(!this.memory.hidden[each.name]), title: "Show or hide" },
        swatch(each.style === "points" ? "disc" : each.style, css, each.dash), el("span", {}, each.name), value);
      node.addEventListener("click", () => {
        this.memory.hidden[each.name] = !this.memory.hidden[each.name];
        node.setAttribute("aria-pressed", String(!this.memory.hidden[each.name]));
        this.request();
      });
      return node;
    }).filter(Boolean);
    this.legend.replaceChildren(...(chips.length === 1 && !this.env.live ? [] : chips));
    this.logButton?.remove();
    if (!this.spec.switches) return;
    this.logButton = el("button", { class: "small", type: "button", "aria-pressed": String(this.logs.y), title: "Logarithmic axis" }, "log");
    this.logButton.setAttribute("aria-label", `Logarithmic ${this.spec.y_label || "axis"}`);
    this.logButton.addEventListener("click", () => {
      this.logs.y = this.memory.log.y = !this.logs.y;
      this.logButton.setAttribute("aria-pressed", String(this.logs.y));
      this.request();
    });
    this.top.append(this.logButton);
  }

  writeLegend(rows) {
    const now = performance.now();
    if (!this.env.live || now - (this.written ?? 0) < LEGEND_MS) return;
    this.written = now;
    rows.forEach(({ y, count }, i) => {
      const words = count ? exact(y[count - 1], 3) : "";
      if (this.numbers[i] && this.numbers[i].textContent !== words) this.numbers[i].textContent = words;
    });
  }
}

const value = ({ row, i }) => (row.x ? row.x[i] : i);

/** The sample nearest to an x value; samples are in order, so halving finds it. */
function nearestIndex({ x, count }, at) {
  if (!x) return Math.max(0, Math.min(count - 1, Math.round(at)));
  let [low, high] = [0, count - 1];
  const rising = x[high] >= x[low];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] < at === rising) low = middle; else high = middle;
  }
  return Math.abs(x[low] - at) <= Math.abs(x[high] - at) ? low : high;
}

function widen([low, high]) {
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}
