// Pictures in a row, still or live: each with its words, frames around parts of it, and a sheet of colour over it.

import { el, mounter } from "./base.js";
import { fit, picture, signedMap } from "./convolution_bitmap.js";
import { frame } from "./convolution_sheet.js";
import { color, readTheme } from "./theme.js";

const LOOK = `
.images { display: flex; flex-wrap: wrap; gap: 12px 14px; align-items: flex-start; }
.images figure { margin: 0; } .images canvas { border-radius: 5px; box-shadow: 0 0 0 1px var(--line); touch-action: pan-y; }
.images canvas.hands { touch-action: none; }
.images figcaption { font-size: 11.5px; color: var(--muted); margin-top: 4px; line-height: 1.35; }
.images figcaption b { color: var(--ink); font-weight: 600; display: block; font-size: 12px; }
`;

class Images {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.outer = el("div", { class: "images" });
    root.append(this.style, this.outer);
    this.figures = [];
    this.sizing = new ResizeObserver(() => this.spec && this.draw());
    this.sizing.observe(this.outer);
  }

  set(mount, source, emit) {
    Object.assign(this, { spec: mount.spec, source, emit, theme: readTheme(this.outer) });
    const { images } = this.spec;
    while (this.figures.length > images.length) this.figures.pop().node.remove();
    while (this.figures.length < images.length) this.add(this.figures.length);
    this.draw();
  }

  add(place) {
    const canvas = el("canvas", { role: "img" });
    const words = el("figcaption");
    const node = el("figure", {}, canvas, words);
    this.outer.append(node);
    this.figures.push({ node, canvas, words });
    const spot = (event) => {
      const box = canvas.getBoundingClientRect();
      const { shape } = this.spec.images[place];
      return [((event.clientX - box.left) / box.width) * shape[1], ((event.clientY - box.top) / box.height) * shape[0]];
    };
    let start = null;
    const tell = (event, done) => {
      const image = this.spec.images[place];
      const [x, y] = spot(event);
      this.emit("drag", { name: image.name, number: place, x, y, dx: x - start[0], dy: y - start[1], row: Math.floor(y), column: Math.floor(x), done, ...image.tells });
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.spec.images[place].name) return;
      canvas.setPointerCapture(event.pointerId);
      start = spot(event);
      this.emit("drag", { name: this.spec.images[place].name, number: place, x: start[0], y: start[1], dx: 0, dy: 0, row: Math.floor(start[1]), column: Math.floor(start[0]), done: false, first: true, ...this.spec.images[place].tells });
    });
    canvas.addEventListener("pointermove", (event) => start && tell(event, false));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => { if (start) tell(event, true); start = null; });
  }

  draw() {
    const room = this.outer.clientWidth;
    if (room < 20) return;
    this.figures.forEach(({ canvas, words }, k) => {
      const image = this.spec.images[k];
      const array = this.source.array(image.array);
      if (!array) return;
      const side = Math.min(image.side, room);
      const shape = image.number === null ? array.shape : array.shape.slice(1);
      const [tall, wide] = image.signed ? shape.slice(-2) : image.first && shape.length === 3 ? shape.slice(1) : shape;
      const scale = side / Math.max(tall, wide);
      image.shape = [tall, wide];
      canvas.classList.toggle("hands", Boolean(image.name));
      canvas.setAttribute("aria-label", [image.title, image.words].filter(Boolean).join(": ") || this.spec.alt);
      fit(canvas, wide * scale, tall * scale, (context) => {
        const painted = image.signed ? signedMap(array, image.number ?? 0, image.most, this.theme.mode) : picture(array, { first: image.first, number: image.number });
        context.drawImage(painted, 0, 0, wide * scale, tall * scale);
        if (image.heat) this.heat(context, image.heat, wide * scale, tall * scale);
        for (const { box: [top, left, bottom, right], color: css, dash } of image.frames ?? []) {
          if (dash) context.setLineDash([4, 3]);
          frame(context, scale, Math.max(0, top), Math.max(0, left), Math.min(tall, bottom) - Math.max(0, top), Math.min(wide, right) - Math.max(0, left), color(css, this.theme), 2.5, dash ? "rgba(0,0,0,0)" : "#ffffff");
          context.setLineDash([]);
        }
      });
      words.style.maxWidth = `${Math.max(84, wide * scale)}px`;
      words.replaceChildren(...[image.title ? el("b", {}, image.title) : null, image.words].filter(Boolean));
    });
  }

  /** A sheet of one colour, the stronger the larger the number (0 to 1). */
  heat(context, name, wide, tall) {
    const array = this.source.array(name);
    if (!array) return;
    const [rows, columns] = array.shape;
    const layer = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    const pen = layer.getContext("2d");
    const data = pen.createImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) data.data.set([245, 147, 34, Math.round(235 * Math.min(1, array.data[i]))], 4 * i);
    pen.putImageData(data, 0, 0);
    context.drawImage(layer, 0, 0, wide, tall);
  }

  changed() {
    this.theme = readTheme(this.outer);
    this.draw();
  }

  destroy() {
    this.sizing.disconnect();
    this.outer.remove();
    this.style.remove();
  }
}

export const mount = mounter(Images);
