// Small pictures for legend entries.

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
