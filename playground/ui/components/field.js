// Heat maps: numbers to pixels through a table of 256 colours, contour lines, and the value at a place.

import { fixed } from "./numerals.js";
import { CATEGORICAL, alpha, category, entry, rgb, table } from "./theme.js";
import { exact } from "./axes.js";

/** The part of an array that belongs to a moment: axis 0 is time when the layer is animated; without a clock the last entry. */
export function at(array, layer, frame) {
  const { data, shape, dtype } = array;
  if (!layer.animated || shape.length < 2) return { data, shape, dtype, share: 0, next: null };
  const last = shape[0] - 1;
  const index = Math.max(0, Math.min(last, Math.floor(frame ?? last)));
  const size = data.length / shape[0];
  const next = index < last ? data.subarray((index + 1) * size, (index + 2) * size) : null;
  return { data: data.subarray(index * size, (index + 1) * size), shape: shape.slice(1), dtype, index, share: next ? (frame ?? 0) - index : 0, next };
}

/** Lowest and highest value that the palette spans. */
export function limits(array, layer, keep) {
  if (layer.low !== null && layer.high !== null) return [layer.low, layer.high];
  if (keep.limitsOf !== array.data) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of array.data) {
      if (!Number.isFinite(value) || (layer.log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    keep.limitsOf = array.data;
    keep.limits = low > high ? [layer.log ? 0.1 : 0, 1] : [low, high];
  }
  let [low, high] = [layer.low ?? keep.limits[0], layer.high ?? keep.limits[1]];
  if (layer.palette === "diverging" && !layer.log) {
    const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
    [low, high] = [layer.low ?? -reach, layer.high ?? reach];
  }
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

/** A function from values to table entries 0 … 255. */
function toEntry([low, high], layer, dtype) {
  if (dtype === "u1") return (value) => value;
  if (!layer.log) {
    const factor = 255 / (high - low);
    return (value) => (value - low) * factor;
  }
  const start = Math.log10(low > 0 ? low : 1e-12);
  const factor = 255 / (Math.log10(high) - start);
  return (value) => (value > 0 ? (Math.log10(value) - start) * factor : 0);
}

/** Between samples: (rows - 1) * times + 1 rows, and columns likewise, so that hard steps get sharp borders. */
function refine(data, rows, columns, times, start = 0) {
  const [tall, wide] = [(rows - 1) * times + 1, (columns - 1) * times + 1];
  const out = new Float32Array(tall * wide);
  for (let r = 0; r < tall; r++) {
    const row = Math.min(rows - 2, Math.floor(r / times));
    const down = r / times - row;
    for (let c = 0; c < wide; c++) {
      const column = Math.min(columns - 2, Math.floor(c / times));
      const along = c / times - column;
      const i = start + row * columns + column;
      const below = data[i] + (data[i + 1] - data[i]) * along;
      const above = data[i + columns] + (data[i + columns + 1] - data[i + columns]) * along;
      out[r * wide + c] = below + (above - below) * down;
    }
  }
  return { data: out, rows: tall, columns: wide };
}

/** Draws a field layer. `P` is the plane's projection. */
export function paintField(context, layer, P) {
  const array = P.array(layer.array);
  if (!array || array.data.length === 0) return;
  const keep = P.keep(layer);
  const now = at(array, layer, P.frame);
  const columns = now.shape.at(-1);
  const rows = now.shape.at(-2) ?? 1;
  const signature = `${P.theme.mode} ${layer.low} ${layer.high} ${layer.steps} ${layer.palette} ${layer.log} ${layer.reverse}`;
  if (keep.array !== array || keep.index !== now.index || keep.signature !== signature) {
    Object.assign(keep, { array, index: now.index, signature });
    render(keep, now, rows, columns, layer, P.theme);
  }
  const [x, y] = [layer.x ?? P.x, layer.y ?? P.y];
  const half = layer.smooth ? 0.5 : 0;
  const [dx, dy] = [(half * (x[1] - x[0])) / Math.max(1, keep.columns - 1), (half * (y[1] - y[0])) / Math.max(1, keep.rows - 1)];
  const [left, right, top, bottom] = [P.X(x[0] - dx), P.X(x[1] + dx), P.Y(y[1] + dy), P.Y(y[0] - dy)];
  context.globalAlpha = layer.opacity;
  context.imageSmoothingEnabled = layer.smooth;
  context.drawImage(keep.canvas, left, top, right - left, bottom - top);
  context.globalAlpha = 1;
  if (layer.smooth) paintContours(context, layer, P, keep, now, rows, columns);
  else paintCells(context, layer, P, keep, now, rows, columns, { left, right, top, bottom });
}

function render(keep, now, rows, columns, layer, theme) {
  const classes = layer.palette === "classes";
  const many = classes && now.shape.length === 3 ? now.shape[0] : 0;
  const sharp = layer.steps > 1 && layer.smooth && rows > 1 && columns > 1 && (many || !classes);
  const times = sharp ? Math.max(1, Math.min(many ? 3 : 4, Math.ceil(360 / columns))) : 1;
  const sheets = [];
  for (let k = 0; k < (many || 1); k++) {
    sheets.push(times > 1 ? refine(now.data, rows, columns, times, k * rows * columns) : { data: now.data.subarray(k * rows * columns, (k + 1) * rows * columns), rows, columns });
  }
  [keep.rows, keep.columns] = [sheets[0].rows, sheets[0].columns];
  if (!keep.canvas || keep.canvas.width !== keep.columns || keep.canvas.height !== keep.rows) {
    keep.canvas = Object.assign(document.createElement("canvas"), { width: keep.columns, height: keep.rows });
    keep.context = keep.canvas.getContext("2d");
    keep.image = keep.context.createImageData(keep.columns, keep.rows);
    keep.pixels = new Uint32Array(keep.image.data.buffer);
  }
  if (many) blend(keep, sheets, layer.steps > 1, theme);
  else if (classes) labels(keep, sheets[0].data, theme);
  else paintNumbers(keep, sheets[0].data, layer, now.dtype, theme);
  keep.context.putImageData(keep.image, 0, 0);
}

function paintNumbers({ pixels, rows, columns, ...keep }, data, layer, dtype, theme) {
  const words = table(layer.palette, theme.mode, layer);
  const entryOf = toEntry(limits({ data: keep.array.data }, layer, keep), layer, dtype);
  for (let row = 0; row < rows; row++) {
    const out = (rows - 1 - row) * columns;
    for (let column = 0; column < columns; column++) {
      const place = entryOf(data[row * columns + column]);
      pixels[out + column] = place <= 0 ? words[0] : place >= 255 ? words[255] : place === place ? words[(place + 0.5) | 0] : 0;
    }
  }
}

/** Class colours mixed by probability; towards the paper where no class is likely. */
function blend({ pixels, rows, columns }, sheets, sharp, theme) {
  const colors = sheets.map((_, k) => rgb(category(k)));
  const paper = rgb(theme.paper);
  const even = 1 / sheets.length;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      let red = 0;
      let green = 0;
      let blue = 0;
      let most = 0;
      let best = 0;
      let sum = 0;
      for (let k = 0; k < sheets.length; k++) {
        const p = sheets[k].data[i];
        if (p > most) {
          most = p;
          best = k;
        }
        red += p * colors[k][0];
        green += p * colors[k][1];
        blue += p * colors[k][2];
        sum += p;
      }
      if (sharp) [red, green, blue] = colors[best];
      const strength = 0.66 * (sharp ? 0.8 : Math.max(0, (most / (sum || 1) - even) / (1 - even)) ** 0.8);
      const scale = sharp || !sum ? 1 : 1 / sum;
      const r = paper[0] + (red * scale - paper[0]) * strength;
      const g = paper[1] + (green * scale - paper[1]) * strength;
      const b = paper[2] + (blue * scale - paper[2]) * strength;
      pixels[(rows - 1 - row) * columns + column] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
  }
}

function labels({ pixels, rows, columns }, data) {
  const words = CATEGORICAL.map((css) => ((170 << 24) | (rgb(css)[2] << 16) | (rgb(css)[1] << 8) | rgb(css)[0]) >>> 0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) pixels[(rows - 1 - row) * columns + column] = words[data[row * columns + column] % words.length];
  }
}

