// The surface component: one surface to turn by hand, live or still.

import { single } from "./single.js";
import { SolidPane } from "./solid.js";

export const mount = single(SolidPane);
