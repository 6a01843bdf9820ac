"""Whatever is asked by whoever may not: nothing is told, and all of it is recorded.

The ways in are made from the commands' registry: a new one is in here by itself.
"""

from contextlib import AsyncExitStack

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.outcome import Outcome
from bot.settings import Policy
from bot.tencent.models.base import Level
from commands import COMMANDS
from tests.ways import (
    ANA,
    BOB,
    GUS,
    OLGA,
    ONCALL,
    REASONS,
    REFUSED,
    ROOM,
    STRANGERS,
    TEA,
    TED,
    Stage,
    Way,
    is_refusal,
    other_ways,
    typed_ways,
)
from tests.world import make_world


@pytest.fixture
async def stage(tmp_path):
    async with AsyncExitStack() as stack:
        number = 0

        async def made(**policy):
            nonlocal number
            number += 1
            policy = Policy(rules=(ONCALL,), **policy)
            path = tmp_path / f"{number}.db"
            world = await make_world(stack, path, policy=policy, key="k" * 16)
            return await Stage(world).set()

        yield made


async def refused(stage, who, ways, rule, reason):
    """Ask all *ways*; return those that were not refused, or showed something."""
    wrong = []
    for way in ways:
        answer = await stage.ask(way, who)
        whoever = ("U0ANA",) if who is BOB else ()  # a refusal says who may
        if not is_refusal(answer, rule, reason) or stage.shown(answer, whoever):
            wrong.append((way.label, repr(answer)[:300]))
    return wrong


@pytest.mark.parametrize("reads_for_all", [True, False])
@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.short
async def test_strangers_and_guests_are_refused_whatever_they_ask(
    stage, kind, reads_for_all
):
    on, who = await stage(reads_for_all=reads_for_all), STRANGERS[kind]
    rule, reason = REASONS[kind]
    ways = [
        way for way in (*typed_ways(on.names), *other_ways()) if not way.permit.for_all
    ]
    before = await on.state()

    wrong = await refused(on, who, ways, rule, reason)

    recorded = await on.recorded(who)
    actions = {(way.permit.action) for way in ways}
    assert wrong == []
    assert await on.state() == before
    assert {*recorded} == {("deny", action, rule) for action in actions}
    assert len(recorded) == len(actions)  # folded
    assert len(ways) > 1000


@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.parametrize("text", ["", "sotp R1", "stop R1 --json", "R1 R1 R1"])
async def test_strangers_get_no_suggestions_either(stage, kind, text):
    on, (rule, reason) = await stage(), REASONS[kind]
    way = Way("typed", "relay", "", text, COMMANDS["relay"].permits)

    assert is_refusal(await on.ask(way, STRANGERS[kind]), rule, reason)


@pytest.mark.parametrize("reads_for_all", [True, False])
async def test_a_member_without_a_rule_reads_only_where_reads_are_for_all(
    stage, reads_for_all
):
    on = await stage(reads_for_all=reads_for_all)
    every = [
        way for way in (*typed_ways(on.names), *other_ways()) if not way.permit.for_all
    ]
    allowed, ways = [], []
    for way in every:
        is_read = reads_for_all and way.permit.level is Level.READ
        (allowed if is_read else ways).append(way)
    before = await on.state()

    wrong = await refused(on, BOB, ways, "on-call", "You are not among those whom")

    assert wrong == []
    assert await on.state() == before
    assert {*await on.recorded(BOB)} == {
        ("deny", way.permit.action, "on-call") for way in ways
    }
    answers = [(way.label, await on.ask(way, BOB)) for way in allowed]
    assert [label for label, answer in answers if answer and _no(answer)] == []
    assert bool(allowed) is reads_for_all
    assert len(every) > 1000


def _no(answer):
    return isinstance(answer, Outcome) and answer.plain == REFUSED


async def test_whoever_a_rule_names_gets_in_everywhere(stage):
    on = await stage(reads_for_all=False)
    ways = [
        way
        for way in (*typed_ways(on.names), *other_ways())
        if way.surface is Surface.COMMAND
    ]

    answers = [(way.label, await on.ask(way, ANA)) for way in ways]

    out = [label for label, one in answers if REFUSED[2:] in repr(one)]
    assert out == []
    assert len(ways) > 200