/** The values at which contour lines run. */
export function levels(layer, [low, high]) {
  if (!layer.contour_count) return layer.contours ?? [];
  const n = layer.contour_count;
  return Array.from({ length: n }, (_, k) => {
    const share = (k + 1) / (n + 1);
    return layer.log ? low * (high / low) ** share : low + share * (high - low);
  });
}

function paintContours(context, layer, P, keep, now, rows, columns) {
  if (!layer.contour_count && !layer.contours?.length) return;
  const [low, high] = limits(keep.array, layer, keep);
  const key = `${P.box.left} ${P.box.right} ${P.box.top} ${P.box.bottom} ${P.x} ${P.y} ${keep.signature}`;
  if (keep.pathOf !== now.data.byteOffset || keep.pathIn !== keep.array || keep.pathKey !== key) {
    const wanted = levels(layer, [low, high]).map((level) => (now.dtype === "u1" ? ((level - low) / (high - low)) * 255 : level));
    const [x, y] = [layer.x ?? P.x, layer.y ?? P.y];
    const toX = (column) => P.X(x[0] + (column / (columns - 1)) * (x[1] - x[0]));
    const toY = (row) => P.Y(y[0] + (row / (rows - 1)) * (y[1] - y[0]));
    keep.path = new Path2D();
    for (const level of wanted) march(keep.path, now.data, rows, columns, level, toX, toY);
    Object.assign(keep, { pathOf: now.data.byteOffset, pathIn: keep.array, pathKey: key });
  }
  const few = !layer.contour_count && layer.contours.length <= 2;
  context.strokeStyle = alpha(P.theme.ink, few ? 0.55 : 0.22);
  context.lineWidth = few ? 1.5 : 1;
  context.stroke(keep.path);
}

