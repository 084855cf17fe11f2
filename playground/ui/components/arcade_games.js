// Who steps a game: the browser itself, or a worker over the live socket. Both have states (two of them: before and now), size, action,
// ground, score, step, over and views, and begin(), hold(action), again(), read(source), share() and end().

import { STEPS } from "./arcade_physics.js";

const STEP_MS = 40; // between two views of a worker

export class Local {
  constructor(spec, changed, done) {
    Object.assign(this, { spec, changed, done, size: spec.start.length, ground: [], speed: 1, views: 0 });
    this.put();
  }

  put() {
    this.stop();
    const { start } = this.spec;
    Object.assign(this, { now: [...start], states: [...start, ...start], action: null, held: null, score: 0, step: 0, over: false, passed: 1 });
    this.views += 1;
  }

  begin() {
    if (this.ticking || this.over) return;
    this.then = null;
    this.ticking = requestAnimationFrame((time) => this.tick(time));
  }

  stop() {
    cancelAnimationFrame(this.ticking);
    this.ticking = 0;
  }

  hold(action) {
    this.held = action;
  }

  again() {
    this.put();
    this.begin();
  }

  tick(time) {
    const seconds = Math.min(0.1, (time - (this.then ?? time)) / 1000); // after a hidden tab it goes on, it does not jump
    this.then = time;
    this.passed += seconds * this.spec.rate * this.speed;
    while (this.passed >= 1 && !this.over) {
      this.passed -= 1;
      this.move();
    }
    if (this.over) this.passed = 1;
    this.views += 1;
    this.changed();
    this.ticking = this.over ? 0 : requestAnimationFrame((next) => this.tick(next));
    if (this.over) this.done({ environment: this.spec.environment, number: this.spec.number, score: this.score, steps: this.step });
  }

  move() {
    const { environment, motor, idle, max_steps } = this.spec;
    const rest = environment === "CartPole-v1" ? this.step % 2 : motor ? 0 : idle; // a cart is always pushed: left and right in turn
    this.action = this.held ?? rest;
    const { state, reward, terminated } = STEPS[environment](this.now, this.action);
    this.states = [...this.now, ...state];
    this.now = state;
    this.score += reward;
    this.step += 1;
    this.over = terminated || this.step >= max_steps;
  }

  read() {}

  share() {
    return Math.min(1, this.passed);
  }

  end() {
    this.stop();
  }
}

export class Remote {
  constructor(link) {
    Object.assign(this, { link, size: 0, ground: [], score: 0, step: 0, over: false, views: 0, since: 0 });
  }

  get state() {
    return this.link?.status?.state ?? "";
  }

  begin() {
    if (this.state === "paused") this.link.send({ do: "play" });
  }

  hold(action) {
    if (["playing", "paused"].includes(this.state)) this.link.send({ do: "edit", action });
  }

  again() {
    if (this.state === "playing") this.link.send({ do: "pause" });
    if (this.state !== "paused" || this.step > 0) this.link?.send({ do: "reset" });
    this.link?.send({ do: "play" });
  }

  read(source) {
    const states = source.array("states");
    this.step = this.link?.status?.step ?? 0;
    this.over = this.state === "finished" || Boolean(source.get("over"));
    if (!states || states.data === this.latest) return;
    this.latest = states.data;
    const acted = source.number("action");
    Object.assign(this, { states: states.data, size: states.shape[1], since: performance.now(), action: Number.isFinite(acted) ? acted : null,
      ground: source.array("ground")?.data ?? [], score: source.number("score") ?? 0, views: this.views + 1 });
  }

  share() {
    return Math.min(1, (performance.now() - this.since) / STEP_MS);
  }

  end() {}
}
