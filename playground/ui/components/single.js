// A component that is one pane and nothing else.

import { mounter } from "./base.js";

/** The `mount` of a component that shows one `Pane(root, memory, key)`, drawn again when what it `reads` has changed. */
export const single = (Pane, reads = "views") =>
  mounter(
    class {
      static reads = reads;

      constructor(root, memory, key) {
        this.pane = new Pane(root, memory, key);
      }

      set(mount, source, emit) {
        this.pane.set(mount.spec, source, { emit, events: mount.events, height: mount.height, live: Boolean(mount.token) });
      }

      changed() {
        this.pane.refresh();
      }

      destroy() {
        this.pane.destroy();
      }
    },
  );
