// The network component: units with miniature heat maps, weights as edges, all on one canvas.

import { Pane, el, mounter, place } from "./base.js";
import { exact } from "./axes.js";
import { alpha, category, table } from "./theme.js";
import { Editor } from "./editor.js";
import { Layout } from "./layout.js";

const REACH = 6; // pixels within which an edge answers the pointer
const ZOOM = 150; // side of an enlarged map

class NetworkPane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.scroll = el("div", { class: "scroll" });
    this.outer.prepend(this.scroll);
    this.scroll.append(this.box);
    this.controls = el("div");
    this.box.append(this.controls);
    this.lens = el("canvas", { class: "tip", hidden: true, style: { padding: "0" } });
    this.editor = new Editor(this.box, (edit) => this.apply(edit), () => this.canvas.focus());
    this.box.append(this.lens);
    this.listen();
  }

  set(spec, source, env) {
    const text = JSON.stringify(spec);
    const fresh = text !== this.text;
    Object.assign(this, { spec, source, env, text });
    this.retheme();
    if (!fresh) return;
    this.layout = null;
    const edit = spec.editable ? " Enter edits the bias or weight shown, Escape leaves it." : "";
    this.describe(spec.alt, `Arrow keys go from unit to unit, W and Shift W to its weights.${edit}`);
  }

  refresh() {
    this.request();
  }

  // The shape of the network --------------------------------------------------------------------------------------------------

  weight(layer) {
    return this.source.array(this.spec.weights.replace("{}", layer));
  }

  bias(layer) {
    return this.source.array(this.spec.biases.replace("{}", layer));
  }

  /** Units a layer, the inputs first: [7, 8, 8, 1]; empty while nothing is known. */
  sizes() {
    const found = [];
    for (let layer = 0; layer <= this.spec.max_layers + 1; layer++) {
      const weight = this.weight(layer);
      if (!weight || weight.shape.length !== 2) break;
      if (!found.length) found.push(weight.shape[1]);
      found.push(weight.shape[0]);
    }
    return found;
  }

  /** Names of all input rows and which of them are in use: [{name, unit}], unit -1 when not in use. */
  inputs(count) {
    const used = this.source.words(this.spec.inputs);
    const names = used.length === count ? used : Array.from({ length: count }, (_, i) => used[i] ?? `input ${i + 1}`);
    const all = this.spec.spare_inputs;
    const rows = all.map((name) => ({ name, unit: names.indexOf(name) }));
    const missing = names.map((name, unit) => ({ name, unit })).filter(({ name }) => !all.includes(name));
    return [...missing, ...rows];
  }

  canvasWidth(available) {
    this.arrange(available);
    return this.layout?.width ?? available;
  }

  height() {
    return this.layout?.height ?? 200;
  }

  arrange(available) {
    const sizes = this.sizes();
    if (sizes.length < 2) return;
    const rows = this.inputs(sizes[0]);
    const outputs = this.source.words(this.spec.outputs);
    const key = JSON.stringify([sizes, rows, outputs, available, this.env.height]);
    if (this.layout?.key === key) return;
    this.layout = new Layout(key, sizes, rows, outputs, available, this.spec, this.env.height);
    this.hover = this.focus = null;
    this.editor.close();
    this.buildControls();
  }

  // Drawing -------------------------------------------------------------------------------------------------------------------------

  draw(context) {
    if (!this.layout) return this.waiting(context);
    const shown = this.hover ?? this.focus;
    this.paintEdges(context, shown);
    this.paintMaps(context, shown);
    this.paintWords(context);
    this.showLens(shown);
    if (shown) this.tell(shown);
  }

  waiting(context) {
    context.font = `12px ${this.theme.font}`;
    context.fillStyle = this.theme.muted;
    context.textAlign = "center";
    context.fillText("Waiting for the network", this.width / 2, this.tall / 2);
  }

  paintEdges(context, shown) {
    const { layout, theme } = this;
    const [plus, minus] = [category(0, theme), category(1, theme)];
    context.lineCap = "round";
    for (let layer = 0; layer < layout.edges.length; layer++) {
      const { data } = this.weight(layer);
      const edges = layout.edges[layer];
      for (let i = 0; i < edges.length; i++) {
        const edge = edges[i];
        const value = data[edge.index];
        const size = Math.abs(value);
        const lit = shown && concerns(shown, edge);
        const strong = lit ? 1 : shown?.kind === "unit" ? 0.18 : 1;
        context.globalAlpha = strong * Math.min(0.92, 0.13 + 0.75 * (1 - Math.exp(-size * 1.1)));
        context.strokeStyle = value < 0 ? minus : plus;
        context.lineWidth = thickness(size) * layout.thin + (lit && shown.kind === "weight" ? 2 : 0);
        context.stroke(edge.path);
      }
    }
    context.globalAlpha = 1;
  }

  paintMaps(context, shown) {
    const { layout, theme } = this;
    for (const unit of layout.units) {
      const { x, y, side } = unit;
      const off = unit.unit < 0;
      context.save();
      context.beginPath();
      context.roundRect(x - side / 2, y - side / 2, side, side, Math.min(6, side / 5));
      context.fillStyle = off ? "transparent" : theme.paper;
      context.fill();
      const map = off ? null : this.mapOf(unit);
      if (map) {
        context.clip();
        context.drawImage(map.canvas, map.x, map.y, map.wide, map.tall, x - side / 2, y - side / 2, side, side);
      }
      context.restore();
      const lit = shown?.kind === "unit" && shown.unit === unit;
      context.strokeStyle = lit ? theme.accent : off ? theme.faint : alpha(theme.ink, 0.45);
      context.lineWidth = lit ? 2.5 : 1.2;
      if (off) context.setLineDash([3, 3]);
      context.beginPath();
      context.roundRect(x - side / 2, y - side / 2, side, side, Math.min(6, side / 5));
      context.stroke();
      context.setLineDash([]);
      if (unit.layer > 0) this.paintBias(context, unit, shown);
    }
  }

  paintBias(context, unit, shown) {
    const value = this.bias(unit.layer - 1)?.data[unit.unit];
    if (value === undefined) return;
    const lit = shown?.kind === "bias" && shown.unit === unit;
    const [x, y] = this.layout.biasAt(unit);
    context.beginPath();
    context.arc(x, y, lit ? 5.5 : 3.8, 0, 7);
    context.fillStyle = this.theme.paper;
    context.fill();
    context.fillStyle = category(value < 0 ? 1 : 0, this.theme);
    context.globalAlpha = lit ? 1 : 0.35 + 0.65 * (1 - Math.exp(-Math.abs(value) * 1.5));
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.strokeStyle = this.theme.paper;
    context.stroke();
  }

  paintWords(context) {
    const { layout, theme } = this;
    context.font = `${layout.font}px ${theme.font}`;
    context.textBaseline = "middle";
    for (const unit of layout.units) {
      if (!unit.name) continue;
      context.fillStyle = unit.unit < 0 ? theme.muted : theme.ink;
      context.globalAlpha = unit.unit < 0 ? 0.7 : 1;
      context.textAlign = unit.layer ? "left" : "right";
      context.fillText(unit.name, unit.layer ? unit.x + unit.side / 2 + 8 : unit.x - unit.side / 2 - 8, unit.y, 92);
      context.globalAlpha = 1;
    }
    context.font = `11px ${theme.font}`;
    context.textAlign = "center";
    context.fillStyle = theme.muted;
    for (const { x, words } of layout.headings) context.fillText(words, x, layout.headingY, layout.pitch - 4);
  }

  /** Where a unit's miniature map lies: one sheet of maps is painted once a view. */
  mapOf(unit) {
    const { thumbnails, with_inputs: withInputs } = this.spec;
    if (!thumbnails) return null;
    const each = thumbnails.includes("{}");
    const array = this.source.array(thumbnails.replace("{}", unit.layer));
    const number = each ? unit.unit : this.layout.number(unit, withInputs);
    if (!array || array.shape.length !== 3 || number < 0 || number >= array.shape[0]) return null;
    const sheet = this.sheet(each ? unit.layer : 0, array);
    return { canvas: sheet.canvas, x: 0, y: number * array.shape[1], wide: array.shape[2], tall: array.shape[1] };
  }

  sheet(slot, array) {
    this.sheets ??= [];
    const kept = (this.sheets[slot] ??= {});
    if (kept.of === array && kept.mode === this.theme.mode) return kept;
    const [units, rows, columns] = array.shape;
    if (!kept.canvas || kept.canvas.width !== columns || kept.canvas.height !== units * rows) {
      kept.canvas = Object.assign(document.createElement("canvas"), { width: columns, height: units * rows });
      kept.context = kept.canvas.getContext("2d");
      kept.image = kept.context.createImageData(columns, units * rows);
      kept.pixels = new Uint32Array(kept.image.data.buffer);
    }
    const words = table("diverging", this.theme.mode);
    const { low, high } = this.spec;
    const [shift, factor] = array.dtype === "u1" ? [0, 1] : [low, 255 / (high - low)];
    const { data } = array;
    for (let unit = 0; unit < units; unit++) {
      for (let row = 0; row < rows; row++) {
        const from = (unit * rows + rows - 1 - row) * columns;
        const to = (unit * rows + row) * columns;
        for (let column = 0; column < columns; column++) {
          const value = (data[from + column] - shift) * factor;
          kept.pixels[to + column] = words[value <= 0 ? 0 : value >= 255 ? 255 : value | 0];
        }
      }
    }
    kept.context.putImageData(kept.image, 0, 0);
    return Object.assign(kept, { of: array, mode: this.theme.mode });
  }

  // Reading ---------------------------------------------------------------------------------------------------------------------------

  /** What lies under a pixel: {kind: "unit" | "bias" | "weight", …} or null. */
  under(px, py) {
    const { layout } = this;
    if (!layout) return null;
    for (const unit of layout.units) {
      if (unit.layer > 0) {
        const [x, y] = layout.biasAt(unit);
        if (Math.hypot(px - x, py - y) < 8) return { kind: "bias", unit };
      }
    }
    const unit = layout.units.find(({ x, y, side }) => Math.abs(px - x) <= side / 2 + 2 && Math.abs(py - y) <= side / 2 + 1);
    if (unit) return { kind: "unit", unit };
    const edge = layout.nearestEdge(px, py, REACH);
    return edge ? { kind: "weight", edge } : null;
  }

  name(unit) {
    if (unit.layer === 0) return unit.name;
    const last = unit.layer === this.layout.sizes.length - 1;
    return last ? unit.name || (this.layout.sizes.at(-1) > 1 ? `output ${unit.unit + 1}` : "output") : `layer ${unit.layer}, unit ${unit.unit + 1}`;
  }

  valueOf(shown) {
    if (shown.kind === "weight") return this.weight(shown.edge.layer)?.data[shown.edge.index];
    return this.bias(shown.unit.layer - 1)?.data[shown.unit.unit];
  }

  tell(shown, aloud = false) {
    const { layout } = this;
    const hint = this.spec.editable && (this.hover === shown) ? [["Click to change it"]] : [];
    if (shown.kind === "weight") {
      const { from, to, middle } = shown.edge;
      const value = this.valueOf(shown);
      return this.showTip([[`${this.name(from)} → ${this.name(to)}`], ["weight", exact(value), category(value < 0 ? 1 : 0, this.theme)], ...hint], ...(this.at ?? middle), aloud);
    }
    const { unit } = shown;
    if (shown.kind === "bias") {
      const value = this.valueOf(shown);
      return this.showTip([[this.name(unit)], ["bias", exact(value), category(value < 0 ? 1 : 0, this.theme)], ...hint], ...layout.biasAt(unit), aloud);
    }
    const rows = [[this.name(unit)]];
    if (unit.layer > 0 && this.bias(unit.layer - 1)) rows.push(["bias", exact(this.valueOf(shown))]);
    if (unit.layer === 0 && this.spec.spare_inputs.length) rows.push([unit.unit < 0 ? "Click to use it" : "Click to leave it out"]);
    if (this.mapOf(unit)) {
      this.tip.hidden = true;
      this.lensWords = rows;
      this.speak(rows.map((row) => row.join(" ")).join(", "), aloud);
    } else this.showTip(rows, unit.x + unit.side / 2, unit.y, aloud);
  }

  /** The enlarged map beside a unit, with its words. */
  showLens(shown) {
    const map = shown?.kind === "unit" && shown.unit.unit >= 0 ? this.mapOf(shown.unit) : null;
    this.lens.hidden = !map;
    if (!map) {
      if (!shown) this.showTip(null);
      return;
    }
    const { unit } = shown;
    const ratio = this.ratio;
    const tall = ZOOM + 40;
    Object.assign(this.lens, { width: ZOOM * ratio, height: tall * ratio });
    const context = this.lens.getContext("2d");
    context.scale(ratio, ratio);
    context.drawImage(map.canvas, map.x, map.y, map.wide, map.tall, 0, 0, ZOOM, ZOOM);
    context.font = `600 12px ${this.theme.font}`;
    context.fillStyle = this.theme.ink;
    context.fillText(this.name(unit), 10, ZOOM + 16, ZOOM - 20);
    context.font = `12px ${this.theme.font}`;
    context.fillStyle = this.theme.muted;
    const bias = unit.layer > 0 ? this.bias(unit.layer - 1)?.data[unit.unit] : undefined;
    const second = bias !== undefined ? `bias ${exact(bias)}` : this.spec.spare_inputs.length ? "click to leave it out" : "input";
    context.fillText(second, 10, ZOOM + 32, ZOOM - 20);
    const right = unit.x + unit.side / 2 + 12;
    const left = right + ZOOM > this.width ? unit.x - unit.side / 2 - 12 - ZOOM : right;
    const top = Math.min(Math.max(0, this.tall - tall), Math.max(0, unit.y - tall / 2));
    Object.assign(this.lens.style, { transform: `translate(${Math.max(0, left)}px, ${top}px)`, width: `${ZOOM}px`, height: `${tall}px`, maxWidth: "none" });
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => {
      this.at = place(event, canvas);
      const found = this.under(...this.at);
      if (same(found, this.hover)) { if (found?.kind === "weight") this.request(); return; }
      this.hover = found;
      this.focus = null;
      const hands = found && (found.kind === "unit" ? found.unit.layer === 0 && this.spec.spare_inputs.length : this.spec.editable);
      canvas.style.cursor = hands ? "pointer" : "";
      if (!found) { this.showTip(null); this.lens.hidden = true; }
      this.request();
    });
    const leave = () => { this.hover = this.at = null; this.showTip(null); this.request(); };
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("blur", () => { this.focus = null; this.showTip(null); this.request(); });
    canvas.addEventListener("click", (event) => {
      this.at = place(event, canvas);
      const found = this.under(...this.at);
      if (found) this.choose(found, this.at);
      else this.editor.close();
    });
    canvas.addEventListener("keydown", (event) => this.keyed(event));
  }

  keyed(event) {
    const { layout } = this;
    if (!layout) return;
    const now = this.focus ?? { kind: "unit", unit: layout.units.find(({ layer }) => layer === 1) ?? layout.units[0] };
    const unit = now.unit ?? now.edge.to;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (moves[event.key]) this.focus = this.focus ? { kind: "unit", unit: layout.neighbour(unit, ...moves[event.key]) } : now;
    else if (event.key.toLowerCase() === "w" && unit.layer > 0) {
      const edges = layout.edges[unit.layer - 1].filter(({ to }) => to === unit);
      const place = edges.indexOf(now.edge);
      this.focus = { kind: "weight", edge: edges[(place + (event.shiftKey ? -1 : 1) + edges.length) % edges.length] ?? edges[0] };
    } else if (event.key === "Escape") { this.focus = null; this.showTip(null); } else if (event.key === "Enter" && this.focus) {
      this.choose(now.kind === "unit" && unit.layer > 0 ? { kind: "bias", unit } : now, now.edge?.middle ?? [unit.x, unit.y]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.at = null;
    if (this.focus) this.tell(this.focus, true);
    this.request();
  }

  // Changing ------------------------------------------------------------------------------------------------------------------------------

  choose(found, at) {
    if (found.kind === "unit") return found.unit.layer === 0 ? this.switchInput(found.unit) : undefined;
    if (!this.spec.editable) return undefined;
    const value = this.valueOf(found);
    if (found.kind === "weight") {
      const { layer, row, column, from, to } = found.edge;
      return this.editor.open({ layer, kind: "weight", row, column }, `Weight ${this.name(from)} → ${this.name(to)}`, value, at);
    }
    const { layer, unit } = found.unit;
    return this.editor.open({ layer: layer - 1, kind: "bias", row: unit, column: 0 }, `Bias of ${this.name(found.unit)}`, value, at);
  }

  apply(edit) {
    const { link } = this.source;
    if (link) link.send({ do: "edit", ...edit });
    this.env.emit("edit", edit);
  }

  switchInput(unit) {
    if (!this.spec.spare_inputs.length) return;
    const rows = this.inputs(this.layout.sizes[0]);
    const names = rows.filter((row) => (row.name === unit.name ? row.unit < 0 : row.unit >= 0)).map(({ name }) => name);
    if (!names.length) return this.say("A network needs at least one input.");
    this.say("");
    this.env.emit("inputs", { inputs: names });
  }

  /** The + and − buttons; on narrow columns the two of a layer stand above each other. */
  buildControls() {
    const { spec, layout } = this;
    if (!spec.resizable) return this.controls.replaceChildren();
    const hidden = layout.sizes.slice(1, -1);
    const resize = (sizes) => this.env.emit("resize", { hidden_sizes: sizes });
    const button = (sign, words, enabled, sizes) => {
      const node = el("button", { class: "round", type: "button", "aria-label": words, title: words, disabled: !enabled }, sign);
      node.addEventListener("click", () => resize(sizes));
      return node;
    };
    const parts = [el("div", { class: "around", style: { left: `${layout.width / 2}px`, top: "0" } },
      button("−", "Remove the last hidden layer", hidden.length > 0, hidden.slice(0, -1)),
      el("span", { class: "muted" }, hidden.length === 1 ? "1 hidden layer" : `${hidden.length} hidden layers`),
      button("+", "Add a hidden layer", hidden.length < spec.max_layers, [...hidden, hidden.at(-1) ?? 4]))];
    hidden.forEach((units, i) => {
      const change = (by) => hidden.map((each, k) => (k === i ? each + by : each));
      const stacked = layout.pitch < 62;
      parts.push(el("div", { class: "around", style: { left: `${layout.columns[i + 1]}px`, top: "30px", flexDirection: stacked ? "column" : "row" } },
        button("−", `Remove a unit from layer ${i + 1}`, units > 1, change(-1)), button("+", `Add a unit to layer ${i + 1}`, units < spec.max_units, change(1))));
    });
    return this.controls.replaceChildren(...parts);
  }
}

const thickness = (size) => 0.5 + 8 * (1 - Math.exp(-size / 2.2));

/** Whether an edge belongs to what is shown. */
function concerns(shown, edge) {
  if (shown.kind === "weight") return shown.edge === edge;
  return edge.to === shown.unit || edge.from === shown.unit;
}

function same(a, b) {
  return a?.kind === b?.kind && a?.unit === b?.unit && a?.edge === b?.edge;
}

class Network {
  constructor(root, memory, key) {
    this.pane = new NetworkPane(root, memory, key);
  }

  set(mount, source, emit) {
    this.pane.set(mount.spec, source, { emit, height: mount.height });
  }

  changed() {
    this.pane.refresh();
  }

  destroy() {
    this.pane.destroy();
  }
}

export const mount = mounter(Network);
