// Maps over one picture, side by side: how strongly they cover it is a slider, and one pointer reads the same place in all of them.

import { el, mounter, slide } from "./base.js";
import { fit, picture } from "./convolution_bitmap.js";
import { readTheme } from "./theme.js";

const LOOK = `
.explained { display: flex; flex-wrap: wrap; gap: 14px 16px; align-items: flex-start; }
.explained figure { margin: 0; } .explained canvas { border-radius: 8px; box-shadow: 0 0 0 1px var(--line); cursor: crosshair; }
.explained figcaption { font-size: 12px; color: var(--muted); margin-bottom: 5px; line-height: 1.3; min-height: 2.6em; }
.explained figcaption b { display: block; color: var(--ink); font-weight: 600; font-size: 13.5px; }
.explained .read { font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; min-height: 1.4em; margin-top: 3px; }
.mixing { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 12.5px; margin: 0 0 12px; max-width: 520px; flex-wrap: wrap; }
.mixing i { width: 11px; height: 11px; border-radius: 3px; display: inline-block; margin-right: 4px; vertical-align: -1px; }
`;
const BLUE = [8, 119, 189];
const ORANGE = [245, 147, 34];

class Maps {
  static reads = "views";

  constructor(root, memory) {
    this.memory = memory;
    this.style = el("style");
    this.style.textContent = LOOK;
    this.range = el("input", { type: "range", min: 0, max: 1, step: 0.02, "aria-label": "How strongly the maps cover the picture", oninput: () => { this.memory.cover = Number(this.range.value); slide(this.range, this.memory.cover); this.draw(); } });
    this.signs = el("span");
    this.mixing = el("div", { class: "mixing" }, el("span", {}, "Picture"), this.range, el("span", {}, "Map"), this.signs);
    this.outer = el("div", { class: "explained" });
    root.append(this.style, this.mixing, this.outer);
    this.panels = [];
    this.sizing = new ResizeObserver(() => this.spec && this.draw());
    this.sizing.observe(this.outer);
  }

  set(mount, source) {
    Object.assign(this, { spec: mount.spec, source, theme: readTheme(this.outer) });
    const { panels } = this.spec;
    const mapped = panels.some((each) => each.map);
    this.mixing.hidden = !mapped;
    const sign = (css, words) => el("span", { style: { marginRight: "10px" } }, el("i", { style: { background: css } }), words);
    this.signs.replaceChildren(sign("#0877bd", "speaks for it"), ...(panels.some((each) => each.signed) ? [sign("#f59322", "speaks against it")] : []));
    this.range.value = this.memory.cover ?? 0.75;
    slide(this.range, Number(this.range.value));
    while (this.panels.length > panels.length) this.panels.pop().node.remove();
    while (this.panels.length < panels.length) this.add();
    this.layers = panels.map((each) => each.map && this.layer(this.source.array(each.map), each));
    this.draw();
  }

  add() {
    const canvas = el("canvas", { role: "img" });
    const words = el("figcaption");
    const read = el("div", { class: "read" });
    const node = el("figure", {}, words, canvas, read);
    const move = (event) => {
      const box = canvas.getBoundingClientRect();
      this.at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      this.draw();
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerdown", move);
    canvas.addEventListener("pointerleave", () => { this.at = null; this.draw(); });
    this.outer.append(node);
    this.panels.push({ node, canvas, words, read });
  }

  /** The map as a sheet of colour, the less transparent the larger the number. */
  layer(array, { top, signed }) {
    if (!array) return null;
    const [rows, columns] = array.shape;
    const sheet = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    const pen = sheet.getContext("2d");
    const data = pen.createImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) {
      const value = array.data[i] / top;
      const [r, g, b] = value < 0 && signed ? ORANGE : BLUE;
      const strength = signed ? Math.abs(value) : Math.max(0, value);
      data.data.set([r, g, b, 255 * Math.min(1, strength)], 4 * i);
    }
    pen.putImageData(data, 0, 0);
    return sheet;
  }

  draw() {
    const base = this.source.array(this.spec.picture);
    if (!base) return;
    const [tall, wide] = base.shape;
    const room = Math.max(120, this.outer.clientWidth);
    const count = this.spec.panels.length;
    const columns = Math.max(1, Math.min(count, Math.floor((room + 16) / (count > 1 ? 176 : 220))));
    const side = Math.min(this.spec.largest, Math.floor((room - 16 * (columns - 1)) / columns));
    const scale = side / Math.max(tall, wide);
    const cover = this.memory.cover ?? 0.75;
    this.spec.panels.forEach((panel, i) => {
      const { canvas, words, read } = this.panels[i];
      words.hidden = !panel.title;
      words.style.maxWidth = `${Math.max(120, wide * scale)}px`;
      words.replaceChildren(el("b", {}, panel.title), panel.words);
      canvas.setAttribute("aria-label", panel.title ? `${panel.title}. ${this.spec.alt}` : this.spec.alt);
      fit(canvas, wide * scale, tall * scale, (context) => {
        context.imageSmoothingEnabled = scale < 2;
        const layer = this.layers[i];
        context.drawImage(picture(base), 0, 0, wide * scale, tall * scale);
        if (layer) {
          context.fillStyle = this.theme.mode === "dark" ? "#10141b" : "#ffffff";
          context.globalAlpha = cover * 0.92;
          context.fillRect(0, 0, wide * scale, tall * scale);
          context.globalAlpha = Math.min(1, 0.35 + cover) * (cover > 0.02 ? 1 : 0);
          context.drawImage(layer, 0, 0, wide * scale, tall * scale);
          context.globalAlpha = 1;
        }
        if (this.at && count > 1) this.cross(context, wide * scale, tall * scale);
      });
      read.hidden = count === 1;
      read.textContent = this.at ? this.value(panel, tall, wide, base) : "";
    });
  }

  cross(context, wide, tall) {
    const [x, y] = [this.at[0] * wide, this.at[1] * tall];
    for (const [css, width] of [["rgba(255,255,255,0.85)", 3], ["rgba(20,24,30,0.9)", 1]]) {
      context.strokeStyle = css;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(x - 9, y); context.lineTo(x + 9, y); context.moveTo(x, y - 9); context.lineTo(x, y + 9);
      context.stroke();
    }
  }

  value(panel, tall, wide, base) {
    const [x, y] = this.at;
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return "";
    if (!panel.map) {
      const [row, column] = [Math.floor(y * tall), Math.floor(x * wide)];
      const channels = base.shape[2] ?? 1;
      const at = (row * wide + column) * channels;
      return `row ${row}, column ${column}: ${Array.from(base.data.slice(at, at + channels)).join(", ")}`;
    }
    const array = this.source.array(panel.map);
    const [rows, columns] = array.shape;
    const value = array.data[Math.floor(y * rows) * columns + Math.floor(x * columns)];
    return `${(100 * value / panel.top).toFixed(0)} % of its strongest (${value.toPrecision(2)})`.replace("-", "−");
  }

  changed() {
    this.theme = readTheme(this.outer);
    this.draw();
  }

  destroy() {
    this.sizing.disconnect();
    for (const each of [this.mixing, this.outer, this.style]) each.remove();
  }
}

export const mount = mounter(Maps);
