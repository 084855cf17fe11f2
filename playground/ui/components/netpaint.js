// The painters of a network drawing: edges, units with their maps, biases and words.

import { alpha, category, table } from "./theme.js";

export class NetworkPainter {
  /** `pane` has layout, theme, source, spec, and weight(layer) and bias(layer). */
  constructor(pane) {
    this.pane = pane;
    this.sheets = [];
  }

  paintEdges(context, shown) {
    const { layout, theme } = this.pane;
    const [plus, minus] = [category(0, theme), category(1, theme)];
    context.lineCap = "round";
    for (let layer = 0; layer < layout.edges.length; layer++) {
      const { data } = this.pane.weight(layer);
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
    const { layout, theme } = this.pane;
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
    const value = this.pane.bias(unit.layer - 1)?.data[unit.unit];
    if (value === undefined) return;
    const lit = shown?.kind === "bias" && shown.unit === unit;
    const [x, y] = this.pane.layout.biasAt(unit);
    context.beginPath();
    context.arc(x, y, lit ? 5.5 : 3.8, 0, 7);
    context.fillStyle = this.pane.theme.paper;
    context.fill();
    context.fillStyle = category(value < 0 ? 1 : 0, this.pane.theme);
    context.globalAlpha = lit ? 1 : 0.35 + 0.65 * (1 - Math.exp(-Math.abs(value) * 1.5));
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.strokeStyle = this.pane.theme.paper;
    context.stroke();
  }

  paintWords(context) {
    const { layout, theme } = this.pane;
    context.font = `${layout.font}px ${theme.font}`;
    context.textBaseline = "middle";
    for (const unit of layout.units) {
      if (!unit.name) continue;
      context.fillStyle = unit.unit < 0 ? theme.muted : theme.ink;
      context.globalAlpha = unit.unit < 0 ? 0.7 : 1;
      context.textAlign = unit.layer ? "left" : "right";
      const words = shorten(context, unit.name, (unit.layer ? layout.wordsRight : layout.wordsLeft) - 10);
      context.fillText(words, unit.layer ? unit.x + unit.side / 2 + 8 : unit.x - unit.side / 2 - 8, unit.y);
      context.globalAlpha = 1;
    }
    context.font = `11px ${theme.font}`;
    context.textAlign = "center";
    context.fillStyle = theme.muted;
    for (const { x, words } of layout.headings) context.fillText(words, x, layout.headingY, layout.pitch - 4);
  }

  /** Where a unit's miniature map lies: one sheet of maps is painted once a view. */
  mapOf(unit) {
    const { thumbnails, with_inputs: withInputs } = this.pane.spec;
    if (!thumbnails) return null;
    const each = thumbnails.includes("{}");
    const array = this.pane.source.array(thumbnails.replace("{}", unit.layer));
    const number = each ? unit.unit : this.pane.layout.number(unit, withInputs);
    if (!array || array.shape.length !== 3 || number < 0 || number >= array.shape[0]) return null;
    const sheet = this.sheet(each ? unit.layer : 0, array);
    return { canvas: sheet.canvas, x: 0, y: number * array.shape[1], wide: array.shape[2], tall: array.shape[1] };
  }

  sheet(slot, array) {
    const kept = (this.sheets[slot] ??= {});
    if (kept.of === array && kept.mode === this.pane.theme.mode) return kept;
    const [units, rows, columns] = array.shape;
    if (!kept.canvas || kept.canvas.width !== columns || kept.canvas.height !== units * rows) {
      kept.canvas = Object.assign(document.createElement("canvas"), { width: columns, height: units * rows });
      kept.context = kept.canvas.getContext("2d");
      kept.image = kept.context.createImageData(columns, units * rows);
      kept.pixels = new Uint32Array(kept.image.data.buffer);
    }
    const words = table("diverging", this.pane.theme.mode);
    const { low, high } = this.pane.spec;
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
    return Object.assign(kept, { of: array, mode: this.pane.theme.mode });
  }
}

/** Words cut to a width, with an ellipsis. */
function shorten(context, words, width) {
  if (context.measureText(words).width <= width) return words;
  let end = words.length - 1;
  while (end > 1 && context.measureText(`${words.slice(0, end)}…`).width > width) end -= 1;
  return `${words.slice(0, end)}…`;
}

const thickness = (size) => 0.5 + 6.5 * (1 - Math.exp(-size / 2.6));

/** Whether an edge belongs to what is shown. */
function concerns(shown, edge) {
  if (shown.kind === "weight") return shown.edge === edge;
  return edge.to === shown.unit || edge.from === shown.unit;
}
