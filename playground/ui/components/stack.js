// The layer builder: a network as a list of cards, each with its settings, what it makes of its input, and what that costs.

import { el, icon, mounter } from "./base.js";

const CROSS = "M6 6l12 12M18 6L6 18";
const GRIP = "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01";
const PLUS = "M12 6v12M6 12h12";
const SIDE = 46; // of a picture of what a layer makes, in pixels

const LOOK = `
.stack { display: grid; gap: 0; --edge: var(--muted); }
.stack .head, .stack .card { display: grid; grid-template-columns: 26px 58px minmax(150px, 1fr) 104px 92px 110px 28px; align-items: center; gap: 0 10px; }
.stack .head { font-size: 11.5px; color: var(--muted); padding: 0 6px 4px; }
.stack .head span:nth-child(n+4), .stack .num { text-align: right; font-variant-numeric: tabular-nums; }
.stack .card { position: relative; border: 1px solid var(--line); border-left: 4px solid var(--edge); border-radius: 9px; padding: 5px 6px; min-height: 46px;
  background: color-mix(in srgb, var(--paper) 98%, var(--ink)); }
.stack .card.thin { min-height: 36px; padding-block: 2px; }
.stack .card.lifted { opacity: 0.45; }
.stack .card.bad { border-color: #d6336c; background: color-mix(in srgb, #d6336c 7%, var(--paper)); }
.stack .card.after { opacity: 0.5; }
.stack .card.fixed { background: none; border-style: dashed; border-left-style: solid; }
.stack .name { display: flex; flex-wrap: wrap; align-items: center; gap: 3px 10px; min-width: 0; }
.stack .name b { font-weight: 600; font-size: 13.5px; white-space: nowrap; }
.stack .name label { display: inline-flex; align-items: center; gap: 5px; color: var(--muted); font-size: 12px; white-space: nowrap; }
.stack input, .stack select { width: 66px; min-height: 28px; height: 28px; font: inherit; font-size: 13px; font-variant-numeric: tabular-nums; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: 6px; padding: 2px 6px; }
.stack select { width: 78px; }
.stack input:hover, .stack select:hover { border-color: color-mix(in srgb, var(--accent) 65%, transparent); }
.stack .num { font-size: 12.5px; color: var(--ink); line-height: 1.25; }
.stack .num small { display: block; color: var(--muted); font-size: 11px; }
.stack .cost { display: grid; gap: 3px; justify-items: end; font-size: 12px; font-variant-numeric: tabular-nums; }
.stack .cost i { display: block; height: 5px; border-radius: 3px; background: var(--edge); min-width: 1px; }
.stack .why { grid-column: 3 / -1; color: #d6336c; font-size: 12.5px; padding: 2px 0 3px; display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; }
.stack .grip, .stack .away { display: grid; place-items: center; width: 26px; height: 30px; padding: 0; color: var(--muted); }
.stack .grip { cursor: grab; touch-action: none; } .stack .grip:active { cursor: grabbing; }
.stack .grip svg, .stack .away svg, .stack .add svg { width: 17px; height: 17px; stroke: currentColor; fill: none; stroke-width: 2; stroke-linecap: round; }
.stack .grip svg { stroke-width: 3; }
.stack .grip:hover, .stack .away:hover { color: var(--ink); background: var(--soft); }
.stack .gap { position: relative; height: 13px; display: grid; place-items: center; }
.stack .gap::before { content: ""; position: absolute; left: 50%; top: 0; bottom: 0; width: 1.5px; background: var(--line); }
.stack .gap.here::after { content: ""; position: absolute; left: 0; right: 0; top: 5px; height: 3px; border-radius: 2px; background: var(--accent); }
.stack .add { position: relative; z-index: 1; width: 20px; height: 20px; padding: 0; display: grid; place-items: center; border-radius: 50%; color: var(--muted); background: var(--paper);
  border: 1px solid var(--line); opacity: 0.75; margin-block: -4px; }
.stack .add svg { width: 12px; height: 12px; stroke-width: 2.6; }
.stack .add:hover, .stack .add:focus-visible, .stack .add[aria-expanded="true"] { opacity: 1; color: #fff; background: var(--accent); border-color: var(--accent); }
.stack .menu { position: absolute; z-index: 9; top: 20px; left: 50%; transform: translateX(-50%); width: min(430px, 92cqw); padding: 10px 12px; border-radius: 11px; background: var(--paper);
  border: 1px solid var(--line); box-shadow: 0 10px 32px rgb(0 0 0 / 0.22); display: grid; gap: 7px; text-align: left; }
.stack .menu p { margin: 0; font-size: 11.5px; color: var(--muted); }
.stack .menu div { display: flex; flex-wrap: wrap; gap: 5px; }
.stack .menu button { padding: 4px 10px; border: 1px solid var(--line); font-size: 12.5px; border-left: 3px solid var(--edge); }
.stack .menu button:hover, .stack .menu button:focus-visible { border-color: var(--edge); background: var(--soft); }
.stack .menu .note { min-height: 2.6em; color: var(--ink); }
.stack svg.shape { width: ${SIDE + 12}px; height: ${SIDE}px; overflow: visible; justify-self: center; }
.stack .thin svg.shape { height: 32px; }
@container (max-width: 640px) {
  .stack .head { display: none; }
  .stack .card { grid-template-columns: 24px 1fr auto 26px; }
  .stack .card svg.shape, .stack .card .learnt, .stack .card .cost { display: none; }
  .stack .name b { white-space: normal; }
}
`;
const ANSWER = 2000; // ms that an answer to a change may take
const EDGE = { Layers: "#0877bd", Shape: "#1b9e77", Helpers: "#8d5fd3", Activations: "#f59322", "Whole networks": "#d6336c", hidden: "#7a828c" };

