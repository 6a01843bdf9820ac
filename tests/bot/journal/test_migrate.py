"""The migrations lead to the tables that the program knows."""

import json
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.evidence import FactKind
from bot.journal.migrate import upgrade
from bot.journal.model import CARD_NOTICE, Notification, OpenForm, Settlement
from bot.journal.rows import moment
from bot.journal.schema import metadata
from bot.journal.seal import Seal
from bot.journal.sqlite.writer import make_engine
from bot.resources.registry import RESOURCES
from bot.states import State
from tests.fakes.journal import opened

# Rows as revision 0001 had them.
INTENT = {
    "id": "01KJMMA2G0JTRF4ZBVAXBHWZP7",
    "key": "slash:T:1",
    "digest": "d",
    "action": "StartPublishCdnStream",
    "kind": "R",
    "handle": "R7",
    "made": 1,
    "state": "started",
    "rev": 3,
    "team": "T",
    "user": "UANA",
    "home": "T",
    "channel": "C",
    "direct": 0,
    "locale": "en",
    "app": "live",
    "sdk_app_id": 1400000001,
    "region": "ap-singapore",
    "room": "295066",
    "ref": "-m9.",
    "agent": "pb_01KJMMA2G0JTRF4ZBVAXBHWZP7",
    "masked": "{}",
    "reply": "{}",
    "note": "",
    "target_digest": "",
    "request": "",
    "request_id": "",
    "error_code": "",
    "error_text": "",
    "card_channel": "",
    "card_ts": "",
    "tries": 0,
    "owner": "",
    "created_at": 1,
}
DRAWN = {
    "intent": INTENT["id"],
    "rev": 3,
    "channel": "C",
    "user": "UANA",
    "audience": "channel",
    "body": '{"text": "R7"}',
    "state": "pending",
    "tries": 0,
    "not_before": 1,
    "created_at": 1,
}


def row(base, **values):
    return {**base, **values}


def inserted(table, values):
    names = ", ".join(f'"{name}"' for name in values)
    texts = ", ".join(
        "'" + one + "'" if isinstance(one, str) else str(one) for one in values.values()
    )
    return f"INSERT INTO {table} ({names}) VALUES ({texts})"  # noqa: S608 - our own


FIRST_VERSION = (inserted("intents", INTENT), inserted("outbox", DRAWN))


