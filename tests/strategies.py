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


def ends(domain: Domain) -> list:
    """The lowest and the highest, the first and the last of what a field takes; nothing for free text."""
    if domain.kind == "number":
        return [domain.low, domain.high]
    if domain.kind == "integer":
        return [int(domain.low), int(domain.high)]
    if domain.kind == "choice":
        return [domain.keys[0], domain.keys[-1]]
    if domain.kind == "choices":
        return [tuple(domain.keys[: max(1, int(domain.low))]), tuple(domain.keys[-int(domain.high) :])]
    if domain.kind == "integers":
        return [(), (int(domain.low),), (int(domain.high),) * domain.max_length]
    return [False, True] if domain.kind == "switch" else []


def corners(kind):
    """Experiments with a few fields at an end of their range and the rest as declared: where formulas divide by zero."""
    fields = {name: st.sampled_from(ends(domain)) for name, domain in kind.domains().items() if ends(domain)}
    free = st.fixed_dictionaries({}, optional=fields)

    def build(values):
        try:
            return kind(**values)
        except UserError:
            return None

    return free.map(build).filter(lambda each: each is not None)
