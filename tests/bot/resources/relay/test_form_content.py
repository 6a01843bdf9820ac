"""The fields on what is relayed: each layout asks for what it needs."""

import pytest

from bot.resources.relay.form_content import quality, what, whole
from bot.resources.relay.plan import READY, defaults
from bot.settings import Limits

PLAN = defaults(Limits())


def drawn(**plan):
    return {one.name: one for one in what({**PLAN, **plan})}


@pytest.mark.parametrize(
    ("layout", "asks"),
    [
        ("grid", set()),
        *((layout, {"users"}) for layout in READY),
        ("float", {"large"}),
        ("screen", {"large"}),
        ("custom", {"cells"}),
    ],
)
def test_a_layout_asks_for_what_it_needs(layout, asks):
    assert drawn(layout=layout).keys() == {"what", "layout", *asks}


def test_who_is_where_may_be_left_open_and_cells_may_not():
    assert drawn(layout="side")["users"].optional
    assert drawn(layout="float")["large"].optional
    assert not drawn(layout="custom")["cells"].optional


def test_every_layout_is_offered_by_its_word():
    offered = [one.value for one in drawn()["layout"].options]

    assert offered == ["grid", "side", "1+n", "pip", "float", "screen", "custom"]


def test_only_a_mix_has_a_quality():
    assert [one.name for one in quality(PLAN, Limits())] == ["quality"]
    assert list(quality({**PLAN, "what": "one"}, Limits())) == []


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("", 5), ("x", 5), ("٧", 5)])
def test_what_is_no_number_is_the_usual_one(text, number):
    assert whole(text, 5) == number
