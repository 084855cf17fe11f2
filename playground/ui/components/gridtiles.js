// The painters of what a cell holds: goals, pits, cliffs, wind, walls between cells.

import { alpha, category, mix } from "./theme.js";
import { brief } from "./gridpaint.js";

/** Goal, pit or cliff. */
export function paintEnd(painter, context, cell, x, y, size, shown) {
  const { theme } = painter.pane;
  const usual = shown?.rewards ?? {};
  const reward = cell.reward ?? { G: usual.goal, P: usual.pit, C: usual.cliff }[cell.kind] ?? 0;
  const tint = cell.kind === "G" ? category(0, theme) : cell.kind === "C" || reward < 0 ? category(1, theme) : theme.ink;
  context.fillStyle = alpha(tint, cell.kind === "G" ? 0.2 : reward < 0 ? 0.26 : 0.13);
  context.fillRect(x, y, size, size);
  const [cx, cy, unit] = [x + size / 2, y + size * 0.43, size * 0.2];
  context.fillStyle = context.strokeStyle = tint;
  context.lineWidth = Math.max(1.4, size * 0.04);
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  if (cell.kind === "G") {
    context.moveTo(cx - unit * 0.7, cy + unit * 1.15);
    context.lineTo(cx - unit * 0.7, cy - unit * 1.1);
    context.lineTo(cx + unit, cy - unit * 0.45);
    context.lineTo(cx - unit * 0.7, cy + unit * 0.2);
    context.stroke();
    context.fill();
  } else if (cell.kind === "P") {
    context.fillStyle = alpha(mix(tint, theme.ink, 0.55), 0.8);
    context.ellipse(cx, cy, unit * 1.25, unit * 0.85, 0, 0, 7);
    context.fill();
  } else {
    for (let i = -1; i <= 1; i++) {
      context.moveTo(cx + (i - 0.45) * unit * 0.9, cy - unit * 0.55);
      context.lineTo(cx + i * unit * 0.9, cy + unit * 0.55);
      context.lineTo(cx + (i + 0.45) * unit * 0.9, cy - unit * 0.55);
    }
    context.stroke();
  }
  if (size >= 30) painter.label(context, (reward > 0 ? "+" : "") + brief(reward), cx, y + size * 0.84, Math.min(14, size * 0.21), "center", "middle", theme.ink);
}

export function paintWind(painter, context, [down, right, strength], x, y, size) {
  context.strokeStyle = alpha(category(5, painter.pane.theme), 0.9);
  context.lineWidth = Math.max(1.2, size * 0.03);
  const unit = size * 0.075;
  for (let i = 0; i < strength; i++) {
    const [cx, cy] = [x + size * 0.14 + Math.abs(right) * i * unit * 1.3, y + size * 0.86 - Math.abs(down) * i * unit * 1.3];
    context.beginPath();
    context.moveTo(cx - right * unit - down * unit, cy - down * unit - right * unit);
    context.lineTo(cx + right * unit * 0.3, cy + down * unit * 0.3);
    context.lineTo(cx - right * unit + down * unit, cy - down * unit + right * unit);
    context.stroke();
  }
}

export function hatch(context, x, y, size, css) {
  context.strokeStyle = css;
  context.lineWidth = 1;
  context.beginPath();
  for (let i = -size; i < size; i += 7) {
    context.moveTo(x + i, y + size);
    context.lineTo(x + i + size, y);
  }
  context.stroke();
}

/** Walls between cells. */
export function paintFences(painter, context, fences) {
  const { size, theme } = painter.pane;
  context.strokeStyle = theme.ink;
  context.lineWidth = Math.max(3, size * 0.06);
  context.lineCap = "round";
  for (let i = 0; i < fences.length; i += 2) {
    const x = (fences[i + 1] + 1) * size;
    context.beginPath();
    context.moveTo(x, fences[i] * size + 3);
    context.lineTo(x, (fences[i] + 1) * size - 3);
    context.stroke();
  }
}
