"""What revision 0003 knew of things becomes evidence that says the same of them."""

import itertools
import shutil
from contextlib import closing

import pytest

from bot.journal.evidence import (
    FactKind,
    Headline,
    Standing,
    standing_of,
    standing_text,
)
from bot.journal.migrate import make_engine, upgrade
from bot.resources.registry import RESOURCES
from bot.states import State
from tests.bot.journal.conftest import APP
from tests.bot.journal.makers import stop_of
from tests.bot.journal.revisions import INTENT, home, inserted, row
from tests.bot.journal.test_events import event
from tests.fakes.journal import opened

pytestmark = pytest.mark.sqlite

RUNS = ["started", "stopping", "expiring"]
WITH_A_TASK = [*RUNS, "stopped", "ended"]
THINGS = ["queued", "sending", "not started", "unknown", "closed", *WITH_A_TASK]
DROPPED_IN_0003 = {"target_digest", "tries"}
SENT = {"sent_at": 2000, "settled_at": 5000}
THIRD = {name: value for name, value in INTENT.items() if name not in DROPPED_IN_0003}
THIRD |= {"creates": 1, "duplicates": "", "masked": '{"PublishCdnParams": [{}]}'}
URL_DIGEST = "e" * 64


def thing(number, state, **values):
    """Return a row of revision 0003: a relay in *state*."""
    own = {
        "id": f"01KJMMA2G0THING{number:011}",
        "key": f"thing-{number}",
        "handle": f"R{number}",
        "agent": f"pb_{number}",
        "ref": f"-task{number}.." if state in WITH_A_TASK else "",
        "state": state,
    }
    moments = {} if state == "queued" else SENT
    return row(THIRD, **{**own, **moments, **values})


def heard(number, status, at):
    """Return a row of revision 0003: an event of relay *number*."""
    return {
        "key": f"{number}-{status}-{at}",
        "intent": f"01KJMMA2G0THING{number:011}",
        "task_id": f"-task{number}..",
        "target": URL_DIGEST,
        "status": status,
        "error": "",
        "at": at,
        "sent_at": at,
        "came_at": at,
    }


def left_by_0003(url, folder, intents, events):
    """Make the journal *url* in *folder*, in which 0003 left *intents*, *events*."""
    home(folder)
    engine = make_engine(url)
    upgrade(engine, "0003")
    with engine.begin() as connection:
        for table, rows in (("intents", intents), ("events", events)):
            for one in rows:
                connection.exec_driver_sql(inserted(table, one))
    engine.dispose()


@pytest.fixture
async def from_0003(url, tmp_path, clock):
    """Open a journal in which revision 0003 left intents and events."""
    journals = []

    async def open_it(intents, events=()):
        left_by_0003(url, tmp_path / "var", intents, events)
        journals.append(await opened(url, clock))
        return journals[-1]

    yield open_it
    for journal in journals:
        journal.close()


async def folded(journal, intent):
    """Return the intent as it stands, and what its facts amount to."""
    kept = await journal._write(lambda tx: tx.get(intent))
    known = await journal.find.facts_of(intent)
    return kept, RESOURCES.lifecycles[kept.subject.kind].fold(kept, known)


TOLD = [(), (2,), (1, 2, 3), (2, 0)]
OLD = list(itertools.product(THINGS, (False, True), TOLD))  # the nth is thing n


@pytest.fixture(scope="module")
def of_all(tmp_path_factory):
    """Return a journal with a thing of each way, brought up from revision 0003."""
    folder = tmp_path_factory.mktemp("all") / "var"
    url = f"sqlite:///{folder}/patchbay.db"
    settled = {"settled_by": "UEVE", "reason": "seen"}
    left_by_0003(
        url,
        folder,
        [
            thing(number, state, **(settled if by_hand else {}))
            for number, (state, by_hand, _) in enumerate(OLD)
        ],
        [
            heard(number, status, 2500 + n)
            for number, (_, _, told) in enumerate(OLD)
            for n, status in enumerate(told)
        ],
    )
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    return folder


@pytest.fixture
async def all_of_0003(of_all, url, tmp_path, clock):
    """Open a copy of that journal."""
    shutil.copytree(of_all, tmp_path / "var")
    with closing(await opened(url, clock)) as journal:
        yield journal


@pytest.mark.parametrize("told", TOLD, ids=str)
@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("state", THINGS)
async def test_a_thing_of_any_state_folds_back_to_it(all_of_0003, state, by_hand, told):
    before = thing(OLD.index((state, by_hand, told)), state)

    kept, standing = await folded(all_of_0003, before["id"])

    assert (kept.state, standing.state) == (State(state), State(state))
    assert (kept.subject.ref, standing.ref) == (before["ref"],) * 2
    if state == "closed" and by_hand:
        assert (standing.by, standing.reason) == ("UEVE", "seen")
    facts = await all_of_0003.find.facts_of(kept.id)
    told_of = [one.status for one in facts if one.kind is FactKind.EVENT]
    assert told_of == list(told)


