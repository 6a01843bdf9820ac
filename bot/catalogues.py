"""Makes what is read of languages from its sources: `python -m bot.catalogues`.

A catalogue is `locale/<language>/LC_MESSAGES/<domain>.po`: the sentences of the code
(`patchbay`), and the explanations of error codes (`explanations`), whose English is
`tencent/explanations/*.yaml`. Made of them are `.mo` files and one JSON, which are in
no commit: by `make run`, `make test`, the wheel and the image, where they are missing
or older. With `update`, the sentences are collected into every catalogue. A new
language is a folder: `update de` makes it.

Nothing of the bot is imported here: what builds the wheel has Babel and PyYAML alone.
"""

import ast
import inspect
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

TOP = Path(__file__).parent.parent
SENTENCES, EXPLANATIONS = "patchbay", "explanations"  # the domains
ROOMS = ("title", "means", "causes", "steps", "retry_hint", "ask")  # of an explanation
# Of a header, only what does not change by itself.
HEADER = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")

Id = str | tuple[str, str]  # of a sentence, with its plural


def locales(top: Path = TOP) -> Path:
    """Return where the catalogues are."""
    return top / "bot" / "locale"


def texts(top: Path = TOP) -> Path:
    """Return where the English of the explanations is."""
    return top / "bot" / "tencent" / "explanations"


# ── what is collected ────────────────────────────────────────────────────────────


def sources(top: Path = TOP) -> list[Path]:
    """Return the files in which sentences stand."""
    return sorted(
        path
        for package in ("bot", "commands")
        for path in (top / package).rglob("*.py")
        if not {"sandbox", "migrations"} & set(path.relative_to(top).parts)
    )


def sentences(top: Path = TOP) -> set[Id]:
    """Return every sentence of the code: what is marked, and the help of verbs."""
    return {one for path in sources(top) for one in _sentences_in(path)}


def _sentences_in(path: Path) -> Iterator[Id]:
    """Yield what is marked in a module; of what is no literal nothing is known."""
    nodes = [*ast.walk(ast.parse(path.read_bytes()))]
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            match node.func.id, texts:
                case (("_" | "later"), [str(text)]):
                    yield text
                case "n_", [str(one), str(many), *_count]:
                    yield one, many
    yield from _help_in(nodes)


