// A network as all its feature maps: columns where they fit, bands of maps where there are many. A click chooses a map.

import { el, mounter } from "./base.js";
import { Pane, place } from "./pane.js";
import { picture, strip } from "./convolution_bitmap.js";
import { brief } from "./convolution_sheet.js";
import { alpha } from "./theme.js";

const LOOK = `
.maps { overflow: auto; max-height: min(640px, 78vh); scrollbar-width: thin; border: 1px solid var(--line); border-radius: 11px; padding: 8px; }
.maps canvas { cursor: pointer; border-radius: 0; }
.kinds { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 7px; align-items: center; color: var(--muted); font-size: 12px; }
.pick { padding: 2px 9px; border: 1px solid var(--line); font-size: 12px; color: var(--muted); min-height: 24px; }
.pick[aria-pressed="true"] { color: var(--ink); background: color-mix(in srgb, var(--accent) 14%, var(--paper)); border-color: color-mix(in srgb, var(--accent) 45%, transparent); }
`;
const COLUMN = 38; // pixels a layer needs at least to stand as a column,
const NAMES = 62; // and the names of the classes beside the last one

class MapsPane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.hidden = memory.hiddenKinds ??= {};
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => { this.over = null; this.showTip(null); this.request(); });
    this.canvas.addEventListener("click", (event) => { const hit = this.hit(event); if (hit) this.choose(hit); });
    this.canvas.addEventListener("keydown", (event) => this.keyed(event));
  }

  take(spec, source, emit) {
    Object.assign(this, { spec, source, emit });
    this.layers = spec.titles.map((title, i) => ({ i, title, kind: spec.kinds[i], array: source.array(`map_${i}`), most: spec.most[i] }));
    this.pixels = source.array("pixels");
    this.describe(spec.alt, "Arrow keys move from map to map and from layer to layer.");
    this.laid = null;
    this.retheme();
  }

  get shown() {
    return this.layers.filter((each) => !this.hidden[each.kind]);
  }

  /** Places of all maps for a width; made once for a network and a width. */
  layout(width) {
    const words = `${width} ${this.shown.map((each) => `${each.i}:${each.array.shape}`).join()} ${this.pixels?.shape}`;
    if (this.laid?.words === words) return this.laid;
    const most = Math.max(...this.shown.map((each) => each.array.shape[0]));
    const laid = most <= 16 && (width - NAMES) / (this.shown.length + 1) >= COLUMN ? this.columns(width) : this.bands(width);
    this.laid = { words, ...laid };
    return this.laid;
  }

  columns(width) {
    const count = this.shown.length + 1;
    const step = (width - NAMES) / count;
    const side = Math.min(46, step - 6);
    const rows = Math.max(...this.shown.map((each) => each.array.shape[0]));
    const [cells, names] = [[], []];
    const [, tall] = [0, rows * (side + 5)];
    const inputs = this.pixels.shape[0] === 3 ? 4 : 1; // whole, then each colour
    const add = (layer, amount, column) => {
      const start = 34 + (tall - amount * (side + 5)) / 2;
      for (let channel = 0; channel < amount; channel++) cells.push({ layer, channel, x: column * step, y: start + channel * (side + 5), side });
    };
    add(-1, inputs, 0);
    names.push({ words: "picture", small: `${this.pixels.shape.slice(1).join("×")}`, x: side / 2, y: 10, middle: true });
    this.shown.forEach((each, k) => {
      add(each.i, each.array.shape[0], k + 1);
      names.push({ words: each.title, small: each.array.shape.slice(1).join("×"), x: (k + 1) * step + side / 2, y: 10, middle: true });
    });
    return { cells, names, tall: 34 + tall + 4, columns: true };
  }

  bands(width) {
    const [cells, names] = [[], []];
    let y = 0;
    const band = (layer, title, [channels, tall], least, deep = channels) => {
      const side = Math.max(least, tall >= 20 ? 34 : tall >= 10 ? 28 : tall > 1 ? 21 : 18);
      const gap = 3;
      const across = Math.max(1, Math.floor((width + gap) / (side + gap)));
      names.push({ words: title, small: `${deep} × ${tall} × ${tall}`, x: 0, y: y + 9 });
      for (let channel = 0; channel < channels; channel++) cells.push({ layer, channel, side, x: (channel % across) * (side + gap), y: y + 20 + Math.floor(channel / across) * (side + gap) });
      y += 20 + Math.ceil(channels / across) * (side + gap) + 7;
    };
    band(-1, "picture", [this.pixels.shape[0] === 3 ? 4 : 1, this.pixels.shape[1]], 48, this.pixels.shape[0]); // colour pictures are shown whole, then colour by colour
    this.shown.forEach((each) => band(each.i, each.title, each.array.shape, each.array.shape[1] === 1 && each.array.shape[0] <= 16 ? 26 : 0));
    return { cells, names, tall: y, columns: false };
  }

  height(width) {
    return this.layers?.length ? this.layout(width).tall : 20;
  }

  draw(context, width) {
    if (!this.layers?.length) return;
    const { cells, names, columns } = this.layout(width);
    const { theme } = this;
    context.imageSmoothingEnabled = false;
    const [layer, channel] = this.spec.selected;
    const chosen = cells.find((each) => each.layer === layer && each.channel === channel);
    if (columns && chosen) this.links(context, cells, chosen);
    for (const cell of cells) this.paintCell(context, cell);
    for (const { words, small, x, y, middle } of names) {
      context.textAlign = middle ? "center" : "left";
      context.textBaseline = "middle";
      context.font = `600 ${middle ? 10.5 : 12}px ${theme.font}`;
      context.fillStyle = theme.ink;
      context.fillText(words, x, y);
      const wide = context.measureText(words).width;
      context.font = `${middle ? 9.5 : 11}px ${theme.font}`;
      context.fillStyle = theme.muted;
      context.fillText(small, middle ? x : x + wide + 8, middle ? y + 13 : y);
    }
    if (chosen) this.outline(context, chosen, theme.accent, 3);
    if (this.over && this.over !== chosen) this.outline(context, this.over, theme.ink, 2);
  }

  paintCell(context, { layer, channel, x, y, side }) {
    if (layer < 0) {
      const image = channel === 0 ? picture(this.pixels, { first: true }) : this.colour(channel - 1);
      context.drawImage(image, x, y, side, side);
      return;
    }
    const { array, most, i } = this.layers[layer];
    const [, tall, wide] = array.shape;
    context.drawImage(strip(array, most, this.theme.mode), channel * wide, 0, wide, tall, x, y, side, side);
    if (array.shape[1] === 1) { context.strokeStyle = this.theme.faint; context.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1); }
    const name = i === this.spec.titles.length - 1 ? this.spec.classes[channel] : null;
    if (!name) return;
    context.font = `11px ${this.theme.font}`;
    context.textBaseline = "middle";
    context.fillStyle = this.theme.ink;
    context.textAlign = this.laid.columns ? "left" : "center";
    if (this.laid.columns) context.fillText(name, x + side + 4, y + side / 2);
    else context.fillText(name.slice(0, 3), x + side / 2, y + side / 2);
  }

  /** One colour of the picture, in grey; kept with the picture. */
  colour(channel) {
    const [, tall, wide] = this.pixels.shape;
    this.pixels.planes ??= [0, 1, 2].map((k) => ({ data: this.pixels.data.subarray(k * tall * wide, (k + 1) * tall * wide), shape: [tall, wide] }));
    return picture(this.pixels.planes[channel]);
  }

  /** From the maps a chosen one reads to that one. */
  links(context, cells, chosen) {
    const from = this.spec.sources[chosen.layer];
    let before = from;
    while (before >= 0 && !cells.some((each) => each.layer === before)) before = this.spec.sources[before]; // its kind is hidden: the next one back
    const own = ["normalisation", "activation", "pooling", "average"].includes(this.spec.kinds[chosen.layer]);
    context.strokeStyle = alpha(this.theme.accent, 0.5);
    context.lineWidth = 1.2;
    for (const each of cells) {
      if (each.layer !== before || (own && each.channel !== chosen.channel)) continue;
      const [x0, y0, x1, y1] = [each.x + each.side, each.y + each.side / 2, chosen.x, chosen.y + chosen.side / 2];
      context.beginPath();
      context.moveTo(x0, y0);
      context.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
      context.stroke();
    }
  }

  outline(context, { x, y, side }, css, width) {
    context.strokeStyle = css;
    context.lineWidth = width;
    context.strokeRect(x - 1, y - 1, side + 2, side + 2);
  }

  hit(event) {
    const [px, py] = place(event, this.canvas);
    return this.laid?.cells.find(({ x, y, side }) => px >= x - 2 && px <= x + side + 2 && py >= y - 2 && py <= y + side + 2) ?? null;
  }

  hover(event) {
    const found = this.hit(event);
    if (found === this.over) return;
    this.over = found;
    this.request();
    if (!found) return this.showTip(null);
    const { layer, channel, x, y, side } = found;
    if (layer < 0) return this.showTip([[channel ? ["red", "green", "blue"][channel - 1] : "the picture as the network is given it"]], x + side, y);
    const { array, title } = this.layers[layer];
    const size = array.shape[1] * array.shape[2];
    const values = array.data.subarray(channel * size, (channel + 1) * size);
    const rows = size === 1 ? [["value", brief(values[0], 3)]] : [["lowest", brief(Math.min(...values), 3)], ["highest", brief(Math.max(...values), 3)]];
    this.showTip([[`${title}, map ${channel + 1}`], ...rows, ["sees of the picture", `${this.spec.reach[layer]} × ${this.spec.reach[layer]}`]], x + side, y);
  }

  choose({ layer, channel }) {
    if (layer < 0) return;
    this.spec.selected = [layer, channel];
    this.request();
    this.emit("drag", { name: "map", layer, channel, done: true });
  }

  keyed(event) {
    const [layer, channel] = this.spec.selected;
    const at = this.shown.findIndex((each) => each.i === layer);
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const move = moves[event.key] && (this.laid.columns ? moves[event.key] : moves[event.key].toReversed());
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const next = this.shown[Math.max(0, Math.min(this.shown.length - 1, at + move[0]))];
    this.choose({ layer: next.i, channel: Math.max(0, Math.min(next.array.shape[0] - 1, channel + move[1])) });
  }
}

class Maps {
  static reads = "views";

  constructor(root, memory, key) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.kinds = el("div", { class: "kinds" });
    this.place = el("div", { class: "maps" });
    root.append(this.style, this.kinds, this.place);
    this.pane = new MapsPane(this.place, memory, key);
  }

  set(mount, source, emit) {
    this.pane.take(mount.spec, source, emit);
    this.chips();
  }

  chips() {
    const { pane } = this;
    const kinds = [...new Set(pane.spec.kinds)].filter((kind) => kind !== "dense" && kind !== "average");
    const press = (kind) => () => {
      pane.hidden[kind] = !pane.hidden[kind];
      if (!pane.shown.length) pane.hidden[kind] = false;
      pane.request();
      this.chips();
    };
    this.kinds.replaceChildren("Shown:", ...kinds.map((kind) => el("button", { class: "pick", type: "button", "aria-pressed": String(!pane.hidden[kind]), onclick: press(kind) }, kind)));
  }

  changed() {}

  destroy() {
    this.pane.destroy();
    this.kinds.remove();
    this.style.remove();
  }
}

export const mount = mounter(Maps);
