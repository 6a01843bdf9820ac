"""A wrong setting is told by its place and its key, in words of whoever writes it."""

import pytest
from pydantic import BaseModel, ValidationError

from bot.config.faults import PATTERNS, PLAIN, called, or_rather, sentence, told_of
from bot.config.sources import keys, model_of
from bot.settings import Settings

TABLE = {
    "apps": [{"name": "live"}, {"name": 7}, {}],
    "policy": {"rules": [{"name": "a\n" + "b" * 60}]},
}


def fields(model, at=()):
    """Yield every field of *model* and of the tables in it, with its name."""
    for name, field in model.model_fields.items():
        yield name, field
        if inner := model_of(field):
            yield from fields(inner, (*at, name))


def errors(model, value):
    with pytest.raises(ValidationError) as told:
        model.model_validate(value)
    return told.value.errors()


def test_every_key_with_a_pattern_is_told_what_it_takes():
    patterned = {name for name, field in fields(Settings) if "pattern" in repr(field)}

    assert patterned == set(PATTERNS)


WRONG = (True, 7, -1, 10**30, 1.5, "", "?", "x" * 9999, [], [1], {}, {"x": 1}, None)


@pytest.mark.parametrize("name", sorted(keys(Settings)))
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_no_key_is_told_in_the_words_of_the_library(name, wrong):
    try:
        Settings.model_validate({name: wrong})
    except ValidationError as refused:
        told = [sentence(dict(one), {name: wrong}, "f") for one in refused.errors()]
        assert all(one.startswith(f"f: {name}") or "f, " in one for one in told)
        assert not any("Input" in one or "should" in one for one in told), told


def test_every_variable_is_told_in_the_same_words():
    for field in Settings.model_fields.values():
        if name := field.validation_alias:
            for wrong in ("\x00", "x" * 99, "-1", "9" * 5000):
                try:
                    Settings.model_validate({name: wrong})
                except ValidationError as refused:
                    told = [sentence(one, {}, "f") for one in refused.errors()]
                    assert told[0].startswith(f"{name}: ")
                    assert not any("Input" in one for one in told)


@pytest.mark.parametrize(
    ("loc", "place"),
    [
        (("BOT_PORT",), "BOT_PORT"),
        (("command_prefix",), "f: command_prefix"),
        (("policy", "limits", "width"), "f, [policy.limits]: width"),
        (("apps", 0, "region"), 'f, app "live": region'),
        (("apps", 1, "region"), "f, app 2: region"),
        (("apps", 2), "f, app 3"),
        (("apps", 0, "hosts", 1), 'f, app "live": hosts, entry 2'),
        (("policy", "rules", 0, "users"), f'f, rule "a?{"b" * 38}…": users'),
    ],
)
def test_a_place_is_named_as_people_look_for_it(loc, place):
    assert told_of(loc, TABLE, "f", "no") == f"{place}: no"


def test_what_is_missing_is_named():
    class Table(BaseModel):
        needed: int

    (error,) = errors(Table, {})
    assert sentence(error, {}, "f") == "f: needed is missing"


def test_an_error_without_words_of_its_own_says_what_the_check_says():
    error = {"loc": ("a",), "type": "value_error", "msg": "Value error, it is late"}

    assert "value_error" not in PLAIN
    assert sentence(error, {}, "f") == "f: a: it is late"


def test_names_that_were_meant_are_asked_for():
    assert or_rather(()) == ""
    assert or_rather(["a", "b"], '"') == '; did you mean "a" or "b"?'
    assert called("f", "app", "x") == 'f, app "x"'
