"""Orders as they are kept until a second person has decided: whole, to be sealed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from bot.errors import NotAllowed
from bot.i18n import _
from bot.operations.orders import Order, digest
from bot.resources.kinds import Registry
from bot.settings import App
from bot.tencent.models.base import Request


def digest_of(orders: Sequence[Order], resources: Registry) -> str:
    """Return what is equal for *orders* that do the same to the same things."""
    if len(orders) == 1:
        return _digest(orders[0], resources)
    each = sorted(_digest(one, resources) for one in orders)
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def _digest(order: Order, resources: Registry) -> str:
    resource = resources.sending(order.request)
    own = digest(order.request, resource.digested(order.request.to_wire()))
    if order.before is None:
        return own
    first = digest(order.before, order.before.to_wire())
    return hashlib.sha256(f"{first}\n{own}".encode()).hexdigest()


def kept(orders: Sequence[Order]) -> bytes:
    """Write *orders* as JSON, with every secret in them: to be sealed at once."""
    return json.dumps([_written(one) for one in orders]).encode()


def orders_of(text: bytes, resources: Registry, apps: Sequence[App]) -> list[Order]:
    """Read the orders that `kept` wrote.

    Raises:
        NotAllowed: the application of one is not among *apps* any more.
    """
    reader = _Reader(resources, apps)
    return [reader.read(one, Order) for one in json.loads(text)]


def _written(value: Any) -> Any:
    """Write a *value* of an order: a request whole, an app by its name."""
    match value:
        case Request():
            return {"action": value.action, "fields": value.to_json().decode()}
        case App():
            return value.name
        case _ if is_dataclass(value):
            names = (one.name for one in fields(value))
            return {name: _written(getattr(value, name)) for name in names}
        case _:
            return to_jsonable_python(value)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what `_written` wrote, by the types that the fields of an order have."""

    resources: Registry
    apps: Sequence[App]

    def read(self, written: Any, hint: Any) -> Any:
        """Return the value of the type *hint* that was *written*."""
        if written is None:
            return None
        kind = _without_none(hint)
        if _is_a(kind, Request):
            request = self.resources.requests[written["action"]]
            return request.of_json(written["fields"])
        if _is_a(kind, App):
            return self._app(written)
        if isinstance(kind, type) and is_dataclass(kind):
            hints = get_type_hints(kind)
            return kind(
                **{name: self.read(of, hints[name]) for name, of in written.items()}
            )
        return TypeAdapter(kind).validate_python(written)

    def _app(self, name: str) -> App:
        app = next((one for one in self.apps if one.name == name), None)
        if app is None:
            sentence = _("The application {app} is not configured any more.")
            raise NotAllowed(sentence.format(app=name), rule="apps")
        return app


def _is_a(kind: Any, parent: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, parent)


def _without_none(hint: Any) -> Any:
    """Return what `X | None` is beside None; any other type as it is."""
    if not isinstance(hint, UnionType):
        return hint
    return next(one for one in get_args(hint) if one is not NoneType)
