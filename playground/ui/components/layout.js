// Where the units and edges of a drawn network lie. Made once for an architecture and a width, then reused for every frame.

const [WIDEST, NARROWEST] = [190, 46]; // pixels from one column to the next; a drawing wider than its place scrolls
const LETTER = 6.8; // width of one, about

export class Layout {
  /**
   * @param {string} key tells one layout from another
   * @param {number[]} sizes units a layer, inputs first
   * @param {{name: string, unit: number}[]} rows input rows, unit -1 when not in use
   * @param {string[]} outputs names of the last layer's units
   */
  constructor(key, sizes, rows, outputs, available, spec, height) {
    Object.assign(this, { key, sizes, rows });
    const most = Math.max(rows.length, ...sizes.slice(1));
    const narrow = available < 560;
    const crowd = most > 12 ? 0.72 : most > 8 ? 0.85 : 1;
    const side = Math.round((narrow ? 28 : 36) * crowd);
    this.font = narrow ? 11 : 12.5;
    const room = (names, least, most) => Math.min(most, Math.max(least, 16 + LETTER * Math.max(0, ...names.map((each) => each.length))));
    this.wordsLeft = room(rows.map(({ name }) => name), 36, narrow ? 76 : 130);
    this.wordsRight = outputs.length ? room(outputs, 30, narrow ? 70 : 120) : 6;
    const [left, right] = [this.wordsLeft, this.wordsRight];
    const gaps = sizes.length - 1;
    this.pitch = Math.min(WIDEST, Math.max(NARROWEST, (available - left - right - side) / gaps));
    this.width = Math.max(Math.ceil(left + right + side + gaps * this.pitch), 240);
    const start = left + side / 2 + Math.max(0, (this.width - left - right - side - gaps * this.pitch) / 2);
    this.columns = sizes.map((_, layer) => start + layer * this.pitch);
    const stacked = spec.resizable && this.pitch < 62;
    const names = spec.layer_names.length > 0;
    this.headingY = (spec.resizable ? (stacked ? 88 : 62) : 0) + 8;
    const top = (spec.resizable ? (stacked ? 80 : 56) : 4) + (names ? 20 : 0);
    const step = height ? Math.max(side + 3, (height - top - 8) / most) : side + (most > 12 ? 5 : most > 8 ? 7 : 12);
    this.height = Math.ceil(top + most * step + 6);
    this.headings = spec.layer_names.slice(0, gaps).map((words, i) => ({ words, x: this.columns[i + 1] }));
    this.placeUnits(rows, outputs, side, top, step, most);
    this.placeEdges();
    const edges = this.edges.reduce((sum, each) => sum + each.length, 0);
    this.thin = (narrow ? 0.7 : 1) * (edges > 600 ? 0.5 : edges > 300 ? 0.75 : 1); // of the edges, so that many do not merge
  }

  placeUnits(rows, outputs, side, top, step, most) {
    this.units = [];
    this.byLayer = this.sizes.map((count, layer) => {
      const entries = layer === 0 ? rows : Array.from({ length: count }, (_, unit) => ({ unit, name: layer === this.sizes.length - 1 ? (outputs[unit] ?? "") : "" }));
      const last = layer === this.sizes.length - 1;
      const size = last ? Math.round(side * 1.15) : side;
      return entries.map((entry, row) => {
        const unit = { ...entry, layer, side: size, x: this.columns[layer], y: top + step * (row + 0.5 + (most - entries.length) / 2) };
        this.units.push(unit);
        return unit;
      });
    });
  }

  placeEdges() {
    this.edges = [];
    for (let layer = 0; layer + 1 < this.sizes.length; layer++) {
      const edges = [];
      const before = this.byLayer[layer].filter(({ unit }) => unit >= 0);
      for (const to of this.byLayer[layer + 1]) for (const from of before) {
        const [x0, y0, x1, y1] = [from.x + from.side / 2, from.y, to.x - to.side / 2, to.y];
        const bend = (x1 - x0) * 0.5;
        const path = new Path2D();
        path.moveTo(x0, y0);
        path.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
        edges.push({ path, from, to, layer, row: to.unit, column: from.unit, index: to.unit * this.sizes[layer] + from.unit, x0, y0, x1, y1, middle: [(x0 + x1) / 2, (y0 + y1) / 2] });
      }
      this.edges.push(edges);
    }
  }

  /** Number of a unit on one sheet with all layers' maps. */
  number(unit, withInputs) {
    const before = this.sizes.slice(withInputs ? 0 : 1, unit.layer).reduce((sum, count) => sum + count, 0);
    return unit.layer === 0 && !withInputs ? -1 : before + unit.unit;
  }

  biasAt(unit) {
    return [unit.x - unit.side / 2 - 0.5, unit.y + unit.side / 2 - 1];
  }

  /** The edge whose curve passes nearest to a pixel, within `reach`. */
  nearestEdge(px, py, reach) {
    let [best, least] = [null, reach];
    for (const edges of this.edges) {
      if (!edges.length || px < edges[0].x0 || px > edges[0].x1) continue;
      for (const edge of edges) {
        // Along x the curve is monotonous: find its parameter there, then its height. Steep curves are nearer than their height tells.
        const t = parameter((px - edge.x0) / (edge.x1 - edge.x0));
        const y = edge.y0 + (edge.y1 - edge.y0) * t * t * (3 - 2 * t);
        const slope = ((edge.y1 - edge.y0) * 6 * t * (1 - t)) / ((edge.x1 - edge.x0) * (1.5 - 3 * t + 3 * t * t));
        const far = Math.abs(y - py) / Math.hypot(1, slope);
        if (far < least) [best, least] = [edge, far];
      }
    }
    return best;
  }

  /** The unit one column or row further. */
  neighbour(unit, columns, rows) {
    const layer = Math.min(this.sizes.length - 1, Math.max(0, unit.layer + columns));
    const list = this.byLayer[layer];
    if (columns) return list.reduce((best, each) => (Math.abs(each.y - unit.y) < Math.abs(best.y - unit.y) ? each : best));
    return list[Math.min(list.length - 1, Math.max(0, list.indexOf(unit) + rows))];
  }
}

/** Bezier parameter at a share of the way across: x(t) = 1.5t - 1.5t² + t³ for control points at the middle. */
function parameter(share) {
  let t = share;
  for (let i = 0; i < 4; i++) t -= (1.5 * t - 1.5 * t * t + t * t * t - share) / (1.5 - 3 * t + 3 * t * t);
  return Math.min(1, Math.max(0, t));
}
