"""Every field of every request says whether it lets something go or come from where."""

from typing import Annotated

import pytest
from pydantic import BaseModel

from bot.exit_table import Exits
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Part
from bot.tencent.models.exits import (
    NO_EXIT,
    Exit,
    Leads,
    Row,
    leading,
    marks_of,
    model_in,
)
from bot.tencent.models.values import Many, Name


def leaves(model, path=""):
    """Yield every field below *model* that holds a value: its path, and its marks."""
    for name, info in model.model_fields.items():
        here = f"{path}{info.alias or name}"
        if inner := model_in(info.annotation):
            yield from leaves(inner, f"{here}.")
        else:
            yield here, marks_of(info)


FIELDS = {
    f"{action}:{path}": marks
    for action, request in REQUESTS.items()
    for path, marks in leaves(request)
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_classified_once(field):
    assert len(FIELDS[field]) == 1


def test_the_walk_reaches_every_field_that_leads_somewhere():
    found = {
        field.partition(":")[2].rpartition(".")[2]: mark.row
        for field, (mark,) in FIELDS.items()
        if mark is not NO_EXIT
    }

    assert found == {
        "PublishCdnUrl": Row.PUSH,
        "PublishStreamURL": Row.PUSH,
        "BackgroundImageUrl": Row.PICTURES,
        "TransparentUrl": Row.PICTURES,
        "WaterMarkUrl": Row.PICTURES,
        "UniRecord": Row.STORES,
        "Vendor": Row.STORES,
        "Region": Row.STORES,
        "Bucket": Row.STORES,
        "EndpointUrl": Row.STORES,
        "SubAppId": Row.VOD_APPS,
        "RoomId": Row.ROOMS,
        "RoomIdType": Row.ROOMS,
        "UserId": Row.ROOMS,
        "ApplicationParameters": Row.CAR_PARAMETERS,
    }


def test_every_kind_of_exit_has_its_row_in_the_table():
    assert [*Row, PAGER] == [*Exits.model_fields]


PAGER = "pager"  # where alerts go, which no request of Tencent's leads to


class Within(BaseModel):
    both: Annotated[str, NO_EXIT, Leads(Row.PUSH)]
    listed: Many[Annotated[Name, Leads(Row.PUSH)]] | None = None


class Odd(BaseModel):
    url: str
    inner: Within | None = None


def test_a_field_that_nobody_classified_is_found_wherever_it_is():
    assert dict(leaves(Odd)) == {
        "url": (),
        "inner.both": (NO_EXIT, Leads(Row.PUSH)),
        "inner.listed": (Leads(Row.PUSH),),
    }


class Several(Part):
    hosts: Many[Annotated[Name, Leads(Row.PUSH, str.upper)]] | None = None
    plain: Annotated[Name, NO_EXIT] = "x"


def test_unless_a_class_says_otherwise_each_value_is_a_place_by_itself():
    assert leading(Several) == (("Hosts", Leads(Row.PUSH, str.upper)),)
    exits = list(Several.exits({"Hosts": ["a", "b"], "Plain": "c"}, {}))
    assert exits == [
        Exit(Row.PUSH, "Hosts", ("a",), str.upper),
        Exit(Row.PUSH, "Hosts", ("b",), str.upper),
    ]
    assert [one.place for one in exits] == ["A", "B"]
    assert list(Several.exits({"Hosts": [""]}, {})) == []


def test_what_people_read_of_an_exit_is_made_when_somebody_reads_it():
    read = []

    def shown(text):
        read.append(text)
        return text

    places = [Exit(Row.PUSH, "Hosts", (name,), shown) for name in ("a", "b")]

    assert (places[1].place, read) == ("b", ["b"])


def test_what_an_exit_is_checked_by_is_in_no_text_of_it():
    assert "key" not in repr(Exit(Row.PUSH, "Url", ("rtmp://h/a/key",), "rtmp://h/a"))
