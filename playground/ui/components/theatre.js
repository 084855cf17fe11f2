// The theatre: films of an agent, drawn from recorded states, with what it saw, wanted and expected at every frame.

import { el, icon, mounter, slide } from "./base.js";
import { Pane } from "./pane.js";
import { lab } from "./live.js";
import { short } from "./numerals.js";
import { paint, tall } from "./theatre_scenes.js";
import { Shelf } from "./theatre_shelf.js";
import { ExpectationPane, MindPane } from "./theatre_mind.js";
import { PAUSE, PLAY, playbar } from "./playbar.js";

const PATIENCE_MS = 5000; // a film is shown for so long before a newer one takes its place
const REST_MS = 700; // on its last picture

class ScenePane extends Pane {
  height(width) {
    return tall(this.show.environment, width, this.most);
  }

  draw(context, width, height) {
    const { environment, film, place, limit } = this.show;
    if (!film) return;
    const frame = Math.min(film.count - 1, Math.floor(place + 1e-6));
    const moment = { states: film.states, size: film.size, place, count: film.count, action: film.actions[frame], ground: film.ground, limit };
    paint(context, environment, width, height, moment, this.theme);
  }
}

class Theatre {
  static reads = "views";

  constructor(root, memory, key) {
    this.memory = memory;
    this.show = { film: null, place: 0 };
    this.title = el("div", { class: "line", style: { margin: "0 0 6px" } });
    this.stage = el("div");
    this.side = el("div");
    this.columns = el("div", { class: "panels" }, this.stage, this.side);
    this.scene = new ScenePane(this.stage, memory, `${key}/scene`);
    this.mind = new MindPane(this.side, memory, `${key}/mind`);
    this.expectation = new ExpectationPane(this.side, memory, `${key}/expectation`);
    this.shelf = new Shelf((film) => this.choose(film));
    this.buildBar();
    this.outer = el("div", { role: "group", "aria-label": "Film of the agent" }, this.title, this.columns, this.bar, this.shelf.node);
    this.outer.addEventListener("keydown", (event) => this.keyed(event));
    root.append(this.outer);
    this.folding = new ResizeObserver(() => this.fold());
    this.folding.observe(this.outer);
  }

  buildBar() {
    const words = { back: ["One frame back", "One frame back (←)"], on: ["One frame on", "One frame on (→)"], start: ["Film from its start", "From the start (Home)"], scrub: "Place in the film", speed: "Speed of the film" };
    Object.assign(this, playbar(this, words, { style: { marginTop: "8px" } }));
  }

  set(mount, source) {
    const { spec } = mount;
    const other = spec.environment !== this.show.environment || source.link !== this.link;
    Object.assign(this, { spec, source, link: source.link });
    Object.assign(this.show, { environment: spec.environment, limit: spec.limit, spec });
    for (const pane of [this.scene, this.mind, this.expectation]) Object.assign(pane, { show: this.show });
    this.scene.most = spec.most ?? 460;
    this.scene.describe(spec.alt, "Space plays and pauses the film, arrow keys step through it.");
    this.mind.describe(`What the agent sees and how it judges its actions, frame by frame`, "");
    this.expectation.describe("What the critic expects from every moment of the film on, and what then came", "");
    this.expectation.outer.hidden = !spec.critic;
    this.memory.speed ??= 1;
    this.memory.playing ??= true;
    this.speed.value = this.memory.speed;
    for (const pane of [this.scene, this.mind, this.expectation]) pane.retheme();
    if (other) this.restart();
    this.fold();
    this.changed();
    if (this.memory.playing && !this.ticking) this.start();
    this.paint();
  }

  /** Another run or another task: what was filmed before is of no interest. */
  restart() {
    this.shelf.clear();
    this.show.film = null;
    this.chosen = false;
    if (!this.link) this.memory.playing = this.spec.autoplay ?? true;
  }

  /** A view arrived. */
  changed() {
    const film = readFilm(this.source, this.spec);
    if (!film) return;
    const recorded = Boolean(this.source.get("recorded"));
    if (!recorded && film.number < (this.newest?.number ?? 0)) this.shelf.clear(); // the run was reset
    const fresh = film.key !== this.newest?.key;
    this.newest = film;
    if (fresh) this.shelf.add(film);
    const first = recorded || this.shelf.holds(0) ? null : readFilm(this.source, this.spec, "first");
    if (first) this.shelf.add(first);
    const current = this.show.film;
    if (!current || recorded !== this.past || (recorded && fresh) || film.number < current.number) {
      this.past = recorded;
      this.chosen = false;
      this.present(film);
    } else if (fresh && !this.chosen && this.memory.playing && (this.atEnd() || performance.now() - this.since > PATIENCE_MS)) this.present(film);
    this.heading();
  }

  choose(film) {
    this.chosen = film.key !== this.newest?.key;
    this.present(film);
    this.start();
  }

  present(film) {
    this.show.film = film;
    this.since = performance.now();
    this.ended = 0;
    this.scrub.max = Math.max(1, film.count - 1);
    this.shelf.mark(film, this.newest);
    lab.film = { number: film.number, step: film.step, frames: film.count, at: performance.now() };
    this.seek(0);
    this.heading();
  }

  // The clock ---------------------------------------------------------------------------------------------------------------

  get last() {
    return Math.max(0, (this.show.film?.count ?? 1) - 1);
  }

