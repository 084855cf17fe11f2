"""Quoting our own source in exported scripts."""

from __future__ import annotations

import ast
import inspect
import types
from typing import Any


def sources(function: types.FunctionType) -> str:
    """The text of a function, after the constants and functions of its module that it uses."""
    parts = []
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
            parts.append(sources(value))
        elif isinstance(value, (int, float)):
            parts.append(f"{name} = {value!r}")
    return "\n\n\n".join([*dict.fromkeys(parts), inspect.getsource(function).rstrip()])


def untyped(thing: Any) -> str:
    """The text of a function or class without type annotations in its signatures, so that it needs no further imports."""
    text = inspect.getsource(thing)
    lines = text.splitlines(keepends=True)
    spans: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        named = [*node.args.args, *node.args.kwonlyargs]
        spans += [((each.lineno, each.col_offset + len(each.arg)), _end(each.annotation)) for each in named if each.annotation]
        if node.returns is not None:
            line = lines[node.returns.lineno - 1][: node.returns.col_offset]
            spans.append(((node.returns.lineno, line.rindex("->") - 1), _end(node.returns)))
    for (row, start), (last, end) in sorted(spans, reverse=True):
        assert row == last, "annotations of a quoted function stand on one line"
        line = lines[row - 1].encode()
        after = line[end:].decode()
        lines[row - 1] = line[:start].decode() + (after.replace("= ", "=", 1).lstrip() if after.startswith(" = ") else after)
    return "".join(lines).rstrip()


def _end(node: Any) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset
