// The lines component: curves over a run's metrics as they come in, or over given arrays.

import { mounter } from "./base.js";
import { CurvesPane } from "./curves.js";

class Lines {
  static reads = "metrics";

  constructor(root, memory, key) {
    this.pane = new CurvesPane(root, memory, key);
  }

  set(mount, source, emit) {
    this.pane.set(mount.spec, source, { emit, height: mount.height, live: Boolean(mount.token) });
  }

  changed() {
    this.pane.refresh();
  }

  destroy() {
    this.pane.destroy();
  }
}

export const mount = mounter(Lines);
