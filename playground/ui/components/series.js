// The painters of one series of a line plot. `P` has X, Y (data to pixels), box and logs.

import { alpha } from "./theme.js";

const FADED = 0.22; // of what is still to come in a player

/** Draws a row {each, css, x, y, low, high, count}; what lies beyond the x value `upTo` is faint. */
export function paintSeries(context, row, P, upTo = null) {
  const { each, css } = row;
  if (row.low && row.high) paintRibbon(context, row, P);
  if (each.style === "bars") return paintBars(context, row, P);
  if (each.style === "points") return paintDots(context, row, P);
  const points = thin(row, P);
  if (each.style === "area") fillUnder(context, points, css, P);
  context.lineWidth = each.width;
  context.lineJoin = "round";
  context.setLineDash(each.dash ? [6, 4] : []);
  if (upTo === null) strokeLine(context, points, css);
  else {
    strokeLine(context, points, alpha(css, FADED));
    context.save();
    context.beginPath();
    context.rect(0, 0, P.X(upTo), 1e5);
    context.clip();
    strokeLine(context, points, css);
    context.restore();
  }
  context.setLineDash([]);
  return undefined;
}

/** Pixel coordinates, at most four a pixel column: first, lowest, highest, last. NaN is a gap. */
function thin({ x, y, count }, { X, Y, box }) {
  const out = [];
  const dense = count > 3 * (box.right - box.left);
  let column = NaN;
  let held = null;
  const flush = () => {
    if (held) out.push(held.x, held.first, held.x, held.low, held.x, held.high, held.x, held.last);
    held = null;
  };
  for (let i = 0; i < count; i++) {
    const px = X(x ? x[i] : i);
    const py = Y(y[i]);
    if (px !== px || py !== py) {
      flush();
      column = NaN;
      out.push(NaN, NaN);
    } else if (!dense) out.push(px, py);
    else if ((px | 0) !== column) {
      flush();
      column = px | 0;
      held = { x: px, first: py, low: py, high: py, last: py };
    } else {
      held.last = py;
      if (py < held.low) held.low = py;
      if (py > held.high) held.high = py;
    }
  }
  flush();
  return out;
}

function strokeLine(context, points, css) {
  context.strokeStyle = css;
  context.beginPath();
  let pen = false;
  for (let i = 0; i < points.length; i += 2) {
    if (points[i] !== points[i]) {
      pen = false;
      continue;
    }
    if (pen) context.lineTo(points[i], points[i + 1]);
    else context.moveTo(points[i], points[i + 1]);
    pen = true;
  }
  context.stroke();
  if (points.length !== 2 || points[0] !== points[0]) return;
  context.fillStyle = css; // a single value is no line yet
  context.beginPath();
  context.arc(points[0], points[1], 3, 0, 7);
  context.fill();
}

function fillUnder(context, points, css, { Y, box, logs }) {
  if (points.length < 4) return;
  const base = logs.y ? box.bottom : Math.min(box.bottom, Y(0));
  context.fillStyle = alpha(css, 0.16);
  context.beginPath();
  context.moveTo(points[0], base);
  for (let i = 0; i < points.length; i += 2) if (points[i] === points[i]) context.lineTo(points[i], points[i + 1]);
  context.lineTo(points.at(-2), base);
  context.fill();
}

function paintRibbon(context, { x, low, high, count, css }, { X, Y }) {
  context.fillStyle = alpha(css, 0.15);
  context.beginPath();
  for (let i = 0; i < count; i++) context.lineTo(X(x ? x[i] : i), Y(low[i]));
  for (let i = count - 1; i >= 0; i--) context.lineTo(X(x ? x[i] : i), Y(high[i]));
  context.fill();
}

function paintBars(context, { x, y, count, css }, { X, Y, box, logs }) {
  const gap = count > 1 ? Math.abs(X(x ? x[1] : 1) - X(x ? x[0] : 0)) : 24;
  const wide = Math.max(1, gap * 0.82);
  const base = logs.y ? box.bottom : Y(0);
  context.fillStyle = alpha(css, 0.75);
  for (let i = 0; i < count; i++) {
    const tip = Y(y[i]);
    if (tip === tip) context.fillRect(X(x ? x[i] : i) - wide / 2, Math.min(tip, base), wide, Math.abs(base - tip));
  }
}

function paintDots(context, { x, y, count, css }, { X, Y }) {
  context.fillStyle = alpha(css, 0.8);
  for (let i = 0; i < count; i++) {
    const py = Y(y[i]);
    if (py !== py) continue;
    context.beginPath();
    context.arc(X(x ? x[i] : i), py, 2.5, 0, 7);
    context.fill();
  }
}

/** Where the outer edges of bars lie, so that the range holds them. */
export function barEnds(x, count) {
  if (!x || count < 2) return [];
  const half = Math.abs(x[1] - x[0]) / 2;
  return [[x[0] - half, x[count - 1] + half]];
}
