// The house colours and the page's own theme (Streamlit's --st-* variables). The palettes repeat figures/theme.py; a test compares them.

export const POSITIVE = "#0877bd";
export const NEGATIVE = "#f59322";
export const CATEGORICAL = ["#0877bd", "#f59322", "#1b9e77", "#8d5fd3", "#d6336c", "#22a6c4", "#8c613c", "#a89b0f", "#7a828c", "#ef8fb8"];
export const DIVERGING = {
  light: ["#f19a3e", "#f6b268", "#fbd5a6", "#f6f6f5", "#a9d1ea", "#60a9d7", "#3288c4"],
  dark: ["#cf7b1d", "#a8651b", "#5f3f18", "#1a1f28", "#123f5c", "#176398", "#2283c8"],
};
export const STRONG = { light: ["#e07b0a", "#8d97a3", "#0877bd"], dark: ["#ffb052", "#9aa5b1", "#56b8f7"] }; // diverging, for marks that lie on a diverging field
export const SEQUENTIAL = {
  light: ["#f7fbfc", "#e1f0f3", "#c0dfe5", "#94c9d4", "#62adc1", "#3a8caa", "#20698e"],
  dark: ["#131c26", "#14374c", "#14566d", "#1f7a8b", "#3ea29f", "#7fc8ae", "#d6eecb"],
};
const STOPS = { diverging: DIVERGING, sequential: SEQUENTIAL, strong: STRONG };

/** The page's colours and font as they hold at `node`. */
export function readTheme(node) {
  const style = getComputedStyle(node);
  const read = (name, fallback) => {
    const value = style.getPropertyValue(name).trim();
    return value && value !== "unset" ? value : fallback;
  };
  const paper = read("--st-background-color", matchMedia("(prefers-color-scheme: dark)").matches ? "#0e1117" : "#ffffff");
  const [r, g, b] = rgb(paper);
  const mode = 0.3 * r + 0.59 * g + 0.11 * b < 128 ? "dark" : "light";
  const ink = read("--st-text-color", mode === "dark" ? "#fafafa" : "#31333f");
  return {
    mode, paper, ink,
    muted: mix(ink, paper, 0.38),
    faint: alpha(ink, 0.16),
    grid: alpha(ink, mode === "dark" ? 0.11 : 0.09),
    accent: read("--st-primary-color", POSITIVE),
    font: read("--st-font", "system-ui, sans-serif"),
  };
}

/** CSS for a colour of a spec: a role ("positive", "category 3" …) or CSS itself. */
export function color(name, theme) {
  if (name.startsWith("category")) return category(Number(name.slice(8)) || 0, theme);
  return { positive: category(0, theme), negative: category(1, theme), ink: theme.ink, muted: theme.muted, accent: theme.accent }[name] ?? name;
}

/** The colour of class or series `index`; with a dark theme a lighter one, so that thin lines stay readable. */
export function category(index, theme) {
  const css = CATEGORICAL[((index % CATEGORICAL.length) + CATEGORICAL.length) % CATEGORICAL.length];
  return theme?.mode === "dark" ? mix(css, "#ffffff", 0.24) : css;
}

const known = new Map();

/** [red, green, blue] of any CSS colour, 0 to 255. */
export function rgb(css) {
  if (!known.has(css)) {
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    known.set(css, [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]);
  }
  return known.get(css);
}

export function alpha(css, opacity) {
  return `rgba(${rgb(css).join(",")},${opacity})`;
}

/** Between two colours: share 0 is the first. */
export function mix(first, second, share) {
  const [a, b] = [rgb(first), rgb(second)];
  return `rgb(${a.map((value, i) => Math.round(value + (b[i] - value) * share)).join(",")})`;
}

const tables = new Map();

/** 256 colours of a palette as RGBA words for ImageData (little endian). `steps` > 0 makes bands of equal width. */
export function table(palette, mode, { steps = 0, reverse = false } = {}) {
  const key = `${palette} ${mode} ${steps} ${reverse}`;
  if (!tables.has(key)) {
    const stops = (STOPS[palette] ?? SEQUENTIAL)[mode].map(rgb);
    tables.set(key, Uint32Array.from({ length: 256 }, (_, i) => {
      let share = i / 255;
      if (steps > 1) share = Math.min(steps - 1, Math.floor(share * steps)) / (steps - 1);
      return word(between(stops, reverse ? 1 - share : share));
    }));
  }
  return tables.get(key);
}

function between(stops, share) {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  return stops[index].map((value, i) => value + (stops[index + 1][i] - value) * (place - index));
}

function word([red, green, blue]) {
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

/** CSS of one entry of a table. */
export function entry(words, index) {
  const value = words[Math.min(255, Math.max(0, index | 0))];
  return `rgb(${value & 255},${(value >> 8) & 255},${(value >> 16) & 255})`;
}
