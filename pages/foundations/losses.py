"""Loss functions: their curves, outliers to drag, a rare class, and one network with each."""

from playground import ui
from playground.experiments import loss_views as views
from playground.experiments.imbalance import Imbalance
from playground.experiments.network_race import LossRace
from playground.experiments.outlier_fit import OutlierFit
from playground.explain import loss_coach as coach
from playground.explain import loss_words as words
from playground.explain import network_race_words as race_words
from playground.figures import losses as figures
from playground.figures import network_race
from playground.ui import panels

OUTLIERS = (figures.outliers, words.outlier_maths, words.outlier_table, words.outlier_tasks, coach.OUTLIERS)
IMBALANCE = (figures.imbalance, words.imbalance_maths, words.imbalance_table, words.imbalance_tasks, coach.IMBALANCE)
TRAIN = (network_race.race, race_words.maths, race_words.table, race_words.tasks)

part = ui.controls(views.LossCurves, only=()).part
ui.intro("Loss functions", words.INTRODUCTIONS[part])
panels.choose(views.LossCurves, views.PARTS)
with ui.plain_words():
    if part == "curves":
        panels.still(views.LossCurves, words.PRESETS["curves"], views.curves, figures.curves, words.curves_maths, words.curves_tasks)
    elif part == "outliers":
        panels.live(OutlierFit, words.PRESETS["outliers"], *OUTLIERS)
    elif part == "imbalance":
        panels.live(Imbalance, words.PRESETS["imbalance"], *IMBALANCE)
    else:
        panels.live(LossRace, race_words.LOSS_PRESETS, *TRAIN)
ui.glossary(words.GLOSSARY)
ui.references(words.SOURCES)
