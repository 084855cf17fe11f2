// Scales, ticks and numbers in words.

/** A straight or logarithmic map between data and pixels. */
export function scale(low, high, from, to, log = false) {
  const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  const factor = (to - from) / (b - a || 1);
  return {
    low, high, log, from, to,
    at: log ? (value) => (value > 0 ? from + (Math.log10(value) - a) * factor : NaN) : (value) => from + (value - a) * factor,
    invert: (pixel) => (log ? 10 ** (a + (pixel - from) / factor) : a + (pixel - from) / factor),
  };
}

/** About `count` round numbers between low and high, but three at least. */
export function ticks(low, high, count) {
  for (let wanted = Math.max(1, count); ; wanted++) {
    const raw = (high - low) / wanted;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((each) => each * unit).find((each) => each >= raw * 0.999) ?? raw;
    const values = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) values.push(k * step);
    if (values.length >= 3 || wanted > count + 4) return { values, step };
  }
}

/** Powers of ten between low and high, at most about `count`; with few of them, multiples as well. */
export function logTicks(low, high, count) {
  const [a, b] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Math.log10(high / low);
  const factors = decades < 0.7 ? [] : decades < 1.3 ? [1, 2, 3, 5, 7] : decades < count / 2 ? [1, 2, 5] : [1];
  for (let every = Math.max(1, Math.ceil(decades / count)); every >= 1; every--) {
    const found = [];
    for (let power = Math.ceil(a / every) * every - every; power <= b; power += every) for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
    }
    if (found.length >= 2) return found;
  }
  return ticks(low, high, count).values.filter((value) => value > 0);
}

const MINUS = "−";
const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A tick's label; `step` says how many decimals matter. */
export function label(value, step = 0) {
  const size = Math.abs(value);
  if (size === 0 || size < step * 1e-9) return "0";
  const sign = value < 0 ? MINUS : "";
  if (size >= 1e6 || size < 1e-3) return sign + power(size);
  if (size >= 1e4 && Number.isInteger(size / 100)) return `${sign}${trim(size / 1000, 1)}k`;
  if (step) return sign + size.toFixed(Math.min(12, (String(Number(step.toPrecision(4))).split(".")[1] ?? "").length));
  return sign + trim(size, 3);
}

function power(size) {
  const exponent = Math.floor(Math.log10(size) + 1e-9);
  const front = size / 10 ** exponent;
  const raised = [...String(exponent)].map((each) => RAISED[each]).join("");
  return Math.abs(front - 1) < 1e-6 ? `10${raised}` : `${trim(front, 2)}·10${raised}`;
}

function trim(value, decimals) {
  return String(Number(value.toFixed(decimals)));
}

/** A value to `digits` significant digits, as hover shows it. */
export function exact(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (Number.isInteger(value) && size < 1e9) return sign + size.toLocaleString("en-US");
  if (size >= 1e6 || size < 1e-4) {
    const [front, exponent] = size.toExponential(digits - 1).split("e");
    return `${sign}${Number(front)}·10${[...String(Number(exponent))].map((each) => RAISED[each]).join("")}`;
  }
  return sign + String(Number(size.toPrecision(digits)));
}

/** Draws ticks, axis words and grid lines (`across` and `up`) around a box. `axes` = {x, y: {scale, values, labels}, xWords, yWords}. */
export function drawAxes(context, theme, box, axes, { across = false, up = false }) {
  const { left, top, right, bottom } = box;
  context.save();
  context.font = `11px ${theme.font}`;
  context.lineWidth = 1;
  context.strokeStyle = theme.grid;
  context.fillStyle = theme.muted;
  context.beginPath();
  axes.x.values.forEach((value, i) => {
    const x = Math.round(axes.x.scale.at(value)) + 0.5;
    if (up) line(context, x, top, x, bottom);
    put(context, axes.x.labels[i], Math.min(Math.max(x, left + 2), right - 2), bottom + 7, "center", "top");
  });
  axes.y.values.forEach((value, i) => {
    const y = Math.round(axes.y.scale.at(value)) + 0.5;
    if (across) line(context, left, y, right, y);
    put(context, axes.y.labels[i], left - 8, Math.min(Math.max(y, top + 4), bottom - 3), "right", "middle");
  });
  context.stroke();
  context.font = `12px ${theme.font}`;
  put(context, axes.xWords, (left + right) / 2, bottom + 23, "center", "top");
  if (axes.yWords) {
    context.translate(12, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    put(context, axes.yWords, 0, 0, "center", "middle");
  }
  context.restore();
}

function line(context, x, y, toX, toY) {
  context.moveTo(x, y);
  context.lineTo(toX, toY);
}

function put(context, words, x, y, align, baseline) {
  if (!words) return;
  context.textAlign = align;
  context.textBaseline = baseline;
  context.fillText(words, x, y);
}

/** The widest of some labels, in pixels at 11 px. */
export function widest(context, theme, labels) {
  context.font = `11px ${theme.font}`;
  return labels.reduce((most, each) => Math.max(most, context.measureText(each).width), 0);
}

/** Ticks and labels for one axis, about `gap` pixels apart: words at 0, 1, 2 … if given, numbers otherwise. */
export function axis(low, high, pixels, words, log = false, gap = 64) {
  if (words) {
    const values = words.map((_, i) => i).filter((i) => i >= low && i <= high);
    return { values, labels: values.map((i) => words[i]) };
  }
  const count = Math.max(2, Math.floor(pixels / gap));
  if (log) {
    const values = logTicks(low, high, count);
    return { values, labels: values.map((value) => label(value)) };
  }
  const { values, step } = ticks(low, high, count);
  return { values, labels: values.map((value) => label(value, step)) };
}