/** Adds the line where the sampled surface crosses `level` (marching squares). */
function march(path, data, rows, columns, level, toX, toY) {
  for (let r = 0; r < rows - 1; r++) {
    for (let c = 0; c < columns - 1; c++) {
      const i = r * columns + c;
      const a = data[i];
      const b = data[i + 1];
      const d = data[i + columns + 1];
      const e = data[i + columns];
      const kind = (a > level ? 1 : 0) | (b > level ? 2 : 0) | (d > level ? 4 : 0) | (e > level ? 8 : 0);
      if (kind === 0 || kind === 15) continue;
      const sides = [
        () => [c + (level - a) / (b - a), r], () => [c + 1, r + (level - b) / (d - b)],
        () => [c + (level - e) / (d - e), r + 1], () => [c, r + (level - a) / (e - a)],
      ];
      for (const [from, to] of CROSSINGS[kind]) {
        const [p, q] = [sides[from](), sides[to]()];
        path.moveTo(toX(p[0]), toY(p[1]));
        path.lineTo(toX(q[0]), toY(q[1]));
      }
    }
  }
}

// Which sides (0 low row, 1 right, 2 high row, 3 left) a line joins, by which corners lie above.
const CROSSINGS = [[], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]], [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], []];

function paintCells(context, layer, P, keep, now, rows, columns, { left, right, top, bottom }) {
  const [wide, tall] = [(right - left) / columns, (bottom - top) / rows];
  if (Math.min(wide, tall) > 7) {
    context.strokeStyle = P.theme.paper;
    context.lineWidth = Math.min(wide, tall) > 18 ? 1.5 : 0.75;
    context.beginPath();
    for (let c = 1; c < columns; c++) { context.moveTo(left + c * wide, top); context.lineTo(left + c * wide, bottom); }
    for (let r = 1; r < rows; r++) { context.moveTo(left, top + r * tall); context.lineTo(right, top + r * tall); }
    context.stroke();
  }
  if (!layer.numbers || Math.min(wide, tall * 1.6) < 20) return;
  context.font = `${Math.max(9, Math.min(14, tall * 0.42, wide * 0.3))}px ${P.theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const word = keep.pixels[(rows - 1 - r) * columns + c];
      const light = 0.3 * (word & 255) + 0.59 * ((word >> 8) & 255) + 0.11 * ((word >> 16) & 255);
      context.fillStyle = light > 140 ? "#1c2028" : "#ffffff";
      context.fillText(print(numberAt(now, r * columns + c, layer, limits(keep.array, layer, keep)), layer.numbers), left + (c + 0.5) * wide, bottom - (r + 0.5) * tall);
    }
  }
}

function print(value, form) {
  if (!Number.isFinite(value)) return "";
  if (form === "%") return `${Math.round(100 * value)}%`;
  const decimals = /^\.(\d)f$/.exec(form);
  return fixed(value, decimals ? Number(decimals[1]) : 0);
}

function numberAt(now, i, layer, [low, high]) {
  return now.dtype === "u1" && layer.palette !== "classes" ? low + ((high - low) * now.data[i]) / 255 : now.data[i];
}

/** What a field says at a place, as rows for the tooltip. */
export function fieldRows(layer, P, x, y) {
  const array = P.array(layer.array);
  if (!array || array.data.length === 0) return [];
  const now = at(array, layer, P.frame);
  const [rows, columns] = [now.shape.at(-2) ?? 1, now.shape.at(-1)];
  const [[x0, x1], [y0, y1]] = [layer.x ?? P.x, layer.y ?? P.y];
  const [across, up] = [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)];
  if (!(across >= 0 && across <= 1 && up >= 0 && up <= 1)) return [];
  const sample = (start) => {
    const read = (r, c) => numberAt(now, start + r * columns + c, layer, range);
    if (!layer.smooth || layer.palette === "classes" && now.shape.length < 3) {
      const [r, c] = layer.smooth ? [Math.round(up * (rows - 1)), Math.round(across * (columns - 1))] : [Math.min(rows - 1, Math.floor(up * rows)), Math.min(columns - 1, Math.floor(across * columns))];
      return read(r, c);
    }
    const [r, c] = [Math.min(rows - 2, Math.floor(up * (rows - 1))), Math.min(columns - 2, Math.floor(across * (columns - 1)))];
    const [down, along] = [up * (rows - 1) - r, across * (columns - 1) - c];
    const [low, high] = [read(r, c) + (read(r, c + 1) - read(r, c)) * along, read(r + 1, c) + (read(r + 1, c + 1) - read(r + 1, c)) * along];
    return low + (high - low) * down;
  };
  const range = limits(array, layer, P.keep(layer));
  if (layer.palette !== "classes") {
    const value = sample(0);
    const share = toEntry(range, { ...layer }, "f4")(value);
    return [[layer.value, exact(value), entry(table(layer.palette, P.theme.mode, layer), share)]];
  }
  const name = (k) => layer.names[k] ?? `class ${k}`;
  if (now.shape.length < 3) return [[name(sample(0)), undefined, category(sample(0))]];
  return Array.from({ length: now.shape[0] }, (_, k) => [name(k), sample(k * rows * columns), category(k)])
    .sort((a, b) => b[1] - a[1]).slice(0, 3).map(([words, p, css]) => [words, `${(100 * p).toFixed(1)} %`, css]);
}
