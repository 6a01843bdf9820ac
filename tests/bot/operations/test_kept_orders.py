"""Orders as they are kept: whole, whatever fields they have."""

from dataclasses import fields, is_dataclass, replace
from functools import partial
from types import UnionType
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAllowed
from bot.operations.kept_orders import digest_of, kept, orders_of
from bot.operations.orders import Order
from bot.resources.registry import RESOURCES
from bot.settings import App
from bot.tencent.models.base import Request
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from tests.bot.access.test_second import MAIN, START, STOP


def values_of(hint):
    """Draw what a field of an order may be, requests and apps in it, too."""
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return st.one_of(*map(_values_of, kinds))


def _values_of(kind):
    if isinstance(kind, type) and issubclass(kind, Request):
        return st.sampled_from([START, STOP])
    if kind is App:
        return st.just(MAIN)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = (one.name for one in fields(kind))
        return st.builds(kind, **{name: values_of(hints[name]) for name in names})
    return st.from_type(kind)


orders = partial(values_of, Order)


@given(st.lists(orders(), min_size=1, max_size=3))
def test_every_field_of_an_order_comes_back_as_it_was(made):
    again = orders_of(kept(made), RESOURCES, (MAIN,))

    assert again == made


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
