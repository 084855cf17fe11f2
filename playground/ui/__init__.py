"""What pages are written with. The only part of the package that imports Streamlit.

```python
ui.intro("Gradient descent", "What to look for.")
experiment = ui.controls(Descent, container=st.sidebar)
run = ui.run(experiment)
ui.transport(run)
ui.stage(run, spec, key="stage")
```
"""

from playground.runs.offers import File
from playground.ui import components
from playground.ui.address import link
from playground.ui.coach import coach
from playground.ui.components import lines, network, player, stage, surface
from playground.ui.controls import controls, current, set_values
from playground.ui.downloads import files
from playground.ui.follow import following
from playground.ui.pieces import (
    Task,
    compute,
    explain,
    glossary,
    intro,
    plain_words,
    plot,
    references,
    tasks,
    watched,
)
from playground.ui.presets import Preset, presets
from playground.ui.race import race
from playground.ui.session import current_run, recent_runs, restart, run, session_runs
from playground.ui.sweep import sweep
from playground.ui.take_home import take_home
from playground.ui.transport import transport
from playground.ui.uploads import upload_table

__all__ = [
    "File", "Preset", "Task", "coach", "components", "compute", "controls", "current", "current_run", "explain", "files", "following", "glossary", "intro", "lines",
    "link", "network", "plain_words", "player", "plot", "presets", "race", "recent_runs", "references", "restart", "run", "session_runs", "set_values",
    "stage", "surface", "sweep", "take_home", "tasks", "transport", "upload_table", "watched",
]  # fmt: skip
