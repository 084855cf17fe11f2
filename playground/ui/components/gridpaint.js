// The painters of a gridworld: cells, action triangles, arrows, paths, agents.

import { alpha, category, entry, mix, table } from "./theme.js";
import { STEPS } from "./gridworld.js";
import { hatch, paintEnd, paintWind } from "./gridtiles.js";

const ROUND = 5; // of a cell's corners, in pixels

/** A short number that fits a cell. */
export function brief(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const size = Math.abs(value);
  const text = size >= 99.5 ? size.toFixed(0) : size >= 9.95 ? size.toFixed(1) : size >= 0.0995 || size === 0 ? size.toFixed(2) : size < 5e-4 ? "0" : size.toFixed(3);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text.replace(/^0\./, ".").replace(/\.0+$/, "") || "0";
}

export class GridPainter {
  /** `pane` has theme, world, cell (pixels), layers, shown (table, values, limit …). */
  constructor(pane) {
    this.pane = pane;
  }

  color(value, limit) {
    const words = table("diverging", this.pane.theme.mode);
    return entry(words, 127.5 + 127.5 * Math.max(-1, Math.min(1, value / (limit || 1))));
  }

  box(cell) {
    const { size, columns } = this.pane;
    return [(cell % columns) * size, Math.floor(cell / columns) * size, size];
  }

  middle(cell) {
    const [x, y, size] = this.box(cell);
    return [x + size / 2, y + size / 2];
  }

  /** Everything that lies still under paths and agents. */
  paintCells(context, cells, shown) {
    cells.forEach((cell, index) => this.paintCell(context, cell, index, shown));
  }

  paintCell(context, cell, index, shown) {
    const { theme, layers } = this.pane;
    const [x, y, size] = this.box(index);
    const state = shown ? shown.stateAt(index) : -1;
    const known = shown && cell.kind !== "#" && shown.decides(state) && !"GPC".includes(cell.kind);
    context.save();
    context.beginPath();
    context.roundRect(x + 1, y + 1, size - 2, size - 2, ROUND);
    context.clip();
    context.fillStyle = cell.kind === "#" ? mix(theme.ink, theme.paper, theme.mode === "dark" ? 0.66 : 0.5) : alpha(theme.ink, theme.mode === "dark" ? 0.07 : 0.045);
    context.fillRect(x, y, size, size);
    if ("GPC".includes(cell.kind)) paintEnd(this, context, cell, x, y, size, shown);
    if (known && !shown.met(state)) hatch(context, x, y, size, alpha(theme.ink, 0.12));
    else if (known) this.paintFill(context, shown, state, x, y, size, layers.fill);
    context.restore();
    if (cell.wind[2]) paintWind(this, context, cell.wind, x, y, size);
    if (cell.reward !== null && cell.kind === ".") this.paintPrice(context, cell.reward, x, y, size);
    if (cell.kind === "S") this.label(context, "S", x + 5, y + 3, Math.max(10, size * 0.2), "left", "top", theme.ink, true);
  }

  /** What is written over paths. */
  paintTexts(context, cells, shown) {
    cells.forEach((cell, index) => {
      const state = shown.stateAt(index);
      if (!"#GPC".includes(cell.kind) && shown.decides(state) && shown.met(state)) this.paintNumbers(context, shown, state, ...this.box(index));
    });
  }

  /** What entering this cell earns, in its corner. */
  paintPrice(context, reward, x, y, size) {
    const { theme } = this.pane;
    const [text, px] = [(reward > 0 ? "+" : "") + brief(reward), Math.max(9, size * 0.17)];
    context.font = `600 ${px}px ${theme.font}`;
    const wide = context.measureText(text).width + 6;
    context.fillStyle = alpha(theme.paper, 0.82);
    context.beginPath();
    context.roundRect(x + size - wide - 3, y + 3, wide, px + 3, 4);
    context.fill();
    this.label(context, text, x + size - 6, y + 5, px, "right", "top", mix(category(reward < 0 ? 1 : 0, theme), theme.ink, 0.3), true);
  }

  /** The colour of a cell by how often it was visited. */
  often(shown, state) {
    const share = Math.log1p(shown.visits(state)) / Math.log1p(shown.mostVisits || 1);
    return entry(table("sequential", this.pane.theme.mode), 255 * share);
  }

  paintFill(context, shown, state, x, y, size, fill) {
    if (fill === "actions") return this.paintTriangles(context, shown, state, x, y, size);
    if (fill === "visits") context.fillStyle = this.often(shown, state);
    else if (fill === "values") context.fillStyle = this.color(shown.value(state), shown.limit);
    else if (fill === "truth") context.fillStyle = this.color(shown.truth(state), shown.limit);
    else return undefined;
    context.fillRect(x, y, size, size);
    return undefined;
  }

