"""What the tests of the models have in common: a request, and ways to spoil it."""

import json
import re
from copy import deepcopy
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr

from bot.errors import InvalidRequest
from bot.tencent.models.trtc.requests import StartPublishCdnStream

EXAMPLES = Path(__file__).parents[3] / "examples"

# No UserSig is kept in the examples: each gets one that is nobody's.
FAKE_USER_SIG = "eJ" + "w0" * 40


@pytest.fixture
def example():
    """Return the published example *name*: its request and its reply."""

    def read(name):
        text = (EXAMPLES / f"{name}.json").read_text("utf-8")
        found = json.loads(text.replace("<usersig>", FAKE_USER_SIG))
        return found["request"], found["reply"]["Response"]

    return read


@pytest.fixture
def mix(example):
    """A mix of two users in a custom layout with a watermark."""
    return example("trtc-1-mix-av")[0]


@pytest.fixture
def put():
    """Return how to change a request: a dotted path, and a value (... removes it)."""

    def put(fields, *changes):
        changed = deepcopy(fields)
        for path, value in changes:
            *way, last = path.split(".")
            inside = changed
            for step in way:
                if isinstance(inside, list):
                    inside = inside[int(step)]
                else:
                    inside = inside.setdefault(step, {})
            key = int(last) if isinstance(inside, list) else last
            if value is ...:
                del inside[key]
            else:
                inside[key] = deepcopy(value)
        return changed

    return put


@pytest.fixture
def faults():
    """Return how to learn what is wrong with a request, field by field."""

    def faults(fields, request=StartPublishCdnStream):
        try:
            request.of(fields)
        except InvalidRequest as error:
            return error.faults
        return {}

    return faults


@pytest.fixture
def told(mix, put, faults):
    """Return how to learn what a spoilt *mix* is told."""
    return lambda *changes: faults(put(mix, *changes))


# ── what the official SDK says of the same fields ────────────────────────────────


def kind_of(annotation):
    """Return what the SDK would call *annotation*: str, int, a class, a list of one."""
    if get_origin(annotation) in {Union, UnionType}:
        (annotation,) = (one for one in get_args(annotation) if one is not type(None))
        return kind_of(annotation)
    if hasattr(annotation, "__metadata__"):
        return kind_of(annotation.__origin__)
    if get_origin(annotation) is tuple:
        return f"list of {kind_of(get_args(annotation)[0])}"
    if hasattr(annotation, "__supertype__"):
        return kind_of(annotation.__supertype__)
    return "str" if annotation is SecretStr else annotation.__name__


@pytest.fixture
def our_fields():
    """Return how to learn the fields of a model of ours, and their kinds."""
    return lambda model: {
        field.alias: kind_of(field.annotation) for field in model.model_fields.values()
    }


@pytest.fixture
def sdk_fields():
    """Return how to learn the same of a class of the SDK, from what it documents."""

    def read(model):
        said = re.findall(r":type (\w+): (.+)", model.__init__.__doc__)
        return {
            name: re.sub(r":class:`[\w.]*\.(\w+)`", r"\1", kind.strip())
            for name, kind in said
        }

    return read


@pytest.fixture
def required():
    """Return how to learn which fields of a model of ours have to be there."""
    return lambda model: {
        field.alias for field in model.model_fields.values() if field.is_required()
    }


@pytest.fixture
def models_in():
    """Return how to learn every model that a request is made of, itself included."""

    def find(annotation):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found = {annotation}
            for field in annotation.model_fields.values():
                found |= find(field.annotation)
            return found
        return set().union(*(find(inner) for inner in get_args(annotation)))

    return find
