// The gridworld component: the world with its values, seen, played and painted; backups in slow motion.

import { el, mounter } from "./base.js";
import { Draft, worldOf } from "./gridworld.js";
import { GridPane } from "./gridpane.js";
import { Look } from "./gridlook.js";
import { Slow } from "./gridslow.js";
import { Play } from "./gridplay.js";
import { Brush } from "./gridbrush.js";

const MODES = { look: "Look", slow: "Slow motion", play: "You play", paint: "Paint" };
const HINTS = {
  look: "Click a cell to read its numbers.", slow: "One backup at a time: what was known, what was met, what is believed now.",
  play: "Walk with the arrow keys, or tap a neighbouring cell.", paint: "Choose a tile, then click or drag over cells.",
};
const FILLS = { values: "Values", actions: "Actions", visits: "Visits", truth: "Truth", nothing: "Blank" };
const TOGGLES = { arrows: "Arrows", numbers: "Numbers", path: "Path" };
const STYLE = `
.tools { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; margin-bottom: 8px; }
.set { display: inline-flex; gap: 2px; padding: 2px; border: 1px solid var(--line); border-radius: 9px; flex-wrap: wrap; }
.set button { padding: 4px 10px; min-height: 28px; font-size: 13px; color: var(--muted); }
.set button:hover:not(:disabled) { color: var(--ink); background: var(--soft); }
.set button[aria-pressed="true"] { background: color-mix(in srgb, var(--accent) 14%, var(--paper)); color: var(--ink); font-weight: 600; }
.set button:disabled { opacity: 0.4; cursor: not-allowed; }
.set.main button[aria-pressed="true"] { background: var(--accent); color: #fff; }
.body { display: grid; grid-template-columns: minmax(0, auto) minmax(270px, 1fr); gap: 18px 26px; align-items: start; }
.body.alone { grid-template-columns: 1fr; }
@container (max-width: 720px) { .body { grid-template-columns: minmax(0, 1fr); } .tools { gap: 6px; } .set button { padding: 4px 8px; font-size: 12.5px; } }
.side { min-width: 0; font-size: 13px; line-height: 1.5; font-variant-numeric: tabular-nums; }
.side h4 { margin: 0 0 4px; font-size: 14.5px; font-weight: 650; }
.side .hint { color: var(--muted); margin: 0 0 8px; }
.side table { border-collapse: collapse; width: 100%; margin: 6px 0; }
.side th { text-align: right; font-weight: 500; color: var(--muted); font-size: 12px; padding: 2px 0 2px 10px; }
.side td { text-align: right; padding: 3px 0 3px 10px; border-top: 1px solid var(--line); }
.side th:first-child, .side td:first-child { text-align: left; padding-left: 0; }
.side tr.best td { font-weight: 650; }
.formula { margin: 8px 0; padding: 9px 12px; background: var(--soft); border-radius: 9px; overflow-x: auto; }
.formula div { white-space: nowrap; } .formula div + div { margin-top: 3px; }
.formula .soft { color: var(--muted); }
.formula .soft:first-child { white-space: normal; }
.formula b.plus { color: var(--positive, #0877bd); } .formula b.minus { color: var(--negative, #c46f0b); }
.pad { display: grid; grid-template-columns: repeat(3, 44px); gap: 5px; margin: 10px 0; }
.pad button, .rowed button { border: 1px solid var(--line); min-height: 38px; font-size: 15px; }
.pad button:hover, .rowed button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
.rowed { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 8px 0; }
.rowed button { padding: 4px 11px; font-size: 13px; min-height: 32px; } .rowed button:disabled { opacity: 0.4; cursor: default; }
.rowed svg { width: 16px; height: 16px; fill: currentColor; display: block; }
.rowed select { min-height: 32px; }
.rowed label { display: inline-flex; gap: 5px; align-items: center; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(86px, 1fr)); gap: 5px; margin: 8px 0; }
.tiles button { border: 1px solid var(--line); padding: 5px 8px; text-align: left; font-size: 12.5px; display: flex; gap: 7px; align-items: center; }
.tiles button i { font-style: normal; font-weight: 700; width: 15px; text-align: center; }
.tiles button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); background: color-mix(in srgb, var(--accent) 10%, var(--paper)); }
.side input[type=number] { width: 84px; font: inherit; padding: 4px 8px; border: 1px solid var(--line); border-radius: 7px; background: var(--paper); color: inherit; }
.score { display: grid; grid-template-columns: 1fr auto; gap: 3px 14px; margin: 8px 0; }
.score b { font-weight: 650; text-align: right; }
.big { font-size: 26px; font-weight: 700; line-height: 1.15; }
`;

class Grid {
  static reads = "views";

  constructor(root, memory, key) {
    Object.assign(this, { memory, mode: memory.mode ?? "look", slice: memory.slice ?? 0, selected: memory.selected ?? null, world: null, draft: null });
    this.layers = memory.layers ??= { fill: "values", arrows: true, numbers: true, path: true };
    const style = el("style");
    style.textContent = STYLE;
    this.tools = el("div", { class: "tools" });
    this.left = el("div");
    this.side = el("div", { class: "side" });
    this.body = el("div", { class: "body" }, this.left, this.side);
    root.append(style, this.tools, this.body);
    this.pane = new GridPane(this.left, memory, key, this);
    this.parts = { look: new Look(this), slow: new Slow(this), play: new Play(this), paint: new Brush(this) };
  }

  /** The part that is in force. */
  get part() {
    return this.parts[this.mode];
  }

