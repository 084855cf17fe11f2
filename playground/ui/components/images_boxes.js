// Boxes, masks and lines of writing over a picture, with the list of what was found; a slider hides what is unsure.

import { el, mounter, slide } from "./base.js";
import { fit, picture } from "./convolution_bitmap.js";
import { category, readTheme, rgb } from "./theme.js";

const LOOK = `
.finds { display: grid; grid-template-columns: minmax(0, 2fr) minmax(180px, 1fr); gap: 18px; align-items: start; }
.finds canvas { border-radius: 8px; box-shadow: 0 0 0 1px var(--line); }
.finds ol { list-style: none; margin: 8px 0 0; padding: 0; max-height: 420px; overflow-y: auto; scrollbar-width: thin; }
.finds li { display: flex; gap: 9px; align-items: center; padding: 4px 8px; border-radius: 7px; font-size: 13.5px; }
.finds li.on { background: var(--soft); } .finds li b { font-weight: 500; flex: 1; overflow-wrap: anywhere; }
.finds li i { width: 12px; height: 12px; border-radius: 3px; flex: none; } .finds li span { color: var(--muted); font-variant-numeric: tabular-nums; }
.finds .sure { display: flex; gap: 9px; align-items: center; color: var(--muted); font-size: 12.5px; }
@container (max-width: 640px) { .finds { grid-template-columns: 1fr; } }
`;

class Boxes {
  static reads = "views";

