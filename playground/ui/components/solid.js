// A surface to turn by hand, with paths and points on it: the pane behind `surface`, and one kind of panel in `player`.

import { Pane, place } from "./pane.js";
import { exact } from "./axes.js";
import { alpha, color } from "./theme.js";
import { marker, pathColor, paths } from "./layers.js";
import { Relief } from "./relief.js";
import { toggles } from "./legend.js";

const FINE = 64; // cells a side at rest; while it turns it is drawn coarser, so that it follows the hand
const COARSE = 32;

export class SolidPane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.frame = null;
    this.canvas.classList.add("turns");
    this.listen();
  }

  /** Takes a spec and its data. `env` = {emit, height}. */
  set(spec, source, env) {
    const text = JSON.stringify(spec);
    const fresh = text !== this.text;
    Object.assign(this, { spec, source, env, text });
    this.camera = this.memory.camera ??= { azimuth: spec.azimuth, elevation: spec.elevation, zoom: 1 };
    this.hidden = this.memory.hidden ??= {};
    if (fresh) {
      this.relief = null;
      this.describe(spec.alt, "Drag or arrow keys turn it, plus and minus zoom, 0 returns to the first view.");
    }
    this.retheme();
    this.legend.replaceChildren(...toggles(this, spec.layers, (_, name) => name));
  }

  refresh() {
    this.request();
  }

  height(width) {
    return this.env.height ?? Math.min(560, width / this.spec.aspect);
  }

  draw(context, width, tall) {
    const heights = this.source.array(this.spec.heights);
    if (!heights || heights.shape.length !== 2 || Math.min(...heights.shape) < 2) return;
    if (this.relief?.heights !== heights) {
      this.relief = new Relief(heights, this.spec);
      this.painted = "";
    }
    this.relief.look(this.camera, width, tall);
    const key = [width, tall, this.ratio, this.camera.azimuth, this.camera.elevation, this.camera.zoom, this.theme.mode, this.theme.paper, this.turning].join();
    if (this.painted !== key) this.paintBody(width, tall, key);
    context.drawImage(this.body, 0, 0, width, tall);
    this.paintMarks(context);
  }

  /** Floor and surface, kept as a picture until the camera moves. */
  paintBody(width, tall, key) {
    this.body ??= document.createElement("canvas");
    Object.assign(this.body, { width: Math.round(width * this.ratio), height: Math.round(tall * this.ratio) });
    const context = this.body.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.relief.paintFloor(context, this.theme);
    this.relief.paintQuads(context, this.theme, this.turning ? COARSE : FINE);
    this.painted = key;
    this.seen = new Map();
  }

  // Paths and points on it ------------------------------------------------------------------------------------------------------

  paintMarks(context) {
    const P = { array: (name) => this.source.array(name), frame: this.frame };
    for (const layer of this.spec.layers) {
      if (!this.source.holds(layer.when) || this.hidden[layer.label]) continue;
      if (layer.layer === "points") this.paintPoints(context, layer);
      if (layer.layer !== "lines") continue;
      for (const path of paths(layer, P)) {
        if (!this.hidden[layer.names[path.number]]) this.paintPath(context, layer, path, pathColor(layer, path.number, this.theme));
      }
    }
  }

  /** [x, y, covered] of a point on screen, or null outside the plane. */
  onScreen(point) {
    const spot = this.relief.lift(point);
    return spot ? [...this.relief.project(...spot), this.relief.covered(...spot)] : null;
  }

  /** A path on screen; kept until the camera moves. */
  screenOf(layer, path) {
    const key = `${layer.array}/${path.number}`;
    let found = this.seen.get(key);
    if (found?.of !== path.data) this.seen.set(key, (found = { of: path.data, points: [] }));
    for (let i = found.points.length; i < path.count; i++) {
      const from = path.offset + i * path.width;
      found.points.push(this.onScreen(Array.from(path.data.subarray(from, from + path.width))));
    }
    return found.points.slice(0, path.count);
  }

  paintPath(context, layer, path, css) {
    const points = this.screenOf(layer, path);
    if (path.head) points.push(this.onScreen(path.head));
    context.lineJoin = context.lineCap = "round";
    const pass = (covered, style, width) => {
      context.strokeStyle = style;
      context.lineWidth = width;
      context.beginPath();
      for (let i = 1; i < points.length; i++) {
        const [from, to] = [points[i - 1], points[i]];
        if (!from || !to || (from[2] || to[2]) !== covered) continue;
        context.moveTo(from[0], from[1]);
        context.lineTo(to[0], to[1]);
      }
      context.stroke();
    };
    pass(true, alpha(css, 0.3), layer.width);
    pass(false, alpha(this.theme.paper, 0.75), layer.width + 2.2);
    pass(false, css, layer.width);
    if (layer.head && points.at(-1)) this.stamp(context, "disc", points.at(-1), layer.width + 3, css);
  }

  stamp(context, shape, [x, y, covered], radius, css) {
    context.save();
    context.translate(x, y);
    context.globalAlpha = covered ? 0.4 : 1;
    marker(context, shape, radius, css, this.theme.paper);
    context.restore();
  }

  paintPoints(context, layer) {
    const array = this.source.array(layer.xy);
    const width = array?.shape.at(-1);
    const radius = typeof layer.radius === "number" ? layer.radius : 4;
    for (let i = 0; array && i < array.data.length; i += width) {
      const spot = this.onScreen(Array.from(array.data.subarray(i, i + width)));
      if (spot) this.stamp(context, layer.shape, spot, radius, color(layer.color ?? "ink", this.theme));
    }
  }

  // Turning and reading -----------------------------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.grip = [event.clientX, event.clientY];
      this.showTip(null);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.grip) return this.readOut(event);
      this.turn((event.clientX - this.grip[0]) * 0.45, (event.clientY - this.grip[1]) * 0.35, true);
      this.grip = [event.clientX, event.clientY];
      return undefined;
    });
    const stop = () => {
      this.grip = null;
      if (this.turning) this.turn(0, 0, false);
    };
    canvas.addEventListener("pointerup", stop);
    canvas.addEventListener("pointercancel", stop);
    canvas.addEventListener("pointerleave", () => this.showTip(null));
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey) return; // the page scrolls as usual
      event.preventDefault();
      this.zoom(event.deltaY + event.deltaX < 0 ? 1.08 : 1 / 1.08);
    }, { passive: false });
    canvas.addEventListener("dblclick", () => this.home());
    canvas.addEventListener("keydown", (event) => this.keyed(event));
  }

  turn(azimuth, elevation, moving) {
    const { camera } = this;
    camera.azimuth = (camera.azimuth + azimuth) % 360;
    camera.elevation = Math.min(89, Math.max(3, camera.elevation + elevation));
    this.turning = moving;
    this.request();
  }

  zoom(factor) {
    this.camera.zoom = Math.min(3, Math.max(0.5, this.camera.zoom * factor));
    this.request();
  }

  home() {
    Object.assign(this.camera, { azimuth: this.spec.azimuth, elevation: this.spec.elevation, zoom: 1 });
    this.request();
  }

  keyed(event) {
    const moves = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, 4], ArrowDown: [0, -4] };
    if (moves[event.key]) {
      this.turn(...moves[event.key], false);
      this.speak(`Seen from ${Math.round(this.camera.azimuth)} degrees, ${Math.round(this.camera.elevation)} degrees above.`, true);
    } else if (event.key === "+" || event.key === "=") this.zoom(1.15);
    else if (event.key === "-") this.zoom(1 / 1.15);
    else if (event.key === "0") this.home();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  readOut(event) {
    if (!this.relief) return;
    const [px, py] = place(event, this.canvas);
    const { heights, columns, rows } = this.relief;
    const found = this.relief.sampleAt(px, py);
    if (found < 0) return this.showTip(null);
    const { x, y, z_label: height, x_label: across, y_label: up } = this.spec;
    const [c, r] = [found % columns, Math.floor(found / columns)];
    this.showTip([[height || "height", exact(heights.data[found])], [across || "x", exact(x[0] + (c / (columns - 1)) * (x[1] - x[0]))],
      [up || "y", exact(y[0] + (r / (rows - 1)) * (y[1] - y[0]))]], px, py);
  }
}