def stop_row(relay, n, state, user="UBOB"):
    """Return the row of the *n*th stop of *relay*."""
    return row(
        THIRD,
        id=f"01KJMMA2G0STOP{n:012}",
        key=f"stop-{n}",
        action="StopPublishCdnStream",
        creates=0,
        made=0,
        about=relay["id"],
        ref=relay["ref"],
        agent="",
        state=state,
        user=user,
    )


async def test_whoever_stopped_it_is_known_afterwards(from_0003):
    relay = thing(1, "stopped")
    asked = [("unknown", "UBOB"), ("done", "UEVE")]
    stops = [stop_row(relay, n, *one) for n, one in enumerate(asked)]

    journal = await from_0003([relay, *stops])

    kept, standing = await folded(journal, relay["id"])
    assert (standing.state, standing.by, standing.since) == (
        State.STOPPED,
        "UEVE",
        5000,
    )
    assert (kept.subject.creates, kept.subject.ends) == (True, False)
    assert [(await journal.find.get(one["id"])).subject.ends for one in stops] == [
        True,
        True,
    ]


async def test_of_several_stops_under_way_one_goes_and_the_others_join_it(from_0003):
    relay = thing(1, "started")
    states = ["sending", "queued", "queued", "done"]
    stops = [stop_row(relay, n, state) for n, state in enumerate(states)]

    journal = await from_0003([relay, *stops])

    kept = [await journal._write(lambda tx, n=n: tx.get(n["id"])) for n in stops]
    first = stops[0]["id"]
    assert [(one.state, one.joins) for one in kept] == [
        (State.SENDING, None),
        (State.WAITING, first),
        (State.WAITING, first),
        (State.DONE, None),
    ]


async def test_what_lives_and_names_no_targets_is_found_to_be_named(from_0003):
    rows = [thing(n, state) for n, state in enumerate(THINGS)]

    journal = await from_0003(rows)

    nameless = {one.state.value for one in await journal.find.nameless()}
    assert nameless == {*RUNS, "sending", "unknown"}


async def test_the_failures_of_unknown_things_are_told_as_before(from_0003):
    failed = {"error_code": "patchbay.NoAnswer", "error_text": "no answer"}
    rows = [thing(1, "unknown", **failed), thing(2, "not started", **failed)]

    journal = await from_0003(rows)

    for one in rows:
        _kept, standing = await folded(journal, one["id"])
        assert (standing.code, standing.text) == tuple(failed.values())


WAYS = {"answered": {}, "attached": {"settled_by": "UEVE", "reason": "seen"}}
TWIN = {"ref": "-twin..", "sdk_app_id": APP, "room": "lobby"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=str)
@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
async def test_of_two_relays_with_one_task_one_keeps_it_and_both_go_on(
    from_0003, new, first, second, order
):
    rows = [
        thing(n, "started", **TWIN, **WAYS[way]) for n, way in ((1, first), (2, second))
    ]
    journal = await from_0003(rows)
    ids = [one["id"] for one in rows]
    before = [(await folded(journal, one))[1].ref for one in ids]

    for number in order:
        relay = await journal.find.get(ids[number - 1])
        await journal.accept(stop_of(new, relay))
        for second_of, task in enumerate(["-twin..", "-another.."]):
            told = event(second_of, agent=f"pb_{number}", task_id=task)
            await journal.apply_event(told, APP)

    kept = [await folded(journal, one) for one in ids]
    assert before == ["-twin..", ""]
    assert [one.state for one, _standing in kept] == [State.STOPPING, State.UNKNOWN]
    assert [one.subject.ref for one, _standing in kept] == ["-twin..", ""]
    assert [standing.ref for _one, standing in kept] == ["-twin..", ""]
    assert (await journal.find.by_ref("-twin..", "T")).id == ids[0]
    assert await journal.find.queued_stops(ids[1]) == []


def stands(number, state, headline):
    """Return a row of revision 0011: a relay that stands so."""
    standing = Standing(state=State(state), headline=headline)
    text = standing_text(standing) if headline else ""
    return {**thing(number, state), "standing": text}


def test_what_was_undecided_is_known_as_that(url, tmp_path):
    home(tmp_path / "var")
    engine = make_engine(url)
    upgrade(engine, "0011")
    ways = list(itertools.product(THINGS, (None, *Headline)))
    with engine.begin() as connection:
        for number, (state, headline) in enumerate(ways):
            one = stands(number, state, headline) | {"ref": "", "agent": ""}
            connection.exec_driver_sql(inserted("intents", one))

    upgrade(engine)

    with engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT state, standing, undecided FROM intents"
        ).all()
    engine.dispose()
    assert len(rows) == len(ways)
    for state, standing, undecided in rows:
        assert bool(undecided) is standing_of(standing, State(state)).undecided