  constructor(root, memory) {
    this.memory = memory;
    this.style = el("style");
    this.style.textContent = LOOK;
    this.canvas = el("canvas", { role: "img" });
    this.hold = el("div", {}, this.canvas);
    this.range = el("input", { type: "range", min: 0, max: 1, step: 0.01, "aria-label": "Least share shown", oninput: () => { this.memory.least = Number(this.range.value); this.draw(); } });
    this.least = el("span");
    this.sure = el("div", { class: "sure" }, this.least, this.range);
    this.list = el("ol");
    this.outer = el("div", { class: "finds" }, this.hold, el("div", {}, this.sure, this.list));
    root.append(this.style, this.outer);
    this.sizing = new ResizeObserver(() => this.spec && this.draw());
    this.sizing.observe(this.hold);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => { this.over = null; this.draw(); });
  }

  set(mount, source) {
    Object.assign(this, { spec: mount.spec, source, theme: readTheme(this.outer) });
    this.names = [...new Set(mount.spec.labels)];
    this.masks = new Map();
    this.draw();
  }

  get cut() {
    return this.memory.least ?? this.spec.threshold;
  }

  color(i) {
    return this.spec.numbered ? category(0, this.theme) : category(this.names.indexOf(this.spec.labels[i]), this.theme);
  }

  hover(event) {
    const box = this.canvas.getBoundingClientRect();
    const base = this.source.array("picture");
    const [x, y] = [((event.clientX - box.left) / box.width) * base.shape[1], ((event.clientY - box.top) / box.height) * base.shape[0]];
    const masks = this.spec.masks && this.source.array(this.spec.masks);
    if (masks) {
      const [rows, columns] = masks.shape;
      this.over = masks.data[Math.floor((y / base.shape[0]) * rows) * columns + Math.floor((x / base.shape[1]) * columns)] - 1;
    } else {
      const boxes = this.source.array("boxes").data;
      const inside = this.shown().filter((i) => x >= boxes[4 * i] && x < boxes[4 * i + 2] && y >= boxes[4 * i + 1] && y < boxes[4 * i + 3]);
      const area = (i) => (boxes[4 * i + 2] - boxes[4 * i]) * (boxes[4 * i + 3] - boxes[4 * i + 1]);
      this.over = inside.length ? inside.reduce((a, b) => (area(a) <= area(b) ? a : b)) : null;
    }
    this.draw();
  }

  shown() {
    const shares = this.source.array("shares").data;
    return this.spec.labels.map((_, i) => i).filter((i) => shares[i] >= this.cut);
  }

  draw() {
    this.paint();
    this.write();
  }

  paint() {
    const base = this.source.array("picture");
    if (!base) return;
    const [tall, wide] = base.shape;
    const scale = Math.min(Math.max(160, this.hold.clientWidth) / wide, 620 / tall, 3);
    const shown = this.shown();
    this.canvas.setAttribute("aria-label", this.spec.alt);
    fit(this.canvas, wide * scale, tall * scale, (context) => {
      context.imageSmoothingEnabled = true;
      context.drawImage(picture(base), 0, 0, wide * scale, tall * scale);
      if (this.spec.masks) for (const i of shown) { context.globalAlpha = this.over === i ? 0.8 : 0.45; context.drawImage(this.mask(i), 0, 0, wide * scale, tall * scale); context.globalAlpha = 1; }
      else for (const i of [...shown].reverse()) this.box(context, i, scale);
    });
  }

  /** The list; not written anew while the pointer rests on it, or its rows would leave from under it. */
  write() {
    const shown = this.shown();
    const shares = this.source.array("shares").data;
    this.range.value = this.cut;
    slide(this.range, this.cut);
    this.least.textContent = `${this.spec.measure === "covers" ? "Covers" : "Share"} at least ${Math.round(100 * this.cut)} %`;
    this.list.replaceChildren(...(shown.length ? shown : [null]).map((i) => (i === null ? el("li", {}, el("span", {}, this.spec.labels.length ? "Nothing is as sure as that: move the slider down." : "Nothing was found in this picture."))
      : el("li", { class: this.over === i ? "on" : "", onpointerenter: () => { this.over = i; this.paint(); }, onpointerleave: () => { this.over = null; this.paint(); } },
        el("i", { style: { background: this.color(i) } }), el("b", {}, `${this.spec.numbered ? `${i + 1}. ` : ""}${this.spec.labels[i] || "(nothing readable)"}`), el("span", {}, `${(100 * shares[i]).toFixed(0)} %`)))));
  }

  box(context, i, scale) {
    const [left, top, right, bottom] = Array.from(this.source.array("boxes").data.slice(4 * i, 4 * i + 4), (each) => each * scale);
    const css = this.color(i);
    context.lineWidth = this.over === i ? 4 : 2.2;
    context.strokeStyle = css;
    context.globalAlpha = this.over === null || this.over === undefined || this.over === i ? 1 : 0.35;
    context.strokeRect(left, top, right - left, bottom - top);
    const words = this.spec.numbered ? String(i + 1) : this.spec.labels[i];
    context.font = "600 12px system-ui, sans-serif";
    const width = context.measureText(words).width + 10;
    const beside = this.spec.numbered && right + width + 2 < this.canvas.clientWidth; // a line's number stands behind it, not on its words
    const [x, y] = beside ? [right + 2, top] : [left, Math.max(0, top - 18)];
    context.fillStyle = css;
    context.fillRect(x - 1, y, width, 18);
    const [r, g, b] = rgb(css);
    context.fillStyle = 0.3 * r + 0.59 * g + 0.11 * b > 150 ? "#14181d" : "#ffffff";
    context.fillText(words, x + 4, y + 13);
    context.globalAlpha = 1;
  }

  mask(i) {
    if (this.masks.has(i)) return this.masks.get(i);
    const { data, shape: [rows, columns] } = this.source.array(this.spec.masks);
    const sheet = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    const pen = sheet.getContext("2d");
    const made = pen.createImageData(columns, rows);
    const [r, g, b] = rgb(this.color(i));
    for (let k = 0; k < data.length; k++) if (data[k] === i + 1) made.data.set([r, g, b, 255], 4 * k);
    pen.putImageData(made, 0, 0);
    this.masks.set(i, sheet);
    return sheet;
  }

  changed() {
    this.theme = readTheme(this.outer);
    this.masks.clear();
    this.draw();
  }

  destroy() {
    this.sizing.disconnect();
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Boxes);
