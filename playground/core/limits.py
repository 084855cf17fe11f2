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
METRIC_POINTS = 10_000  # recorded metric rows a run, thinned beyond
WORKER_BYTES = 4 << 30  # address space above what the forkserver already maps
SHELF_BYTES = 1 << 30  # uploads and drawings kept in the data folder, oldest deleted first

STACK_CHARACTERS = 2_000  # the text of a layer stack
STACK_LAYERS = 60
STACK_UNITS = 4_096  # units or channels of one layer
STACK_PARAMETERS = 20_000_000  # of a network trained live: 80 MB, and three times that with Adam
STACK_BATCH_BYTES = 1 << 30  # values that one batch keeps for its gradient
FIT_POINTS = 400  # own points (x, y) that the curves of the overfitting screen are fitted to

GRID_SIDE = 20  # rows or columns of an own gridworld: beyond, a cell is too small to read
GRID_CHARACTERS = 4_000  # its text
EPISODE_STEPS = 2_000  # of a tabular agent that does not find the way out

SPLIT_SHARE = 0.8  # validation and test together; the rest is learnt from
TARGET_CLASSES = 200  # distinct targets of a classifier on the user's own data
CATEGORY_WORDS = 50  # distinct words of a column that is one-hot encoded; more is text

RUNS_LISTED = 2_000  # newest runs that the table of runs shows
RUNS_COMPARED = 10  # runs laid over one another: as many as there are colours
RUNS_EXPORTED = 50  # runs in one file to take home
RUNS_BYTES = 4 << 30  # contents of kept runs; beyond it the oldest that nobody pinned go
RUN_BYTES = 512 * MIB  # contents of one kept run; a larger checkpoint is left out
DELETED_SECONDS = 24 * 3600  # a deleted run can be brought back for so long
RUN_NAME_CHARACTERS = 80
RUN_NOTE_CHARACTERS = 2_000
SWEEP_AXES = 3  # fields that a sweep varies
SHEET_CELLS = 2_000_000  # of an Excel file, whose cells are slow to read
SHEET_UNPACKED_BYTES = 512 * MIB  # of a workbook's parts; Parquet may take four times that

POLICY_LAYERS, POLICY_UNITS = 3, 512  # of an agent's network
WORLDS = 64  # copies of one task an agent learns from at once
REPLAY_STEPS = 200_000  # transitions a replay memory may keep
AGENT_STEPS = 10_000_000  # environment steps one agent may be trained for
EVALUATION_EPISODES = 1_000  # asked for on the command line
ENCODED_BYTES = 512 * MIB  # of a table as the network sees it
IMAGE_FILES = 20_000  # of one upload
IMAGE_PIXELS = 50_000_000  # of one image as it is sent; it is reduced to a small square at once
IMAGE_BYTES = 40 * MIB  # of one image file
IMAGE_SIDES = (16, 28, 32, 48, 64, 96)  # squares that images are reduced to
ARCHIVE_BYTES = 1 << 30  # an archive's content, unpacked
ARCHIVE_RATIO = 200  # unpacked to packed, from which an archive is taken for a bomb
DRAWING_CHARACTERS = 3_000  # of a drawing that stands in the address, three a point
TABLE_CELLS = 20_000_000  # rows times columns of one table: 160 MB as numbers
WORDS_BYTES = 64 * MIB  # a column of words as an array of fixed width; wider ones are kept as objects
TEXT_CHARACTERS = 60_000  # of one text that is read at once: some 15,000 tokens in 60 windows
TEXT_LINES = 20_000  # texts of one file
TEXT_PASSAGES = 2_000  # that one search looks through
TEXT_LABELS = 20  # descriptions of a zero-shot classification
GAN_LAYERS, GAN_UNITS = 5, 128  # hidden layers and units of each of the two networks of a GAN in the plane
HUB_BYTES = 4 << 30  # of one model fetched from the Hub
PHOTOGRAPH_FILES = 500  # of one batch of pictures to be named
ATTRIBUTION_PASSES = 2_000  # pictures that one explanation may ask a network about
CLASSIFIER_PARAMETERS = 250_000_000  # of all classifiers that one evaluator keeps loaded: 1 GB
TOP_ANSWERS = 20  # of a classifier, shown or listed
FOUND_BOXES = 100  # things a detector shows in one picture
WRITTEN_LINES = 30  # lines of writing read in one picture
TRANSLATED_PARTS = 80  # sentences, or pieces of long ones, that are translated at once
TEXT_TOKENS = 48  # that one line of writing may have
GAN_IMAGE_UNITS = 512  # of one hidden layer of a GAN of small images
CODE_NUMBERS, CODE_LAYERS, CODE_UNITS, CODE_CHANNELS = 64, 4, 512, 64  # of an autoencoder: latent numbers, layers, units or channels of one
RECURRENT_UNITS = 64  # hidden units of a recurrent network trained live
RECURRENT_STEPS = 200  # time steps that a gradient goes back through
SERIES_POINTS, SERIES_LEAST = 20_000, 40  # of a series to be forecast: the last so many, and no fewer
CHARACTERS, CHARACTERS_LEAST, CHARACTER_KINDS = 200_000, 200, 100  # of a text learnt sign by sign: its length, and different signs
LAID_OUT_PARAMETERS = 5_000_000_000  # of an architecture whose layers are counted without its weights
ZOO_SHOWN = 400  # layers or kept models in one table
SOUND_BYTES = 100 * MIB  # of one sound file
SOUND_SECONDS, SOUND_LEAST = 600, 0.05  # of one recording that is read: ten minutes, and no shorter than a click
SOUND_HEARD = 60  # seconds of a recording in which the digit network looks for words
SOUND_WORDS = 40  # words found in one recording
SOUND_FILES = 500  # of one batch
SOUND_MEMORY = 1 << 30  # address space of the process that decodes, above its own start
SOUND_WAIT = 20.0  # seconds that one file may take to be decoded
KEYWORDS, KEYWORD_TAKES = 8, 40  # own words taught at once, and recordings of each
SPOKEN_CHARACTERS = 400  # of a text that is to be read aloud
