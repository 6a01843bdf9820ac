"""Relay requests of every shape: the seed examples with their fields changed."""

import copy
import json
import random
from pathlib import Path
from typing import Any

from bot.errors import InvalidRequest
from bot.sandbox.cloud.checks import ACTIONS, CloudFault, check_fields, check_relay
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from tests.trials.fuzz_front import Front, Json
from tests.trials.fuzz_kit import Case, fit_to_tell, places, value
from tests.trials.fuzz_words import slack_in

EXAMPLES = Path(__file__).parent.parent / "examples"
ACTION = "StartPublishCdnStream"
SEEDS: list[Json] = [
    json.loads(path.read_text(encoding="utf-8"))["request"]
    for path in sorted(EXAMPLES.glob("trtc-*.json"))
]
EDGES = (-1, 0, 1, 2, 3, 4, 5, 15, 16, 17, 59, 60, 61, 1919, 1920, 1921, 1922)
EDGES = (*EDGES, 9_999, 10_000, 10_001, 86_400, 86_401, 2**31, 2**32 - 1, 2**32, 2**64)
TEXTS = ("", "0", "a", "a" * 64, "a" * 65, "0x00FF00", "0xGG", "295066", "rtmp://a/b/c")


def make(source: random.Random) -> Json:
    """Return a request that may be right or wrong in up to four places."""
    fields = copy.deepcopy(source.choice(SEEDS))
    for _ in range(source.choice([0, 1, 1, 2, 4])):
        container, key = source.choice(places(fields) or [({}, "x")])
        _change(container, key, source)
    return fields


def cases(front: Front) -> list[Case]:
    """Return the classes: against the model alone, and typed as `json=…`."""

    async def typed(fields: Json) -> None:
        front.fresh()
        said = slack_in(f"start json={json.dumps(fields)} --dry-run")
        await front.deliver(front.command(said))
        _told, calls = front.take()
        assert calls == [], f"a dry run called {calls}"

    return [
        Case("relay payloads", 5_000, make, _modelled),
        Case("relay payloads, typed", 1_000, make, typed, lambda: front.took),
        Case("seed examples are taken", len(SEEDS) * 3, _nth, _taken),
    ]


async def _modelled(fields: Json) -> None:
    """What the model takes, the cloud's own catalogue takes too."""
    first, second = _verdict(fields), _verdict(fields)
    assert str(first) == str(second), "two verdicts on one request"
    if isinstance(first, InvalidRequest):
        assert first.faults, "refused without a reason"
        fit_to_tell(list(first.faults.values()))
        return
    sent = json.loads(json.dumps(first.to_wire()))
    try:
        check_fields(sent, ACTIONS[ACTION]["fields"], "")
        check_relay(sent)
    except CloudFault as fault:
        raise AssertionError(f"taken, and the cloud says {fault}") from None
    again = StartPublishCdnStream.of_json(json.dumps(sent))
    assert again.to_wire() == sent, "it changes on its way"
    assert "<usersig>" not in json.dumps(first.masked()), "a secret is shown"


async def _taken(number: int) -> None:
    StartPublishCdnStream.of(SEEDS[number])


def _nth(source: random.Random) -> int:
    return source.randrange(len(SEEDS))


def _verdict(fields: Json) -> Any:
    try:
        return StartPublishCdnStream.of(fields)
    except InvalidRequest as refused:
        return refused


def _change(container: Any, key: Any, source: random.Random) -> None:
    inside = container.get(key) if isinstance(container, dict) else container[key]
    how = source.random()
    if how < 0.2 and isinstance(container, dict):
        container.pop(key, None)
    elif how < 0.3 and isinstance(container, dict):
        container[f"{key}X"] = inside
    elif isinstance(inside, int):
        container[key] = source.choice(EDGES)
    elif isinstance(inside, str) and how < 0.8:
        container[key] = source.choice(TEXTS)
    elif isinstance(inside, list) and how < 0.8:
        container[key] = inside * source.choice([0, 2, 9, 20])
    else:
        container[key] = value(source)
