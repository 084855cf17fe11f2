// A pad to draw on: what was drawn is reported as grey values while the pen moves.

import { el, mounter } from "./base.js";

const SIDE = 280; // of the pad, in pixels
const SENT = 56; // side of what is reported
const EVERY_MS = 140;

class Sketch {
  static reads = "views";

  constructor(root, memory) {
    this.memory = memory;
    this.canvas = el("canvas", { class: "hands", width: SIDE, height: SIDE, role: "img", tabindex: 0, "aria-label": "Pad to draw on with the mouse or a finger" });
    Object.assign(this.canvas.style, { width: `min(100%, ${SIDE}px)`, aspectRatio: "1", touchAction: "none", background: "#000", border: "1px solid var(--line)" });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.small = Object.assign(document.createElement("canvas"), { width: SENT, height: SENT }).getContext("2d", { willReadFrequently: true });
    this.clear = el("button", { class: "small", type: "button", onclick: () => this.wipe() }, "Clear");
    this.hint = el("span", { class: "muted" });
    root.append(this.canvas, el("div", { class: "bar", style: { marginTop: "7px" } }, this.clear, this.hint));
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.moved(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.up());
    this.wipe(false);
    if (memory.drawing) this.context.putImageData(memory.drawing, 0, 0);
  }

  set(mount, _source, emit) {
    this.emit = emit;
    this.hint.textContent = mount.spec.hint;
    if (mount.spec.wipe !== this.wiped && this.wiped !== undefined) this.wipe(false);
    this.wiped = mount.spec.wipe;
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.place(event);
    this.stroke(this.last);
    event.preventDefault();
  }

  moved(event) {
    if (!this.last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.stroke(this.place(each));
    this.report(false);
  }

  up() {
    if (!this.last) return;
    this.last = null;
    this.report(true);
  }

  stroke(to) {
    const pen = this.context;
    Object.assign(pen, { lineWidth: SIDE / 13, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    pen.beginPath();
    pen.moveTo(...this.last);
    pen.lineTo(to[0] + 0.01, to[1]);
    pen.stroke();
    this.last = to;
  }

  wipe(tell = true) {
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, SIDE, SIDE);
    this.memory.drawing = null;
    if (tell) this.emit?.("ink", { ink: "", side: SENT });
  }

  report(now) {
    if (!now && performance.now() - (this.sent ?? 0) < EVERY_MS) return;
    this.sent = performance.now();
    this.memory.drawing = this.context.getImageData(0, 0, SIDE, SIDE);
    this.small.imageSmoothingQuality = "high";
    this.small.drawImage(this.canvas, 0, 0, SENT, SENT);
    const { data } = this.small.getImageData(0, 0, SENT, SENT);
    const grey = String.fromCharCode(...Uint8Array.from({ length: SENT * SENT }, (_, i) => data[4 * i]));
    this.emit?.("ink", { ink: btoa(grey), side: SENT });
  }

  changed() {}

  destroy() {
    this.canvas.remove();
  }
}

export const mount = mounter(Sketch);
