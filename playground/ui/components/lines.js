// The lines component: curves over a run's metrics as they come in, or over given arrays.

import { CurvesPane } from "./curves.js";
import { single } from "./single.js";

export const mount = single(CurvesPane, "metrics");
