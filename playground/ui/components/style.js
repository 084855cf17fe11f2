// The look of everything around the canvases. Colours come from the page's theme.

export const STYLE = `
:host, .part { display: block; }
.part { position: relative; container-type: inline-size; font-family: var(--st-font, system-ui, sans-serif); color: var(--st-text-color, #31333f); font-size: 13px; line-height: 1.4;
  --ink: var(--st-text-color, #31333f); --paper: var(--st-background-color, #fff); --accent: var(--st-primary-color, #0877bd);
  --muted: color-mix(in srgb, var(--ink) 64%, var(--paper)); --line: color-mix(in srgb, var(--ink) 16%, transparent);
  --soft: color-mix(in srgb, var(--ink) 6%, transparent); }
.part * { box-sizing: border-box; }
.part [hidden] { display: none !important; }
.pane { width: 100%; min-width: 0; }
.box { position: relative; width: fit-content; margin: 0 auto; }
canvas { display: block; touch-action: pan-y; outline: none; border-radius: 8px; -webkit-tap-highlight-color: transparent; }
canvas:focus-visible { box-shadow: 0 0 0 2px color-mix(in srgb, var(--accent) 70%, transparent); }
canvas.hands { cursor: crosshair; }
canvas.turns { cursor: grab; }
canvas.turns:active { cursor: grabbing; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.words { margin: 6px 0; padding: 7px 12px; border-radius: 8px; font-size: 13px; background: color-mix(in srgb, #f59322 14%, var(--paper));
  border: 1px solid color-mix(in srgb, #f59322 45%, transparent); }
.words.calm { background: var(--soft); border-color: var(--line); }
.tip { position: absolute; left: 0; top: 0; z-index: 5; pointer-events: none; max-width: 260px; padding: 6px 10px; border-radius: 8px; font-size: 12px;
  background: color-mix(in srgb, var(--paper) 94%, var(--ink)); border: 1px solid var(--line); box-shadow: 0 4px 14px rgb(0 0 0 / 0.13);
  font-variant-numeric: tabular-nums; }
.tip div { display: flex; align-items: center; gap: 6px; white-space: nowrap; }
.tip i { flex: none; width: 9px; height: 9px; border-radius: 50%; }
.tip span { color: var(--muted); overflow: hidden; text-overflow: ellipsis; }
.tip b { margin-left: auto; padding-left: 8px; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 2px 6px; margin-top: 4px; min-height: 0; }
.legend:empty { margin: 0; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; border-radius: 7px; }
button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.chip { white-space: nowrap; display: inline-flex; align-items: center; gap: 6px; padding: 3px 8px; font-size: 12px; color: var(--muted); min-height: 26px; }
.chip:hover { background: var(--soft); color: var(--ink); }
.chip[aria-pressed="false"] { opacity: 0.45; text-decoration: line-through; }
.chip svg, .scale svg { width: 16px; height: 12px; overflow: visible; }
.chip b { font-weight: 600; color: var(--ink); font-variant-numeric: tabular-nums; min-width: 3.4em; text-align: left; }
.scale { white-space: nowrap; display: inline-flex; align-items: center; gap: 7px; padding: 3px 8px; font-size: 11.5px; color: var(--muted); font-variant-numeric: tabular-nums; }
.scale i { width: 110px; height: 8px; border-radius: 4px; box-shadow: inset 0 0 0 1px var(--line); }
.top { display: flex; align-items: flex-start; justify-content: space-between; gap: 2px 8px; min-height: 26px; }
.small { display: inline-flex; align-items: center; gap: 5px; padding: 3px 9px; min-height: 26px; font-size: 12px; color: var(--muted); border: 1px solid var(--line); }
.small:hover:not(:disabled) { color: var(--ink); border-color: color-mix(in srgb, var(--ink) 35%, transparent); }
.small[aria-pressed="true"] { color: var(--ink); background: var(--soft); }
.small:disabled, .button:disabled { opacity: 0.4; cursor: default; }
.handle { position: absolute; left: 0; top: 0; width: 30px; height: 30px; margin: -15px 0 0 -15px; padding: 0; border-radius: 50%; cursor: grab; touch-action: none; display: grid; place-items: center; }
.handle:active { cursor: grabbing; }
.handle i { display: block; border-radius: 50%; border: 2.5px solid var(--paper); box-shadow: 0 1px 5px rgb(0 0 0 / 0.35); }
.handle:hover i { transform: scale(1.15); }
.handle span { position: absolute; left: 50%; bottom: 27px; transform: translateX(-50%); font-size: 11px; font-weight: 600; white-space: nowrap; pointer-events: none;
  text-shadow: 0 0 3px var(--paper), 0 0 3px var(--paper), 0 0 2px var(--paper); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.button { display: inline-flex; align-items: center; gap: 7px; padding: 6px 12px; min-height: 36px; font-size: 14px; border: 1px solid var(--line);
  background: color-mix(in srgb, var(--paper) 97%, var(--ink)); white-space: nowrap; }
.button:hover:not(:disabled) { border-color: color-mix(in srgb, var(--accent) 65%, transparent); color: var(--accent); }
.button svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.button.main { background: var(--accent); border-color: transparent; color: #fff; font-weight: 600; min-width: 96px; justify-content: center; }
.button.main svg { fill: currentColor; }
.button.main:hover:not(:disabled) { color: #fff; filter: brightness(1.07); }
.button.icon { padding: 6px 9px; }
select { font: inherit; font-size: 13px; color: inherit; border: 1px solid var(--line); border-radius: 7px; min-height: 36px; padding: 4px 30px 4px 11px; appearance: none; cursor: pointer;
  background: linear-gradient(45deg, transparent 50%, var(--muted) 50%) right 15px top 15px / 5px 5px no-repeat,
    linear-gradient(-45deg, transparent 50%, var(--muted) 50%) right 10px top 15px / 5px 5px no-repeat, color-mix(in srgb, var(--paper) 97%, var(--ink)); }
select option { background: var(--paper); color: var(--ink); }
select:hover { border-color: color-mix(in srgb, var(--accent) 65%, transparent); }
input[type=range] { flex: 1 1 120px; min-width: 90px; height: 24px; margin: 0; appearance: none; background: none; cursor: pointer; }
input[type=range]:disabled { opacity: 0.45; cursor: default; }
input[type=range]::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: linear-gradient(90deg, var(--accent) var(--share, 0%), var(--line) var(--share, 0%)); }
input[type=range]::-moz-range-track { height: 4px; border-radius: 2px; background: var(--line); }
input[type=range]::-moz-range-progress { height: 4px; border-radius: 2px; background: var(--accent); }
input[type=range]::-webkit-slider-thumb { appearance: none; width: 14px; height: 14px; margin-top: -5px; border-radius: 50%; background: var(--accent); border: 2px solid var(--paper);
  box-shadow: 0 0 0 1px var(--line); }
input[type=range]::-moz-range-thumb { width: 11px; height: 11px; border-radius: 50%; background: var(--accent); border: 2px solid var(--paper); }
.line { display: flex; align-items: center; gap: 10px; margin-top: 8px; color: var(--muted); font-variant-numeric: tabular-nums; flex-wrap: wrap; }
.line .grow { flex: 1 1 220px; display: flex; align-items: center; gap: 8px; }
.count { color: var(--ink); font-weight: 600; }
.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; background: var(--muted); margin-right: 6px; }
.dot.on { background: #1b9e77; animation: breathe 1.6s ease-in-out infinite; }
.dot.wait { background: #f59322; } .dot.bad { background: #d6336c; } .dot.past { background: #8d5fd3; }
@keyframes breathe { 50% { opacity: 0.35; } }
@media (prefers-reduced-motion: reduce) { .dot.on { animation: none; } }
.scroll canvas:focus-visible { box-shadow: none; outline: 2px solid color-mix(in srgb, var(--accent) 70%, transparent); outline-offset: -2px; }
.scroll { overflow-x: auto; overflow-y: hidden; scrollbar-width: thin; }
.panels { display: grid; gap: 16px; align-items: start; }
.caption { min-height: 1.5em; margin: 6px 0 2px; color: var(--muted); text-align: center; }
.editor { position: absolute; left: 0; top: 0; z-index: 6; padding: 9px 11px; border-radius: 10px; width: 190px; background: var(--paper); border: 1px solid var(--line);
  box-shadow: 0 8px 26px rgb(0 0 0 / 0.22); font-size: 12px; }
.editor label { display: block; color: var(--muted); margin-bottom: 4px; }
.editor input { width: 100%; font: inherit; font-size: 14px; font-variant-numeric: tabular-nums; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; }
.editor .row { display: flex; gap: 6px; margin-top: 7px; }
.editor p { margin: 5px 0 0; color: #d6336c; }
.muted { color: var(--muted); font-size: 12px; padding: 0 4px; }
.around { position: absolute; display: flex; align-items: center; justify-content: center; gap: 3px; transform: translateX(-50%); white-space: nowrap; }
.round { width: 22px; height: 22px; padding: 0; border: 1px solid var(--line); border-radius: 50%; line-height: 1; font-size: 14px; color: var(--muted); display: grid; place-items: center; background: var(--paper); }
.round:hover:not(:disabled) { color: var(--accent); border-color: var(--accent); }
.round:disabled { opacity: 0.35; cursor: default; }
.takes { display: grid; gap: 6px; }
.takes.row { display: flex; flex-wrap: wrap; }
.take { display: flex; align-items: center; gap: 10px; padding: 6px 12px 6px 10px; min-height: 36px; font-size: 14px; text-align: left; border: 1px solid var(--line); }
.take:hover:not(:disabled) { border-color: color-mix(in srgb, var(--accent) 65%, transparent); color: var(--accent); }
.take:disabled { opacity: 0.6; cursor: progress; }
.symbol { font-family: "Material Symbols Rounded"; font-size: 18px; line-height: 1; width: 18px; overflow: hidden; white-space: nowrap; font-feature-settings: "liga"; }
@container (max-width: 480px) {
  .button { padding: 5px 9px; font-size: 12.5px; gap: 5px; min-height: 34px; }
  .button svg { width: 16px; height: 16px; }
  .button.main { min-width: 82px; }
  select { padding-left: 9px; font-size: 12.5px; padding-right: 26px; min-height: 34px; }
}
`;
