"""A deep-learning playground: experiments, the engine that runs them, and the screens that show them."""

__version__ = "0.1.0"
