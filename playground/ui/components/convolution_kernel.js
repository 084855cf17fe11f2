// The kernel under the hand: a cell is dragged up or down, clicked and typed, or changed with the keys.

import { el } from "./base.js";
import { Editor } from "./editor.js";
import { brief, cells, frame, signed } from "./convolution_sheet.js";

const STILL = 4; // pixels within which a press is a click
const PER_PIXEL = 0.05; // of weight, for each pixel dragged
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const NAMES = ["Red", "Green", "Blue"];

export class KernelHand {
  constructor(owner, sheet) {
    Object.assign(this, { owner, sheet, down: null, chosen: [0, 0] });
    const { canvas } = sheet;
    this.place = el("div", { style: { position: "relative" } });
    canvas.replaceWith(this.place);
    this.place.append(canvas);
    this.editor = new Editor(this.place, ({ row, column, value }) => this.tell(row, column, value, true), () => canvas.focus());
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    canvas.addEventListener("pointerup", (event) => this.lift(event));
    canvas.addEventListener("pointercancel", () => { this.down = null; });
    canvas.addEventListener("keydown", (event) => this.keyed(event));
    canvas.addEventListener("focus", () => { this.focused = true; this.draw(); });
    canvas.addEventListener("blur", () => { this.focused = false; this.draw(); });
  }

  get slices() {
    const { weight } = this.owner.arrays;
    return { channels: weight.shape[1], side: weight.shape[2] };
  }

  value(row, column) {
    const { weight } = this.owner.arrays;
    const { channels, side } = this.slices;
    return weight.data[((this.owner.spec.channel * channels + Math.floor(row / side)) * side + (row % side)) * side + column];
  }

  draw() {
    const { owner, sheet } = this;
    if (!owner.arrays?.weight) return;
    const { channels, side } = this.slices;
    Object.assign(sheet, { rows: side * channels, columns: side });
    let most = 1e-9;
    for (let row = 0; row < sheet.rows; row++) for (let column = 0; column < side; column++) most = Math.max(most, Math.abs(this.value(row, column)));
    const color = signed(owner.theme, most);
    sheet.draw((context, size) => {
      cells(context, size, sheet.rows, side, (row, column) => this.value(row, column), (held) => color(held));
      for (let channel = 1; channel < channels; channel++) {
        context.fillStyle = owner.theme.ink;
        context.fillRect(0, channel * side * size - 1, sheet.width, 2);
      }
      if (this.focused || this.down) frame(context, size, ...this.chosen, 1, 1, owner.theme.accent, 2.5, owner.theme.paper);
    });
    sheet.heading.replaceChildren("Kernel", el("small", {}, owner.spec.names[owner.spec.channel]));
    sheet.foot.textContent = channels > 1 ? `Slices from the top: ${NAMES.join(", ").toLowerCase()}. Drag a cell, or click it.` : "Drag a cell up or down, or click it and type.";
    sheet.canvas.setAttribute("aria-label", `Kernel ${owner.spec.names[owner.spec.channel]}; arrow keys choose a weight, plus and minus change it, Enter types it`);
  }

  press(event) {
    const spot = this.sheet.spot(event);
    if (!spot) return;
    this.editor.close();
    this.chosen = spot;
    this.down = { y: event.clientY, start: this.value(...spot), moved: false };
    this.sheet.canvas.setPointerCapture(event.pointerId);
    this.draw();
  }

  drag(event) {
    if (!this.down) return;
    const far = this.down.y - event.clientY;
    if (!this.down.moved && Math.abs(far) < STILL) return;
    this.down.moved = true;
    this.down.value = Math.round((this.down.start + far * PER_PIXEL) / PER_PIXEL) * PER_PIXEL;
    this.tell(...this.chosen, this.down.value, false);
  }

  lift() {
    const { down } = this;
    this.down = null;
    if (!down) return;
    if (down.moved) this.tell(...this.chosen, down.value, true);
    else this.open();
  }

  open() {
    const [row, column] = this.chosen;
    const size = this.sheet.cell;
    this.editor.open({ row, column }, `Weight, now ${brief(this.value(row, column), 4)}`, this.value(row, column), [this.sheet.canvas.offsetLeft + (column + 0.5) * size, (row + 1) * size]);
  }

  keyed(event) {
    const { side } = this.slices;
    const move = KEYS[event.key];
    if (move) this.chosen = [Math.max(0, Math.min(this.sheet.rows - 1, this.chosen[0] + move[0])), Math.max(0, Math.min(side - 1, this.chosen[1] + move[1]))];
    else if (event.key === "+" || event.key === "=") this.tell(...this.chosen, this.value(...this.chosen) + 0.1, true);
    else if (event.key === "-") this.tell(...this.chosen, this.value(...this.chosen) - 0.1, true);
    else if (event.key === "Enter") this.open();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  tell(row, column, value, done) {
    const { side } = this.slices;
    this.owner.emit("drag", { name: "kernel", channel: Math.floor(row / side), row: row % side, column, value: Number(value.toFixed(4)), done });
  }

  destroy() {
    this.down = null;
  }
}
