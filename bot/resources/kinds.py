"""Every kind of thing that a bot knows, by what names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.ids import Kind
from bot.journal.lifecycle import Lifecycle
from bot.journal.model import Intent
from bot.resources.base import Resource
from bot.tencent.models.base import Request


@dataclass(frozen=True)
class Registry:
    """Every resource that this bot knows."""

    resources: tuple[Resource, ...]

    @cached_property
    def requests(self) -> Mapping[str, type[Request[Any]]]:
        """Every request that may be sent, by its action."""
        return {r.action: r for one in self.resources for r in one.requests}

    @cached_property
    def looks(self) -> Mapping[str, type[Request[Any]]]:
        """Every request that only looks at a thing, by its action."""
        return {r.action: r for one in self.resources for r in one.looks}

    @property
    def all_requests(self) -> tuple[type[Request[Any]], ...]:
        """Every request, whatever it does."""
        return (*self.requests.values(), *self.looks.values())

    @cached_property
    def _by_kind(self) -> Mapping[Kind, Resource]:
        return {one.kind: one for one in self.resources}

    @cached_property
    def _by_action(self) -> Mapping[str, Resource]:
        return {r.action: one for one in self.resources for r in one.requests}

    @property
    def lifecycles(self) -> Mapping[Kind, Lifecycle]:
        """What the journal folds facts with, by kind."""
        return self._by_kind

    def of(self, intent: Intent) -> Resource:
        """Return the resource of *intent*."""
        return self._by_kind[intent.subject.kind]

    def sending(self, request: Request[Any]) -> Resource:
        """Return the resource that *request* belongs to."""
        return self._by_action[request.action]

    def wanting(self, action: str) -> Resource:
        """Return the resource that *action* belongs to."""
        return self._by_action[action]

    def request_of(self, intent: Intent) -> type[Request[Any]]:
        """Return the request class of *intent*."""
        return self.requests[intent.action]