def test_the_migrations_make_the_tables_of_the_schema(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_upgrade_twice_changes_nothing(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)
    upgrade(engine)

    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert len(version.all()) == 1
    engine.dispose()


async def test_a_journal_of_the_first_revision_is_opened_with_all_that_is_in_it(
    url, tmp_path, clock
):
    (tmp_path / "var").mkdir()
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_VERSION:
            connection.exec_driver_sql(statement)
    engine.dispose()

    journal = await opened(url, clock)

    relay = await journal.find.by_handle("R7")
    assert (relay.state, relay.subject.ref) == (State.STARTED, "-m9.")
    assert (relay.subject.callbacks, relay.subject.creates) == (False, True)
    assert (relay.settlement, relay.marks) == (Settlement(), ())
    assert (await journal.outbox.due(clock()))[0].body == {"text": "R7"}
    assert await journal.audit.all() == []
    journal.close()


async def test_an_upgrade_that_fails_half_way_leaves_everything_as_it_was(
    url, tmp_path, clock
):
    (tmp_path / "var").mkdir()
    engine = make_engine(url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        for statement in (*FIRST_VERSION, "CREATE TABLE audit (in_the_way TEXT)"):
            connection.exec_driver_sql(statement)

    with pytest.raises(JournalUnavailable, match="audit already exists"):
        await opened(url, clock)

    with engine.begin() as connection:
        columns = connection.exec_driver_sql("PRAGMA table_info(intents)").all()
        connection.exec_driver_sql("DROP TABLE audit")
    engine.dispose()
    journal = await opened(url, clock)
    assert "reason" not in {column[1] for column in columns}
    assert (await journal.find.by_handle("R7")).settlement.reason == ""
    journal.close()


async def test_a_journal_of_a_later_version_is_refused_and_left_alone(
    url, tmp_path, clock
):
    (await opened(url, clock)).close()
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with pytest.raises(JournalUnavailable, match="9999"):
        await opened(url, clock)


# ── from 0002 to 0003 ────────────────────────────────────────────────────────────

STOP = row(
    INTENT,
    id="01KJMMA2G0STOP000000000000",
    key="slash:T:2",
    action="StopPublishCdnStream",
    made=0,
    state="done",
    about=INTENT["id"],
    agent="",
)
SECOND = {"callbacks": 1, "settled_by": "UBOB", "reason": "r", "notices": "a b"}
INTENTS = [
    row(INTENT, target_digest="t" * 64, tries=3, **SECOND),
    STOP,
    row(INTENT, id="01S", key="s", action="CreateSession", handle="S1", kind="S"),
    row(INTENT, id="01G", key="g", action="DescribeSlaves", handle="G1", kind="G"),
]
LETTERS = [  # of two cards the first is superseded by the second
    row(DRAWN, rev=1, body='{"text": "superseded"}', state="pending"),
    row(DRAWN, rev=2, body='{"text": "dropped"}', state="dropped"),
    row(DRAWN, rev=2, body='{"text": "sent"}', state="sent", tries=2),
    row(DRAWN, rev=3, body='{"text": "card"}', thread="1.2"),
    row(DRAWN, rev=1, body='{"text": "answer"}', audience="asker"),
    row(DRAWN, rev=2, body='{"text": "alarm"}', audience="ops", not_before=2),
    row(DRAWN, intent="gone", body='{"text": "of nothing"}', audience="asker"),
]
KEY = b"k" * 32


@pytest.fixture
def upgraded(url, tmp_path, clock):
    """Open a journal in which revision 0002 left intents, letters and a form."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var/patchbay.key").write_bytes(KEY)
    engine = make_engine(url)
    upgrade(engine, "0002")
    form = {
        "id": "f" * 32,
        "team": "T",
        "user": "UANA",
        "channel": "C",
        "thread": "1.2",
        "direct": 0,
        "room": "relay",
        "verb": "start",
        "values": Seal(KEY).close(json.dumps({"url": "u"}).encode()),
        "expires_at": 1000 * round(clock().timestamp()),
        "used_by": "k",
    }
    names = ", ".join(f'"{name}"' for name in form)
    marks = ", ".join("?" * len(form))
    with engine.begin() as connection:
        for table, rows in (("intents", INTENTS), ("outbox", LETTERS)):
            for one in rows:
                connection.exec_driver_sql(inserted(table, one))
        connection.exec_driver_sql(
            f"INSERT INTO drafts ({names}) VALUES ({marks})",  # noqa: S608 - our own
            tuple(form.values()),
        )
    engine.dispose()

    async def open_it():
        return await opened(url, clock)

    return open_it


async def rows_of(journal, query):
    rows = await journal._writer.read(lambda c: c.exec_driver_sql(query).all())
    return [tuple(one) for one in rows]


async def test_it_is_kept_which_intent_made_a_thing_and_what_it_duplicates(upgraded):
    journal = await upgraded()

    query = "SELECT handle, action, creates, duplicates FROM intents ORDER BY key"
    assert await rows_of(journal, query) == [
        ("G1", "DescribeSlaves", 0, ""),
        ("S1", "CreateSession", 1, ""),
        ("R7", "StartPublishCdnStream", 1, "t" * 64),
        ("R7", "StopPublishCdnStream", 0, ""),
    ]
    relay = await journal.find.get(INTENT["id"])
    assert (relay.subject.creates, relay.subject.duplicates) == (True, "t" * 64)
    assert (relay.subject.callbacks, relay.marks) == (True, ("a", "b"))
    assert relay.settlement == Settlement(settled_by="UBOB", reason="r")
    assert (await journal.find.get(STOP["id"])).subject.about == relay.id
    journal.close()


async def test_every_letter_is_kept_as_it_was_drawn(upgraded):
    journal = await upgraded()

    columns = "id, intent, app, rev, audience, notice, facts, body, state, tries"
    query = f"SELECT {columns}, not_before, created_at FROM outbox ORDER BY id"  # noqa: S608 - our own
    names = {"channel": "card", "asker": "drawn", "ops": "drawn"}
    assert await rows_of(journal, query) == [
        (
            number,
            one["intent"],
            "",
            one["rev"],
            one["audience"],
            names[one["audience"]],
            "{}",
            one["body"],
            one["state"],
            one["tries"],
            one["not_before"],
            one["created_at"],
        )
        for number, one in enumerate(LETTERS, 1)
    ]
    journal.close()


async def test_what_waited_is_delivered_as_it_is_but_for_what_was_superseded(
    upgraded, clock
):
    journal = await upgraded()
    relay = await journal.find.get(INTENT["id"])

    card, answer, of_nothing, alarm = await journal.outbox.due(clock())

    assert card == Notification(
        id=4,
        rev=3,
        name="card",
        audience=Audience.CHANNEL,
        facts={},
        intent=relay,
        body={"text": "card"},
        created_at=moment(1),
    )
    assert answer == Notification(
        id=5,
        rev=1,
        name="drawn",
        audience=Audience.ASKER,
        facts={},
        intent=relay,
        body={"text": "answer"},
        created_at=moment(1),
    )
    assert (of_nothing.id, of_nothing.intent) == (7, None)
    assert (of_nothing.body, alarm.body) == ({"text": "of nothing"}, {"text": "alarm"})
    assert alarm.audience is Audience.OPS
    journal.close()


async def test_a_new_card_supersedes_an_old_one_that_was_drawn(upgraded, clock):
    journal = await upgraded()
    await journal.update(INTENT["id"], notices=(CARD_NOTICE,))

    due = await journal.outbox.due(clock() + timedelta(days=1))

    assert [(one.id, one.body) for one in due if one.name == "card"] == [(8, None)]
    journal.close()


async def test_an_open_form_stays_open_under_its_command(upgraded, clock):
    journal = await upgraded()

    form = await journal.open_forms.get("f" * 32, team="T", user="UANA")

    assert form == OpenForm(
        id="f" * 32,
        team="T",
        user="UANA",
        channel="C",
        thread="1.2",
        direct=False,
        command="relay",
        subcommand="start",
        values={"url": "u"},
        answer_url=None,
        expires_at=clock(),
        used_by="k",
    )
    journal.close()


# ── from 0003 to evidence ────────────────────────────────────────────────────────

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
    return row(THIRD, **own, **{**moments, **values})


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


@pytest.fixture
async def from_0003(url, tmp_path, clock):
    """Open a journal in which revision 0003 left intents and events."""
    journals = []

    async def open_it(intents, events=()):
        (tmp_path / "var").mkdir()
        engine = make_engine(url)
        upgrade(engine, "0003")
        with engine.begin() as connection:
            for table, rows in (("intents", intents), ("events", events)):
                for one in rows:
                    connection.exec_driver_sql(inserted(table, one))
        engine.dispose()
        journals.append(await opened(url, clock))
        return journals[-1]

    yield open_it
    for journal in journals:
        journal.close()


async def folded(journal, intent):
    """Return the intent, and what its facts amount to."""
    kept = await journal.find.get(intent)
    known = await journal.find.facts_of(intent)
    return kept, RESOURCES.lifecycles[kept.subject.kind].fold(kept, known)


@pytest.mark.parametrize("told", [(), (2,), (1, 2, 3), (2, 0)], ids=str)
@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("state", THINGS)
async def test_a_thing_of_any_state_folds_back_to_it(from_0003, state, by_hand, told):
    settled = {"settled_by": "UEVE", "reason": "seen"} if by_hand else {}
    events = [heard(1, status, 2500 + n) for n, status in enumerate(told)]

    journal = await from_0003([thing(1, state, **settled)], events)

    kept, standing = await folded(journal, thing(1, state)["id"])
    assert (kept.state, standing.state) == (State(state), State(state))
    assert (kept.subject.ref, standing.ref) == (thing(1, state)["ref"],) * 2
    if state == "closed" and by_hand:
        assert (standing.by, standing.reason) == ("UEVE", "seen")
    facts = await journal.find.facts_of(kept.id)
    told_of = [one.status for one in facts if one.kind is FactKind.EVENT]
    assert told_of == list(told)


async def test_whoever_stopped_it_is_known_afterwards(from_0003):
    relay = thing(1, "stopped")
    stops = [
        row(
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
        for n, (state, user) in enumerate([("unknown", "UBOB"), ("done", "UEVE")])
    ]

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
    stops = [
        row(
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
            user="UBOB",
        )
        for n, state in enumerate(["sending", "queued", "queued", "done"])
    ]

    journal = await from_0003([relay, *stops])

    kept = [await journal.find.get(one["id"]) for one in stops]
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
