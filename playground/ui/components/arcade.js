// The arcade: the same tasks for a person. Keys and buttons hold an action. The classic tasks are stepped here, LunarLander by a worker,
// which sends where it stands.

import { el, icon, mounter } from "./base.js";
import { Local, Remote } from "./arcade_games.js";
import { Pane } from "./pane.js";
import { lab } from "./live.js";
import { fixed } from "./numerals.js";
import { paint, tall } from "./theatre_scenes.js";

const SPEEDS = [0.25, 0.5, 1, 2];
const ARROWS = { left: ["M15 5l-7 7 7 7"], right: ["M9 5l7 7-7 7"], up: ["M5 15l7-7 7 7"] };
/** What each key holds, by task: an action's number, or the sign of a motor's force. */
const KEYS = {
  "CartPole-v1": { ArrowLeft: 0, ArrowRight: 1 }, "Acrobot-v1": { ArrowLeft: 0, ArrowRight: 2 }, "MountainCar-v0": { ArrowLeft: 0, ArrowRight: 2 },
  "MountainCarContinuous-v0": { ArrowLeft: -1, ArrowRight: 1 }, "Pendulum-v1": { ArrowLeft: 1, ArrowRight: -1 }, "LunarLander-v3": { ArrowLeft: 1, ArrowRight: 3, ArrowUp: 2 },
};

class ScenePane extends Pane {
  height(width) {
    return tall(this.show.environment, width, 440);
  }

  draw(context, width, height) {
    const { environment, game, limit, words } = this.show;
    if (!game?.states) return;
    const { states, size, action, ground } = game;
    paint(context, environment, width, height, { states, size, place: game.share(), count: 2, action, ground, limit }, this.theme);
    if (words) {
      context.font = `600 17px ${this.theme.font}`;
      context.textAlign = "center";
      const wide = context.measureText(words).width + 36;
      context.fillStyle = this.theme.paper;
      context.globalAlpha = 0.88;
      context.beginPath();
      context.roundRect((width - wide) / 2, height * 0.3 - 22, wide, 44, 10);
      context.fill();
      context.globalAlpha = 1;
      context.fillStyle = this.theme.ink;
      context.textBaseline = "middle";
      context.fillText(words, width / 2, height * 0.3);
    }
    if (game.share() < 1) this.request(); // glide to where the task stands now
  }
}

class Arcade {
  static reads = "status";

  constructor(root, memory, key) {
    this.memory = memory;
    this.show = {};
    this.held = [];
    this.title = el("div", { class: "line", style: { margin: "0 0 6px" } });
    this.stage = el("div");
    this.scene = new ScenePane(this.stage, memory, `${key}/scene`);
    this.scene.show = this.show;
    this.scene.canvas.tabIndex = 0;
    this.bar = el("div", { class: "bar", style: { marginTop: "8px" } });
    this.outer = el("div", { role: "group", "aria-label": "Play the task yourself" }, this.title, this.stage, this.bar);
    root.append(this.outer);
    this.down = (event) => this.pressed(event, true);
    this.up = (event) => this.pressed(event, false);
    document.addEventListener("keydown", this.down, true);
    document.addEventListener("keyup", this.up, true);
    this.blurred = () => { this.held = []; this.tell(); };
    window.addEventListener("blur", this.blurred);
  }

  set(mount, source, emit) {
    const { spec } = mount;
    const other = JSON.stringify([spec.environment, spec.start]) !== this.what || source.link !== this.link;
    Object.assign(this, { spec, source, emit, link: source.link, what: JSON.stringify([spec.environment, spec.start]) });
    if (other) {
      this.game?.end();
      this.game = spec.start ? new Local(spec, () => this.changed(), (result) => this.emit("done", result)) : new Remote(source.link);
      this.game.speed = this.memory.speed ??= spec.speed;
      Object.assign(this.show, { environment: spec.environment, limit: spec.limit, game: this.game });
    }
    this.scene.describe(spec.alt, "Hold the arrow keys to act.");
    this.scene.retheme();
    this.buildBar();
    this.changed();
  }

  buildBar() {
    const keys = KEYS[this.spec.environment];
    const named = { ArrowLeft: ["left", "←"], ArrowRight: ["right", "→"], ArrowUp: ["up", "↑"] };
    const again = el("button", { class: "button main", type: "button" }, "Start");
    again.addEventListener("click", () => this.again());
    this.startButton = again;
    const pads = Object.keys(keys).map((key) => {
      const [way, sign] = named[key];
      const words = this.spec.motor ? `Push ${way}` : this.spec.actions[keys[key]];
      const button = el("button", { class: "button", type: "button", title: `${words} (${sign})`, "aria-label": words, style: { touchAction: "none" } }, icon(...ARROWS[way]), words);
      const hold = (on) => (event) => { event.preventDefault(); this.hold(key, on); };
      button.addEventListener("pointerdown", hold(true));
      for (const end of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(end, hold(false));
      return button;
    });
    const speed = el("select", { "aria-label": "Speed of the game", hidden: !this.spec.start }, ...SPEEDS.map((each) => el("option", { value: each }, `${each}× real time`)));
    speed.value = this.memory.speed;
    speed.addEventListener("change", () => { this.game.speed = this.memory.speed = Number(speed.value); });
    this.bar.replaceChildren(again, ...pads, speed, el("span", { class: "muted" }, "or hold the arrow keys"));
  }

  pressed(event, down) {
    if (!(event.key in KEYS[this.spec?.environment ?? ""] ?? {})) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target.closest("input, textarea, select, [role=slider], [role=combobox], [role=listbox], [role=radio], [role=tab]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.hold(event.key, down);
  }

  hold(key, down) {
    const before = this.held.at(-1);
    this.held = this.held.filter((each) => each !== key);
    if (down) this.held.push(key);
    if (down) this.game.begin();
    if (this.held.at(-1) !== before) this.tell();
  }

  tell() {
    const key = this.held.at(-1);
    const way = key ? KEYS[this.spec.environment][key] : null;
    this.game?.hold(way === null ? null : this.spec.motor ? way * this.spec.limit : way);
  }

  again() {
    this.held = [];
    this.game.again();
    this.changed();
  }

  changed() {
    const { game } = this;
    game.read(this.source);
    const { score, step, over } = game;
    lab.arcade = { score, step, over, views: game.views };
    this.show.words = over ? `Over: ${fixed(score, this.spec.motor ? 1 : 0)}` : step ? "" : "Press an arrow key to begin";
    const words = `Your score ${fixed(score, this.spec.motor ? 1 : 0)}   ·   step ${step}`;
    if (this.title.textContent !== words) this.title.textContent = words;
    const start = step ? "Again" : "Start";
    if (this.startButton.textContent !== start) this.startButton.textContent = start;
    this.scene.request();
  }

  destroy() {
    this.game?.end();
    document.removeEventListener("keydown", this.down, true);
    document.removeEventListener("keyup", this.up, true);
    window.removeEventListener("blur", this.blurred);
    this.scene.destroy();
  }
}

export const mount = mounter(Arcade);
