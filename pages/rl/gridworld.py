"""Gridworld: planning and learning in small worlds whose truth is known."""

from playground import ui
from playground.explain.gridworld_maths import GLOSSARY, SOURCES
from playground.explain.gridworld_rules import RULES
from playground.ui import gridworld as parts

ui.intro("Gridworld", "What is each step worth? Watch a table of values fill from the goal backwards, walk the same world yourself, or paint another one.")
with ui.plain_words():
    experiment = parts.settings()
    run = ui.run(experiment, speed="step")
    parts.transport(run, experiment)
    parts.world(run, experiment)
    ui.coach(run, RULES)
    parts.inside(run, experiment)
    parts.take_home(run, experiment)
    with ui.explain():
        parts.maths(run, experiment)
    ui.watched(parts.tasks)(run, experiment)
ui.glossary(GLOSSARY)
ui.references(SOURCES)
