// Attention of every head: small pictures of all of them, the chosen one large, and the tokens tinted by what one of them looks at.

import { el, mounter } from "./base.js";
import { Pane, place } from "./pane.js";
import { alpha, color, entry, table } from "./theme.js";

const LOOK = `
.heads { display: flex; flex-wrap: wrap; gap: 14px 18px; align-items: flex-start; }
.heads .all { flex: 1 1 210px; min-width: min(210px, 100%); } .heads .one { flex: 1.4 1 290px; min-width: min(280px, 100%); }
.heads h4 { margin: 0 0 6px; font-size: 13.5px; font-weight: 600; min-height: 1.4em; } .heads h4 span { font-weight: 400; color: var(--muted); }
.tokens { display: flex; flex-wrap: wrap; gap: 3px 2px; margin: 0 0 14px; max-height: 132px; overflow-y: auto; }
.tok { padding: 2px 5px; border-radius: 5px; font-size: 13px; min-height: 25px; border: 1px solid transparent; white-space: pre; line-height: 1.4; background: var(--soft); color: var(--ink); }
.tok:hover { border-color: var(--line); } .tok[aria-pressed="true"] { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.tok sub { font-size: 9px; color: var(--muted); margin-left: 3px; vertical-align: baseline; }
`;

export function visible(word) {
  return word.replaceAll("\n", "↵").replaceAll("\t", "⇥").replace(/^ +/, (some) => "·".repeat(some.length)) || "∅";
}

class Heads {
  static reads = "views";

  constructor(root, memory, key) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.tokens = el("div", { class: "tokens", role: "group", "aria-label": "Tokens" });
    const [all, one] = [el("div", { class: "all" }), el("div", { class: "one" })];
    this.over = [el("h4"), el("h4")];
    all.append(this.over[0]);
    one.append(this.over[1]);
    root.append(this.style, this.tokens, (this.outer = el("div", { class: "heads" }, all, one)));
    this.all = new Grid(all, memory, `${key}/all`, this);
    this.one = new Matrix(one, memory, `${key}/one`, this);
  }

  set(mount, source, emit) {
    Object.assign(this, { spec: mount.spec, source, emit, hover: null });
    this.chosen = [...this.spec.chosen];
    this.token = this.spec.token;
    this.changed();
  }

  changed() {
    this.weights = this.source.array("weights");
    this.words = this.source.words("words");
    if (!this.weights || !this.words.length) return;
    const [blocks, heads, count] = this.weights.shape;
    this.all.outer.parentElement.style.flexBasis = `${Math.min(430, 26 + 46 * heads)}px`;
    this.chosen = [Math.min(this.chosen[0], blocks - 1), Math.min(this.chosen[1], heads - 1)];
    this.at = this.token < 0 || this.token >= count ? count - 1 : this.token;
    this.all.retheme();
    this.one.retheme();
    this.say();
  }

  /** Weight of one head from one token to another. */
  weight(block, head, from, to) {
    const [, heads, count] = this.weights.shape;
    return this.weights.data[((block * heads + head) * count + from) * count + to];
  }

  pattern(block, head) {
    const kinds = this.source.get("patterns");
    const found = kinds?.[block]?.[head];
    return found ? `${this.spec.kinds[found.kind] ?? found.kind}${found.kind === "wide" ? "" : ` ${Math.round(100 * found.share)} %`}` : "";
  }

  isOff(block, head) {
    return this.spec.off?.some(([b, h]) => b === block && h === head);
  }

  choose(block, head) {
    this.chosen = [block, head];
    this.redraw();
    this.emit("drag", { name: "head", block, head, done: true });
  }

  look(token) {
    this.token = this.at = token;
    this.redraw();
    this.emit("drag", { name: "token", token, done: true });
  }

  redraw() {
    this.all.request();
    this.one.request();
    this.say();
  }

  say() {
    const [block, head] = this.chosen;
    const { theme } = this.one;
    if (!theme) return;
    const count = this.words.length;
    const tints = table("sequential", theme.mode);
    const [under, right] = [this.source.words("under"), this.source.words("right")];
    this.tokens.replaceChildren(...this.words.map((word, i) => {
      const share = i < count ? this.weight(block, head, this.at, i) : 0;
      const reach = this.spec.causal ? i <= this.at : true;
      const back = reach ? entry(tints, 255 * Math.sqrt(share)) : "transparent";
      const dark = theme.mode === "dark" ? Math.sqrt(share) > 0.75 : Math.sqrt(share) > 0.62;
      return el("button", { class: "tok", type: "button", "aria-pressed": String(i === this.at), title: `${this.spec.tips?.[i] ?? ""}\nlooked at with ${(100 * share).toFixed(1)} %`.trim(),
        style: { background: back, color: dark ? (theme.mode === "dark" ? "#10202c" : "#fff") : "", opacity: reach ? 1 : 0.45 }, onclick: () => this.look(i) }, visible(word), under[i] ? el("sub", { style: { color: right[i] ? "#1b9e77" : "#d6336c" } }, `${visible(under[i])}${right[i] ? " ✓" : " ✗"}`) : null);
    }));
    const tells = this.pattern(block, head);
    this.over[0].replaceChildren("Every head ", el("span", {}, this.spec.hint ?? "press one to open it"));
    this.over[1].replaceChildren(`Block ${block + 1}, head ${head + 1}`, el("span", {}, tells ? `: looks at ${tells}` : ""));
  }

  destroy() {
    this.all.destroy();
    this.one.destroy();
    for (const node of [this.style, this.tokens, this.outer]) node.remove();
  }
}

