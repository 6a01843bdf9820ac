"""What Slack hands out for a short while: triggers, response URLs, upload places."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sandbox.slack.model.objects import Refusal

TRIGGER_LIFE = 3.0  # seconds
URL_LIFE = 30 * 60.0  # seconds
URL_USES = 5


def name(random: bytes) -> str:
    """Return *random* as Slack writes IDs: capitals and digits."""
    return base64.b32encode(random).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Trigger:
    """The right to open one modal, for 3 seconds; *view* is the modal it came from."""

    user: str
    view: str
    dies: float
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseUrl:
    """The right to answer in *channel*, 5 times in 30 minutes.

    *original* is the timestamp of the message that was acted on, if one was.
    """

    channel: str
    user: str
    original: str = ""
    thread: str = ""
    dies: float = 0.0
    left: int = URL_USES


class Grants:
    """All that is handed out. *random* gives bytes, *clock* monotonic seconds."""

    def __init__(
        self, random: Callable[[int], bytes], clock: Callable[[], float]
    ) -> None:
        self._random = random
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self._links: set[str] = set()

    def trigger(self, user: str, view: str = "") -> str:
        """Hand out a trigger_id to *user*."""
        key = f"{self._number()}.{self._number()}.{self._random(16).hex()}"
        self._triggers[key] = Trigger(user, view, self._clock() + TRIGGER_LIFE)
        return key

    def take_trigger(self, key: str) -> Trigger:
        """Use up a trigger_id.

        Raises:
            Refusal: it never was one, is older than 3 s, or was used before.
        """
        trigger = self._triggers.get(key)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock() > trigger.dies:
            raise Refusal("expired_trigger_id")
        self._triggers[key] = replace(trigger, used=True)
        return trigger

    def response_url(self, url: ResponseUrl) -> str:
        """Hand out the last part of a response_url."""
        key = name(self._random(15))
        self._urls[key] = replace(url, dies=self._clock() + URL_LIFE)
        return key

    def take_url(self, key: str) -> ResponseUrl:
        """Use a response_url once.

        Raises:
            Refusal: it never was one, is too old, or was used 5 times.
        """
        url = self._urls.get(key)
        if url is None or self._clock() > url.dies:
            raise Refusal("expired_url")
        if not url.left:
            raise Refusal("used_url")
        self._urls[key] = replace(url, left=url.left - 1)
        return url

    def link(self) -> str:
        """Hand out a ticket for one Socket Mode connection."""
        key = self._random(16).hex()
        self._links.add(key)
        return key

    def take_link(self, key: str) -> bool:
        """Use up a Socket Mode ticket; False when it is not one (any longer)."""
        is_valid = key in self._links
        self._links.discard(key)
        return is_valid

    def _number(self) -> int:
        return int.from_bytes(self._random(5), "big")
