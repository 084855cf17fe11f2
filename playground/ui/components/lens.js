// The enlarged map of a unit, beside it.

import { el } from "./base.js";
import { exact } from "./axes.js";

const SIDE = 150;
const WORDS = 40; // height of the two lines below the map

export class Lens {
  /** `pane` is the network's: box, painter, theme, name(unit), bias(layer), and the canvas' width and height. */
  constructor(pane) {
    this.pane = pane;
    this.canvas = el("canvas", { class: "tip", hidden: true, "aria-hidden": "true", style: { padding: "0", maxWidth: "none" } });
    pane.box.append(this.canvas);
  }

  /** Shows a unit, if it has a map; null hides. */
  show(unit) {
    const { pane, canvas } = this;
    const map = unit && unit.unit >= 0 ? pane.painter.mapOf(unit) : null;
    canvas.hidden = !map;
    if (!map) return;
    const [ratio, tall] = [pane.ratio, SIDE + WORDS];
    Object.assign(canvas, { width: SIDE * ratio, height: tall * ratio });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.drawImage(map.canvas, map.x, map.y, map.wide, map.tall, 0, 0, SIDE, SIDE);
    context.font = `600 12px ${pane.theme.font}`;
    context.fillStyle = pane.theme.ink;
    context.fillText(pane.name(unit), 10, SIDE + 16, SIDE - 20);
    context.font = `12px ${pane.theme.font}`;
    context.fillStyle = pane.theme.muted;
    context.fillText(this.second(unit), 10, SIDE + 32, SIDE - 20);
    const right = unit.x + unit.side / 2 + 12;
    const left = right + SIDE > pane.width ? unit.x - unit.side / 2 - 12 - SIDE : right;
    const top = Math.min(Math.max(0, pane.tall - tall), Math.max(0, unit.y - tall / 2));
    Object.assign(canvas.style, { transform: `translate(${Math.max(0, left)}px, ${top}px)`, width: `${SIDE}px`, height: `${tall}px` });
  }

  second(unit) {
    const bias = unit.layer > 0 ? this.pane.bias(unit.layer - 1)?.data[unit.unit] : undefined;
    if (bias !== undefined) return `bias ${exact(bias)}`;
    return this.pane.spec.spare_inputs.length ? "click to leave it out" : "input";
  }
}
