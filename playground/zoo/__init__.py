"""Models that ship with the app: their cards, their weights, and the recipes that trained them."""