async def test_another_workspace_that_is_let_in_sees_its_own_things_alone(stage):
    on = await stage(teams=("T2",), reads_for_all=True)
    things = on.markers - {"live-main", str(on.world.cloud.app_id), "ap-singapore"}
    on.markers = things - {"sqlite", "ingest.example.com", "G1"}  # which Ted has, too
    ways = [
        way
        for way in (*typed_ways(on.names), *other_ways())
        if "--go" not in way.text and way.kind != "reopened"
    ]
    shown = []
    for way in ways:
        answer = await on.ask(way, TED)
        typed = f"{way.text} R1 {ROOM}" if way.surface is Surface.SHORTCUT else way.text
        typed += f" R1 {ROOM}" if way.kind in {"form", "redraw"} else ""
        if seen := on.shown(answer, typed + "U0ANA" * (way.text.startswith("find U"))):
            shown.append((way.label, seen, repr(answer)[:300]))

    exported = await on.ask(
        Way("typed", "patchbay", "audit", "audit export", AUDIT), TED
    )
    assert shown == []
    assert "T0HOME" not in exported.file.text
    assert '"team":"T2"' in exported.file.text
    assert len(ways) > 1000


AUDIT = COMMANDS["patchbay"].subcommands["audit"].permit


# ── what everybody is told ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("reads_for_all", [True, False])
@pytest.mark.parametrize("who", [BOB, GUS, OLGA, TEA], ids=lambda one: one.user)
async def test_help_and_whoami_tell_everybody_their_own_rights_alone(
    stage, who, reads_for_all
):
    on = await stage(reads_for_all=reads_for_all)
    open_ = COMMANDS["patchbay"].subcommands["help"].permit
    pages = [f"{one.name} --help" for one in COMMANDS["relay"].subcommands.values()]
    ways = [Way("typed", "relay", "", text, open_) for text in ("help", *pages)]
    ways += [
        Way("typed", "patchbay", "", text, open_)
        for text in ("", "help", "help relay stop", "whoami")
    ]

    answers = [await on.ask(way, who) for way in ways]

    on.markers -= {"R1", "S1", "G1"}  # the handles of the examples
    if who is BOB and reads_for_all:
        on.markers -= {"live-main"}  # what he may read is on that
    assert [on.shown(one) for one in answers] == [[]] * len(ways)
    assert not any(_no(one) for one in answers)
    assert who.user in repr(answers[-1].parts)
    assert await on.recorded(who) == []


async def test_whoami_tells_strangers_why_they_may_do_nothing(stage):
    on = await stage()
    way = Way("typed", "patchbay", "whoami", "whoami", AUDIT)

    for kind, who in STRANGERS.items():
        rule, reason = REASONS[kind]
        (nothing, named, _you) = (await on.ask(way, who)).parts
        assert nothing.spans == (f"Nothing: {reason}",)
        assert named.spans[0].text == rule


@pytest.mark.parametrize(
    ("who", "reads_for_all", "sentence"),
    [
        (BOB, True, ""),
        (BOB, False, "You are not among those whom “on-call” names."),
        (GUS, True, "Guests may not use this bot."),
        (OLGA, True, "You belong to another workspace."),
        (TEA, False, "You belong to another workspace."),
    ],
)
async def test_home_shows_what_runs_or_says_why_not(
    stage, who, reads_for_all, sentence
):
    on = await stage(reads_for_all=reads_for_all)

    for _often in range(2):
        home = await on.world.router.home(await on.world.directory.placed(who))

    assert bool(on.shown(home)) is not bool(sentence)
    assert (
        f"What runs is not shown to you here. {sentence}" in repr(home.parts)
        or not sentence
    )
    refusals = [action for _deny, action, _rule in await on.recorded(who)]
    assert refusals == (["relay.read", "car.read"] if sentence else [])
