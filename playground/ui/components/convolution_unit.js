// One pixel of one feature map: where it lies, what part of the picture it sees, and the sum that made it.

import { el, mounter } from "./base.js";
import { fit, picture, signedMap } from "./convolution_bitmap.js";
import { brief, cells, frame, signed } from "./convolution_sheet.js";
import { readTheme } from "./theme.js";

const LARGE = 142; // side of the map and the picture on top
const SMALL = 69; // side of what stands in a row of the sum
const LOOK = `
.unit { font-variant-numeric: tabular-nums; }
.unit h4 { margin: 0 0 2px; font-size: 15px; font-weight: 650; } .unit p { margin: 0 0 8px; }
.unit .tops { display: flex; flex-wrap: wrap; gap: 14px; margin-bottom: 10px; }
.unit figure { margin: 0; } .unit figcaption { font-size: 11.5px; color: var(--muted); margin-top: 3px; max-width: ${LARGE}px; }
.unit .tops canvas { cursor: crosshair; border-radius: 4px; } .unit .tops figure + figure canvas { cursor: default; }
.unit canvas { border-radius: 3px; touch-action: manipulation; }
.unit .rows { display: grid; gap: 6px; max-height: 420px; overflow: auto; scrollbar-width: thin; border-top: 1px solid var(--line); padding: 8px 2px; }
.unit .row { display: flex; align-items: center; gap: 7px; } .unit .row b { margin-left: auto; min-width: 58px; text-align: right; }
.unit .row span { color: var(--muted); } .unit .heads { display: flex; gap: 7px; font-size: 11px; color: var(--muted); margin-bottom: 2px; }
.unit .heads i { font-style: normal; width: ${SMALL + 14}px; } .unit .heads i:last-child { width: auto; margin-left: auto; }
.unit .total { border-top: 1px solid var(--line); padding-top: 8px; font-size: 14.5px; line-height: 1.7; } .unit .total b { font-weight: 700; }
`;

