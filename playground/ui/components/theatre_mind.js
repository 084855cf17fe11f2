// Beside a film: what the agent sees, how it judges its actions, and what it expects to come.

import { Pane } from "./pane.js";
import { fixed, short } from "./numerals.js";
import { alpha, category } from "./theme.js";

const ROW = 21;
const [NAME, NUMBER] = [112, 74]; // pixels for words and figures

function text(context, words, x, y, css, theme, align = "left", weight = 400) {
  context.font = `${weight} 12px ${theme.font}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillStyle = css;
  context.fillText(words, x, y);
}

function fitted(context, words, room) {
  if (context.measureText(words).width <= room) return words;
  let cut = words;
  while (cut.length > 2 && context.measureText(`${cut}…`).width > room) cut = cut.slice(0, -1);
  return `${cut}…`;
}

/** Bars of the actions on top, gauges of the observation below. */
export class MindPane extends Pane {
  height() {
    const { spec } = this.show;
    return 26 + ROW * (spec.motor ? 2.4 : spec.actions.length) + 30 + ROW * spec.observation.length + 4;
  }

  draw(context, width, height) {
    const { spec, film, place } = this.show;
    if (!film) return;
    const frame = Math.min(film.count - 1, Math.floor(place + 1e-6));
    const { theme } = this;
    const bar = { left: Math.min(NAME, width * 0.36), right: width - NUMBER };
    text(context, spec.scores_title, 0, 10, theme.muted, theme, "left", 600);
    let y = 26;
    if (spec.motor) {
      this.motor(context, film, frame, y, width);
      y += ROW * 2.4;
    } else {
      const scores = film.scores.subarray(frame * film.outputs, (frame + 1) * film.outputs);
      const [low, high] = spec.probabilities ? [0, 1] : this.span(film);
      spec.actions.forEach((name, i) => {
        this.row(context, name, scores[i], (scores[i] - low) / (high - low || 1), y, bar, film.actions[frame] === i, spec.probabilities ? `${(100 * scores[i]).toFixed(0)} %` : short(scores[i]));
        y += ROW;
      });
    }
    y += 12;
    text(context, "What it sees", 0, y, theme.muted, theme, "left", 600);
    y += 18;
    spec.observation.forEach((quantity, i) => {
      this.gauge(context, quantity, film.seen[frame * film.inputs + i], y, bar, width);
      y += ROW;
    });
  }

  /** Lowest and highest score of the film, so that bars do not jump. */
  span(film) {
    if (film.spanned) return film.spanned;
    let [low, high] = [Infinity, -Infinity];
    for (const each of film.scores) [low, high] = [Math.min(low, each), Math.max(high, each)];
    return (film.spanned = [low - 0.08 * (high - low), high]);
  }

  row(context, name, value, share, y, bar, taken, words) {
    const { theme } = this;
    text(context, fitted(context, name, bar.left - 8), 0, y, taken ? theme.ink : theme.muted, theme, "left", taken ? 600 : 400);
    context.fillStyle = theme.faint;
    context.beginPath();
    context.roundRect(bar.left, y - 6, bar.right - bar.left, 12, 4);
    context.fill();
    context.fillStyle = taken ? category(0, theme) : alpha(category(0, theme), 0.4);
    context.beginPath();
    context.roundRect(bar.left, y - 6, Math.max(3, Math.min(1, Math.max(0, share)) * (bar.right - bar.left)), 12, 4);
    context.fill();
    text(context, words, bar.right + NUMBER - 2, y, taken ? theme.ink : theme.muted, theme, "right", taken ? 600 : 400);
  }

  /** A motor's force: the policy's mean and spread, and what was done. */
  motor(context, film, frame, y, width) {
    const { theme } = this;
    const { spec } = this.show;
    const [mean, spread] = film.scores.subarray(frame * 2, frame * 2 + 2);
    const X = (force) => 14 + ((Math.max(-1.25, Math.min(1.25, force / spec.limit)) + 1.25) / 2.5) * (width - 28);
    context.fillStyle = theme.faint;
    context.fillRect(X(-spec.limit), y + 5, X(spec.limit) - X(-spec.limit), 3);
    context.fillStyle = alpha(category(0, theme), 0.22);
    context.beginPath();
    context.roundRect(X(mean - spread), y - 3, Math.max(2, X(mean + spread) - X(mean - spread)), 19, 6);
    context.fill();
    context.fillStyle = category(film.actions[frame] < 0 ? 1 : 0, theme);
    context.beginPath();
    context.arc(X(film.actions[frame]), y + 6.5, 6, 0, 2 * Math.PI);
    context.fill();
    text(context, spec.actions[0], 0, y + 32, theme.muted, theme);
    text(context, spec.actions[1], width, y + 32, theme.muted, theme, "right");
    text(context, short(film.actions[frame]), width / 2, y + 32, theme.ink, theme, "center", 600);
  }

  gauge(context, { title, low, high, unit }, value, y, bar, width) {
    const { theme } = this;
    context.font = `400 12px ${theme.font}`;
    text(context, fitted(context, title, bar.left - 8), 0, y, theme.muted, theme);
    context.fillStyle = theme.faint;
    context.fillRect(bar.left, y - 1.5, bar.right - bar.left, 3);
    const share = Math.max(0, Math.min(1, (value - low) / (high - low)));
    const beyond = value < low || value > high;
    context.fillStyle = beyond ? "#d6336c" : category(2, theme);
    context.beginPath();
    context.arc(bar.left + share * (bar.right - bar.left), y, 4.5, 0, 2 * Math.PI);
    context.fill();
    text(context, `${fixed(value, Math.abs(value) < 10 ? 2 : 1)}${unit && width > 340 ? ` ${unit}` : ""}`, bar.right + NUMBER - 2, y, theme.ink, theme, "right");
  }
}

/** V along the film: expected and what came, with the present moment marked. */
export class ExpectationPane extends Pane {
  height() {
    return 104;
  }

  draw(context, width, height) {
    const { film, place } = this.show;
    if (!film) return;
    const { theme } = this;
    text(context, "What it expects", 0, 9, theme.muted, theme, "left", 600);
    context.font = `400 12px ${theme.font}`;
    text(context, "– – what came", width, 9, theme.muted, theme, "right");
    const box = { top: 24, bottom: height - 6, left: 40, right: width - 4 };
    let [low, high] = [Infinity, -Infinity];
    for (const each of [film.values, film.came]) for (const value of each) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    if (!(high > low)) [low, high] = [low - 1, low + 1];
    const X = (i) => box.left + (i / Math.max(1, film.count - 1)) * (box.right - box.left);
    const Y = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
    context.strokeStyle = theme.grid;
    context.lineWidth = 1;
    for (const value of [low, high]) {
      context.beginPath();
      context.moveTo(box.left, Y(value));
      context.lineTo(box.right, Y(value));
      context.stroke();
      text(context, short(value), box.left - 6, Y(value), theme.muted, theme, "right");
    }
    const curve = (values, css, dash) => {
      context.setLineDash(dash);
      context.strokeStyle = css;
      context.lineWidth = 1.8;
      context.beginPath();
      values.forEach((value, i) => context.lineTo(X(i), Y(value)));
      context.stroke();
      context.setLineDash([]);
    };
    curve(film.came, theme.muted, [4, 4]);
    curve(film.values, category(0, theme), []);
    const frame = Math.min(film.count - 1, Math.floor(place + 1e-6));
    context.strokeStyle = alpha(theme.ink, 0.5);
    context.beginPath();
    context.moveTo(X(place), box.top);
    context.lineTo(X(place), box.bottom);
    context.stroke();
    context.fillStyle = category(0, theme);
    context.beginPath();
    context.arc(X(place), Y(film.values[frame]), 4.5, 0, 2 * Math.PI);
    context.fill();
    text(context, short(film.values[frame]), width / 2, 9, theme.ink, theme, "center", 600);
  }
}
