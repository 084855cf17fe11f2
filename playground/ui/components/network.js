// The network component: units with miniature heat maps, weights as edges, all on one canvas.

import { el } from "./base.js";
import { Pane, place } from "./pane.js";
import { exact } from "./axes.js";
import { category } from "./theme.js";
import { Editor } from "./editor.js";
import { Lens } from "./lens.js";
import { Layout } from "./layout.js";
import { NetworkPainter } from "./netpaint.js";
import { single } from "./single.js";

const REACH = 6; // pixels within which an edge answers the pointer

class NetworkPane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.scroll = el("div", { class: "scroll" });
    this.outer.prepend(this.scroll);
    this.scroll.append(this.box);
    this.painter = new NetworkPainter(this);
    this.controls = el("div");
    this.box.append(this.controls);
    this.lens = new Lens(this);
    this.editor = new Editor(this.box, (edit) => this.apply(edit), () => {
      this.canvas.focus();
      this.focus = this.edited;
      this.request();
    });
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
    const shown = this.editor.edit ? this.edited : (this.hover ?? this.focus);
    this.painter.paintEdges(context, shown);
    this.painter.paintMaps(context, shown);
    this.painter.paintWords(context);
    this.lens.show(shown?.kind === "unit" ? shown.unit : null);
    if (!shown) this.showTip(null);
    if (shown && !this.editor.edit) this.tell(shown);
  }

  waiting(context) {
    context.font = `12px ${this.theme.font}`;
    context.fillStyle = this.theme.muted;
    context.textAlign = "center";
    context.fillText("Waiting for the network", this.width / 2, this.tall / 2);
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
    if (this.painter.mapOf(unit)) {
      this.tip.hidden = true;
      this.speak(rows.map((row) => row.join(" ")).join(", "), aloud);
    } else this.showTip(rows, unit.x + unit.side / 2, unit.y, aloud);
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
      if (!found) this.showTip(null);
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
    this.edited = found;
    this.showTip(null);
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

function same(a, b) {
  return a?.kind === b?.kind && a?.unit === b?.unit && a?.edge === b?.edge;
}

export const mount = single(NetworkPane);