class Unit {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "unit" });
    root.append(this.style, this.outer);
  }

  set(mount, source, emit) {
    Object.assign(this, { spec: mount.spec, source, emit, theme: readTheme(this.outer) });
    const scrolled = this.outer.querySelector(".rows")?.scrollTop ?? 0;
    const { title, kind, at, value, label } = this.spec;
    const flat = this.map.shape[0] * this.map.shape[1] === 1;
    const where = flat ? "" : `, row ${at[2] + 1}, column ${at[3] + 1}`;
    this.outer.replaceChildren(el("h4", {}, `${title}, map ${at[1] + 1}${label ? ` (${label})` : ""}${where}: ${brief(value, 4)}`),
      el("p", { class: "muted" }, `${kind[0].toUpperCase()}${kind.slice(1)} of ${this.spec.source}.${flat ? "" : " Click the map for another pixel."}`),
      this.tops(flat), ...this.body());
    const rows = this.outer.querySelector(".rows");
    if (rows) rows.scrollTop = scrolled;
  }

  changed() {}

  get map() {
    return this.source.array("map");
  }

  tops(flat) {
    const { at, field } = this.spec;
    const [tall, wide] = this.map.shape;
    const map = el("canvas", { role: "img", "aria-label": "The feature map; a click chooses a pixel of it" });
    const most = Math.max(1e-9, ...this.map.data.map(Math.abs));
    fit(map, LARGE, LARGE, (context) => {
      context.drawImage(signedMap(this.map, 0, most, this.theme.mode), 0, 0, LARGE, LARGE);
      frame(context, LARGE / wide, at[2], at[3], 1, 1, this.theme.ink, 2, this.theme.paper);
    });
    map.addEventListener("click", (event) => {
      const box = map.getBoundingClientRect();
      const [row, column] = [Math.floor(((event.clientY - box.top) / box.height) * tall), Math.floor(((event.clientX - box.left) / box.width) * wide)];
      this.emit("drag", { name: "pixel", row: Math.max(0, row), column: Math.max(0, column), done: true });
    });
    const given = this.source.array("picture");
    const seen = el("canvas", { role: "img", "aria-label": "The picture with the part that this unit sees" });
    const cell = LARGE / given.shape[2];
    const [top, left, bottom, right] = field;
    fit(seen, LARGE, LARGE, (context) => {
      context.drawImage(picture(given, { first: true }), 0, 0, LARGE, LARGE);
      frame(context, cell, Math.max(0, top), Math.max(0, left), Math.min(given.shape[1], bottom) - Math.max(0, top), Math.min(given.shape[2], right) - Math.max(0, left), this.theme.accent, 2.5);
    });
    const [h, w] = [bottom - top, right - left];
    return el("div", { class: "tops" }, flat ? null : el("figure", {}, map, el("figcaption", {}, `the map, ${tall} × ${wide}, up to ±${brief(most)}`)),
      el("figure", {}, seen, el("figcaption", {}, `sees ${h} × ${w} pixels${top < 0 || left < 0 || bottom > given.shape[1] || right > given.shape[2] ? ", some beyond the border" : ""}`)));
  }

  body() {
    const { spec } = this;
    if (spec.order) return this.sums();
    if (this.source.array("window_values")) return this.pooled();
    if (spec.deviation !== undefined) return [el("p", { class: "total" }, `(${brief(spec.input, 4)} − ${brief(spec.mean, 4)}) / ${brief(spec.deviation, 4)} · ${brief(spec.scale, 4)} + ${brief(spec.shift, 4)} = `,
      el("b", {}, brief(spec.value, 4))), el("p", { class: "muted" }, "Less the mean and divided by the deviation of all training pictures, then a learnt scale and shift.")];
    if (spec.input !== undefined) return [el("p", { class: "total" }, `${spec.title.split(" ")[0]}(${brief(spec.input, 4)}) = `, el("b", {}, brief(spec.value, 4))),
      el("p", { class: "muted" }, spec.value === 0 && spec.input < 0 ? "A negative sum becomes 0: this unit is silent here." : "A positive sum passes.")];
    return [el("p", { class: "muted" }, "This layer takes in the sum of several branches; follow those one by one.")];
  }

  sums() {
    const { order, bias, value, window: place } = this.spec;
    const [sums, inputs, kernels, products] = ["sums", "inputs", "kernels", "products"].map((name) => this.source.array(name));
    const [shown, high, wide] = kernels.shape;
    const most = (array) => Math.max(1e-9, ...array.data.map(Math.abs));
    const scales = { input: most(inputs), kernel: most(kernels), product: most(products) };
    const sheet = (array, n, scale, words) => {
      const canvas = el("canvas", { role: "img", "aria-label": words });
      const color = signed(this.theme, scale);
      fit(canvas, SMALL, Math.round((SMALL * high) / wide), (context) => {
        cells(context, SMALL / wide, high, wide, (row, column) => array.data[(n * high + row) * wide + column], color, { digits: 1 });
      });
      return canvas;
    };
    const rows = Array.from({ length: shown }, (_, n) => {
      const whole = el("canvas", { role: "img", "aria-label": `Input map ${order[n] + 1} with the window` });
      const [tall, across] = inputs.shape.slice(1);
      fit(whole, SMALL, SMALL, (context) => {
        context.drawImage(signedMap(inputs, n, scales.input, this.theme.mode), 0, 0, SMALL, SMALL);
        if (tall > high || across > wide) frame(context, SMALL / across, place[0], place[1], (high - 1) * place[2] + 1, (wide - 1) * place[2] + 1, this.theme.ink, 1.5, this.theme.paper);
      });
      whole.title = `map ${order[n] + 1}`;
      return el("div", { class: "row" }, whole, el("span", {}, "×"), sheet(kernels, n, scales.kernel, "Its kernel"), el("span", {}, "="), sheet(products, n, scales.product, "Products"), el("b", {}, brief(sums.data[order[n]], 3)));
    });
    const rest = order.slice(shown).reduce((all, k) => all + sums.data[k], 0);
    const total = [...sums.data].reduce((all, each) => all + each, 0);
    const left = order.length - shown;
    return [el("div", { class: "heads" }, el("i", {}, "input map"), el("i", {}, "kernel"), el("i", {}, "products"), el("i", {}, "sum")), el("div", { class: "rows" }, ...rows),
      el("p", { class: "total" }, left ? `${shown} largest of ${order.length}: ${brief(total - rest, 3)}, the other ${left}: ${brief(rest, 3)}. ` : "", `${brief(total, 4)} + bias ${brief(bias, 4)} = `, el("b", {}, brief(value, 4)))];
  }

  pooled() {
    const values = this.source.array("window_values");
    const [high, wide] = values.shape;
    const most = Math.max(1e-9, ...values.data.map(Math.abs));
    const largest = Math.max(...values.data);
    const canvas = el("canvas", { role: "img", "aria-label": "The numbers in the window" });
    const size = Math.min(64, 220 / wide);
    fit(canvas, size * wide, size * high, (context) => {
      cells(context, size, high, wide, (row, column) => values.data[row * wide + column], signed(this.theme, most));
      const best = values.data.indexOf(largest);
      if (this.spec.how === "largest") frame(context, size, Math.floor(best / wide), best % wide, 1, 1, this.theme.ink, 2, this.theme.paper);
    });
    return [canvas, el("p", { class: "total" }, `The ${this.spec.how} of these ${values.data.length} numbers is `, el("b", {}, brief(this.spec.value, 4)), ".")];
  }

  destroy() {
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Unit);
