"""Sends what only looks at something, in its turn: nothing is kept or repeated."""

from dataclasses import dataclass
from typing import TypeVar

from bot.errors import Refused
from bot.operations.throttle import Throttles, longest_wait
from bot.tencent.client import Client
from bot.tencent.models.base import Reply, Request
from bot.tencent.retry import ErrorClass, class_of

R = TypeVar("R", bound=Reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Asks by *client*, at the rates of *throttles*."""

    client: Client
    throttles: Throttles

    async def ask(self, request: Request[R], *, language: str = "") -> R:
        """Send *request*, which changes nothing, once; return the reply.

        Once more only if Tencent refused our time, and by its clock then.

        Raises:
            Busy: its turn is too far away. Nothing was sent.
            CloudError: as `Client.send` does.
        """
        try:
            return await self._sent(request, language)
        except Refused as error:
            if class_of(error) is not ErrorClass.WRONG_CLOCK:
                raise
        self.client.correct_clock()
        return await self._sent(request, language)

    async def _sent(self, request: Request[R], language: str) -> R:
        throttle = self.throttles.of(request.action)
        async with throttle.turn(await throttle.take(longest_wait(request))):
            pass  # it leaves now
        try:
            return await self.client.send(request, region="", language=language)
        except Refused as error:
            if class_of(error) is ErrorClass.TOO_FAST:
                await throttle.too_fast()
            raise
