"""Hypothesis strategies that follow from declared fields."""

from hypothesis import strategies as st

from playground.core.errors import UserError
from playground.core.fields import Domain


def inside(domain: Domain) -> st.SearchStrategy:
    """Values that a field takes."""
    if domain.kind == "number":
        return st.floats(domain.low, domain.high, allow_nan=False)
    if domain.kind == "integer":
        return st.integers(int(domain.low), int(domain.high))
    if domain.kind == "choice":
        return st.sampled_from(domain.keys)
    if domain.kind == "choices":
        return st.lists(st.sampled_from(domain.keys), min_size=int(domain.low), max_size=int(domain.high), unique=True).map(tuple)
    if domain.kind == "integers":
        return st.lists(st.integers(int(domain.low), int(domain.high)), max_size=domain.max_length).map(tuple)
    if domain.kind == "switch":
        return st.booleans()
    return st.text(max_size=min(domain.max_length, 40))


def outside(domain: Domain) -> st.SearchStrategy:
    """Values of the right type that a field must refuse; nothing for fields that take every value of their type."""
    if domain.kind == "number":
        return st.sampled_from([float("nan"), float("inf"), float("-inf"), domain.high * 2 + 1, domain.low - 1 - abs(domain.low)])
    if domain.kind == "integer":
        return st.sampled_from([int(domain.low) - 1, int(domain.high) + 1, 10**12])
    if domain.kind == "choice":
        return st.sampled_from(["no such thing", ""]).filter(lambda value: value not in domain.keys)
    if domain.kind == "choices":
        return st.just(("no such thing",))
    if domain.kind == "integers":
        return st.sampled_from([(int(domain.high) + 1,), (int(domain.low) - 1,), (int(domain.low),) * (domain.max_length + 1)])
    if domain.kind == "text":
        return st.just("x" * (domain.max_length + 1))
    return st.nothing()


def experiments(kind, **fixed):
    """Experiments of a kind with every field drawn from its domain; combinations that `check` refuses are left out."""
    drawn = st.fixed_dictionaries({name: inside(domain) for name, domain in kind.domains().items() if name not in fixed})

    def build(values):
        try:
            return kind(**values, **fixed)
        except UserError:
            return None

    return drawn.map(build).filter(lambda each: each is not None)