  set(mount, source, emit) {
    const { spec } = mount;
    Object.assign(this, { spec, source, emit, link: source.link });
    this.pane.spec = spec;
    this.body.classList.toggle("alone", spec.mini);
    this.side.hidden = this.tools.hidden = spec.mini;
    if (spec.fill && !this.memory.filled) this.layers.fill = spec.fill;
    this.memory.filled = true;
    this.pane.describe(spec.alt, "Arrow keys choose a cell or move you in play, Enter paints, Escape ends. ");
    this.pane.retheme();
    this.changed();
  }

  read(name) {
    return this.source.get(name + this.spec.suffix);
  }

  changed() {
    const scene = this.read("next");
    if (scene && scene !== this.known) {
      this.known = scene;
      this.world = worldOf((name) => this.read(name));
      this.fresh();
    }
    if (!this.world) return;
    this.part.heard?.();
    this.pane.request();
    if (!this.spec.mini) this.later();
  }

  /** Another world, or the same one in a new run. */
  fresh() {
    const { world } = this;
    if (this.draft && this.draft.text() !== Draft.of(world).text() && performance.now() - this.painted < 6000) { /* the page has not answered yet */ } else this.draft = null;
    if (this.selected !== null && this.selected >= world.states) this.selected = null;
    if (this.slice >= world.perCell) this.slice = 0;
    if (world.perCell > 1 && world.sliceOf(world.starts[0]) !== this.slice && !this.memory.sliced) this.slice = world.sliceOf(world.starts[0]);
    this.parts.slow.stop();
    this.parts.play.restart();
    if (this.mode === "paint" && !this.paintable) this.mode = "look";
    this.buildTools();
    this.turn(this.mode);
  }

  get paintable() {
    return Boolean(this.spec.paints) && this.world?.perCell === 1;
  }

  /** The side is written at most seven times a second: nobody reads faster. */
  later() {
    if (this.writing) return;
    this.writing = setTimeout(() => {
      this.writing = 0;
      if (this.side.isConnected && this.world) this.part.write?.();
    }, 140);
  }

  turn(mode) {
    if (this.mode !== mode) this.part.leave?.();
    this.mode = this.memory.mode = mode;
    for (const [name, button] of Object.entries(this.modes ?? {})) button.setAttribute("aria-pressed", String(name === mode));
    this.hint = el("p", { class: "hint" }, HINTS[mode]);
    this.side.replaceChildren(this.hint, this.part.node);
    this.part.enter?.();
    this.part.write?.();
    this.pane.canvas.style.touchAction = mode === "paint" || mode === "play" ? "none" : "";
    this.pane.canvas.style.cursor = mode === "paint" ? "crosshair" : "pointer";
    this.pane.request();
  }

  buildTools() {
    if (this.spec.mini) return;
    const press = (label, on, action, more = {}) => {
      const node = el("button", { type: "button", "aria-pressed": String(on), ...more }, label);
      node.addEventListener("click", action);
      return node;
    };
    this.modes = Object.fromEntries(Object.entries(MODES).map(([name, words]) => {
      const off = name === "paint" && !this.paintable;
      return [name, press(words, name === this.mode, () => this.turn(name), { disabled: off, title: off ? "This world cannot be painted." : HINTS[name] })];
    }));
    const fills = Object.entries(FILLS).filter(([name]) => name !== "visits" || !this.world.plans).map(([name, words]) =>
      press(words, name === this.layers.fill, (event) => {
        this.layers.fill = name;
        for (const each of event.target.parentNode.children) each.setAttribute("aria-pressed", String(each === event.target));
        this.pane.request();
      }));
    const toggles = Object.entries(TOGGLES).filter(([name]) => name !== "path" || !this.world.plans).map(([name, words]) =>
      press(words, this.layers[name], (event) => {
        this.layers[name] = !this.layers[name];
        event.target.setAttribute("aria-pressed", String(this.layers[name]));
        this.pane.request();
      }));
    const selects = this.world.slices.map((slice, number) => this.picker(slice, number));
    this.tools.replaceChildren(el("div", { class: "set main", role: "group", "aria-label": "What to do" }, ...Object.values(this.modes)),
      el("div", { class: "set", role: "group", "aria-label": "What colours the cells" }, ...fills), el("div", { class: "set", role: "group", "aria-label": "Also shown" }, ...toggles), ...selects);
  }

  /** What else a state says (Taxi: passenger, destination), as a list to choose from. */
  picker({ words, values }, number) {
    const select = el("select", { "aria-label": words }, ...values.map((each, i) => el("option", { value: i }, `${words}: ${each}`)));
    const below = this.world.slices.slice(number + 1).reduce((product, each) => product * each.values.length, 1);
    this.pickers = { ...this.pickers, [number]: () => { select.value = Math.floor(this.slice / below) % values.length; } };
    select.addEventListener("change", () => {
      const now = Math.floor(this.slice / below) % values.length;
      this.memory.sliced = true;
      this.show(this.slice + (Number(select.value) - now) * below);
    });
    this.pickers[number]();
    return select;
  }

  /** Turns to a slice of the states. */
  show(slice) {
    if (slice === this.slice) return;
    if (this.selected !== null) this.selected += slice - this.slice;
    this.slice = this.memory.slice = slice;
    for (const set of Object.values(this.pickers ?? {})) set();
    this.part.write?.();
    this.pane.request();
  }

  select(state) {
    this.selected = this.memory.selected = state;
    if (state !== null && this.world.perCell > 1) this.show(this.world.sliceOf(state));
    if (this.mode === "look") this.emit("select", { state });
    this.part.write?.();
    this.pane.request();
  }

  changedByHand(text) {
    this.painted = performance.now();
    this.emit("paint", { grid: text, at: Date.now() });
  }

  destroy() {
    clearTimeout(this.writing);
    for (const part of Object.values(this.parts)) part.stop?.();
    this.pane.destroy();
  }
}

export const mount = mounter(Grid);