/** One picture of T × T weights, made once for each set of weights. */
function bitmap(part, block, head, mode) {
  const [, heads, count] = part.weights.shape;
  const canvas = Object.assign(document.createElement("canvas"), { width: count, height: count });
  const image = new ImageData(count, count);
  const words = new Uint32Array(image.data.buffer);
  const tints = table("sequential", mode);
  const begin = (block * heads + head) * count * count;
  for (let i = 0; i < count * count; i++) words[i] = tints[Math.min(255, Math.round(255 * Math.sqrt(part.weights.data[begin + i])))];
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

class Grid extends Pane {
  constructor(host, memory, key, part) {
    super(host, memory, key);
    this.part = part;
    this.canvas.addEventListener("pointermove", (event) => this.tipAt(event));
    this.canvas.addEventListener("pointerleave", () => this.showTip(null));
    this.canvas.addEventListener("click", (event) => {
      const spot = this.spot(event);
      if (spot) part.choose(...spot);
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const [rows, columns] = this.part.weights.shape;
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const [block, head] = this.part.chosen;
    this.part.choose((block + move[0] + rows) % rows, (head + move[1] + columns) % columns);
    this.speak(`Block ${this.part.chosen[0] + 1}, head ${this.part.chosen[1] + 1}: ${this.part.pattern(...this.part.chosen)}`, true);
  }

  cell(width) {
    const [, heads] = this.part.weights?.shape ?? [1, 1];
    return Math.min(92, (width - 26) / heads);
  }

  height(width) {
    const [blocks] = this.part.weights?.shape ?? [1];
    return 20 + blocks * this.cell(width) + 2;
  }

  spot(event) {
    const [x, y] = place(event, this.canvas);
    const side = this.cell(this.width);
    const [blocks, heads] = this.part.weights.shape;
    const [block, head] = [Math.floor((y - 20) / side), Math.floor((x - 26) / side)];
    return block >= 0 && block < blocks && head >= 0 && head < heads ? [block, head] : null;
  }

  tipAt(event) {
    const spot = this.spot(event);
    this.canvas.style.cursor = spot ? "pointer" : "";
    this.showTip(spot ? [[`Block ${spot[0] + 1}, head ${spot[1] + 1}${this.part.isOff(...spot) ? ", off" : ""}`], ...(this.part.pattern(...spot) ? [["looks at", this.part.pattern(...spot)]] : []), ...(this.part.spec.notes?.[spot[0]]?.[spot[1]] ? [[this.part.spec.notes[spot[0]][spot[1]]]] : [])] : null, ...place(event, this.canvas));
  }

  draw(context, width) {
    const { part, theme } = this;
    if (!part.weights) return;
    const [blocks, heads] = part.weights.shape;
    const side = this.cell(width);
    this.describe(part.spec.alt, "Arrow keys choose a head.");
    Object.assign(context, { fillStyle: theme.muted, font: `11px ${theme.font}`, textAlign: "center", textBaseline: "middle", imageSmoothingEnabled: part.words.length > side });
    for (let head = 0; head < heads; head++) context.fillText(heads > 12 && head % 2 ? "" : `${head + 1}`, 26 + (head + 0.5) * side, 9);
    for (let block = 0; block < blocks; block++) {
      context.fillStyle = theme.muted;
      context.fillText(`${block + 1}`, 11, 20 + (block + 0.5) * side);
      for (let head = 0; head < heads; head++) {
        const [x, y, size] = [26 + head * side + 2, 20 + block * side + 2, side - 4];
        context.globalAlpha = part.isOff(block, head) ? 0.18 : 1;
        context.drawImage(bitmap(part, block, head, theme.mode), x, y, size, size);
        context.globalAlpha = 1;
        const chosen = block === part.chosen[0] && head === part.chosen[1];
        context.strokeStyle = chosen ? theme.accent : theme.faint;
        context.lineWidth = chosen ? 2.5 : 1;
        context.strokeRect(x, y, size, size);
        if (part.isOff(block, head)) {
          Object.assign(context, { strokeStyle: color("negative", theme), lineWidth: 2.5 });
          context.beginPath();
          context.moveTo(x + 3, y + 3);
          context.lineTo(x + size - 3, y + size - 3);
          context.stroke();
        }
      }
    }
  }
}

class Matrix extends Pane {
  constructor(host, memory, key, part) {
    super(host, memory, key);
    this.part = part;
    this.canvas.addEventListener("pointermove", (event) => this.tipAt(event));
    this.canvas.addEventListener("pointerleave", () => this.showTip(null));
    this.canvas.addEventListener("click", (event) => this.spot(event) && part.look(this.spot(event)[0]));
  }

  sides(width) {
    const count = this.part.words?.length || 1;
    const gutter = Math.min(92, 26 + 6.2 * Math.max(1, ...(this.part.words ?? [""]).map((word) => visible(word).length)));
    return { count, gutter, side: Math.max(3, Math.min(30, (Math.min(width, 520) - gutter - 2) / count)) };
  }

  height(width) {
    const { count, gutter, side } = this.sides(width);
    return gutter + count * side + 2;
  }

  spot(event) {
    const [x, y] = place(event, this.canvas);
    const { count, gutter, side } = this.sides(this.width);
    const [row, column] = [Math.floor((y - gutter) / side), Math.floor((x - gutter) / side)];
    return row >= 0 && row < count && column < count ? [row, column] : null;
  }

  tipAt(event) {
    const spot = this.spot(event);
    const { part } = this;
    if (!spot || spot[1] < 0) return this.showTip(null);
    const [block, head] = part.chosen;
    const masked = part.spec.causal && spot[1] > spot[0];
    this.showTip([["from", visible(part.words[spot[0]])], ["to", visible(part.words[spot[1]])], masked ? ["masked: it lies in the future"] : ["weight", part.weight(block, head, ...spot).toFixed(3)]], ...place(event, this.canvas));
  }

  draw(context, width) {
    const { part, theme } = this;
    if (!part.weights) return;
    const { count, gutter, side } = this.sides(width);
    this.describe(`Attention of block ${part.chosen[0] + 1}, head ${part.chosen[1] + 1}: rows look at columns`, "Press a row to open its token.");
    const size = count * side;
    context.imageSmoothingEnabled = false;
    context.drawImage(bitmap(part, ...part.chosen, theme.mode), gutter, gutter, size, size);
    Object.assign(context, { strokeStyle: theme.faint, lineWidth: 1 });
    context.strokeRect(gutter, gutter, size, size);
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.strokeRect(gutter, gutter + part.at * side, size, side);
    const font = Math.max(8, Math.min(12, side - 1));
    const every = Math.ceil(9.5 / side);
    context.font = `${font}px ${theme.font}`;
    context.textBaseline = "middle";
    for (let i = 0; i < count; i++) {
      if (i % every && i !== part.at) continue;
      const word = visible(part.words[i]).slice(0, 14);
      context.fillStyle = i === part.at ? theme.ink : theme.muted;
      context.textAlign = "right";
      context.fillText(word, gutter - 5, gutter + (i + 0.5) * side);
      context.save();
      context.translate(gutter + (i + 0.5) * side, gutter - 5);
      const upright = gutter < 42 && side > 9; // all words are single letters
      if (!upright) context.rotate(-Math.PI / 2);
      context.textAlign = upright ? "center" : "left";
      context.fillStyle = theme.muted;
      context.fillText(word, 0, 0);
      context.restore();
    }
    Object.assign(context, { fillStyle: alpha(theme.ink, 0.5), font: `10.5px ${theme.font}`, textAlign: "left" });
    context.fillText("from ↓ to →", 0, 8);
  }
}

export const mount = mounter(Heads);
