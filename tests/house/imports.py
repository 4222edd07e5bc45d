"""Who imports whom, read off the source without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

EXPERT = Path(__file__).parents[2] / "expert"


def sources() -> dict[str, Path]:
    """Every file of the product by its module, as in `expert.readers.csv`."""
    return {module(path): path for path in sorted(EXPERT.rglob("*.py"))}


def module(path: Path) -> str:
    parts = path.relative_to(EXPERT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """The modules that a file imports, within functions too, but not those that only its types name."""
    return set(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def packages(path: Path) -> set[str]:
    """The first names of what a file imports, as in `yaml`."""
    return {name.split(".")[0] for name in imported(path)}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in _MODULES else node.module for name in names)
        yield from _imports(node)


_MODULES = frozenset(module(path) for path in EXPERT.rglob("*.py"))
