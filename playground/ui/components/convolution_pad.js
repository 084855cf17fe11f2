// A pad whose strokes are told as text, point by point, while the pen moves: short enough for an address.

import { el, mounter } from "./base.js";

const SIDE = 448; // pixels of the canvas; its place decides how large it is shown
const GRID = 512;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NEAR = 0.018; // points closer than this are left out
const EVERY_MS = 50;

class Pad {
  static reads = "views";

  constructor(root) {
    this.canvas = el("canvas", { class: "hands", width: SIDE, height: SIDE, role: "img", tabindex: 0, "aria-label": "Pad to draw on with the mouse or a finger" });
    Object.assign(this.canvas.style, { width: "100%", aspectRatio: "1", touchAction: "none", background: "#000", border: "1px solid var(--line)" });
    this.hint = el("span", { class: "muted" });
    const button = (words, action) => el("button", { class: "small", type: "button", onclick: action }, words);
    this.outer = el("div", { style: { maxWidth: "260px" } }, this.canvas,
      el("div", { class: "bar", style: { marginTop: "7px" } }, button("Clear", () => this.keep([])), button("Undo", () => this.keep(this.strokes.slice(0, -1))), this.hint));
    root.append(this.outer);
    this.strokes = [];
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.moved(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.up());
  }

  set(mount, _source, emit) {
    this.emit = emit;
    this.spec = mount.spec;
    this.hint.textContent = mount.spec.hint;
    if (this.drawing || mount.spec.drawing === this.told) return;
    this.told = mount.spec.drawing;
    this.strokes = read(mount.spec.drawing);
    this.paint();
  }

  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((each) => Math.min(1, Math.max(0, each)));
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = [this.spot(event)];
    this.strokes.push(this.drawing);
    this.paint();
    event.preventDefault();
  }

  moved(event) {
    if (!this.drawing) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = this.spot(each);
      const last = this.drawing.at(-1);
      if (Math.hypot(x - last[0], y - last[1]) >= NEAR) this.drawing.push([x, y]);
    }
    this.paint();
    if (performance.now() - (this.sent ?? 0) > EVERY_MS) this.tell(false);
  }

  up() {
    if (!this.drawing) return;
    this.drawing = null;
    this.tell(true);
  }

  keep(strokes) {
    this.strokes = strokes;
    this.paint();
    this.tell(true);
  }

  tell(done) {
    this.sent = performance.now();
    while (this.strokes.length > 1 && written(this.strokes).length > this.spec.most) this.strokes.shift(); // the oldest strokes give way
    this.told = written(this.strokes).slice(0, this.spec.most - (this.spec.most % 3));
    this.emit?.("drag", { name: "ink", drawing: this.told, done });
  }

  paint() {
    const pen = this.canvas.getContext("2d");
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, SIDE, SIDE);
    Object.assign(pen, { lineWidth: SIDE * this.spec.pen, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    for (const stroke of this.strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0][0] * SIDE, stroke[0][1] * SIDE);
      for (const [x, y] of stroke) pen.lineTo(x * SIDE + 0.01, y * SIDE);
      pen.stroke();
    }
  }

  changed() {}

  destroy() {
    this.outer.remove();
  }
}

function written(strokes) {
  return strokes.map((stroke) => stroke.map((point) => {
    const [x, y] = point.map((each) => Math.round(each * (GRID - 1)));
    const code = x * GRID + y;
    return LETTERS[code >> 12] + LETTERS[(code >> 6) & 63] + LETTERS[code & 63];
  }).join("")).join(".");
}

function read(text) {
  return (text ?? "").split(".").filter(Boolean).map((piece) => Array.from({ length: Math.floor(piece.length / 3) }, (_, i) => {
    const code = [0, 1, 2].reduce((all, k) => all * 64 + Math.max(0, LETTERS.indexOf(piece[3 * i + k])), 0);
    return [Math.floor(code / GRID) / (GRID - 1), (code % GRID) / (GRID - 1)];
  }));
}

export const mount = mounter(Pad);
