// Legend entries: small pictures, and buttons that hide what they name.

import { el } from "./base.js";
import { color } from "./theme.js";
import { pathColor } from "./layers.js";

/** A little picture of a layer for its legend entry. */
export function swatch(kind, css, dash = false) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 12");
  svg.setAttribute("aria-hidden", "true");
  const shapes = {
    disc: ["circle", { cx: 8, cy: 6, r: 4.5, fill: css }], points: ["circle", { cx: 8, cy: 6, r: 4.5, fill: css }],
    ring: ["circle", { cx: 8, cy: 6, r: 4, fill: "none", stroke: css, "stroke-width": 2 }],
    cross: ["path", { d: "M4 2l8 8M12 2l-8 8", stroke: css, "stroke-width": 2, "stroke-linecap": "round" }],
    square: ["rect", { x: 4, y: 2, width: 8, height: 8, rx: 1.5, fill: css }], band: ["rect", { x: 1, y: 1, width: 14, height: 10, rx: 2, fill: css, opacity: 0.3 }],
    field: ["rect", { x: 1, y: 1, width: 14, height: 10, rx: 2, fill: css, opacity: 0.6 }],
    bars: ["path", { d: "M4 11V6M8 11V2M12 11V4", stroke: css, "stroke-width": 3 }],
  };
  const [tag, attributes] = shapes[kind] ?? ["path", { d: "M1 6h14", stroke: css, "stroke-width": 2.5, "stroke-linecap": "round", "stroke-dasharray": dash ? "3.5 3.5" : "none" }];
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  svg.append(node);
  return svg;
}

/** Legend entries of layers, each a button that hides or shows. `pane` has theme, hidden and request; `keyOf` names what is hidden. */
export function toggles(pane, layers, keyOf) {
  const found = new Map();
  for (const layer of layers) {
    const many = layer.layer === "lines" || layer.layer === "arrows" ? layer.names : [];
    many.forEach((name, i) => found.set(keyOf(layer, name), toggle(pane, layer, name, keyOf(layer, name), pathColor(layer, i, pane.theme))));
    if (layer.label) found.set(keyOf(layer, layer.label), toggle(pane, layer, layer.label, keyOf(layer, layer.label), layerColor(layer, pane.theme)));
  }
  return [...found.values()];
}

function toggle(pane, layer, name, key, css) {
  const picture = swatch(layer.layer === "points" ? layer.shape : layer.layer, css, layer.dash);
  const node = el("button", { class: "chip", type: "button", "aria-pressed": String(!pane.hidden[key]), title: "Show or hide" }, picture, name);
  node.addEventListener("click", () => {
    pane.hidden[key] = !pane.hidden[key];
    node.setAttribute("aria-pressed", String(!pane.hidden[key]));
    pane.request();
  });
  return node;
}

function layerColor(layer, theme) {
  if (layer.color) return color(layer.color, theme);
  return layer.layer === "lines" || layer.colors?.length ? pathColor(layer, 0, theme) : theme.muted;
}
