"""What people type while the bot is under load, and where they sit."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.trials.slackish import TEAM

PEOPLE = 200
CHANNELS = 200  # a channel takes one new message a second, so cards need many
FIRST_ROOM = 100_000

CODES = (
    "FailedOperation.SlowDown",
    "AuthFailure.SignatureExpire",
    "RequestLimitExceeded",
    "InternalError",
    "NoSuch.Code",
)
GS = ("1326515201117065216", "1326515201117065217")


@dataclass(frozen=True, slots=True)
class Typed:
    """One slash command; *room* is the relay's room, if it starts one."""

    number: int
    command: str
    text: str
    room: int = 0

    @property
    def trigger(self) -> str:
        """What a form is opened with; it leads back to the command."""
        return f"t{self.number}.1"

    def body(self, answer_url: str) -> bytes:
        """Return the form that Slack posts."""
        fields = {
            "token": "proves-nothing",
            "team_id": TEAM,
            "team_domain": "trial",
            "channel_id": f"C{self.number % CHANNELS:06}",
            "channel_name": "ops",
            "user_id": f"U{self.number % PEOPLE:06}",
            "user_name": "somebody",
            "command": self.command,
            "text": self.text,
            "api_app_id": "A0TRIAL",
            "is_enterprise_install": "false",
            "response_url": answer_url,
            "trigger_id": self.trigger,
        }
        return urlencode(fields).encode()


def click(number: int, button: dict[str, str], place: tuple[str, str]) -> bytes:
    """Return the form that Slack posts when *button*, on a card, is pressed."""
    channel, ts = place
    user = {"id": f"U{number % PEOPLE:06}", "team_id": TEAM, "name": "somebody"}
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "trial"},
        "user": user,
        "api_app_id": "A0TRIAL",
        "trigger_id": f"t{number}.1",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel},
        "channel": {"id": channel, "name": "ops"},
        "message": {"type": "message", "ts": ts, "text": ""},
        "actions": [{"type": "button", "action_ts": f"{number}.2", **button}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


class Mix:
    """Makes commands in the proportions of a busy day; *seed* repeats them."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - not for secrets
        self._number = 0
        self._room = FIRST_ROOM
        self._kinds: tuple[tuple[int, Callable[[], Typed]], ...] = (
            (30, self._error),
            (15, lambda: self._typed("/relay", "list")),
            (10, lambda: self._typed("/relay", f"status R{self._pick(400)}")),
            (5, lambda: self._typed("/relay", "recent mine")),
            (10, self._dry_run),
            (5, lambda: self._typed("/relay", "start 295066")),
            (10, lambda: self._typed("/patchbay", "help")),
            (5, lambda: self._typed("/relay", "statsu R1")),
            (4, lambda: self._typed("/gs", self._random.choice(GS))),
            (4, lambda: self._typed("/lookup", f"R{self._pick(400)}")),
            (2, self.start),
        )

    def any(self) -> Typed:
        """Return the next command of the mix."""
        weights = [weight for weight, _make in self._kinds]
        _weight, make = self._random.choices(self._kinds, weights)[0]
        return make()

    def start(self) -> Typed:
        """Return a start that is sent at once, of a room and to a target of its own."""
        self._room += 1
        return self._typed("/relay", _start(self._room, "--go"), self._room)

    def next_number(self) -> int:
        """Return a number that nothing else has."""
        self._number += 1
        return self._number

    def _error(self) -> Typed:
        return self._typed("/lookup", self._random.choice(CODES))

    def _dry_run(self) -> Typed:
        return self._typed("/relay", _start(self._pick(900_000), "--dry-run"))

    def _pick(self, most: int) -> int:
        return self._random.randint(1, most)

    def _typed(self, command: str, text: str, room: int = 0) -> Typed:
        return Typed(self.next_number(), command, text, room)


def _start(room: int, flag: str) -> str:
    return f"start {room} url=rtmp://push.example.com/live/s{room} {flag}"
