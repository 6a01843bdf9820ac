"""Permits: what policy has to allow before anything that is asked is looked at.

Each subcommand, form, redraw and select source declares one. The router asks for it,
at the place where it was asked; nothing can be registered without one.
"""

from dataclasses import dataclass
from typing import Any, Self

from bot.access.policy import Wish
from bot.settings import App
from bot.tencent.models.base import Level, Request


@dataclass(frozen=True, slots=True)
class Permit:
    """What a rule calls it (`relay.read`), and how much it may do.

    *ends*: it can only end something. *on_apps*: it is about things of the configured
    applications, which rules may name; one of them is enough to be let in. *for_all*:
    strangers and guests may, too, since it tells nobody more than their own rights.
    """

    action: str
    level: Level
    ends: bool = False
    on_apps: bool = False
    for_all: bool = False

    @classmethod
    def of(cls, request: type[Request[Any]], *, on_apps: bool = False) -> Self:
        """Return the permit to send a *request*."""
        ends = request.effect.ends
        return cls(request.permit, request.level, ends=ends, on_apps=on_apps)

    def on(self, app: App | None) -> Wish:
        """Return what policy is asked, of *app* or of none."""
        return Wish(self.action, self.level, app, self.ends)


def checked(permit: Permit, does: type[Request[Any]] | None = None) -> Permit:
    """Return *permit*, which is one, and that of the request that it is for.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(permit, Permit):
        raise TypeError("whatever is asked needs a permit")
    if does and permit.action != does.permit:
        raise TypeError(f"what sends {does.action} needs the permit {does.permit}")
    return permit
