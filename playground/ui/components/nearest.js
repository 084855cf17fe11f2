// What a plane's layers say to a pointer close by.

import { exact } from "./axes.js";
import { at } from "./field.js";
import { eachArrow, painter, pathColor, paths, places } from "./layers.js";

/** What layers other than fields have close to a pixel: the nearest within reach, as tooltip rows, or null. */
export function nearest(layer, P, px, py) {
  if (layer.layer === "points") return nearestPoint(layer, P, px, py);
  if (layer.layer === "lines") return nearestVertex(layer, P, px, py);
  if (layer.layer === "arrows") return nearestArrow(layer, P, px, py);
  return null;
}

function nearestPoint(layer, P, px, py) {
  const array = P.array(layer.xy);
  if (!array) return null;
  const xy = places(at(array, layer, P.frame));
  const mask = P.array(layer.mask)?.data;
  let [best, reach] = [-1, (typeof layer.radius === "number" ? layer.radius : 6) + 5];
  for (let i = 0; 2 * i + 1 < xy.length; i++) {
    if (mask && !mask[i]) continue;
    const far = Math.hypot(P.X(xy[2 * i]) - px, P.Y(xy[2 * i + 1]) - py);
    if (far < reach) [best, reach] = [i, far];
  }
  if (best < 0) return null;
  const words = P.words(layer.names)[best] ?? (layer.label || "point");
  const values = P.array(layer.color_array);
  const now = values && at(values, { animated: layer.animated && values.shape.length > 1 }, P.frame).data;
  const shown = now && layer.value ? `${layer.value} ${exact(now[best])}` : "";
  return { far: reach, x: xy[2 * best], y: xy[2 * best + 1], rows: [[words, shown || undefined, painter(layer, P)(best)]] };
}

function nearestVertex(layer, P, px, py) {
  let found = null;
  for (const path of paths(layer, P)) {
    if (layer.names.length && P.hides(layer, layer.names[path.number])) continue;
    for (let i = 0; i < path.count; i++) {
      const [x, y] = [path.data[path.offset + i * path.width], path.data[path.offset + i * path.width + 1]];
      const far = Math.hypot(P.X(x) - px, P.Y(y) - py);
      if (far < (found?.far ?? 9)) found = { far, x, y, rows: [[layer.names[path.number] ?? (layer.label || "path"), `${P.unit} ${i}`, pathColor(layer, path.number, P.theme)]] };
    }
  }
  return found;
}

function nearestArrow(layer, P, px, py) {
  let found = null;
  eachArrow(layer, P, (i, x, y, dx, dy) => {
    const [x0, y0, x1, y1] = [P.X(x), P.Y(y), P.X(x + dx * layer.length), P.Y(y + dy * layer.length)];
    const share = Math.max(0, Math.min(1, ((px - x0) * (x1 - x0) + (py - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2 || 1)));
    const far = Math.hypot(x0 + share * (x1 - x0) - px, y0 + share * (y1 - y0) - py);
    if (far < (found?.far ?? 7)) found = { far, x, y, rows: [[layer.names[i] ?? (layer.label || "arrow"), `(${exact(dx)}, ${exact(dy)})`, pathColor(layer, i, P.theme)]] };
  });
  return found;
}
