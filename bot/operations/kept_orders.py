"""Orders as they are kept until a second person has decided: whole, to be sealed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from bot.errors import NotAllowed
from bot.i18n import _
from bot.operations.orders import Order, digest
from bot.resources.base import Registry
from bot.settings import App

_OWN_WAY = {"request", "app"}


def digest_of(orders: Sequence[Order], resources: Registry) -> str:
    """Return what is equal for *orders* that do the same to the same things."""
    if len(orders) == 1:
        return _digest(orders[0], resources)
    each = sorted(_digest(one, resources) for one in orders)
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def _digest(order: Order, resources: Registry) -> str:
    resource = resources.sending(order.request)
    return digest(order.request, resource.digested(order.request.to_wire()))


def kept(orders: Sequence[Order]) -> bytes:
    """Write *orders* as JSON, with every secret in them: to be sealed at once."""
    return json.dumps([_kept(one) for one in orders]).encode()


def _kept(order: Order) -> dict[str, Any]:
    plain = {
        name: kind.dump_python(getattr(order, name), mode="json")
        for name, kind in _fields().items()
    }
    return {
        **plain,
        "action": order.request.action,
        "request": order.request.to_json().decode(),
        "app": order.app.name if order.app else "",
    }


def orders_of(text: bytes, resources: Registry, apps: Sequence[App]) -> list[Order]:
    """Read the orders that `kept` wrote.

    Raises:
        NotAllowed: the application of one is not among *apps* any more.
    """
    return [_order(one, resources, apps) for one in json.loads(text)]


def _order(one: dict[str, Any], resources: Registry, apps: Sequence[App]) -> Order:
    app = next((app for app in apps if app.name == one["app"]), None)
    if one["app"] and app is None:
        sentence = _("The application {app} is not configured any more.")
        raise NotAllowed(sentence.format(app=one["app"]), rule="apps")
    plain = {name: kind.validate_python(one[name]) for name, kind in _fields().items()}
    request = resources.requests[one["action"]].of_json(one["request"].encode())
    return Order(**plain, request=request, app=app)


@cache
def _fields() -> dict[str, TypeAdapter[Any]]:
    """Return how each field of an order is written that is a plain value."""
    hints = get_type_hints(Order)
    names = (one.name for one in fields(Order) if one.name not in _OWN_WAY)
    return {name: TypeAdapter(hints[name]) for name in names}
