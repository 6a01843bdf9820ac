"""Orders as they are kept: whole, whatever fields they have."""

from dataclasses import fields, replace
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAllowed
from bot.operations.kept_orders import digest_of, kept, orders_of
from bot.operations.orders import Order
from bot.resources.registry import RESOURCES
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from tests.bot.access.test_second import MAIN, START, STOP

PLAIN = {
    name: st.from_type(hint)
    for name, hint in get_type_hints(Order).items()
    if name not in {"request", "app"}
}


@st.composite
def orders(draw):
    plain = {name: draw(values) for name, values in PLAIN.items()}
    request = draw(st.sampled_from([START, STOP]))
    return Order(**plain, request=request, app=draw(st.sampled_from([MAIN, None])))


@given(st.lists(orders(), min_size=1, max_size=3))
def test_every_field_of_an_order_comes_back_as_it_was(made):
    again = orders_of(kept(made), RESOURCES, (MAIN,))

    assert again == made
    assert {one.name for one in fields(Order)} == {*PLAIN, "request", "app"}


@given(orders())
def test_what_does_the_same_has_the_same_digest(made):
    (again,) = orders_of(kept([made]), RESOURCES, (MAIN,))

    assert digest_of([again], RESOURCES) == digest_of([made], RESOURCES)


def test_the_digest_of_many_is_of_each_in_any_order():
    other = StopPublishCdnStream.of({"SdkAppId": 1400000001, "TaskId": "-other"})
    one = Order(id="01", request=STOP, app=MAIN)
    two = replace(one, request=other)

    assert digest_of([one, two], RESOURCES) == digest_of([two, one], RESOURCES)
    assert digest_of([one, one], RESOURCES) != digest_of([one, two], RESOURCES)


def test_an_application_that_is_gone_lets_nothing_be_sent():
    text = kept([Order(id="01", request=START, app=MAIN)])

    with pytest.raises(NotAllowed, match="main is not configured any more"):
        orders_of(text, RESOURCES, ())