class Stack {
  static reads = "views";

  constructor(root) {
    this.style = el("style");
    this.style.textContent = LOOK;
    this.list = el("div", { class: "stack", role: "list", "aria-label": "Layers of the network" });
    root.append(this.style, this.list);
    this.outside = (event) => this.menu && !event.composedPath().includes(this.menu) && this.close();
    document.addEventListener("pointerdown", this.outside, true);
  }

  set(mount, _source, emit) {
    this.spec = mount.spec;
    this.emit = emit;
    const shown = JSON.stringify(this.spec);
    if (shown === this.shown) return;
    this.shown = shown;
    this.draw();
  }

  draw() {
    const { layers, input, output, at } = this.spec;
    this.most = Math.max(1, ...layers.map((each) => each.flops ?? 0), output.flops ?? 0);
    this.close();
    const typing = this.list.getRootNode().activeElement;
    const { place, given } = typing?.dataset ?? {};
    const written = typing?.value; // the element goes as soon as the rows are replaced
    const titles = ["", "", "layer", "makes", "learns", "FLOPs", ""].map((words) => el("span", {}, words));
    const rows = [el("div", { class: "head", "aria-hidden": "true" }, ...titles), this.fixed(input, "Input"), this.gap(0)];
    layers.forEach((layer, i) => rows.push(this.card(layer, i, at), this.gap(i + 1)));
    if (output.title) rows.push(this.fixed(output, output.title, at === layers.length + 1, at > 0 && at <= layers.length));
    this.redrawing = true;
    this.list.replaceChildren(...rows);
    this.redrawing = false;
    const again = place && this.list.querySelector(`[data-place="${place}"]`);
    if (!again) return;
    again.focus({ preventScroll: true }); // typing goes on where it was
    if (given !== undefined && written !== given) again.value = written;
    else again.select?.();
  }

