"""Pydantic's errors, as sentences for the person who typed the values.

Whole numbers are the only values that a sentence repeats, and never where text is
expected: so no secret can come back in one.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from bot.i18n import _
from bot.tencent.models.nouns import entry, noun

# Where, in Tencent's names ("LayoutParams.MixLayoutList.3.LocationX"), and a sentence.
Broken = Iterable[tuple[str, str]]

LARGEST_SHOWN = 10**18
FAULT = "fault"  # the type of the errors that are our own
_NAME = re.compile(r"[A-Za-z_]{1,40}")  # no digits: a key or a token has some
_PLACE = re.compile(r"line (\d+) column (\d+)")


def fault(sentence: str, **values: object) -> PydanticCustomError:
    """Return the error of one value.

    *sentence* may have *values* in it, `{what}` for the field and `{given}` for the
    value.
    """
    return PydanticCustomError(FAULT, FAULT, {"sentence": sentence, **values})


def between_fields(broken: Iterable[tuple[str, str]]) -> ValidationError:
    """Return the error of values that do not go together: where, and a sentence."""
    return ValidationError.from_exception_data(
        FAULT,
        [
            InitErrorDetails(
                type=PydanticCustomError(FAULT, FAULT, {"whole": sentence}),
                loc=tuple(_steps(path)),
                input=None,
            )
            for path, sentence in broken
        ],
        hide_input=True,
    )


def faults_of(error: ValidationError, root: type[BaseModel]) -> dict[str, str]:
    """Return the faults of the values that were to be a *root*.

    A sentence for each field, under its dotted path in Tencent's names; the empty path
    is the whole.
    """
    faults: dict[str, str] = {}
    for one in error.errors(include_url=False):
        path, holder = _place(one["loc"], root)
        sentence = _sentence(one, path, holder)
        field = ".".join(path)
        faults[field] = f"{faults[field]} {sentence}" if field in faults else sentence
    return faults


def _steps(path: str) -> Iterator[str | int]:
    for step in path.split(".") if path else ():
        yield int(step) if step.isdigit() else step


def _place(
    loc: tuple[str | int, ...], root: type[BaseModel]
) -> tuple[list[str], type[BaseModel] | None]:
    """Return *loc* in Tencent's names, and the model that its last name is in."""
    path: list[str] = []
    holder: type[BaseModel] | None = None
    inside: type[BaseModel] | None = root
    for step in loc:
        if isinstance(step, int):
            path.append(str(step))
            continue
        holder = inside
        name, field = _field(step, holder)
        path.append(name)
        inside = _model_in(field.annotation) if field else None
    return path, holder


def _field(step: str, holder: type[BaseModel] | None) -> tuple[str, FieldInfo | None]:
    """Return the name to show for *step*, and the field that it is, if it is one."""
    for name, field in holder.model_fields.items() if holder else ():
        if step in {name, field.alias}:
            return field.alias or name, field
    return step if _NAME.fullmatch(step) else "…", None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_model_in(inner) for inner in get_args(annotation))
    return next((model for model in models if model), None)


def _sentence(
    error: ErrorDetails, path: list[str], holder: type[BaseModel] | None
) -> str:
    kind, value, values = error["type"], error["input"], error.get("ctx", {})
    what = _noun(path)
    if "whole" in values:
        return str(values["whole"])
    if kind == FAULT:
        params = {**values, "what": what, "given": _shown(value)}
        sentence = values["sentence"]  # or what returns it, in the reader's language
        return str(sentence() if callable(sentence) else sentence).format(**params)
    if kind == "extra_forbidden":
        return _unknown(path[-1], holder)
    if kind == "json_invalid":
        return _not_json(str(values.get("error", "")))
    sentence = _sentences().get(kind) or _("The {what} is not valid.")
    return sentence.format(
        what=what,
        given=_called(value),
        most=values.get("max_length"),
        count=values.get("actual_length"),
    )


def _noun(path: list[str]) -> str:
    """Return what stands at *path*; of what is in a list, not the list."""
    name = next((step for step in reversed(path) if not step.isdigit()), "")
    return entry(name) if path and path[-1].isdigit() else noun(name)


def _sentences() -> dict[str, str]:
    """Return the sentence for each type of pydantic's own errors."""
    no_object = _("The {what} is an object, {{…}}; {given} was given.")
    return {
        "missing": _("The {what} is missing."),
        "int_type": _(
            "The {what} is a whole number, without quotes; {given} was given."
        ),
        "string_type": _("The {what} is text, in quotes; {given} was given."),
        "tuple_type": _("The {what} is a list, […]; {given} was given."),
        "too_long": _("The {what} takes {most} at most; {count} were given."),
        "model_type": no_object,
        "dict_type": no_object,
        "invalid_key": _("The name of a field is text, in quotes."),
    }


def _unknown(typed: str, holder: type[BaseModel] | None) -> str:
    fields = holder.model_fields.items() if holder else ()
    names = sorted(field.alias or name for name, field in fields)
    folded = {name.casefold(): name for name in names}
    if near := get_close_matches(typed.casefold(), folded, n=1):
        nearest = folded[near[0]]
        sentence = _("There is no field “{typed}” here; did you mean {nearest}?")
        return sentence.format(typed=typed, nearest=nearest)
    return _("There is no field “{typed}” here.").format(typed=typed)


def _not_json(why: str) -> str:
    if place := _PLACE.search(why):
        return _("That is not JSON: see line {line}, column {column}.").format(
            line=place[1], column=place[2]
        )
    return _("That is not JSON.")


def _shown(value: object) -> str:
    if type(value) is int and abs(value) < LARGEST_SHOWN:
        return str(value)
    return _called(value)


def _called(value: object) -> str:
    """Return the kind of *value*; never the value."""
    kinds = {
        type(None): _("nothing"),
        bool: _("true or false"),
        int: _("a number"),
        float: _("a fraction"),
        str: _("text"),
        dict: _("an object"),
    }
    return kinds.get(type(value), _("a list"))
