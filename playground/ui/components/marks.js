// Rules and bands across a picture, with their words.
import { alpha, color, mix } from "./theme.js";

export function paintRule(context, layer, P) {
  const upright = layer.x !== null && layer.x !== undefined;
  const value = P.number(upright ? layer.x : layer.y);
  if (value === null) return;
  const place = Math.round(upright ? P.X(value) : P.Y(value)) + 0.5;
  const { left, right, top, bottom } = P.box;
  const css = color(layer.color ?? "muted", P.theme);
  context.strokeStyle = css;
  context.lineWidth = 1.25;
  if (layer.dash) context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(upright ? place : left, upright ? top : place);
  context.lineTo(upright ? place : right, upright ? bottom : place);
  context.stroke();
  context.setLineDash([]);
  const before = !upright || place > right - 90; // the words stand where there is room
  if (!layer.words) return;
  context.font = `11px ${P.theme.font}`;
  const [at, wide] = [place + (before ? -5 : 5), context.measureText(layer.words).width];
  const y = upright ? top + 10 + 13 * freeRow(P, before ? at - wide : at, before ? at : at + wide) : place - 8;
  caption(context, P, layer.words, upright ? at : right - 6, y, css, before ? "right" : "left");
}

export function paintBand(context, layer, P) {
  const { left, right, top, bottom } = P.box;
  const css = color(layer.color ?? "muted", P.theme);
  const [x0, x1] = layer.x ? [layer.x[0] === null ? left : P.X(layer.x[0]), layer.x[1] === null ? right : P.X(layer.x[1])] : [left, right];
  const [y0, y1] = layer.y ? [layer.y[1] === null ? top : P.Y(layer.y[1]), layer.y[0] === null ? bottom : P.Y(layer.y[0])] : [top, bottom];
  const [a, b] = [Math.max(left, x0), Math.min(right, x1)];
  if (!(b > a)) return;
  context.fillStyle = alpha(css, P.theme.mode === "dark" ? 0.17 : 0.11);
  context.fillRect(a, y0, b - a, y1 - y0);
  if (layer.words) caption(context, P, layer.words, (a + b) / 2, y0 + 11, css, "center");
}

function caption(context, P, words, x, y, css, align) {
  context.font = `11px ${P.theme.font}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillStyle = mix(css, P.theme.ink, 0.35);
  context.fillText(words, x, y);
}

/** The first row in which words from `left` to `right` meet no others of this picture `P`, counted from 0; the place is then taken. */
function freeRow(P, left, right) {
  P.taken ??= [];
  let row = 0;
  while (P.taken.some((each) => each.row === row && each.left < right + 4 && left < each.right + 4)) row += 1;
  P.taken.push({ row, left, right });
  return row;
}
