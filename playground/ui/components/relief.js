// A surface over a unit box: its camera, and the painting of floor and quads from back to front.

import { axis } from "./axes.js";
import { table } from "./theme.js";
import { limits } from "./field.js";

const TALL = 0.62; // height of the box, its sides being 1

export class Relief {
  /** `heights` is (rows, columns); `spec` that of canvas.surface3d. */
  constructor(heights, spec) {
    const [rows, columns] = heights.shape;
    const [low, high] = limits(heights, { low: spec.low, high: spec.high, palette: "sequential", log: false }, {});
    const reach = high - low || 1;
    // Counted from a thousandth of the whole range, so that a valley's bottom is a place and not minus infinity.
    this.shape = spec.log ? (value) => Math.log10((value - low) / reach + 1e-3) / 3 + 1 : (value) => (value - low) / reach;
    Object.assign(this, { heights, spec, rows, columns });
    this.level = Float32Array.from(heights.data, (value) => Math.min(1, Math.max(0, this.shape(value))));
  }

  /** Sets the view: degrees around and above, zoom, and the size of the picture. */
  look({ azimuth, elevation, zoom }, width, tall) {
    const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    const size = Math.min(width / 1.72, tall / 1.6) * zoom;
    Object.assign(this, { sinA: Math.sin(a), cosA: Math.cos(a), sinE: Math.sin(e), cosE: Math.cos(e), size, middleX: width / 2, middleY: tall * 0.47 });
  }

  /** Pixel of a place in the unit box (x and y between -½ and ½, z between 0 and 1). */
  project(x, y, z) {
    const across = x * this.cosA + y * this.sinA;
    const deep = -x * this.sinA + y * this.cosA;
    const high = (z - 0.5) * TALL;
    const depth = deep * this.cosE - high * this.sinE;
    const near = 3.2 / (3.2 + depth); // mild perspective
    return [this.middleX + across * this.size * near, this.middleY - (high * this.cosE + deep * this.sinE) * this.size * near];
  }

  /** Level of the surface at a place in the unit box. */
  levelAt(x, y) {
    const { level, rows, columns } = this;
    const [c, r] = [(x + 0.5) * (columns - 1), (y + 0.5) * (rows - 1)];
    const [c0, r0] = [Math.min(columns - 2, Math.max(0, Math.floor(c))), Math.min(rows - 2, Math.max(0, Math.floor(r)))];
    const [u, v] = [c - c0, r - r0];
    const i = r0 * columns + c0;
    return (level[i] * (1 - u) + level[i + 1] * u) * (1 - v) + (level[i + columns] * (1 - u) + level[i + columns + 1] * u) * v;
  }

  /** Whether something of the surface stands between a place and the eye. */
  covered(x, y, z) {
    const [dx, dy, dz] = [this.sinA * this.cosE, -this.cosA * this.cosE, this.sinE / TALL]; // towards the eye
    for (let t = 0.02; t < 1.2; t += 0.02) {
      const [px, py, pz] = [x + dx * t, y + dy * t, z + dz * t];
      if (pz > 1.02 || Math.abs(px) > 0.5 || Math.abs(py) > 0.5) return false;
      if (this.levelAt(px, py) > pz + 0.012) return true;
    }
    return false;
  }

  /** The place in the unit box of a point of the plane: with two coordinates it lies on the surface; null outside. */
  lift(point) {
    const { x, y } = this.spec;
    const [px, py] = [(point[0] - x[0]) / (x[1] - x[0]) - 0.5, (point[1] - y[0]) / (y[1] - y[0]) - 0.5];
    if (!(Math.abs(px) <= 0.5 && Math.abs(py) <= 0.5)) return null;
    const z = point.length > 2 ? Math.min(1.1, Math.max(0, this.shape(point[2]))) : this.levelAt(px, py);
    return Number.isFinite(z) ? [px, py, z + 0.006] : null;
  }

  /** The sample nearest to a pixel among those that are not covered: its number, or -1. */
  sampleAt(px, py, reach = 12) {
    let best = -1;
    for (let r = 0; r < this.rows; r++) {
      for (let c = 0; c < this.columns; c++) {
        const [x, y, z] = [c / (this.columns - 1) - 0.5, r / (this.rows - 1) - 0.5, this.level[r * this.columns + c]];
        const [qx, qy] = this.project(x, y, z);
        const far = Math.hypot(qx - px, qy - py);
        if (far < reach && !this.covered(x, y, z + 0.006)) [best, reach] = [r * this.columns + c, far];
      }
    }
    return best;
  }

  // Painting ----------------------------------------------------------------------------------------------------------------