  atEnd() {
    return this.show.place >= this.last;
  }

  seek(place) {
    this.show.place = Math.min(this.last, Math.max(0, place));
    this.paint();
  }

  start() {
    if (this.atEnd()) this.seek(0);
    this.memory.playing = true;
    this.then = null;
    cancelAnimationFrame(this.ticking);
    this.ticking = requestAnimationFrame((now) => this.tick(now));
    this.paint();
  }

  stop() {
    this.memory.playing = false;
    cancelAnimationFrame(this.ticking);
    this.ticking = 0;
    this.paint();
  }

  toggle() {
    if (this.memory.playing) this.stop();
    else this.start();
  }

  scrubbed(place) {
    this.stop();
    this.seek(place);
  }

  again() {
    this.seek(0);
    this.start();
  }

  tick(now) {
    if (!this.memory.playing) return;
    const passed = Math.min(100, now - (this.then ?? now)) / 1000;
    this.then = now;
    if (!this.show.film) return void (this.ticking = requestAnimationFrame((next) => this.tick(next)));
    if (this.atEnd()) {
      this.ended ||= now;
      if (now - this.ended > REST_MS) {
        this.ended = 0;
        if (!this.chosen && this.newest && this.newest.key !== this.show.film.key) this.present(this.newest);
        else this.seek(0);
      }
    } else this.seek(this.show.place + passed * this.spec.rate * this.memory.speed);
    lab.frames += 1;
    this.ticking = requestAnimationFrame((next) => this.tick(next));
  }

  step(by) {
    this.stop();
    this.seek(by > 0 ? Math.floor(this.show.place + 1e-6) + by : Math.ceil(this.show.place - 1e-6) + by);
  }

  keyed(event) {
    if (event.target.closest?.("select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const button = event.target instanceof HTMLButtonElement;
    if (event.key === " " && !button) this.toggle();
    else if (event.key === "ArrowRight") this.step(1);
    else if (event.key === "ArrowLeft") this.step(-1);
    else if (event.key === "Home") this.seek(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // What is shown -----------------------------------------------------------------------------------------------------------

  heading() {
    const { film } = this.show;
    if (!film) return;
    const words = this.spec.heading ? this.spec.heading : film.step ? `After ${film.step.toLocaleString("en")} steps of practice` : "Before any practice";
    const newer = this.newest && this.newest.key !== film.key && this.newest.step > film.step;
    const parts = [el("span", { class: "count" }, words), el("span", {}, `return ${short(film.total)}`), el("span", {}, `${film.count} frames`)];
    if (newer) {
      const go = el("button", { class: "small", type: "button" }, `Newer film: after ${this.newest.step.toLocaleString("en")}`);
      go.addEventListener("click", () => this.choose(this.newest));
      parts.push(go);
    }
    const text = parts.map((each) => each.textContent).join("|");
    if (text !== this.titled) {
      this.titled = text;
      this.title.replaceChildren(...parts);
    }
    this.shelf.mark(film, this.newest);
  }

  paint() {
    const playing = Boolean(this.memory.playing);
    if (this.shownPlaying !== playing) {
      this.shownPlaying = playing;
      this.play.replaceChildren(icon(...(playing ? PAUSE : PLAY)), playing ? "Stop film" : "Play film");
    }
    slide(this.scrub, this.show.place);
    const frame = Math.floor(this.show.place + 1e-6);
    const sum = this.show.film ? this.show.film.sums[Math.min(frame, this.last)] : 0;
    const words = `frame ${frame + 1} · return so far ${short(sum)}`;
    if (this.where.textContent !== words) this.where.textContent = words;
    for (const pane of [this.scene, this.mind, this.expectation]) pane.request();
  }

  fold() {
    const wide = this.outer.clientWidth >= 640;
    this.columns.style.gridTemplateColumns = wide ? "minmax(0, 1.55fr) minmax(0, 1fr)" : "minmax(0, 1fr)";
  }

  destroy() {
    cancelAnimationFrame(this.ticking);
    this.folding.disconnect();
    for (const pane of [this.scene, this.mind, this.expectation]) pane.destroy();
  }
}

/** The film in the latest view, as plain arrays; null while there is none. */
function readFilm(source, spec, part = "film") {
  const array = (name) => source.array(`${part}_${name}`);
  const states = array("states");
  if (!states || states.shape[0] === 0) return null;
  const rewards = array("rewards").data;
  const [step, index, total] = ["step", "number", "return"].map((name) => source.number(`${part}_${name}`) ?? 0);
  const sums = new Float64Array(rewards.length);
  rewards.forEach((reward, i) => { sums[i] = (i ? sums[i - 1] : 0) + reward; });
  const came = new Float64Array(rewards.length);
  for (let i = rewards.length - 1; i >= 0; i--) came[i] = rewards[i] * spec.reward_scale + (i + 1 < came.length ? spec.discount * came[i + 1] : 0);
  const [seen, scores] = [array("observations"), array("scores")];
  return {
    key: `${step}/${index}/${total}/${rewards.length}`, step, number: index, total, count: states.shape[0], size: states.shape[1], states: states.data, actions: array("actions").data,
    ground: array("ground")?.data ?? [], rewards, sums, came, seen: seen.data, inputs: seen.shape[1], scores: scores.data, outputs: scores.shape[1], values: array("values").data,
  };
}

export const mount = mounter(Theatre);
