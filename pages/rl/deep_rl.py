"""Deep RL: an agent learns by trial and error, watched while it does."""

from playground import ui
from playground.experiments.rl import DeepRL
from playground.experiments.rl_words import PRESETS, DeepRLLook
from playground.explain.rl_rules import RULES
from playground.explain.rl_words import GLOSSARY, REFERENCES
from playground.ui import rl as parts
from playground.ui import rl_corners as corners

ui.intro("Deep RL", "Nobody tells the agent what to do, only how well it went. Watch it find out: the film always shows the policy of this moment, without exploration.")

ui.presets(DeepRL, [ui.Preset(*each) for each in PRESETS])
with ui.plain_words():
    experiment = parts.pick()
    run = ui.run(experiment)
    ui.transport(run)
    parts.film(run, experiment)
    ui.coach(run, RULES)

    look = ui.controls(DeepRLLook, only=("inside",), wide=True)
    if look.inside == "learning":
        parts.learning(run, experiment)
    elif look.inside == "map":
        parts.expectations(run, experiment)
    elif look.inside == "compare":
        corners.compare(experiment)
    elif look.inside == "play":
        corners.play(experiment)
    else:
        corners.agents(experiment)
    ui.take_home(run)

    with ui.explain():
        parts.maths(run, experiment)
    ui.watched(parts.tasks)(run, experiment)
    ui.glossary(GLOSSARY)
    ui.references(REFERENCES)