  card(layer, i, at) {
    const thin = layer.group === "Activations" || !layer.numbers.length;
    const state = at === i + 1 ? " bad" : at > 0 && at <= i ? " after" : "";
    const node = el("div", { class: `card${thin ? " thin" : ""}${state}`, role: "listitem" });
    node.style.setProperty("--edge", EDGE[layer.group]);
    const grip = el("button", { class: "grip", type: "button", title: "Drag to move, or use the arrow keys", "aria-label": `Move layer ${i + 1}, ${layer.title}`, "data-place": `grip${i}` }, icon(GRIP));
    grip.addEventListener("pointerdown", (event) => this.lift(event, i, node));
    grip.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by && layers(this).length > i + by && i + by >= 0) {
        event.preventDefault();
        event.stopPropagation();
        grip.dataset.place = `grip${i + by}`;
        this.move(i, by > 0 ? i + 2 : i - 1);
      }
    });
    const name = el("div", { class: "name" }, el("b", { title: layer.note }, layer.name), ...layer.numbers.map((each) => this.field(layer, i, each)));
    const away = el("button", { class: "away", type: "button", "aria-label": `Remove layer ${i + 1}, ${layer.title}`, title: "Remove", onclick: () => this.change((all) => all.splice(i, 1)) }, icon(CROSS));
    node.append(grip, shape(layer.after, this.spec.input.after, EDGE[layer.group]), name, ...this.costs(layer), away);
    if (state === " bad") node.append(this.why(i));
    return node;
  }

  /** What is wrong with layer `i`, and the one layer before it that would mend it, if there is one. */
  why(i) {
    const { problem, fix } = this.spec;
    const mend = fix && el("button", { class: "small", type: "button", onclick: () => this.change((all) => all.splice(i, 0, { kind: fix, given: {} })) }, `Put ${fix} here`);
    return el("div", { class: "why", role: "alert" }, problem, mend);
  }

  fixed(layer, words, bad = false, after = false) {
    const node = el("div", { class: `card fixed thin${bad ? " bad" : ""}${after ? " after" : ""}`, role: "listitem" });
    node.style.setProperty("--edge", EDGE.hidden);
    node.append(el("span"), shape(layer.after, this.spec.input.after, EDGE.hidden), el("div", { class: "name" }, el("b", {}, words), el("label", {}, layer.words ?? "")), ...this.costs(layer), el("span"));
    if (bad) node.append(this.why(this.spec.layers.length));
    return node;
  }

  costs(layer) {
    const bar = el("i");
    bar.style.width = `${Math.max(1, (100 * (layer.flops ?? 0)) / this.most)}%`;
    bar.hidden = !layer.flops;
    return [
      el("div", { class: "num" }, layer.shape ?? "", layer.sees ? el("small", { title: "Side of the square of the input that one value can see" }, layer.sees) : null),
      el("div", { class: "num learnt", title: "Numbers this layer learns" }, layer.parameters ? layer.parameters.toLocaleString("en-US") : layer.parameters === 0 ? "–" : ""),
      el("div", { class: "cost", title: `For one example: ${layer.kept ?? "0"} kept for the gradient` }, layer.flops ? short(layer.flops) : "", bar),
    ];
  }

  field(layer, i, number) {
    const place = `${i}/${number.name}`;
    const value = layer.given[number.name];
    const node = number.options.length
      ? el("select", { "data-place": place, "aria-label": `${number.words} of layer ${i + 1}` }, ...number.options.map((each) => el("option", { value: each, selected: each === value }, each)))
      : el("input", { type: number.text ? "text" : "number", value: value ?? "", min: number.low, max: number.high, step: number.step, "data-place": place, "aria-label": `${number.words} of layer ${i + 1}` });
    if (number.text) node.style.width = "170px";
    if (number.options.some((each) => each.length > 8)) node.style.width = "112px";
    node.dataset.given = node.value;
    const taken = () => {
      if (this.redrawing || node.value === node.dataset.given) return;
      const given = number.options.length || number.text ? node.value : Number(node.value);
      if (!number.text && !number.options.length && (!node.value || Number.isNaN(given))) return (node.value = value ?? "");
      node.dataset.given = node.value;
      this.change((all) => (all[i].given[number.name] = number.text || number.options.length ? given : Math.min(number.high, Math.max(number.low, given))));
    };
    for (const event of ["change", "blur"]) node.addEventListener(event, taken);
    node.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") taken();
    });
    return el("label", {}, number.short, node);
  }

  gap(i) {
    const add = el("button", { class: "add", type: "button", "aria-label": `Add a layer at place ${i + 1}`, title: "Add a layer here", "aria-expanded": "false" }, icon(PLUS));
    const node = el("div", { class: "gap", "data-gap": i }, add);
    add.addEventListener("click", () => this.open(node, add, i));
    return node;
  }

  open(node, add, i) {
    if (this.menu) return this.close();
    const note = el("p", { class: "note" }, "Choose what to put here.");
    const groups = [...new Set(this.spec.kinds.map((each) => each.group))];
    this.menu = el("div", { class: "menu", role: "menu" }, ...groups.map((group) => el("div", {}, ...this.spec.kinds.filter((each) => each.group === group).map((kind) => {
      const choice = el("button", { type: "button", role: "menuitem", onclick: () => this.change((all) => all.splice(i, 0, { kind: kind.key, given: { ...kind.given } })) }, kind.title);
      choice.style.setProperty("--edge", EDGE[group]);
      for (const event of ["pointerenter", "focus"]) choice.addEventListener(event, () => (note.textContent = kind.note));
      return choice;
    }))), note);
    this.menu.addEventListener("keydown", (event) => event.key === "Escape" && (this.close(), add.focus()));
    add.setAttribute("aria-expanded", "true");
    node.append(this.menu);
    node.style.zIndex = 10;
    this.menu.querySelector("button").focus({ preventScroll: true });
  }

  close() {
    if (!this.menu) return;
    this.menu.parentElement.style.zIndex = "";
    this.menu.parentElement.querySelector(".add").setAttribute("aria-expanded", "false");
    this.menu.remove();
    this.menu = null;
  }

  lift(event, i, node) {
    event.preventDefault();
    const grip = event.currentTarget;
    grip.setPointerCapture(event.pointerId);
    node.classList.add("lifted");
    const gaps = [...this.list.querySelectorAll(".gap")];
    let goal = null;
    const follow = (now) => {
      const away = (gap) => Math.abs(gap.getBoundingClientRect().top + 6 - now.clientY);
      const nearest = gaps.reduce((best, gap) => (away(gap) < away(best) ? gap : best));
      for (const gap of gaps) gap.classList.toggle("here", gap === nearest);
      goal = Number(nearest.dataset.gap);
    };
    const drop = (done) => {
      for (const gap of gaps) gap.classList.remove("here");
      node.classList.remove("lifted");
      for (const [name, listener] of [["pointermove", follow], ["pointerup", drop], ["pointercancel", drop]]) grip.removeEventListener(name, listener);
      if (done.type === "pointerup" && goal !== null) this.move(i, goal);
    };
    for (const [name, listener] of [["pointermove", follow], ["pointerup", drop], ["pointercancel", drop]]) grip.addEventListener(name, listener);
  }

  /** Takes layer `i` to the gap `goal`, gaps being counted with the layer still in its place. */
  move(i, goal) {
    if (goal === i || goal === i + 1) return;
    this.change((all) => {
      const [layer] = all.splice(i, 1);
      all.splice(goal > i ? goal - 1 : goal, 0, layer);
    });
  }

  change(how) {
    const all = layers(this);
    how(all);
    this.told = { all, at: performance.now() };
    this.emit("stack", { layers: all });
  }

  changed() {}

  destroy() {
    document.removeEventListener("pointerdown", this.outside, true);
    this.style.remove();
    this.list.remove();
  }
}

