// A world's table as the browser sees it: where states are drawn, what may happen, what an action is worth.

export const STEPS = { up: [-1, 0], right: [0, 1], down: [1, 0], left: [0, -1] }; // row, column
export const WINDS = { "^": [-1, 0], ">": [0, 1], v: [1, 0], "<": [0, -1] };
const SIGNS = { up: "↑", right: "→", down: "↓", left: "←" };

/** Wraps the arrays of a scene; `read(name)` gives each. Null while the scene has not come. */
export function worldOf(read) {
  const next = read("next");
  return next?.data ? new World(read) : null;
}

export class World {
  constructor(read) {
    const number = (name) => Number(read(name));
    [this.rows, this.columns, this.limit] = [number("rows"), number("columns"), number("limit")];
    [this.kinds, this.actions, this.algorithm, this.title, this.key] = [read("kinds"), read("actions"), read("algorithm"), read("world_title"), read("world")];
    [this.plans, this.slices, this.rewards] = [Boolean(read("plans")), read("slices"), read("rewards")];
    this.inReach = Boolean(read("goal_in_reach"));
    const { data, shape } = read("next");
    [this.next, this.states, this.outcomes] = [data, shape[0], shape[2]];
    this.chance = read("chance").data;
    this.reward = read("reward").data;
    this.ends = read("ends").data;
    [this.cells, this.starts, this.met] = [read("cells").data, read("starts").data, read("met").data];
    [this.winds, this.cellRewards, this.fences] = [read("winds").data, read("cell_rewards").data, read("fences").data];
    this.perCell = this.states / (this.rows * this.columns);
  }

  sign(action) {
    return SIGNS[this.actions[action]] ?? this.actions[action];
  }

  /** Row and column of a state, from 0. */
  at(state) {
    const cell = this.cells[state];
    return [Math.floor(cell / this.columns), cell % this.columns];
  }

  name(state) {
    const [row, column] = this.at(state);
    return `row ${row + 1}, column ${column + 1}`;
  }

  /** The state drawn in a cell while slice `slice` is shown. */
  stateAt(cell, slice) {
    return this.perCell === 1 ? cell : cell * this.perCell + slice;
  }

  sliceOf(state) {
    return state % this.perCell;
  }

  /** Whether something is decided in a state: it is no wall, end or cliff. */
  decides(state) {
    return !"#GPC".includes(this.kinds[this.cells[state]]);
  }

  /** What may follow: [{chance, state, reward, end}], equal outcomes added up. */
  follows(state, action) {
    const found = new Map();
    for (let k = 0; k < this.outcomes; k++) {
      const i = (state * this.actions.length + action) * this.outcomes + k;
      if (this.chance[i] <= 0) continue;
      const key = `${this.next[i]} ${this.reward[i]} ${this.ends[i]}`;
      const held = found.get(key) ?? { chance: 0, state: this.next[i], reward: this.reward[i], end: Boolean(this.ends[i]) };
      held.chance += this.chance[i];
      found.set(key, held);
    }
    return [...found.values()];
  }

  /** Σ p (r + γ v(s′)). */
  lookahead(state, action, values, discount) {
    let sum = 0;
    for (let k = 0; k < this.outcomes; k++) {
      const i = (state * this.actions.length + action) * this.outcomes + k;
      sum += this.chance[i] * (this.reward[i] + (this.ends[i] ? 0 : discount * values[this.next[i]]));
    }
    return sum;
  }

  /** Throws the dice once. */
  move(state, action) {
    let left = Math.random();
    const all = this.follows(state, action);
    return all.find((each) => (left -= each.chance) < 0) ?? all.at(-1);
  }

  start() {
    return this.starts[Math.floor(Math.random() * this.starts.length)];
  }
}

/** A grid as it is painted: cells {kind, wind: [row, column, strength], reward}. */
export class Draft {
  constructor(rows, columns, cells) {
    Object.assign(this, { rows, columns, cells });
  }

  static of(world) {
    const cells = Array.from({ length: world.rows * world.columns }, (_, i) => ({
      kind: world.kinds[i], wind: [...world.winds.subarray(3 * i, 3 * i + 3)], reward: Number.isNaN(world.cellRewards[i]) ? null : world.cellRewards[i],
    }));
    return new Draft(world.rows, world.columns, cells);
  }

  text() {
    const rows = Array.from({ length: this.rows }, (_, row) => this.cells.slice(row * this.columns, (row + 1) * this.columns).map(cellText).join(""));
    return rows.join("/");
  }

  /** Changes one cell; words when that is not possible. */
  paint(index, tool) {
    const cell = this.cells[index];
    const last = (kind) => cell.kind === kind && this.cells.filter((each) => each.kind === kind).length === 1;
    if (tool.kind !== "S" && tool.kind && last("S")) return "A grid needs a start. Put it elsewhere first.";
    if (tool.kind !== "G" && tool.kind && last("G")) return "A grid needs a goal. Put another one first.";
    if (tool.kind === "S") this.cells.forEach((each) => { if (each.kind === "S") each.kind = "."; });
    if (tool.kind) cell.kind = tool.kind;
    if (tool.kind === "." || tool.kind === "#") Object.assign(cell, { wind: [0, 0, 0], reward: null });
    if (tool.kind && tool.kind !== ".") cell.reward = null;
    if (tool.wind) cell.wind = cell.kind === "#" ? cell.wind : [...tool.wind];
    if (tool.reward !== undefined && cell.kind !== "#") cell.reward = tool.reward;
    return "";
  }

  /** One row or column more or less at the lower or right edge; words when that is not possible. */
  resize(rows, columns, largest) {
    if (rows < 1 || columns < 1 || rows > largest || columns > largest || rows * columns < 2) return `A grid has 1 to ${largest} rows and columns.`;
    const kept = (row, column) => (row < this.rows && column < this.columns ? this.cells[row * this.columns + column] : { kind: ".", wind: [0, 0, 0], reward: null });
    const cells = Array.from({ length: rows * columns }, (_, i) => kept(Math.floor(i / columns), i % columns));
    for (const [kind, words] of [["S", "start"], ["G", "goal"]]) if (!cells.some((each) => each.kind === kind)) return `The ${words} stands there. Move it first.`;
    Object.assign(this, { rows, columns, cells });
    return "";
  }
}

function cellText({ kind, wind, reward }) {
  const arrow = wind[2] ? Object.keys(WINDS).find((sign) => WINDS[sign][0] === wind[0] && WINDS[sign][1] === wind[1]) : "";
  if (kind === "." && wind[2] === 1 && reward === null) return arrow;
  const details = [arrow && arrow + (wind[2] > 1 ? wind[2] : ""), reward === null ? "" : String(Number(reward.toPrecision(6)))].filter(Boolean);
  return kind + (details.length ? `(${details.join(",")})` : "");
}