  paintFloor(context, theme) {
    const { spec } = this;
    const path = (...points) => {
      context.beginPath();
      for (const point of points) context.lineTo(...this.project(...point));
      context.stroke();
    };
    context.lineWidth = 1;
    context.strokeStyle = theme.grid;
    context.fillStyle = theme.muted;
    context.font = `11px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    // The two sides of the floor nearest to the eye carry the numbers.
    const [nearX, nearY] = [this.sinA > 0 ? 0.5 : -0.5, this.cosA > 0 ? -0.5 : 0.5];
    const share = (value, [low, high]) => (value - low) / (high - low) - 0.5;
    const [xs, ys] = [axis(...spec.x, this.size * 0.8, null, false, 60), axis(...spec.y, this.size * 0.8, null, false, 60)];
    xs.values.forEach((value, i) => {
      const x = share(value, spec.x);
      path([x, -0.5, 0], [x, 0.5, 0]);
      this.label(context, xs.labels[i], [x, nearY], [0, nearY]);
    });
    ys.values.forEach((value, i) => {
      const y = share(value, spec.y);
      path([-0.5, y, 0], [0.5, y, 0]);
      this.label(context, ys.labels[i], [nearX, y], [nearX, 0]);
    });
    context.strokeStyle = theme.faint;
    path([-0.5, -0.5, 0], [0.5, -0.5, 0], [0.5, 0.5, 0], [-0.5, 0.5, 0], [-0.5, -0.5, 0]);
    for (const [x, y] of [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) if (!(x === nearX && y === nearY)) path([x, y, 0], [x, y, 1]);
    context.font = `12px ${theme.font}`;
    this.label(context, spec.x_label, [0, nearY], [0, nearY], 34);
    this.label(context, spec.y_label, [nearX, 0], [nearX, 0], 34);
  }

  /** Words beside the floor at a place, moved outwards. */
  label(context, words, [x, y], [outX, outY], far = 16) {
    if (!words) return;
    const [px, py] = this.project(x, y, 0);
    const [ox, oy] = this.project(x + outX * 0.2, y + outY * 0.2, 0);
    const long = Math.hypot(ox - px, oy - py) || 1;
    context.fillText(words, px + ((ox - px) / long) * far, py + ((oy - py) / long) * far);
  }

  /** The surface as quads, at most `most` a side. */
  paintQuads(context, theme, most) {
    const { rows, columns, level } = this;
    const every = Math.max(1, Math.ceil((Math.max(rows, columns) - 1) / most));
    const [rowsAt, columnsAt] = [stops(rows, every), stops(columns, every)];
    const wide = columnsAt.length;
    const screen = new Float32Array(2 * rowsAt.length * wide);
    rowsAt.forEach((r, i) => columnsAt.forEach((c, j) => {
      screen.set(this.project(c / (columns - 1) - 0.5, r / (rows - 1) - 0.5, level[r * columns + c]), 2 * (i * wide + j));
    }));
    const words = table(this.spec.palette, theme.mode, { reverse: this.spec.reverse });
    context.lineWidth = 0.6;
    const quad = (i, j) => {
      const [a, b, c, d] = [2 * (i * wide + j), 2 * (i * wide + j + 1), 2 * ((i + 1) * wide + j + 1), 2 * ((i + 1) * wide + j)];
      if (Number.isNaN(screen[a + 1] + screen[b + 1] + screen[c + 1] + screen[d + 1])) return; // a hole in the surface
      context.fillStyle = context.strokeStyle = this.shade(rowsAt[i], rowsAt[i + 1], columnsAt[j], columnsAt[j + 1], words, theme.mode);
      context.beginPath();
      context.moveTo(screen[a], screen[a + 1]);
      context.lineTo(screen[b], screen[b + 1]);
      context.lineTo(screen[c], screen[c + 1]);
      context.lineTo(screen[d], screen[d + 1]);
      context.closePath();
      context.fill();
      context.stroke(); // closes the hairlines between neighbours
    };
    // Far rows and columns first; which end is far depends on the camera.
    const order = (count, farIsHigh) => Array.from({ length: count - 1 }, (_, i) => (farIsHigh ? count - 2 - i : i));
    const [down, along] = [order(rowsAt.length, this.cosA > 0), order(wide, this.sinA < 0)];
    if (Math.abs(this.cosA) >= Math.abs(this.sinA)) for (const i of down) for (const j of along) quad(i, j);
    else for (const j of along) for (const i of down) quad(i, j);
  }

  /** A quad's colour: the palette by height, lighter where it faces the lamp at the upper left. */
  shade(r0, r1, c0, c1, words, mode) {
    const { level, columns, rows } = this;
    const [a, b, c, d] = [level[r0 * columns + c0], level[r0 * columns + c1], level[r1 * columns + c1], level[r1 * columns + c0]];
    const slopeX = ((b + c - a - d) / 2 / (c1 - c0)) * (columns - 1) * TALL;
    const slopeY = ((c + d - a - b) / 2 / (r1 - r0)) * (rows - 1) * TALL;
    const facing = (0.45 * slopeX - 0.3 * slopeY + 0.84) / Math.hypot(slopeX, slopeY, 1);
    const light = (mode === "dark" ? 0.72 : 0.8) + 0.28 * Math.max(-0.6, facing);
    const word = words[Math.round((0.06 + 0.22 * (a + b + c + d)) * 255)];
    const tone = (value) => Math.min(255, Math.round(value * light));
    return `rgb(${tone(word & 255)},${tone((word >> 8) & 255)},${tone((word >> 16) & 255)})`;
  }
}

/** 0, every, 2·every … and always the last. */
function stops(count, every) {
  const found = Array.from({ length: Math.ceil((count - 1) / every) }, (_, i) => i * every);
  return [...found, count - 1];
}
