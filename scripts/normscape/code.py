"""Which code a program runs, as a digest that no word, comment or layout changes; and what a template includes.

The digest is of the syntax trees of a script and of every module of ours that it imports, in a form that is the same
in Python 3.11, 3.12 and 3.13: for each node its type and those fields that aren't empty. (`ast.unparse` and `ast.dump`
differ from version to version.) Docstrings are left out; any other text is code.
"""

import ast
import hashlib
import re
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

IGNORED = ("kind", "type_comment", "ctx")  # fields that tell of spelling, or follow from the place


def digest(script):
    """Return the digest, 16 hexadecimal digits, of the program `script`: of it, and of all that it reaches by imports.

    script: path of a Python file, beside which its packages lie. Its own place doesn't matter.
    """
    script = Path(script)
    found = {
        file.relative_to(script.parent).as_posix(): _read(file, script.parent, file.read_bytes())[0]
        for file in modules(script)
    }
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:16]


def modules(file, root=None):
    """Return the paths of `file` and of every Python file below `root` that it imports, itself or by another.

    root: the folder in which packages are looked for; that of the file, where there is none.
    An import within a function counts, one by `importlib` doesn't.
    """
    file = Path(file)
    root = root or file.parent
    found, open_ends = [], [file]
    while open_ends:
        file = open_ends.pop()
        if file not in found:
            found.append(file)
            open_ends += _read(file, root, file.read_bytes())[1]
    return found


def contents(folder):
    """Return the bytes of every Python file below `folder`, by path."""
    return {path: path.read_bytes() for path in Path(folder).rglob("*.py")}


@cache
def _read(file, root, content):
    """Return the digest of one file's `content`, and the files under `root` that it imports, packages among them."""
    tree = ast.parse(content)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(file.relative_to(root).parent.parts)
            base = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in names]
    places = {root.joinpath(*words[: depth + 1]) for words in parts for depth in range(len(words))}
    candidates = [candidate for place in places for candidate in (place.with_suffix(".py"), place / "__init__.py")]
    imported = sorted(candidate for candidate in candidates if candidate.is_file())
    return hashlib.sha256(repr(_canonical(tree)).encode()).hexdigest(), imported


def _canonical(node):
    """Return a syntax tree as nested tuples: types of nodes, and those fields that say something."""
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if name not in IGNORED]
        if isinstance(node, ast.JoinedStr):  # Python 3.12.1 ends some of them with an empty text
            fields = [("values", [part for part in node.values if getattr(part, "value", None) != ""])]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            fields = [(name, _without_docstring(value) if name == "body" else value) for name, value in fields]
        return type(node).__name__, *((name, _canonical(value)) for name, value in fields if value not in (None, []))
    if isinstance(node, list):
        return tuple(map(_canonical, node))
    return repr(node)


def _without_docstring(body):
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return body[1:]
    return body


def templates(path):
    """Return the paths of the Jinja template at `path` and of all that it includes or imports, itself first."""
    found, open_ends = [], [Path(path)]
    while open_ends:
        file = open_ends.pop()
        if file not in found:
            found.append(file)
            names = re.findall(r"""{%-?\s*(?:include|extends|import|from)\s+["']([^"']+)""", file.read_text("utf-8"))
            open_ends += [file.with_name(name) for name in names]
    return found
