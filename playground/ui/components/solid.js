// A surface over a plane, drawn quad by quad from back to front on a 2-D canvas: the pane behind `surface`, and one kind of panel in `player`.

import { Pane, el, place } from "./base.js";
import { axis, exact } from "./axes.js";
import { alpha, table } from "./theme.js";
import { limits } from "./field.js";
import { marker, pathColor, paths } from "./layers.js";
import { swatch } from "./legend.js";

const FINE = 64; // cells a side at rest; while it turns, and beyond this, every second or third sample is drawn
const COARSE = 32;
const TALL = 0.62; // height of the box, its sides being 1

export class SolidPane extends Pane {
  constructor(host, memory, key) {
    super(host, memory, key);
    this.frame = null;
    this.canvas.classList.add("turns");
    this.keep = {};
    this.listen();
  }

  set(spec, source, env) {
    const fresh = JSON.stringify(spec) !== this.text;
    Object.assign(this, { spec, source, env, text: JSON.stringify(spec) });
    this.camera = this.memory.camera ??= { azimuth: spec.azimuth, elevation: spec.elevation, zoom: 1 };
    this.hidden = this.memory.hidden ??= {};
    this.painted = null;
    if (fresh) this.describe(spec.alt, "Drag or arrow keys turn it, plus and minus zoom, 0 returns to the first view.");
    this.retheme();
    this.buildLegend();
  }

  refresh() {
    this.request();
  }

  height(width) {
    return this.env.height ?? Math.min(560, width / this.spec.aspect);
  }

  draw(context, width, tall) {
    const heights = this.source.array(this.spec.heights);
    if (!heights) return;
    this.prepare(heights, width, tall);
    const key = [width, tall, this.ratio, this.camera.azimuth, this.camera.elevation, this.camera.zoom, this.theme.mode, this.turning].join();
    if (this.painted !== key || this.paintedOf !== heights) this.paintBody(width, tall, key, heights);
    context.drawImage(this.body, 0, 0, width, tall);
    this.paintMarks(context);
  }

  // Geometry ----------------------------------------------------------------------------------------------------------------

  /** Heights as numbers between 0 and 1, and the projection that the camera gives. */
  prepare(heights, width, tall) {
    const { spec, keep } = this;
    if (keep.of !== heights) {
      const [rows, columns] = heights.shape;
      const [low, high] = limits(heights, { low: spec.low, high: spec.high, palette: "sequential", log: false }, keep);
      const floor = low;
      const reach = high - low || 1;
      // Counted from a thousandth of the whole range, so that a valley's bottom is a place and not minus infinity.
      const shape = spec.log ? (value) => Math.log10((value - floor) / reach + 1e-3) / 3 + 1 : (value) => (value - floor) / reach;
      Object.assign(keep, { of: heights, rows, columns, low, high, shape });
      keep.level = Float32Array.from(heights.data, (value) => Math.min(1, Math.max(0, shape(value))));
      this.seen = null;
    }
    const [a, e] = [(this.camera.azimuth * Math.PI) / 180, (this.camera.elevation * Math.PI) / 180];
    const size = Math.min(width / 1.72, tall / 1.5) * this.camera.zoom;
    Object.assign(this, { sinA: Math.sin(a), cosA: Math.cos(a), sinE: Math.sin(e), cosE: Math.cos(e), size, middleX: width / 2, middleY: tall / 2 });
  }

  /** Pixel of a place in the unit box (x and y between -½ and ½, z between 0 and 1); depth grows away from the eye. */
  project(x, y, z) {
    const across = x * this.cosA + y * this.sinA;
    const deep = -x * this.sinA + y * this.cosA;
    const high = (z - 0.5) * TALL;
    const depth = deep * this.cosE - high * this.sinE;
    const near = 3.2 / (3.2 + depth); // mild perspective
    return [this.middleX + across * this.size * near, this.middleY - (high * this.cosE + deep * this.sinE) * this.size * near, depth];
  }