  /** One triangle for each direction; what is no direction stands as a tile in the middle. */
  paintTriangles(context, shown, state, x, y, size) {
    const { layers, theme, world } = this.pane;
    const [cx, cy] = [x + size / 2, y + size / 2];
    const corners = { up: [0, 0, 1, 0], right: [1, 0, 1, 1], down: [1, 1, 0, 1], left: [0, 1, 0, 0] };
    const others = [];
    world.actions.forEach((name, action) => {
      const corner = corners[name];
      if (!corner) return others.push(action);
      context.beginPath();
      context.moveTo(cx, cy);
      context.lineTo(x + corner[0] * size, y + corner[1] * size);
      context.lineTo(x + corner[2] * size, y + corner[3] * size);
      context.closePath();
      context.fillStyle = this.color(shown.q(state, action), shown.limit);
      context.fill();
      context.strokeStyle = alpha(theme.ink, 0.22);
      context.lineWidth = 0.75;
      context.stroke();
      return undefined;
    });
    if (layers.arrows) this.paintBest(context, shown, state, x, y, size, corners);
    const side = size * 0.2;
    others.forEach((action, i) => {
      const top = cy + (i - others.length / 2) * (side + 2); // one above the other: left and right stand numbers
      const best = layers.arrows && shown.best(state, action);
      context.fillStyle = this.color(shown.q(state, action), shown.limit);
      context.strokeStyle = alpha(theme.ink, best ? 1 : 0.35);
      context.lineWidth = best ? 2 : 0.75;
      context.beginPath();
      context.roundRect(cx - side / 2, top + 1, side, side, 3);
      context.fill();
      context.stroke();
    });
  }

  paintNumbers(context, shown, state, x, y, size) {
    const { layers, theme } = this.pane;
    const arrows = layers.arrows && layers.fill !== "actions";
    if (layers.fill === "actions") {
      if (layers.numbers && size >= 62) this.paintActionNumbers(context, shown, state, x, y, size);
      return;
    }
    const ink = layers.fill === "visits" ? this.inkOn(this.often(shown, state)) : theme.ink;
    if (arrows) this.paintArrows(context, shown, state, x + size / 2, y + size * (layers.numbers && size >= 40 ? 0.37 : 0.5), size, ink);
    if (!layers.numbers || size < (arrows ? 40 : 28) || layers.fill === "nothing") return;
    const value = { visits: () => shown.visits(state), truth: () => shown.truth(state), values: () => shown.value(state) }[layers.fill]();
    const text = layers.fill === "visits" ? (value >= 1e4 ? `${Math.round(value / 1000)}k` : String(value)) : brief(value);
    this.label(context, text, x + size / 2, y + size * (arrows && size >= 40 ? 0.8 : 0.52), Math.min(15, size * 0.235), "center", "middle", value === 0 ? alpha(ink, 0.45) : ink);
  }

  /** Dark or light, whichever reads better on a colour written as rgb(…). */
  inkOn(css) {
    const [red, green, blue] = css.match(/[\d.]+/g).map(Number);
    return 0.299 * red + 0.587 * green + 0.114 * blue > 135 ? "#14181f" : "#fafafa";
  }

  paintActionNumbers(context, shown, state, x, y, size) {
    const { theme, world } = this.pane;
    const best = Math.max(...world.actions.map((_, action) => shown.q(state, action)));
    world.actions.forEach((name, action) => {
      const step = STEPS[name];
      const value = shown.q(state, action);
      const where = step ? [x + size / 2 + step[1] * size * 0.325, y + size / 2 + step[0] * size * 0.37] : [x + size / 2, y + size / 2 + (action % 2 ? 1 : -1) * (size * 0.1 + 1)];
      this.label(context, step ? brief(value) : name[0].toUpperCase(), ...where, Math.min(11.5, size * 0.135), "center", "middle", theme.ink, value === best);
    });
  }

  /** The best actions' triangles have a strong rim, unless all are as good. */
  paintBest(context, shown, state, x, y, size, corners) {
    const { theme, world } = this.pane;
    const best = world.actions.filter((name, action) => shown.best(state, action));
    if (best.length === world.actions.length) return;
    context.strokeStyle = alpha(theme.ink, 0.85);
    context.lineWidth = Math.max(1.5, size * 0.022);
    context.lineJoin = "round";
    for (const name of best) {
      const corner = corners[name];
      if (!corner) continue;
      const spot = (px, py, toward) => [x + size / 2 + (px - 0.5) * size * toward, y + size / 2 + (py - 0.5) * size * toward];
      context.beginPath();
      context.moveTo(...spot(0.5 + (corner[0] + corner[2] - 1) * 0.03, 0.5 + (corner[1] + corner[3] - 1) * 0.03, 1));
      context.lineTo(...spot(corner[0], corner[1], 0.92));
      context.lineTo(...spot(corner[2], corner[3], 0.92));
      context.closePath();
      context.stroke();
    }
  }

