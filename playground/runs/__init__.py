"""Runs: worker processes, the engine that admits them, their history and the store that keeps them."""
