// A person in the same world: the arrow keys move at once, from the table that is already here.

import { el } from "./base.js";
import { exact } from "./axes.js";
import { category } from "./theme.js";

const OTHER_KEYS = { p: "pick up", e: "pick up", f: "drop off", q: "drop off" };

export class Play {
  constructor(grid) {
    this.grid = grid;
    this.games = [];
    this.node = el("div");
  }

  enter() {
    if (this.state === undefined || this.over) this.restart();
    this.grid.pane.canvas.focus({ preventScroll: true });
  }

  restart() {
    const { world } = this.grid;
    if (!world) return;
    if (this.title !== world.title + world.kinds) [this.title, this.games] = [world.title + world.kinds, []];
    Object.assign(this, { state: world.start(), earned: 0, steps: 0, over: "", last: null });
    this.path = [this.state];
    this.follow();
  }

  follow() {
    if (this.grid.mode !== "play") return;
    if (this.grid.world.perCell > 1) this.grid.show(this.grid.world.sliceOf(this.state));
    this.write();
    this.grid.pane.request();
  }

  /** A key in play; true when it meant something. */
  key(key, way) {
    const { world } = this.grid;
    const name = world.actions.includes(way) ? way : OTHER_KEYS[key.toLowerCase()];
    if (key === "Enter" || key.toLowerCase() === "r") { this.restart(); return true; }
    if (!world.actions.includes(name)) return false;
    this.act(world.actions.indexOf(name));
    return true;
  }

  /** A tap on a cell: one step in its direction. */
  towards(cell) {
    const { world } = this.grid;
    const [row, column] = world.at(this.state);
    const [down, right] = [Math.floor(cell / world.columns) - row, (cell % world.columns) - column];
    if (!down && !right) return;
    const way = Math.abs(down) > Math.abs(right) ? (down > 0 ? "down" : "up") : right > 0 ? "right" : "left";
    this.act(world.actions.indexOf(way));
  }

  act(action) {
    const { grid } = this;
    const { world } = grid;
    if (this.over) return this.restart();
    const then = world.move(this.state, action);
    this.last = { action, reward: then.reward };
    this.earned += then.reward;
    this.steps += 1;
    this.state = then.state;
    this.path.push(then.state);
    if (then.end) this.over = world.kinds[world.cells[then.state]] === "P" ? "You fell in." : "You made it.";
    else if (this.steps >= world.limit) this.over = `Cut off after ${world.limit} steps.`;
    if (this.over) {
      this.games.push(this.earned);
      grid.emit("play", { earned: this.earned, steps: this.steps, ended: then.end, games: this.games.length, best: Number(grid.read("best_return")), at: Date.now() });
    }
    return this.follow();
  }

  write() {
    const { grid } = this;
    const { world } = grid;
    if (!world || this.state === undefined) return;
    const number = (name) => Number(grid.read(name));
    const mean = this.games.reduce((sum, each) => sum + each, 0) / this.games.length;
    const rows = [["Your steps", String(this.steps)]];
    if (this.games.length) rows.push([this.games.length > 1 ? `Your mean over ${this.games.length} games` : "Your game", exact(mean)]);
    if (!world.plans) rows.push(["The agent's latest episode", exact(number("last_return"))]);
    rows.push(["Best possible on average", exact(number("best_return"))]);
    const said = this.over || (this.last ? `${world.sign(this.last.action)} earned ${exact(this.last.reward)}.` : "Your move.");
    this.node.replaceChildren(el("div", {}, "Your return"), el("div", { class: "big" }, exact(this.earned)), el("p", { role: "status" }, said),
      el("div", { class: "score" }, ...rows.flatMap(([words, text]) => [el("span", {}, words), el("b", {}, text)])), this.pad ??= this.buttons());
    this.extras();
  }

  buttons() {
    const button = (name, sign) => {
      const node = el("button", { type: "button", "aria-label": name }, sign);
      node.addEventListener("click", () => this.act(this.grid.world.actions.indexOf(name)));
      return node;
    };
    const gap = () => el("span");
    this.more = el("div", { class: "rowed" });
    return el("div", {}, el("div", { class: "pad" }, gap(), button("up", "↑"), gap(), button("left", "←"), button("down", "↓"), button("right", "→")), this.more);
  }

  extras() {
    const { world } = this.grid;
    const key = `${world.title} ${Boolean(this.over)}`;
    if (this.offered === key) return; // a button that is made anew under a finger hears no click
    this.offered = key;
    const others = world.actions.filter((name) => !["up", "right", "down", "left"].includes(name));
    const again = el("button", { type: "button" }, this.over ? "Play again (Enter)" : "Start over (R)");
    again.addEventListener("click", () => { this.restart(); this.grid.pane.canvas.focus({ preventScroll: true }); });
    const keys = { "pick up": "P", "drop off": "F" };
    this.more.replaceChildren(...others.map((name) => {
      const node = el("button", { type: "button" }, `${name} (${keys[name] ?? "?"})`);
      node.addEventListener("click", () => this.act(world.actions.indexOf(name)));
      return node;
    }), again);
  }

  paint(context, painter, theme) {
    if (this.state === undefined) return;
    const css = category(2, theme);
    painter.paintPath(context, this.path, css);
    painter.paintAgent(context, this.state, css, "you");
  }
}