  paintArrows(context, shown, state, cx, cy, size, ink) {
    const { world } = this.pane;
    const best = world.actions.map((_, action) => action).filter((action) => shown.best(state, action));
    if (best.length === world.actions.length) return; // nothing is known to be better than anything else
    context.strokeStyle = context.fillStyle = alpha(ink, 0.85);
    context.lineWidth = Math.max(1.2, size * 0.032);
    context.lineCap = "round";
    for (const action of best) {
      const step = STEPS[world.actions[action]];
      if (!step) this.label(context, world.actions[action] === "pick up" ? "⬆" : "⬇", cx, cy, size * 0.3, "center", "middle", ink, true);
      else {
        const back = best.length === 1 ? 0.17 : 0;
        const ahead = best.length === 1 ? 0.08 : 0.2;
        arrow(context, cx - step[1] * size * back, cy - step[0] * size * back, cx + step[1] * size * ahead, cy + step[0] * size * ahead, size * 0.11);
      }
    }
  }

  label(context, words, x, y, px, align, baseline, css, bold = false) {
    context.font = `${bold ? "700 " : "500 "}${px.toFixed(1)}px ${this.pane.theme.font}`;
    context.textAlign = align;
    context.textBaseline = baseline;
    context.fillStyle = css;
    context.fillText(words, x, y);
  }

  /** A path of states, later parts stronger; jumps (a cliff, a new start) are dashed. */
  paintPath(context, path, css) {
    const { world, size } = this.pane;
    const sway = size * 0.1;
    const spot = (i) => {
      const [x, y] = this.middle(world.cells[path[i]]);
      const turn = i * 2.399963; // the golden angle: a path that goes back and forth stays readable
      return [x + sway * Math.cos(turn) * 0.7, y + sway * Math.sin(turn) * 0.7];
    };
    const first = Math.max(0, path.length - 240);
    const wide = Math.max(1.6, size * 0.045);
    context.lineCap = "round";
    for (let i = first; i + 1 < path.length; i++) {
      const [from, to] = [world.at(path[i]), world.at(path[i + 1])];
      const far = Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]) > 4;
      const age = (i - first + 1) / (path.length - first);
      context.setLineDash(far ? [4, 5] : []);
      context.beginPath();
      context.moveTo(...spot(i));
      context.lineTo(...spot(i + 1));
      for (const [ink, more] of [[alpha(this.pane.theme.paper, far ? 0 : 0.25 + 0.4 * age), 3], [alpha(css, (far ? 0.3 : 1) * (0.35 + 0.6 * age)), 0]]) {
        context.strokeStyle = ink;
        context.lineWidth = wide + more;
        context.stroke();
      }
    }
    context.setLineDash([]);
  }

  /** The agent between two states of its path; jumps are not walked. */
  paintWalker(context, path, step, css) {
    const { world } = this.pane;
    const [from, to] = [Math.floor(step), Math.min(path.length - 1, Math.floor(step) + 1)];
    const [a, b] = [this.middle(world.cells[path[from]]), this.middle(world.cells[path[to]])];
    const share = Math.hypot(b[0] - a[0], b[1] - a[1]) > 4.5 * this.pane.size ? 0 : step - from;
    this.paintAgent(context, path[from], css, "", [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]);
  }

  paintAgent(context, state, css, word = "", at = null) {
    const { size, theme, world } = this.pane;
    const [x, y] = at ?? this.middle(world.cells[state]);
    context.beginPath();
    context.arc(x, y, Math.max(5, size * 0.2), 0, 7);
    context.fillStyle = css;
    context.strokeStyle = theme.paper;
    context.lineWidth = Math.max(2, size * 0.04);
    context.fill();
    context.stroke();
    if (word) this.label(context, word, x, y, size * 0.2, "center", "middle", theme.paper, true);
  }

  frame(context, cell, css, width = 2.5, dash = []) {
    const [x, y, size] = this.box(cell);
    context.strokeStyle = css;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    context.roundRect(x + 1.5, y + 1.5, size - 3, size - 3, ROUND);
    context.stroke();
    context.setLineDash([]);
  }
}

export function arrow(context, x, y, toX, toY, head) {
  const angle = Math.atan2(toY - y, toX - x);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
  context.beginPath();
  context.moveTo(toX + head * Math.cos(angle), toY + head * Math.sin(angle));
  context.lineTo(toX + head * Math.cos(angle + 2.3), toY + head * Math.sin(angle + 2.3));
  context.lineTo(toX + head * Math.cos(angle - 2.3), toY + head * Math.sin(angle - 2.3));
  context.closePath();
  context.fill();
}

