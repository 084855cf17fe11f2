// The painters of a plane's layers.
import { paintPicture } from "./picture.js";
import { alpha, category, color, entry, table } from "./theme.js";
import { at, paintField } from "./field.js";
import { paintBand, paintRule } from "./marks.js";

const FAR = 1e5; // pixels; a diverged path may lie anywhere, and canvases take only so much
const clip = (value) => (value > FAR ? FAR : value < -FAR ? -FAR : value);

const sprites = new Map();

/** A marker drawn once and stamped many times. */
function sprite(css, radius, shape, outline, ratio) {
  const key = `${css} ${radius} ${shape} ${outline} ${ratio}`;
  if (sprites.has(key)) return sprites.get(key);
  if (sprites.size > 2000) sprites.clear();
  const size = 2 * Math.ceil(radius + 3);
  const canvas = Object.assign(document.createElement("canvas"), { width: size * ratio, height: size * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.translate(size / 2, size / 2);
  marker(context, shape, radius, css, outline);
  sprites.set(key, { canvas, size });
  return sprites.get(key);
}

export function marker(context, shape, radius, css, outline) {
  context.beginPath();
  if (shape === "cross") {
    context.moveTo(-radius, -radius); context.lineTo(radius, radius);
    context.moveTo(radius, -radius); context.lineTo(-radius, radius);
    context.lineCap = "round";
    if (outline) { context.lineWidth = 4.5; context.strokeStyle = outline; context.stroke(); }
    context.lineWidth = 2; context.strokeStyle = css; context.stroke();
    return;
  }
  if (shape === "square") context.roundRect(-radius, -radius, 2 * radius, 2 * radius, 1.5);
  else context.arc(0, 0, radius, 0, 2 * Math.PI);
  if (shape === "ring") {
    if (outline) { context.lineWidth = 4; context.strokeStyle = outline; context.stroke(); }
    context.lineWidth = 2; context.strokeStyle = css; context.stroke();
    return;
  }
  if (outline) { context.lineWidth = 2.4; context.strokeStyle = outline; context.stroke(); }
  context.fillStyle = css; context.fill();
}

/** The places of a layer's points, between two frames when the clock is there. */
export function places(now) {
  if (!now.next || !now.share) return now.data;
  const out = new Float32Array(now.data.length);
  for (let i = 0; i < out.length; i++) out[i] = now.data[i] + (now.next[i] - now.data[i]) * now.share;
  return out;
}

/** A function from point number to colour. */
export function painter(layer, P) {
  if (layer.color) { const css = color(layer.color, P.theme); return () => css; }
  const array = P.array(layer.color_array);
  if (!array) return () => P.theme.muted;
  const now = at(array, { animated: layer.animated && array.shape.length > 1 }, P.frame);
  if (layer.palette === "classes") return (i) => category(now.data[i], P.theme);
  const words = table(layer.palette === "diverging" ? "strong" : layer.palette, P.theme.mode);
  let { low, high } = layer;
  if (low === null || high === null) {
    const [least, most] = now.data.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    const reach = layer.palette === "diverging" ? Math.max(Math.abs(least), Math.abs(most)) : 0;
    low ??= reach ? -reach : least;
    high ??= reach || most;
  }
  return (i) => entry(words, ((now.data[i] - low) / (high - low || 1)) * 255);
}

function paintPoints(context, layer, P) {
  const array = P.array(layer.xy);
  if (!array) return;
  const xy = places(at(array, layer, P.frame));
  const css = painter(layer, P);
  const mask = P.array(layer.mask)?.data;
  const radii = typeof layer.radius === "string" ? P.array(layer.radius)?.data : null;
  const outline = layer.outline ? alpha(P.theme.mode === "dark" ? "#0b0e14" : "#ffffff", 0.92) : "";
  context.globalAlpha = layer.opacity;
  for (let i = 0; 2 * i + 1 < xy.length; i++) {
    if (mask && !mask[i]) continue;
    const [x, y] = [P.X(xy[2 * i]), P.Y(xy[2 * i + 1])];
    if (!(x > -40 && y > -40 && x < P.box.right + 40 && y < P.box.bottom + 40)) continue;
    const radius = radii ? Math.round(2 * radii[i]) / 2 : typeof layer.radius === "number" ? layer.radius : 4;
    const stamp = sprite(css(i), radius, layer.shape, outline, P.ratio);
    context.drawImage(stamp.canvas, x - stamp.size / 2, y - stamp.size / 2, stamp.size, stamp.size);
  }
  context.globalAlpha = 1;
}

/** Paths of a lines layer: {data, offset, count, head: [x, y] of the gliding end or null}. */
export function paths(layer, P) {
  const array = P.array(layer.array);
  if (!array) return [];
  const [length, width] = array.shape.slice(-2);
  const many = array.shape.length === 3 ? array.shape[0] : 1;
  const grown = layer.animated && P.frame !== null ? Math.min(length - 1, P.frame) : length - 1;
  const whole = Math.floor(grown);
  return Array.from({ length: many }, (_, p) => {
    const offset = p * length * width;
    const share = grown - whole;
    const read = (i, k) => array.data[offset + i * width + k];
    const head = share > 0 ? Array.from({ length: width }, (_, k) => read(whole, k) + (read(whole + 1, k) - read(whole, k)) * share) : null;
    return { data: array.data, offset, width, count: whole + 1, head: head?.every(Number.isFinite) ? head : null, number: p };
  });
}

export function pathColor(layer, number, theme) {
  return layer.colors.length ? color(layer.colors[number % layer.colors.length], theme) : category(number, theme);
}

function paintLines(context, layer, P) {
  context.lineJoin = context.lineCap = "round";
  context.globalAlpha = layer.opacity;
  for (const path of paths(layer, P)) {
    if (layer.names.length && P.hides(layer, layer.names[path.number])) continue;
    paintPath(context, layer, P, path, pathColor(layer, path.number, P.theme));
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function paintPath(context, layer, P, { data, offset, width, count, head }, css) {
  context.beginPath();
  let [pen, lastX, lastY] = [false, NaN, NaN];
  for (let i = 0; i < count; i++) {
    const [x, y] = [clip(P.X(data[offset + i * width])), clip(P.Y(data[offset + i * width + 1]))];
    if (x !== x || y !== y) { pen = false; continue; }
    if (pen) context.lineTo(x, y); else context.moveTo(x, y);
    [pen, lastX, lastY] = [true, x, y];
  }
  if (head) { [lastX, lastY] = [clip(P.X(head[0])), clip(P.Y(head[1]))]; if (pen) context.lineTo(lastX, lastY); }
  if (layer.close) context.closePath();
  context.setLineDash([]);
  if (P.halo && layer.width >= 1.5) { context.lineWidth = layer.width + 2.5; context.strokeStyle = alpha(P.theme.paper, 0.65); context.stroke(); }
  if (layer.dash) context.setLineDash([5, 5]);
  context.lineWidth = layer.width;
  context.strokeStyle = css;
  context.stroke();
  const outline = alpha(P.theme.paper, 0.95);
  if (layer.dots) for (let i = 0; i < count; i++) stamp(context, P, P.X(data[offset + i * width]), P.Y(data[offset + i * width + 1]), css, layer.width * 0.5 + 1, "");
  if (layer.head && lastX === lastX) stamp(context, P, lastX, lastY, css, layer.width + 3, outline);
}

function stamp(context, P, x, y, css, radius, outline) {
  if (!(Math.abs(x) < FAR && Math.abs(y) < FAR)) return;
  const { canvas, size } = sprite(css, radius, "disc", outline, P.ratio);
  context.drawImage(canvas, x - size / 2, y - size / 2, size, size);
}

export function eachArrow(layer, P, action) {
  const [start, vectors] = [P.array(layer.start), P.array(layer.vectors)];
  if (!start || !vectors) return;
  const [from, along] = [at(start, { animated: layer.animated && start.shape.length === vectors.shape.length }, P.frame), at(vectors, layer, P.frame)];
  const [xy, move] = [places(from), places(along)];
  for (let i = 0; 2 * i + 1 < move.length; i++) {
    const k = xy.length > 2 ? 2 * i : 0;
    if (layer.names.length && P.hides(layer, layer.names[i])) continue;
    action(i, xy[k], xy[k + 1], move[2 * i], move[2 * i + 1]);
  }
}

function paintArrows(context, layer, P) {
  context.lineCap = "round";
  context.globalAlpha = layer.opacity;
  eachArrow(layer, P, (i, x, y, dx, dy) => {
    const [x0, y0, x1, y1] = [P.X(x), P.Y(y), P.X(x + dx * layer.length), P.Y(y + dy * layer.length)].map(clip);
    const long = Math.hypot(x1 - x0, y1 - y0);
    if (!(long > 0.5)) return;
    const css = layer.colors.length || layer.names.length ? pathColor(layer, i, P.theme) : P.theme.ink;
    const tip = Math.min(long * 0.6, 4 + 2.5 * layer.width);
    const [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
    for (const [grow, style] of P.halo ? [[2.5, alpha(P.theme.paper, 0.7)], [0, css]] : [[0, css]]) {
      context.strokeStyle = context.fillStyle = style;
      context.lineWidth = layer.width + grow;
      context.beginPath();
      context.moveTo(x0, y0); context.lineTo(x1 - ux * tip * 0.8, y1 - uy * tip * 0.8);
      context.stroke();
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x1 - ux * tip - uy * tip * 0.45, y1 - uy * tip + ux * tip * 0.45);
      context.lineTo(x1 - ux * tip + uy * tip * 0.45, y1 - uy * tip - ux * tip * 0.45);
      context.closePath();
      if (grow) context.stroke(); else context.fill();
    }
  });
  context.globalAlpha = 1;
}

function paintSegments(context, layer, P) {
  const array = P.array(layer.array);
  if (!array) return;
  const xy = places(at(array, layer, P.frame));
  const css = painter(layer, P);
  if (layer.dash) context.setLineDash([4, 4]);
  context.lineWidth = layer.width;
  for (let i = 0; 4 * i + 3 < xy.length; i++) {
    context.strokeStyle = css(i);
    context.beginPath();
    context.moveTo(clip(P.X(xy[4 * i])), clip(P.Y(xy[4 * i + 1])));
    context.lineTo(clip(P.X(xy[4 * i + 2])), clip(P.Y(xy[4 * i + 3])));
    context.stroke();
  }
  context.setLineDash([]);
}

function paintGrid(context, layer, P) {
  const array = P.array(layer.array);
  if (!array) return;
  const now = at(array, layer, P.frame);
  const [rows, columns] = now.shape;
  const xy = places(now);
  const X = (r, c) => clip(P.X(xy[2 * (r * columns + c)]));
  const Y = (r, c) => clip(P.Y(xy[2 * (r * columns + c) + 1]));
  const cells = P.array(layer.cells);
  if (cells) {
    const values = at(cells, { animated: layer.animated && cells.shape.length > 2 }, P.frame).data;
    const words = table("diverging", P.theme.mode);
    for (let r = 0; r + 1 < rows; r++) for (let c = 0; c + 1 < columns; c++) {
      const i = r * columns + c;
      const value = (values[i] + values[i + 1] + values[i + columns] + values[i + columns + 1]) / 4;
      context.fillStyle = context.strokeStyle = entry(words, ((value - layer.low) / (layer.high - layer.low)) * 255);
      context.lineWidth = 0.75;
      context.beginPath();
      context.moveTo(X(r, c), Y(r, c)); context.lineTo(X(r, c + 1), Y(r, c + 1)); context.lineTo(X(r + 1, c + 1), Y(r + 1, c + 1)); context.lineTo(X(r + 1, c), Y(r + 1, c));
      context.closePath();
      context.fill();
      context.stroke();
    }
  }
  context.strokeStyle = layer.color ? alpha(color(layer.color, P.theme), 0.7) : P.theme.muted;
  context.lineWidth = layer.width;
  context.beginPath();
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) context[c ? "lineTo" : "moveTo"](X(r, c), Y(r, c));
  for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) context[r ? "lineTo" : "moveTo"](X(r, c), Y(r, c));
  context.stroke();
}

function paintText(context, layer, P) {
  const array = P.array(layer.xy);
  if (!array) return;
  const xy = places(at(array, layer, P.frame));
  const words = P.words(layer.words);
  const css = painter(layer, P);
  context.font = `600 ${layer.size}px ${P.theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = alpha(P.theme.paper, 0.85);
  words.forEach((word, i) => {
    const [x, y] = [P.X(xy[2 * i]), P.Y(xy[2 * i + 1])];
    context.strokeText(word, x, y);
    context.fillStyle = css(i);
    context.fillText(word, x, y);
  });
}

export const PAINTERS = { field: paintField, points: paintPoints, lines: paintLines, arrows: paintArrows, segments: paintSegments, grid: paintGrid,
  text: paintText, rule: paintRule, band: paintBand, picture: paintPicture };
