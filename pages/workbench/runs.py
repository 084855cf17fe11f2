"""Runs: every run that was kept, compared, opened again, and taken home."""

from playground import ui
from playground.ui import runs as parts

ui.intro("Runs", "Every run that took a step is kept here by itself when it ends. Choose some to lay their curves over one another, or open one where it was made.")
parts.screen()
ui.glossary(["epoch", "batch", "learning rate", "loss", "overfitting"])
ui.references(["Kingma and Ba 2015, section 3 (the average's correction)", "Inselberg 1985, The Plane with Parallel Coordinates", "Bergstra and Bengio 2012, Random Search"])
