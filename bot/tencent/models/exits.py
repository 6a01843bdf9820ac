"""Which fields of a request let something out or in, and where to.

An exit is any place that a request lets media, data or signalling go to or come from.
Every field that holds a value is marked, by `Leads` or by `NO_EXIT`; a test walks all
requests and names the field that is not. Which exits are allowed is for policy to say.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Wire = Mapping[str, Any]


class Row(StrEnum):
    """A kind of exit: a row of the policy's table, by its name there."""

    PUSH = "push"
    PICTURES = "pictures"
    STORES = "stores"
    VOD_APPS = "vod_apps"
    ROOMS = "rooms"
    CAR_PARAMETERS = "car_parameters"


@dataclass(frozen=True, slots=True)
class Leads:
    """The mark of a field that names an exit of *row*, or a part of one.

    *shown* returns its value as people may read it.
    """

    row: Row
    shown: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Stays:
    """The mark of a field that lets nothing out or in by itself."""


NO_EXIT = Stays()
Mark = Leads | Stays


@dataclass(frozen=True, slots=True)
class Exit:
    """A place: what kind it is, the field that names it, and its *parts* for the table.

    *path* is dotted, in Tencent's names. *parts* may hold secrets; *shown* is what
    people read, which holds none, or makes that of the only part.
    """

    row: Row
    path: str
    parts: tuple[str, ...] = field(repr=False)
    shown: str | Callable[[str], str]

    @property
    def place(self) -> str:
        """What people read, worked out for those who do: most exits are allowed."""
        return self.shown if isinstance(self.shown, str) else self.shown(*self.parts)


def marks_of(info: FieldInfo) -> tuple[Mark, ...]:
    """Return the marks of a field, wherever in its type they stand."""
    return (*_marks_in(info.metadata), *_marks_within(info.annotation))


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a field of the type *annotation* holds, if it does."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (model_in(inner) for inner in get_args(annotation))
    return next((model for model in models if model), None)


@cache
def leading(model: type[BaseModel]) -> tuple[tuple[str, Leads], ...]:
    """Return the fields of *model* that are marked as exits, in Tencent's names."""
    return tuple(
        (info.alias or name, mark)
        for name, info in model.model_fields.items()
        for mark in marks_of(info)
        if isinstance(mark, Leads)
    )


@cache
def nested(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel]], ...]:
    """Return the fields of *model* that hold models with exits, in Tencent's names."""
    inner = (
        (info.alias or name, model_in(info.annotation))
        for name, info in model.model_fields.items()
    )
    return tuple(
        (name, one)
        for name, one in inner
        if one and (leading(one) or nested(one) or "exits" in vars(one))
    )


def each_marked(model: type[BaseModel], fields: Wire) -> Iterator[Exit]:
    """Yield each field of *fields* that is marked as an exit, by itself."""
    for name, mark in leading(model):
        value = fields.get(name)
        for text in value if isinstance(value, list | tuple) else (value,):
            if text is not None and text != "":
                yield Exit(mark.row, name, (str(text),), mark.shown)


def _marks_in(metadata: Any) -> Iterator[Mark]:
    return (one for one in metadata if isinstance(one, Mark))


def _marks_within(annotation: Any) -> Iterator[Mark]:
    yield from _marks_in(getattr(annotation, "__metadata__", ()))
    for inner in get_args(annotation):
        yield from _marks_within(inner)