/** The stack as last changed here while the answer to that is still under way, so that quick changes do not undo each other. */
const layers = ({ spec, told }) => (told && performance.now() - told.at < ANSWER ? told.all : spec.layers).map(({ kind, given }) => ({ kind, given: { ...given } }));

const short = (count) => (count >= 1e9 ? `${(count / 1e9).toFixed(1)} G` : count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : count >= 1e3 ? `${(count / 1e3).toFixed(1)} k` : `${count}`);

/** A picture of a shape: sheets for images, as large as they are beside the input's, a bar for a list of numbers. */
function shape(sizes, input, css) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "shape");
  svg.setAttribute("viewBox", `0 0 ${SIDE + 12} ${SIDE}`);
  svg.setAttribute("aria-hidden", "true");
  const box = (x, y, width, height, opacity) => {
    const rect = document.createElementNS(space, "rect");
    for (const [name, value] of Object.entries({ x, y, width, height, rx: 1.5, fill: css, "fill-opacity": opacity, stroke: css, "stroke-width": 1 })) rect.setAttribute(name, value);
    svg.append(rect);
  };
  if (!sizes) return svg;
  if (sizes.length === 1) {
    const long = Math.min(SIDE + 8, 5 + 7.2 * Math.log2(1 + sizes[0]) * 0.62);
    box((SIDE + 12 - long) / 2, SIDE / 2 - 3.5, long, 7, 0.35);
    return svg;
  }
  const [channels, height, width] = sizes;
  const most = Math.max(input.length === 3 ? Math.max(input[1], input[2]) : height, height, width);
  const sheets = Math.min(7, 1 + Math.round(Math.log2(channels)));
  const scale = (SIDE - 15) / most;
  const [w, h] = [Math.max(3, width * scale), Math.max(3, height * scale)];
  const shift = 2.3;
  const [left, top] = [(SIDE + 12 - w - shift * (sheets - 1)) / 2, (SIDE - h - shift * (sheets - 1)) / 2];
  for (let k = sheets - 1; k >= 0; k--) box(left + k * shift, top + (sheets - 1 - k) * shift, w, h, 0.22);
  return svg;
}

export const mount = mounter(Stack);