def _help_in(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Yield the docstring of each subcommand: its first line, and the rest as one."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    named = {
        one.id
        for call in calls
        if _is_subcommand(call.func)
        for one in call.args
        if isinstance(one, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            node.name in named or any(map(_is_subcommand, node.decorator_list))
        ):
            yield from help_parts(ast.get_docstring(node) or "")


def _is_subcommand(node: ast.expr) -> bool:
    """Tell whether *node* is `….subcommand(…)`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "subcommand"
    )


def help_parts(docstring: str) -> tuple[str, ...]:
    """Return the first line of a cleaned *docstring*, and the rest as one line."""
    first, _, rest = inspect.cleandoc(docstring).partition("\n")
    return tuple(part for part in (first, " ".join(rest.split())) if part)


def explanations(top: Path = TOP) -> set[Id]:
    """Return every text of the explanations."""
    return {text for entry in _entries(top) for text in _texts_of(entry)}


def _entries(top: Path) -> Iterator[dict[str, object]]:
    for codes in _read(top).values():
        yield from codes.values()


def _texts_of(entry: dict[str, object]) -> Iterator[str]:
    for name in ROOMS:
        value = entry.get(name)
        for text in value if isinstance(value, list) else [value]:
            if text:
                yield str(text)


def _read(top: Path) -> dict[str, dict[str, dict[str, object]]]:
    import yaml  # noqa: PLC0415 - see the module

    read: dict[str, dict[str, dict[str, object]]] = {}
    for path in sorted(texts(top).glob("*.yaml")):
        entries = yaml.safe_load(path.read_text("utf-8"))
        read.setdefault(product_of(path), {}).update(entries)
    return read


def product_of(path: Path) -> str:
    """Return the product of a file of explanations, `<product>[-<subject>].yaml`."""
    return path.stem.partition("-")[0]


COLLECT = {SENTENCES: sentences, EXPLANATIONS: explanations}


def template(domain: str, top: Path = TOP) -> "Catalog":
    """Return the untranslated catalogue of *domain*."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415 - see the module

    collected = Catalog(project="patchbay", charset="utf-8", fuzzy=False)
    for one in sorted(COLLECT[domain](top), key=str):
        collected.add(one)
    return collected


# ── catalogues ───────────────────────────────────────────────────────────────────


def read(path: Path) -> "Catalog":
    """Return the catalogue in *path*, `…/<language>/LC_MESSAGES/<domain>.po`."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - see the module

    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain=path.stem)


def update(top: Path = TOP, *, new: Iterable[str] = ()) -> None:
    """Bring every catalogue up to date, and those of *new* languages into being.

    What is new is empty, never guessed from something alike; what is gone is gone.
    """
    for language in new:
        (locales(top) / language / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    for domain in COLLECT:
        collected = template(domain, top)
        for folder in sorted(locales(top).glob("*/LC_MESSAGES")):
            _update(folder / f"{domain}.po", collected)


def _update(path: Path, collected: "Catalog") -> None:
    from babel.messages.catalog import Catalog  # noqa: PLC0415 - see the module

    catalogue = Catalog(locale=path.parts[-3], fuzzy=False)
    before = read(path) if path.exists() else catalogue
    for message in collected:
        if not message.id:
            continue
        old = before.get(message.id)
        if old is None or old.id != message.id:
            catalogue.add(message.id)
        else:
            notes = old.user_comments
            catalogue.add(message.id, old.string, flags=old.flags, user_comments=notes)
    _write(path, written(catalogue))


def written(catalogue: "Catalog") -> bytes:
    """Return *catalogue* as a .po file: by text, so that branches merge."""
    from babel.messages.pofile import write_po  # noqa: PLC0415 - see the module

    buffer = BytesIO()
    write_po(
        buffer,
        catalogue,
        width=88,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    kept = [(name, value) for name, value in catalogue.mime_headers if name in HEADER]
    lines = [f"Language: {catalogue.locale_identifier}"]
    lines += [f"{name}: {value}" for name, value in kept]
    header = "".join(f'"{line}\\n"\n' for line in lines)
    return f'msgid ""\nmsgstr ""\n{header}\n'.encode() + buffer.getvalue()


# ── what is made ─────────────────────────────────────────────────────────────────


def build(top: Path = TOP) -> list[Path]:
    """Make what is missing or older than its source; return what was made.

    Several may do so at once: each file is put in its place whole.
    """
    made = []
    for path in sorted(locales(top).glob("*/LC_MESSAGES/*.po")):
        if _is_old(path.with_suffix(".mo"), [path]):
            _write(path.with_suffix(".mo"), _compiled(path))
            made.append(path.with_suffix(".mo"))
    target = texts(top) / "all.json"
    if _is_old(target, texts(top).glob("*.yaml")):
        _write(target, json.dumps(_read(top), ensure_ascii=False).encode())
        made.append(target)
    return made


def _compiled(path: Path) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - see the module

    catalogue, buffer = read(path), BytesIO()
    for message in list(catalogue):
        if message.id and not all(strings(message)):  # what is read is the English
            catalogue.delete(message.id)
    write_mo(buffer, catalogue, use_fuzzy=False)
    return buffer.getvalue()


def strings(message: "Message") -> tuple[str, ...]:
    """Return what *message* is in the catalogue's language, each plural of it."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def _is_old(target: Path, made_of: Iterable[Path]) -> bool:
    """Tell whether *target* is not there, or older than something it is made of."""
    if not target.exists():
        return True
    at = target.stat().st_mtime_ns
    return any(one.stat().st_mtime_ns >= at for one in made_of)


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def main(arguments: list[str]) -> None:
    """Build; after `update`, collect first, also for the languages that follow it."""
    if arguments[:1] == ["update"]:
        update(new=arguments[1:])
    build()


if __name__ == "__main__":
    main(sys.argv[1:])