  /** Level of the surface at a place in the unit box. */
  levelAt(x, y) {
    const { level, rows, columns } = this.keep;
    const [c, r] = [(x + 0.5) * (columns - 1), (y + 0.5) * (rows - 1)];
    const [c0, r0] = [Math.min(columns - 2, Math.max(0, Math.floor(c))), Math.min(rows - 2, Math.max(0, Math.floor(r)))];
    const [u, v] = [c - c0, r - r0];
    const i = r0 * columns + c0;
    return (level[i] * (1 - u) + level[i + 1] * u) * (1 - v) + (level[i + columns] * (1 - u) + level[i + columns + 1] * u) * v;
  }

  // The surface itself ------------------------------------------------------------------------------------------------------------

  paintBody(width, tall, key, heights) {
    this.body ??= document.createElement("canvas");
    Object.assign(this.body, { width: Math.round(width * this.ratio), height: Math.round(tall * this.ratio) });
    const context = this.body.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.paintFloor(context);
    this.paintQuads(context, this.turning ? COARSE : FINE);
    Object.assign(this, { painted: key, paintedOf: heights });
    this.seen = null;
  }

  paintFloor(context) {
    const { spec, theme } = this;
    context.lineWidth = 1;
    context.strokeStyle = theme.grid;
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const path = (...points) => {
      context.beginPath();
      for (const point of points) context.lineTo(...this.project(...point).slice(0, 2));
      context.stroke();
    };
    // The two sides of the floor nearest to the eye carry the numbers.
    const [nearX, nearY] = [this.sinA > 0 ? 0.5 : -0.5, this.cosA > 0 ? -0.5 : 0.5];
    const share = (value, [low, high]) => (value - low) / (high - low) - 0.5;
    const label = (words, x, y, away) => {
      const [[px, py], [qx, qy]] = [this.project(x, y, 0), this.project(x * (1 + away), y * (1 + away), 0)];
      context.fillText(words, px + (qx - px), py + (qy - py) + 4);
    };
    const [xs, ys] = [axis(...spec.x, this.size * 0.8, null, false, 60), axis(...spec.y, this.size * 0.8, null, false, 60)];
    xs.values.forEach((value, i) => {
      const x = share(value, spec.x);
      path([x, -0.5, 0], [x, 0.5, 0]);
      this.floorLabel(context, xs.labels[i], [x, nearY], [0, nearY]);
    });
    ys.values.forEach((value, i) => {
      const y = share(value, spec.y);
      path([-0.5, y, 0], [0.5, y, 0]);
      this.floorLabel(context, ys.labels[i], [nearX, y], [nearX, 0]);
    });
    context.strokeStyle = theme.faint;
    path([-0.5, -0.5, 0], [0.5, -0.5, 0], [0.5, 0.5, 0], [-0.5, 0.5, 0], [-0.5, -0.5, 0]);
    for (const [x, y] of [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) if (!(x === nearX && y === nearY)) path([x, y, 0], [x, y, 1]);
    context.font = `12px ${theme.font}`;
    this.floorLabel(context, spec.x_label, [0, nearY], [0, nearY], 34);
    this.floorLabel(context, spec.y_label, [nearX, 0], [nearX, 0], 34);
  }

  /** Words beside the floor at `at`, moved outwards along `out`. */
  floorLabel(context, words, [x, y], [outX, outY], far = 16) {
    if (!words) return;
    const [px, py] = this.project(x, y, 0);
    const [ox, oy] = this.project(x + outX * 0.2, y + outY * 0.2, 0);
    const long = Math.hypot(ox - px, oy - py) || 1;
    context.fillText(words, px + ((ox - px) / long) * far, py + ((oy - py) / long) * far);
  }

  paintQuads(context, most) {
    const { rows, columns, level } = this.keep;
    const every = Math.max(1, Math.ceil((Math.max(rows, columns) - 1) / most));
    const rowsAt = stops(rows, every);
    const columnsAt = stops(columns, every);
    const screen = new Float32Array(2 * rowsAt.length * columnsAt.length);
    rowsAt.forEach((r, i) => columnsAt.forEach((c, j) => {
      const k = 2 * (i * columnsAt.length + j);
      [screen[k], screen[k + 1]] = this.project(c / (columns - 1) - 0.5, r / (rows - 1) - 0.5, level[r * columns + c]);
    }));
    // Far rows and columns first; which end is far depends on the camera.
    const order = (count, farIsHigh) => Array.from({ length: count - 1 }, (_, i) => (farIsHigh ? count - 2 - i : i));
    const [down, along] = [order(rowsAt.length, this.cosA > 0), order(columnsAt.length, this.sinA < 0)];
    const words = table(this.spec.palette, this.theme.mode, { reverse: this.spec.reverse });
    const shade = this.shades(rowsAt, columnsAt);
    const rowsFirst = Math.abs(this.cosA) >= Math.abs(this.sinA);
    const wide = columnsAt.length;
    context.lineWidth = 0.6;
    const quad = (i, j) => {
      const [a, b, c, d] = [2 * (i * wide + j), 2 * (i * wide + j + 1), 2 * ((i + 1) * wide + j + 1), 2 * ((i + 1) * wide + j)];
      context.fillStyle = context.strokeStyle = shade(i, j, words);
      context.beginPath();
      context.moveTo(screen[a], screen[a + 1]);
      context.lineTo(screen[b], screen[b + 1]);
      context.lineTo(screen[c], screen[c + 1]);
      context.lineTo(screen[d], screen[d + 1]);
      context.closePath();
      context.fill();
      context.stroke(); // closes the hairlines between neighbours
    };
    if (rowsFirst) for (const i of down) for (const j of along) quad(i, j);
    else for (const j of along) for (const i of down) quad(i, j);
  }

  /** A quad's colour: the palette by height, lighter where it faces the lamp at the upper left. */
  shades(rowsAt, columnsAt) {
    const { level, columns, rows } = this.keep;
    const dark = this.theme.mode === "dark";
    return (i, j, words) => {
      const [r0, r1, c0, c1] = [rowsAt[i], rowsAt[i + 1], columnsAt[j], columnsAt[j + 1]];
      const [a, b, c, d] = [level[r0 * columns + c0], level[r0 * columns + c1], level[r1 * columns + c1], level[r1 * columns + c0]];
      const slopeX = ((b + c - a - d) / 2 / (c1 - c0)) * (columns - 1) * TALL;
      const slopeY = ((c + d - a - b) / 2 / (r1 - r0)) * (rows - 1) * TALL;
      const facing = (0.45 * slopeX - 0.3 * slopeY + 0.84) / Math.hypot(slopeX, slopeY, 1);
      const light = (dark ? 0.72 : 0.8) + 0.28 * Math.max(-0.6, facing);
      const word = words[Math.round(Math.min(1, Math.max(0, 0.06 + 0.88 * (a + b + c + d) / 4)) * 255)];
      const tone = (value) => Math.min(255, Math.round(value * light));
      return `rgb(${tone(word & 255)},${tone((word >> 8) & 255)},${tone((word >> 16) & 255)})`;
    };
  }

  // Paths and points on it ----------------------------------------------------------------------------------------------------------

  /** Whether something of the surface stands between a place and the eye. */
  covered(x, y, z) {
    // Towards the eye: the direction in the box along which depth falls.
    const [dx, dy, dz] = [this.sinA * this.cosE, -this.cosA * this.cosE, this.sinE / TALL];
    for (let t = 0.02; t < 1.2; t += 0.02) {
      const [px, py, pz] = [x + dx * t, y + dy * t, z + dz * t];
      if (pz > 1.02 || Math.abs(px) > 0.5 || Math.abs(py) > 0.5) return false;
      if (this.levelAt(px, py) > pz + 0.012) return true;
    }
    return false;
  }

  /** A layer's place in the unit box: with two coordinates it lies on the surface. */
  lift(point) {
    const { x, y } = this.spec;
    const [px, py] = [(point[0] - x[0]) / (x[1] - x[0]) - 0.5, (point[1] - y[0]) / (y[1] - y[0]) - 0.5];
    if (!(Math.abs(px) <= 0.5 && Math.abs(py) <= 0.5)) return null;
    const z = point.length > 2 ? Math.min(1.1, Math.max(0, this.keep.shape(point[2]))) : this.levelAt(px, py);
    return Number.isFinite(z) ? [px, py, z + 0.006] : null;
  }

  paintMarks(context) {
    this.seen ??= new Map();
    const P = { array: (name) => this.source.array(name), frame: this.frame };
    for (const layer of this.spec.layers) {
      if (!this.source.holds(layer.when) || this.hidden[layer.label]) continue;
      if (layer.layer === "lines") for (const path of paths(layer, P)) {
        if (!this.hidden[layer.names[path.number]]) this.paintPath(context, layer, path, pathColor(layer, path.number, this.theme));
      }
      if (layer.layer === "points") this.paintPoints(context, layer);
    }
  }

  /** Pixels of a path and which of them are covered; kept until the camera moves. */
  screenOf(layer, path) {
    const key = `${layer.array}/${path.number}`;
    let found = this.seen.get(key);
    if (!found || found.of !== path.data) {
      found = { of: path.data, points: [] };
      this.seen.set(key, found);
    }
    for (let i = found.points.length; i < path.count; i++) {
      const at = path.offset + i * path.width;
      const spot = this.lift(Array.from(path.data.subarray(at, at + path.width)));
      found.points.push(spot ? [...this.project(...spot).slice(0, 2), this.covered(...spot)] : null);
    }
    return found.points;
  }

  paintPath(context, layer, path, css) {
    const points = this.screenOf(layer, path).slice(0, path.count);
    const end = path.head && this.lift(path.head);
    if (end) points.push([...this.project(...end).slice(0, 2), this.covered(...end)]);
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
    const last = points.at(-1);
    if (layer.head && last) this.stamp(context, "disc", last, layer.width + 3, css);
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
    if (!array) return;
    const width = array.shape.at(-1);
    const css = layer.color ? pathColor({ colors: [layer.color] }, 0, this.theme) : this.theme.ink;
    for (let i = 0; i < array.data.length; i += width) {
      const spot = this.lift(Array.from(array.data.subarray(i, i + width)));
      if (spot) this.stamp(context, layer.shape, [...this.project(...spot).slice(0, 2), this.covered(...spot)], layer.radius, css);
    }
  }

  // Turning and reading -----------------------------------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.grip = [event.clientX, event.clientY];
      this.showTip(null);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.grip) return this.readOut(event);
      this.turn((this.grip[0] - event.clientX) * -0.45, (event.clientY - this.grip[1]) * 0.35, true);
      this.grip = [event.clientX, event.clientY];
    });
    const stop = () => { this.grip = null; this.rest(); };
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

  rest() {
    if (!this.turning) return;
    this.turning = false;
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

  /** The place of the surface under the pointer: the nearest sample that is not covered. */
  readOut(event) {
    if (!this.keep.of || !this.size) return;
    const [px, py] = place(event, this.canvas);
    const { rows, columns, level, of } = this.keep;
    let [best, reach] = [-1, 12];
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
      const [x, y, z] = [c / (columns - 1) - 0.5, r / (rows - 1) - 0.5, level[r * columns + c]];
      const [qx, qy] = this.project(x, y, z);
      const far = Math.hypot(qx - px, qy - py);
      if (far < reach && !this.covered(x, y, z + 0.006)) [best, reach] = [r * columns + c, far];
    }
    if (best < 0) return this.showTip(null);
    const { x, y } = this.spec;
    const [c, r] = [best % columns, Math.floor(best / columns)];
    this.showTip([[this.spec.z_label || "height", exact(of.data[best])], [this.spec.x_label || "x", exact(x[0] + (c / (columns - 1)) * (x[1] - x[0]))],
      [this.spec.y_label || "y", exact(y[0] + (r / (rows - 1)) * (y[1] - y[0]))]], px, py);
  }

  buildLegend() {
    const chips = this.spec.layers.flatMap((layer) => {
      const names = layer.names?.length && Array.isArray(layer.names) ? layer.names : layer.label ? [layer.label] : [];
      return names.map((name, i) => {
        const node = el("button", { class: "chip", type: "button", "aria-pressed": String(!this.hidden[name]), title: "Show or hide" },
          swatch(layer.layer, layer.colors ? pathColor(layer, i, this.theme) : this.theme.ink), name);
        node.addEventListener("click", () => {
          this.hidden[name] = !this.hidden[name];
          node.setAttribute("aria-pressed", String(!this.hidden[name]));
          this.request();
        });
        return node;
      });
    });
    this.legend.replaceChildren(...chips);
  }
}

/** 0, every, 2·every … and always the last. */
function stops(count, every) {
  const found = Array.from({ length: Math.ceil((count - 1) / every) }, (_, i) => i * every);
  return [...found, count - 1];
}
