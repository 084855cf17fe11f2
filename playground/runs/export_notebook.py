"""The exported script as a notebook: the same program, cut where a reader would pause."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from playground.runs.export import script
from playground.runs.run import Run

_BANNER = re.compile(r"^# (?P<words>.+?) -{4,}$")
_JOINED = 30  # lines up to which neighbouring definitions share a cell
_SET_UP = 10  # lines of preparation that stay with the loop they prepare


@dataclass
class Cell:
    """Lines of code that belong together.

    Attributes:
        kind: import, define, loop, result or set.
        heading: Words of the section it opens; "" within a section.
    """

    kind: str
    heading: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return "\n".join(self.lines).strip("\n")


def notebook(run: Run) -> str:
    """The run's script as a Jupyter notebook (JSON), with what it should print at the end.

    Raises:
        UserError: When the experiment has no script.
    """
    shown = {name: value for name, value in run.last_metrics().items() if "loss" in name}
    return from_script(script(run), run.experiment.title, shown, run.step)


def from_script(text: str, title: str, expected: dict[str, float] | None = None, steps: int = 0) -> str:
    """A notebook whose code cells, one after the other, are the program `text`."""
    import nbformat
    from nbformat import v4

    about = (ast.get_docstring(ast.parse(text)) or "").strip()
    cells = [v4.new_markdown_cell(f"# {title}\n\n{about}", id="title")]
    for number, cell in enumerate(cut(text)):
        if cell.heading:
            cells.append(v4.new_markdown_cell(f"## {cell.heading}", id=f"heading-{number}"))
        cells.append(v4.new_code_cell(cell.code, id=f"code-{number}"))
    if expected:
        rows = "\n".join(f"| {name} | {value:.10g} |" for name, value in expected.items())
        cells.append(v4.new_markdown_cell(f"On screen, after {steps:,} steps:\n\n| | |\n|---|---|\n{rows}", id="expected"))
    made = v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                                                  "language_info": {"name": "python"}})  # fmt: skip
    nbformat.validate(made)
    return nbformat.writes(made)


def cut(text: str) -> list[Cell]:
    """The program without its docstring, in cells; together they hold every statement, in order."""
    tree = ast.parse(text)
    lines = text.split("\n")
    nodes = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    end = tree.body[0].end_lineno or 0 if nodes is not tree.body else 0
    cells: list[Cell] = []
    for node in nodes:
        piece, heading = _before(lines[end : _first(node) - 1])
        end = node.end_lineno or end
        piece += lines[_first(node) - 1 : end]
        kind = _kind(node)
        if not cells or heading or not _fits(cells[-1], kind, sum(bool(line.strip()) for line in piece)):
            cells.append(Cell(kind, heading))
        cells[-1].lines += piece
        cells[-1].kind = kind if kind in ("loop", "result") else cells[-1].kind
    tail, _ = _before(lines[end:])
    if cells:
        cells[-1].lines += tail
        _name(cells)
    return cells


def _name(cells: list[Cell]) -> None:
    """Headings where the script has none of its own."""
    words = {"result": "Result"} if any(cell.heading for cell in cells) else {"define": "Definitions", "loop": "Training", "result": "Result"}
    for kind, heading in words.items():
        place = -1 if kind == "result" else 0
        found = [cell for cell in cells if cell.kind == kind and not cell.heading]
        if found:
            found[place].heading = heading


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def _before(between: list[str]) -> tuple[list[str], str]:
    """The lines between two statements without their banner, and the banner's words."""
    heading, kept = "", []
    for line in between:
        found = _BANNER.match(line)
        heading = found["words"].strip() if found else heading
        kept += [] if found else [line]
    return kept, heading


def _kind(node: ast.stmt) -> str:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "import"
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return "define"
    prints = any(isinstance(each, ast.Call) and getattr(each.func, "id", "") == "print" for each in ast.walk(node))
    if isinstance(node, (ast.For, ast.While)):
        return "result" if prints and not any(isinstance(each, (ast.For, ast.While)) for each in ast.walk(node) if each is not node) else "loop"
    return "result" if prints else "set"


def _fits(cell: Cell, kind: str, size: int) -> bool:
    """Does a statement go on in this cell?"""
    if kind == "define":
        return cell.kind == "define" and len(cell.lines) + size <= _JOINED
    if kind in ("loop", "result") and cell.kind != kind:
        return cell.kind == "set" and len(cell.lines) <= _SET_UP
    return cell.kind == kind or (cell.kind == "result" and kind == "set") or (cell.kind == "import" and kind == "set" and size == 1 and len(cell.lines) < _SET_UP)
