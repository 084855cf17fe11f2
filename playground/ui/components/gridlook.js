// One cell in numbers: its actions, and Bellman's equation with the numbers of this moment.

import { el } from "./base.js";
import { exact } from "./axes.js";

const TERMS = 4; // outcomes written out; a slippery world has three

/** A number as text, coloured by its sign. */
export function tinted(value, digits = 4) {
  return el("b", { class: value < 0 ? "minus" : "plus" }, exact(value, digits));
}

export class Look {
  constructor(grid) {
    this.grid = grid;
    this.node = el("div");
  }

  write() {
    const { grid } = this;
    const shown = grid.pane.shown;
    if (!shown || !grid.world) return;
    this.node.replaceChildren(...(grid.selected === null ? this.whole(shown) : this.cell(shown, grid.selected)));
  }

  /** Nothing chosen: the latest episode, or sweep, beside what is possible. */
  whole(shown) {
    const { grid } = this;
    const { world } = grid;
    const number = (name) => Number(grid.read(name));
    const [earned, best, value] = [number("last_return"), number("best_return"), number("start_value")];
    const start = world.starts.reduce((sum, state) => sum + shown.value(state), 0) / world.starts.length;
    const discount = number("discount");
    const rows = [["Value of the start, believed", exact(start)], [`… and in truth (γ = ${exact(discount)})`, exact(value)]];
    if (!world.plans) rows.unshift(["Return of the latest episode", exact(earned)], ["Best possible on average", exact(best)], ["Exploration ε now", exact(number("epsilon"))]);
    else rows.push([world.algorithm === "policy_evaluation" ? "Return of this policy" : "Return of the best policy", exact(best)]);
    const parts = [el("h4", {}, `${world.title} · ${grid.read("algorithm_title")}`), el("div", { class: "score" }, ...rows.flatMap(([words, text]) => [el("span", {}, words), el("b", {}, text)]))];
    if (!world.inReach) parts.unshift(el("p", { class: "words" }, "No goal can be reached from the start: every way is blocked."));
    return parts;
  }

  cell(shown, state) {
    const { world, slice, read } = { world: this.grid.world, slice: this.grid.slice, read: (name) => this.grid.read(name) };
    const title = world.name(state).replace(/^r/, "R");
    if (!world.decides(state)) return [el("h4", {}, title), el("p", {}, "Nothing is decided here.")];
    if (!world.met[state]) return [el("h4", {}, title), el("p", {}, "Cannot be reached from the start, so nobody ever decides here.")];
    const discount = Number(read("discount"));
    const truth = read("truth").data;
    const extra = world.slices.map(({ words, values }, i) => {
      const below = world.slices.slice(i + 1).reduce((product, each) => product * each.values.length, 1);
      return `${words.toLowerCase()} ${values[Math.floor(slice / below) % values.length]}`;
    });
    const actions = world.actions.map((_, action) => action);
    const most = Math.max(...actions.map((action) => shown.q(state, action)));
    const head = el("tr", {}, ...["Action", "Q", "Q in truth", world.plans ? "" : "tried"].map((words) => el("th", {}, words)));
    const rows = actions.map((action) => el("tr", { class: shown.q(state, action) >= most - 1e-9 ? "best" : "" },
      el("td", {}, `${world.sign(action)} ${world.sign(action).length > 1 ? "" : world.actions[action]}`), el("td", {}, exact(shown.q(state, action))),
      el("td", {}, exact(world.lookahead(state, action, truth, discount))), el("td", {}, world.plans ? "" : shown.tries(state, action).toLocaleString("en-US"))));
    return [
      el("h4", {}, [title, ...extra].join(" · ")),
      el("div", { class: "score" }, el("span", {}, "V(s), believed"), el("b", {}, exact(shown.value(state))), el("span", {}, "in truth"), el("b", {}, exact(truth[state]))),
      el("table", {}, head, ...rows), this.bellman(shown, state, discount),
    ];
  }

  /** The best action's expected reward and what follows, from the values now on the grid. */
  bellman(shown, state, discount) {
    const { world } = this.grid;
    const sums = world.actions.map((_, action) => world.lookahead(state, action, shown.values, discount));
    const best = sums.indexOf(Math.max(...sums));
    const follows = world.follows(state, best);
    const terms = follows.slice(0, TERMS).map(({ chance, state: after, reward, end }) => `${exact(chance, 3)}·(${exact(reward, 3)}${end ? "" : ` + ${exact(discount, 3)}·${around(shown.values[after])}`})`);
    if (follows.length > TERMS) terms.push("…");
    const gap = sums[best] - shown.value(state);
    return el("div", { class: "formula" },
      el("div", { class: "soft" }, "maxₐ Σ p · (r + γ·V(s′)), with the values now on the grid:"),
      el("div", {}, `${world.sign(best)}  ${terms.join(" + ")}`),
      el("div", {}, "= ", tinted(sums[best]), el("span", { class: "soft" }, Math.abs(gap) < 5e-7 * (1 + Math.abs(sums[best])) ? "  and V(s) says the same" : `  but V(s) says ${exact(shown.value(state))}`)));
  }
}

/** A number in brackets when it is negative. */
export function around(value) {
  return value < 0 ? `(${exact(value)})` : exact(value);
}
