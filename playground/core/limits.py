"""Every limit on what comes from outside, in one table; messages quote them from here."""

KIB, MIB = 1 << 10, 1 << 20

UPLOAD_BYTES = 100 * MIB
TABLE_ROWS = 1_000_000
TABLE_COLUMNS = 1_000
PREVIEW_CELL_CHARACTERS = 200
POINTS = 5_000  # rows a 2-D experiment trains on
DRAWN_POINTS = 1_000
CLASSES = 10  # distinct targets a classifier of 2-D points may have

HIDDEN_LAYERS = 8
UNITS_PER_LAYER = 16
RACE_MEMBERS = 6
SWEEP_MEMBERS = 64

FORMULA_CHARACTERS = 200
FORMULA_NODES = 100
FORMULA_EXPONENT = 12  # largest literal power

RUN_STEPS = 1_000_000
ADDRESS_CHARACTERS = 8_000
LIVE_MESSAGE_BYTES = 64 * KIB  # one WebSocket message from a browser
LIVE_CLIENTS_PER_RUN = 16

HISTORY_BYTES = 16 * MIB  # recorded views a run
HISTORY_VIEWS = 400
METRIC_POINTS = 5_000  # recorded metric rows a run, thinned beyond
WORKER_BYTES = 4 << 30  # address space above what the forkserver already maps
SHELF_BYTES = 1 << 30  # uploads and drawings kept in the data folder, oldest deleted first
