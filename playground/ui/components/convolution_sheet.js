// Sheets of numbers: a matrix drawn as cells on a canvas of its own, with the numbers written in where they fit.

import { el } from "./base.js";
import { fixed } from "./numerals.js";
import { entry, rgb, table } from "./theme.js";

/** A number short enough for a cell. */
export function brief(value, digits = 2) {
  if (!Number.isFinite(value)) return "–";
  return fixed(value, Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : digits);
}

/** Colours of a signed value: blue above zero, orange below, by its share of `most`. */
export function signed(theme, most) {
  const words = table("diverging", theme.mode);
  return (value) => entry(words, Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, value / (most || 1)))));
}

/** Grey of brightness 0 to 1. */
export function grey(value) {
  const byte = Math.round(255 * Math.max(0, Math.min(1, value)));
  return `rgb(${byte},${byte},${byte})`;
}

/** Ink that can be read on a colour. */
export function inkOn(css) {
  const [r, g, b] = rgb(css);
  return 0.3 * r + 0.59 * g + 0.11 * b > 140 ? "#16181d" : "#ffffff";
}

/** One canvas of cells with its heading. `paint(context, cell, width, tall)` draws; `rows` and `columns` give its shape. */
export class Sheet {
  constructor(words, options = {}) {
    this.options = options;
    this.canvas = el("canvas", { tabindex: options.keys ? "0" : undefined, role: "img", "aria-label": words });
    this.heading = el("div", { class: "heading" });
    this.foot = el("div", { class: "foot" });
    this.node = el("figure", { class: `sheet ${options.name ?? ""}` }, this.heading, this.canvas, this.foot);
    this.rows = this.columns = 1;
  }

  /** Side of a cell in CSS pixels. */
  get cell() {
    return this.width / this.columns;
  }

  draw(paint) {
    const room = Math.floor(this.node.clientWidth);
    if (room < 10) return;
    const most = Math.min(room, this.options.largest ?? 400);
    const cell = Math.max(2, Math.min(most / this.columns, (this.options.tallest ?? 10_000) / this.rows, this.options.cell ?? 60));
    this.width = Math.floor(cell * this.columns);
    const tall = Math.round((this.width / this.columns) * this.rows);
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (this.canvas.width !== Math.round(this.width * ratio) || this.canvas.height !== Math.round(tall * ratio)) {
      this.canvas.width = Math.round(this.width * ratio);
      this.canvas.height = Math.round(tall * ratio);
      Object.assign(this.canvas.style, { width: `${this.width}px`, height: `${tall}px` });
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, tall);
    paint(context, this.cell, this.width, tall);
  }

  /** [row, column] under a pointer, or null outside. */
  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    const [column, row] = [Math.floor(((event.clientX - box.left) / box.width) * this.columns), Math.floor(((event.clientY - box.top) / box.height) * this.rows)];
    return row >= 0 && column >= 0 && row < this.rows && column < this.columns ? [row, column] : null;
  }
}

/** Cells with their numbers. `value(row, column)`, `color(value, row, column)`; `numbers` false writes none. */
export function cells(context, size, rows, columns, value, color, { numbers = true, top = 0, left = 0, line = "rgba(127,127,127,0.28)", digits = null } = {}) {
  const written = numbers && size >= 21;
  const places = digits ?? (size >= 31 ? 2 : 1);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${Math.min(13, Math.floor(size * 0.37))}px system-ui, sans-serif`;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const held = value(row, column);
      const css = color(held, row, column);
      const [x, y] = [left + column * size, top + row * size];
      context.fillStyle = css;
      context.fillRect(x, y, size + 0.5, size + 0.5);
      if (!written || css === "transparent") continue;
      context.fillStyle = inkOn(css);
      context.globalAlpha *= 0.88;
      context.fillText(brief(held, places), x + size / 2, y + size / 2 + 0.5);
      context.globalAlpha /= 0.88;
    }
  }
  if (size < 7) return;
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 0; row <= rows; row++) { context.moveTo(left, Math.round(top + row * size) + 0.5); context.lineTo(left + columns * size, Math.round(top + row * size) + 0.5); }
  for (let column = 0; column <= columns; column++) { context.moveTo(Math.round(left + column * size) + 0.5, top); context.lineTo(Math.round(left + column * size) + 0.5, top + rows * size); }
  context.stroke();
}

/** A frame around a block of cells that stands out on any ground. */
export function frame(context, size, row, column, rows, columns, css, width = 2.5, paper = "#ffffff") {
  context.lineJoin = "round";
  for (const [stroke, wide] of [[paper, width + 2], [css, width]]) {
    context.strokeStyle = stroke;
    context.lineWidth = wide;
    context.strokeRect(column * size + 1, row * size + 1, columns * size - 2, rows * size - 2);
  }
}
