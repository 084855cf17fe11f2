// Handles that can be dragged over a pane. They are elements of their own, so that Tab reaches and the arrow keys move them.

import { el } from "./base.js";
import { place } from "./pane.js";
import { exact } from "./axes.js";
import { color } from "./theme.js";

const DRAG_MS = 25; // what listens hears of at most forty places a second, and of the last one

export class Handles {
  /** `pane` has box, canvas, source, theme, env.emit, spec and, once drawn, P with scales and the ranges x and y. */
  constructor(pane) {
    this.pane = pane;
    this.all = [];
  }

  /** Makes and updates handles for the draggable layers among these. A handle stays where it was dropped until its place changes. */
  place(layers) {
    const wanted = layers.filter((each) => each.layer === "draggable" && this.pane.source.holds(each.when)).flatMap((layer) => this.spots(layer));
    while (this.all.length > wanted.length) this.all.pop().node.remove();
    wanted.forEach((each, i) => {
      const handle = (this.all[i] ??= this.make());
      const moved = handle.name !== each.name || String(handle.given) !== String(each.spot);
      if (moved && !handle.held) handle.spot = [...each.spot];
      Object.assign(handle, { layer: each.layer, name: each.name, given: each.spot });
      const size = `${2 * each.layer.radius}px`;
      Object.assign(handle.disc.style, { width: size, height: size, background: color(each.layer.color ?? "accent", this.pane.theme) });
      handle.words.textContent = each.layer.words === each.layer.name ? "" : each.layer.words;
    });
  }

  spots(layer) {
    if (layer.at) return [{ layer, spot: layer.at, name: layer.name }];
    const array = this.pane.source.array(layer.xy);
    if (!array) return [];
    const many = array.shape.length > 1;
    return Array.from({ length: array.data.length / 2 }, (_, i) => ({ layer, spot: [array.data[2 * i], array.data[2 * i + 1]], name: many ? `${layer.name}/${i}` : layer.name }));
  }

  make() {
    const [disc, words] = [el("i"), el("span")];
    const node = el("button", { class: "handle", type: "button" }, disc, words);
    const handle = { node, disc, words, held: false, told: 0 };
    node.addEventListener("pointerdown", (event) => {
      handle.held = true;
      node.setPointerCapture(event.pointerId);
      event.stopPropagation();
    });
    node.addEventListener("pointermove", (event) => {
      if (!handle.held) return;
      const [px, py] = place(event, this.pane.canvas);
      const { x, y } = this.pane.P.scales;
      this.drag(handle, x.invert(px), y.invert(py), false);
    });
    const drop = () => {
      if (!handle.held) return;
      handle.held = false;
      this.drag(handle, ...handle.spot, true);
      this.pane.showTip(null);
    };
    node.addEventListener("pointerup", drop);
    node.addEventListener("pointercancel", drop);
    node.addEventListener("blur", () => this.pane.showTip(null));
    node.addEventListener("keydown", (event) => this.nudge(handle, event));
    this.pane.box.append(node);
    return handle;
  }

  nudge(handle, event) {
    const share = event.shiftKey ? 0.05 : 0.01;
    const move = { ArrowLeft: [-share, 0], ArrowRight: [share, 0], ArrowUp: [0, share], ArrowDown: [0, -share] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = this.pane.P.scales; // in pixels, so that a step is as long on a logarithmic axis
    const [px, py] = [x.at(handle.spot[0]) + move[0] * (x.to - x.from), y.at(handle.spot[1]) + move[1] * (y.to - y.from)];
    this.drag(handle, x.invert(px), y.invert(py), true);
  }

  drag(handle, x, y, done) {
    const { pane } = this;
    const { along, words } = handle.layer;
    const keep = (value, [low, high]) => Math.min(high, Math.max(low, value));
    handle.spot = [along === "y" ? handle.given[0] : keep(x, pane.P.x), along === "x" ? handle.given[1] : keep(y, pane.P.y)];
    pane.request();
    const rows = [[words]];
    if (along !== "y") rows.push([pane.spec.x_label || "x", exact(handle.spot[0])]);
    if (along !== "x") rows.push([pane.spec.y_label || "y", exact(handle.spot[1])]);
    pane.showTip(rows, pane.P.X(handle.spot[0]), pane.P.Y(handle.spot[1]), true);
    clearTimeout(handle.later);
    const tell = () => {
      handle.told = performance.now();
      pane.env.emit("drag", { name: handle.name, x: handle.spot[0], y: handle.spot[1], done });
    };
    const wait = DRAG_MS - (performance.now() - handle.told);
    if (done || wait <= 0) tell();
    else handle.later = setTimeout(tell, wait);
  }

  /** Puts the handles where they stand on the pane as it is drawn now. */
  move() {
    const { P, spec } = this.pane;
    for (const { node, spot, layer } of this.all) {
      const [x, y] = [Math.min(P.x[1], Math.max(P.x[0], spot[0])), Math.min(P.y[1], Math.max(P.y[0], spot[1]))];
      node.style.transform = `translate(${P.X(x)}px, ${P.Y(y)}px)`;
      node.setAttribute("aria-label", `${layer.words}: ${spec.x_label || "x"} ${exact(spot[0], 3)}, ${spec.y_label || "y"} ${exact(spot[1], 3)}. Arrow keys move it.`);
    }
  }
}
