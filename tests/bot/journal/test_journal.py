"""What the journal promises: committed is kept, once is once, no edge is made up."""

import asyncio
import os
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.errors import IllegalMove, JournalUnavailable, KeyReused, NotAllowed
from bot.ids import Kind
from bot.journal.audit import Entry
from bot.journal.journal import Journal, Mark
from bot.journal.model import Intent, NewIntent, Notice, OpenForm, State
from bot.journal.sqlite.spool import Ending
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.states import Reaction
from tests.bot.journal.conftest import letter

SECOND = timedelta(seconds=1)
FULL = "PRAGMA max_page_count = 1"


async def test_an_accepted_intent_is_queued_under_the_next_handle(journal, new):
    first, fresh = await journal.accept(new())
    second, _ = await journal.accept(new())
    other, _ = await journal.accept(new(kind=Kind.RENDER))

    assert fresh
    assert (first.handle, second.handle, other.handle) == ("R1", "R2", "S1")
    assert (first.state, first.rev) == (State.QUEUED, 1)
    assert await journal.get(first.id) == first


async def test_a_handle_is_never_given_twice_not_even_after_a_restart(reopen, new):
    await (await reopen()).accept(new())

    again, _ = await (await reopen()).accept(new())

    assert again.handle == "R2"


async def test_a_thing_that_has_a_handle_keeps_it(journal, new):
    start, _ = await journal.accept(new())

    stop, _ = await journal.accept(new(handle=start.handle, about=start.id))

    assert stop.handle == "R1"
    assert (await journal.by_handle("R1")).id == start.id


async def test_the_same_key_again_is_the_first_one(journal, new):
    first, _ = await journal.accept(new(key="k"))

    again, fresh = await journal.accept(new(key="k"))

    assert (again, fresh) == (first, False)


async def test_of_twenty_at_once_with_one_key_one_is_accepted(journal, new):
    answers = await asyncio.gather(*(journal.accept(new(key="k")) for _ in range(20)))

    assert sum(fresh for _intent, fresh in answers) == 1
    assert len({intent.id for intent, _fresh in answers}) == 1


async def test_the_same_key_with_another_request_is_refused(journal, new):
    await journal.accept(new(key="slash:T:1"))

    with pytest.raises(KeyReused):
        await journal.accept(new(key="slash:T:1", digest="other"))


async def test_a_move_changes_the_state_and_what_goes_with_it(journal, new, clock):
    queued, _ = await journal.accept(new())
    sending = await journal.move(queued.id, State.SENDING, owner="me", send_by=clock())

    started = await journal.move(queued.id, State.STARTED, ref="-m9task..")

    assert (sending.state, sending.rev, sending.owner) == (State.SENDING, 2, "me")
    assert (sending.sent_at, sending.send_by) == (clock(), clock())
    assert (started.state, started.rev, started.ref) == (
        State.STARTED,
        3,
        "-m9task..",
    )
    assert started.settled_at == clock()


async def test_a_move_that_is_no_edge_is_refused_and_counted(journal, new):
    intent, _ = await journal.accept(new())

    with pytest.raises(IllegalMove), capture_logs() as logs:
        await journal.move(intent.id, State.STARTED)

    assert journal.illegal_moves == 1
    assert [(one["event"], one["intent"], one["to"]) for one in logs] == [
        ("journal.illegal-move", intent.id, "started")
    ]
    assert await journal.get(intent.id) == intent


async def test_of_two_that_move_at_once_one_wins(journal, new):
    intent, _ = await journal.accept(new())

    ended = await asyncio.gather(
        *(journal.move(intent.id, State.SENDING) for _ in range(5)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, IllegalMove) for one in ended) == 4


async def test_an_end_is_dated_and_a_stop_that_failed_is_none(journal, new, clock):
    intent, _ = await journal.accept(new())
    await journal.move(intent.id, State.SENDING)
    started = await journal.move(intent.id, State.STARTED)
    clock.push(hours=1)

    await journal.move(intent.id, State.STOPPING)
    back = await journal.move(intent.id, State.STARTED)
    ended = await journal.move(intent.id, State.ENDED)

    assert back.settled_at == started.settled_at
    assert ended.settled_at == clock()


async def test_a_note_changes_facts_and_not_the_state(journal, new):
    intent, _ = await journal.accept(new())

    noted = await journal.note(intent.id, tries=3, reply={"a": 1})

    assert (noted.state, noted.rev, noted.tries, noted.reply) == (
        State.QUEUED,
        2,
        3,
        {"a": 1},
    )


async def test_many_that_wait_share_one_commit(journal, new):
    before = journal._writer.commits

    await asyncio.gather(*(journal.accept(new()) for _ in range(200)))

    assert journal._writer.commits - before < 20


async def test_what_fails_in_a_group_undoes_itself_alone(journal, new):
    intent, _ = await journal.accept(new())

    ended = await asyncio.gather(
        journal.accept(new(key="a")),
        journal.move(intent.id, State.CLOSED),
        journal.accept(new(key="b")),
        return_exceptions=True,
    )

    assert [isinstance(one, Exception) for one in ended] == [False, True, False]


async def test_everything_is_there_after_a_restart(reopen, new):
    journal = await reopen()
    intent, _ = await journal.accept(new(masked={"a": [1]}, request=b'{"b": 2}'))
    moved = await journal.move(intent.id, State.SENDING)

    journal = await reopen()

    assert await journal.get(intent.id) == moved
    assert await journal.request_of(intent.id) == b'{"b": 2}'


# ── what goes with a change ──────────────────────────────────────────────────────


def told(one):
    return [letter(one, audience="asker", body={"text": f"{one.handle} {one.state}"})]


def alarm(one, ref):
    return [letter(one, audience="asker", body={"text": f"alarm {one.handle} {ref}"})]


def entry(intent, action="relay.start"):
    return Entry(
        at=intent.created_at,
        team="T",
        user="UANA",
        home="T",
        channel="C",
        action=action,
        decision="allow",
        intent=intent.id,
    )


@pytest.fixture
def heard(journal, clock):
    """Return what every letter says that waits now, and take it out."""

    async def take():
        due = await journal.outbox.due(clock())
        for one in due:
            await journal.outbox.sent(one, None, None)
        return [one.body["text"] for one in due]

    return take


@pytest.fixture
async def sending(journal, new):
    intent, _ = await journal.accept(new())
    return await journal.move(intent.id, State.SENDING)


@pytest.fixture
async def stop(journal, new, sending):
    """A stop under way, about a relay that runs."""
    relay = await journal.move(sending.id, State.STARTED, ref="task")
    intent, _ = await journal.accept(
        new(handle=relay.handle, about=relay.id, action="StopPublishCdnStream")
    )
    return await journal.move(intent.id, State.SENDING)


async def test_limits_are_told_what_lives_and_what_was_made_in_a_day(
    journal, new, clock
):
    seen = []
    await journal.accept(new())
    clock.push(days=1)
    await journal.accept(new(), within=lambda *counts: seen.append(counts))
    clock.push(seconds=1)
    await journal.accept(new(), within=lambda *counts: seen.append(counts))

    assert seen == [(1, 1), (2, 1)]


async def test_what_a_limit_refuses_is_not_accepted(journal, new):
    def enough(_live, _lately):
        raise NotAllowed("enough", rule="limits")

    with pytest.raises(NotAllowed, match="enough"):
        await journal.accept(new(key="k"), within=enough)

    assert await journal.by_key("k") is None


async def test_a_key_used_for_something_else_is_named_by_its_kind(journal, new):
    await journal.accept(new(key="slash:T:1"))

    with pytest.raises(KeyReused) as refused:
        await journal.accept(new(key="slash:T:1", digest="other"))

    assert refused.value.args == KeyReused("slash").args


async def test_of_each_submission_and_move_there_is_a_record(journal, new):
    intent, _ = await journal.accept(new(), audit=entry)
    await journal.move(intent.id, State.SENDING, audit=entry(intent, "a"))
    await journal.settle(
        intent.id, State.STARTED, letters=told, alarm=alarm, audit=entry(intent, "b")
    )

    records = await journal.audit.all()
    assert [(one.intent, one.action) for one in records] == [
        (intent.id, "relay.start"),
        (intent.id, "a"),
        (intent.id, "b"),
    ]


async def test_a_stop_takes_its_relay_along(journal, stop, heard):
    marks = Mark(State.STOPPING, told)

    await journal.move(stop.id, State.DONE, letters=told, marks=marks)

    relay = await journal.get(stop.about)
    assert (relay.state, await heard()) == (
        State.STOPPING,
        ["R1 stopping", "R1 done"],
    )


async def test_a_relay_that_is_past_being_stopped_stays_where_it_is(
    journal, stop, heard
):
    await journal.move(stop.about, State.ENDED)

    await journal.move(stop.id, State.DONE, marks=Mark(State.STOPPED, told))

    assert (await journal.get(stop.about)).state is State.ENDED
    assert await heard() == []


async def test_what_is_about_nothing_takes_nothing_along(journal, sending, heard):
    await journal.move(sending.id, State.STARTED, marks=Mark(State.STOPPED, told))

    assert (await journal.get(sending.id)).state is State.STARTED
    assert await heard() == []


async def test_an_answer_settles_what_was_sent(journal, sending, heard, clock):
    settled, take = await journal.settle(
        sending.id, State.STARTED, letters=told, alarm=alarm, ref="task"
    )

    assert (take, settled.state, settled.ref) == (Reaction.MOVE, State.STARTED, "task")
    assert (settled.settled_at, settled.rev) == (clock(), 3)
    assert await heard() == ["R1 started"]


async def test_an_answer_with_another_task_is_an_alarm(journal, sending, heard):
    await journal.move(sending.id, State.STARTED, ref="task", request_id="q")

    known, take = await journal.settle(
        sending.id, State.STARTED, letters=told, alarm=alarm, ref="other"
    )

    assert (take, known.ref, await heard()) == (
        Reaction.ALARM,
        "task",
        ["alarm R1 other"],
    )


async def test_an_answer_after_the_event_adds_its_request_id_once(
    journal, sending, heard
):
    await journal.move(sending.id, State.STARTED, ref="task")
    found = []
    for number in "12":
        known, take = await journal.settle(
            sending.id,
            State.STARTED,
            letters=told,
            alarm=alarm,
            ref="task",
            request_id=f"q{number}",
        )
        found.append((take, known.request_id, known.rev, await heard()))

    assert found == [
        (Reaction.KEEP, "q1", 4, ["R1 started"]),
        (Reaction.KEEP, "q1", 4, []),
    ]


async def test_an_answer_without_a_request_id_changes_nothing(journal, sending, heard):
    started = await journal.move(sending.id, State.STARTED, ref="task")

    known, take = await journal.settle(
        sending.id, State.UNKNOWN, letters=told, alarm=alarm
    )

    assert (known, take, await heard()) == (started, Reaction.KEEP, [])


async def test_a_stop_that_is_settled_takes_its_relay_along(journal, stop, heard):
    await journal.settle(
        stop.id,
        State.DONE,
        letters=told,
        alarm=alarm,
        marks=Mark(State.STOPPED, told),
    )

    assert (await journal.get(stop.about)).state is State.STOPPED
    assert await heard() == ["R1 stopped", "R1 done"]


async def test_what_was_never_sent_cannot_have_an_answer(journal, new):
    intent, _ = await journal.accept(new())

    with pytest.raises(IllegalMove, match=f"{intent.id} cannot become started"):
        await journal.settle(intent.id, State.STARTED, letters=told, alarm=alarm)

    assert (await journal.get(intent.id), journal.illegal_moves) == (intent, 1)


async def test_a_notice_is_given_once(journal, sending, heard):
    first = await journal.remind(sending.id, Notice.SILENT, letters=told)
    again = await journal.remind(sending.id, Notice.SILENT, letters=told)
    other = await journal.remind(sending.id, Notice.STUCK, letters=told)

    assert (first.notices, again, other.notices) == ("silent", None, "silent stuck")
    assert (first.state, other.rev) == (State.SENDING, 4)
    assert await heard() == ["R1 sending", "R1 sending"]


async def test_a_notice_may_move_it_if_there_is_such_an_edge(journal, sending, heard):
    early = await journal.remind(
        sending.id, Notice.EXPIRING, letters=told, to=State.EXPIRING
    )
    await journal.move(sending.id, State.STARTED)

    moved = await journal.remind(
        sending.id, Notice.EXPIRING, letters=told, to=State.EXPIRING
    )

    assert early is None
    assert (moved.state, moved.notices) == (State.EXPIRING, "expiring")
    assert await heard() == ["R1 expiring"]


async def test_a_note_is_told(journal, sending, heard):
    noted = await journal.note(sending.id, letters=told, tries=2)

    assert (noted.tries, noted.rev, await heard()) == (2, 3, ["R1 sending"])


async def test_a_change_changes_no_other(journal, new):
    first, _ = await journal.accept(new())
    second, _ = await journal.accept(new())

    await journal.note(first.id, tries=2)
    await journal.move(first.id, State.SENDING)

    assert await journal.get(second.id) == second


async def test_only_what_leaves_is_dated_as_sent_and_only_what_rests_as_settled(
    journal, sending, clock
):
    clock.push(seconds=1)
    unknown = await journal.move(sending.id, State.UNKNOWN)

    assert (sending.sent_at, sending.settled_at) == (clock() - SECOND, None)
    assert (unknown.sent_at, unknown.settled_at) == (clock() - SECOND, clock())


async def test_what_expires_came_to_rest_when_it_started(journal, sending, clock):
    started = await journal.move(sending.id, State.STARTED)
    clock.push(days=30)

    expiring = await journal.move(sending.id, State.EXPIRING)

    assert expiring.settled_at == started.settled_at == clock() - timedelta(days=30)


async def test_an_accepted_intent_is_all_that_was_submitted(journal, new, clock):
    given = new(
        thread="1.2",
        direct=True,
        locale="de",
        app="live",
        sdk_app_id=7,
        region="eu",
        room="lobby",
        ref="r",
        agent="pb",
        callbacks=True,
        masked={"a": [1]},
        note="n",
    )

    intent, _ = await journal.accept(given)

    same = set(Intent.__dataclass_fields__) & set(NewIntent.__dataclass_fields__)
    assert {name: getattr(intent, name) for name in same - {"handle"}} == {
        name: getattr(given, name) for name in same - {"handle"}
    }
    assert (intent.reply, intent.tries, intent.notices) == ({}, 0, "")
    assert (intent.sent_at, intent.send_by, intent.settled_at) == (None, None, None)
    assert (intent.created_at, intent.state) == (clock(), State.QUEUED)
    assert (type(intent.state), type(intent.kind)) == (State, Kind)


async def test_what_a_submission_does_not_say_is_empty(journal, new):
    intent, _ = await journal.accept(new(agent=""))
    card = letter(intent)

    assert (intent.thread, intent.direct, intent.callbacks) == (None, False, False)
    assert (intent.sdk_app_id, intent.room, intent.ref, intent.note) == (0, "", "", "")
    assert (intent.masked, intent.about, intent.settled_by) == ({}, None, "")
    assert (card.id, card.tries, card.thread, card.card) == (0, 0, None, None)


async def test_a_date_that_is_taken_back_is_none(journal, sending, clock):
    await journal.note(sending.id, send_by=clock())

    noted = await journal.note(sending.id, send_by=None)

    assert noted.send_by is None


async def test_while_nothing_new_may_begin_a_stop_is_taken(journal, stop, new, url):
    await journal._writer.write(lambda c: c.exec_driver_sql(FULL).all())
    reserve = sqlite_file(url).with_name("patchbay.db.reserve")

    with pytest.raises(JournalUnavailable, match="full"):
        await journal.accept(new(request=os.urandom(1_000_000)))
    kept = reserve.exists()
    with pytest.raises(JournalUnavailable, match="full"):
        await journal.accept(
            new(handle="R1", about=stop.about, request=os.urandom(1_000_000))
        )

    assert (kept, reserve.exists()) == (True, False)


async def test_what_another_life_left_comes_oldest_first(journal, new, clock):
    made = []
    for seconds in (2, -1, 5):
        clock.push(seconds=seconds)
        made.append((await journal.accept(new()))[0])

    assert await journal.unfinished("now") == [made[1], made[0], made[2]]


# ── what is left over ────────────────────────────────────────────────────────────


async def test_what_another_life_left_is_found_oldest_first(journal, new):
    queued, _ = await journal.accept(new())
    sending, _ = await journal.accept(new())
    mine, _ = await journal.accept(new())
    await journal.move(sending.id, State.SENDING, owner="then")
    await journal.move(mine.id, State.SENDING, owner="now")
    ended, _ = await journal.accept(new())
    await journal.move(ended.id, State.NOT_STARTED)

    left = await journal.unfinished("now")

    assert [one.id for one in left] == sorted([queued.id, sending.id])


# ── look-ups ─────────────────────────────────────────────────────────────────────

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K_4pycoZWKv542xbi139uTvGt1zAHoAQ.."


@pytest.fixture
async def started(journal, new):
    intent, _ = await journal.accept(
        new(room="295066", agent="pb_1", sdk_app_id=7, target_digest="t")
    )
    await journal.move(intent.id, State.SENDING)
    return await journal.move(
        intent.id, State.STARTED, ref=TASK, request_id="a2f248c2-120d-436d"
    )


@pytest.mark.parametrize(
    "text",
    [
        TASK,
        TASK[:12],
        TASK[1:12],
        TASK[-10:],
        "295066",
        "UANA",
        "@UANA",
        "pb_1",
        "a2f248c2",
    ],
)
async def test_a_thing_is_found_by_whole_ids_and_by_parts_of_eight(
    journal, started, text
):
    assert await journal.find(text, "T") == [started]


@pytest.mark.parametrize(
    "text", ["-m97l2Z", "29506", "%", "________", "xxxxxxxx", "KC4K%4pyc", ""]
)
async def test_what_is_too_short_or_has_wildcards_finds_nothing(journal, started, text):
    assert await journal.find(text, "T") == []


async def test_nothing_typed_finds_nothing_though_ids_are_empty_at_first(journal, new):
    await journal.accept(new())

    assert await journal.find("", "T") == []


async def test_the_request_id_of_a_stop_finds_what_was_stopped(journal, started, new):
    stop, _ = await journal.accept(new(handle="R1", about=started.id))
    await journal.move(stop.id, State.SENDING)
    await journal.move(stop.id, State.DONE, request_id="b3f248c2-of-the-stop")

    assert await journal.find("b3f248c2-of-the-stop", "T") == [started]
    assert await journal.find("b3f248c2-of-the-stop", "TOTHER") == []


async def test_another_workspace_finds_nothing(journal, started):
    assert await journal.find(TASK, "TOTHER") == []
    assert await journal.by_handle("R1", "TOTHER") is None
    assert await journal.by_ref(TASK, "TOTHER") is None


async def test_a_thing_is_found_by_robot_and_by_id(journal, started):
    assert await journal.by_agent("pb_1") == started
    assert await journal.by_ref(TASK, "T") == started
    assert await journal.by_ref("else", "T") is None


async def test_the_same_relay_is_found_while_it_lives(journal, started):
    assert await journal.active_on(7, "295066", "t") == started
    assert await journal.active_on(7, "295066", "u") is None

    await journal.move(started.id, State.STOPPED)

    assert await journal.active_on(7, "295066", "t") is None


async def test_what_lives_is_listed_newest_first(journal, started, new, clock):
    clock.push(seconds=1)
    later, _ = await journal.accept(new())
    await journal.accept(new())
    later = await journal.move(later.id, State.SENDING)

    assert await journal.live("T") == [later, started]


async def test_what_was_made_lately_can_be_narrowed(journal, started, new, clock):
    clock.push(hours=1)
    bobs, _ = await journal.accept(new(user="UBOB", kind=Kind.RENDER, room="x"))

    assert await journal.recent("T") == [bobs, started]
    for narrow in (
        {"user": "UBOB"},
        {"kind": Kind.RENDER},
        {"room": "x"},
        {"states": {State.QUEUED}},
        {"since": clock()},
        {"limit": 1},
    ):
        assert await journal.recent("T", **narrow) == [bobs]
    assert await journal.recent("T", offset=1) == [started]


async def test_the_history_of_a_thing_is_what_was_done_to_it(
    journal, started, new, clock
):
    clock.push(seconds=5)
    stop, _ = await journal.accept(new(handle="R1", about=started.id))

    assert await journal.history("R1") == [stop, started]
    assert await journal.counts() == {State.STARTED: 1, State.QUEUED: 1}


# ── open forms ───────────────────────────────────────────────────────────────────


def draft(clock, **said):
    return OpenForm(
        **{
            "id": "d1",
            "team": "T",
            "user": "UANA",
            "channel": "C",
            "thread": "1.2",
            "direct": False,
            "command": "relay",
            "subcommand": "start",
            "values": {"url": "rtmp://a/b/key"},
            "answer_url": SecretStr("https://hooks.slack.com/x"),
            "expires_at": clock() + timedelta(minutes=30),
            **said,
        }
    )


async def test_an_open_form_is_for_the_one_who_opened_it(journal, clock):
    kept = draft(clock)
    await journal.open_forms.keep(kept)

    assert await journal.open_forms.get("d1", team="T", user="UANA") == kept
    assert await journal.open_forms.get("d1", team="T", user="UBOB") is None
    assert await journal.open_forms.get("d1", team="TX", user="UANA") is None
    assert await journal.open_forms.get("d2", team="T", user="UANA") is None


async def test_an_open_form_lasts_for_its_time(journal, clock):
    await journal.open_forms.keep(draft(clock))
    clock.push(minutes=31)

    assert await journal.open_forms.get("d1", team="T", user="UANA") is None

    await journal.open_forms.keep(draft(clock, id="d2"))
    assert (await journal.open_forms.get("d2", team="T", user="UANA")).id == "d2"


# ── the file ─────────────────────────────────────────────────────────────────────


async def test_the_file_is_for_its_owner_only(journal, url):
    file = sqlite_file(url)

    for ending in ("", "-wal", "-shm"):
        beside = file.with_name(file.name + ending)
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.with_suffix(".key").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_no_secret_is_in_the_file(journal, new, url, clock):
    canary = "canary-" * 3
    await journal.accept(
        new(request=canary.encode(), answer_url=SecretStr(f"https://x/{canary}"))
    )
    await journal.open_forms.keep(draft(clock, values={"url": canary}))
    sent, _ = await journal.accept(new())
    await journal.note(sent.id, reply_secret=canary.encode())

    written = b"".join(path.read_bytes() for path in sqlite_file(url).parent.iterdir())

    assert canary.encode() not in written
    assert await journal.secret_of(sent.id) == canary.encode()


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path, clock):
    file = tmp_path / "a/b/patchbay.db"
    file.parent.mkdir(parents=True)
    file.touch(mode=0o644)

    journal = await Journal.open(
        f"sqlite:///{file}", now=clock, random_bytes=os.urandom
    )
    journal.close()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_folders_of_the_file_are_made(tmp_path, clock):
    file = tmp_path / "a/b/patchbay.db"

    journal = await Journal.open(
        f"sqlite:///{file}", now=clock, random_bytes=os.urandom
    )
    journal.close()

    assert file.exists()


async def test_a_second_process_on_the_file_is_refused(journal, url, clock):
    with pytest.raises(JournalUnavailable, match="in use by another"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path, clock):
    file = tmp_path / "patchbay.db"
    file.write_bytes(b"not a database" * 100)

    with pytest.raises(JournalUnavailable):
        await Journal.open(f"sqlite:///{file}", now=clock, random_bytes=os.urandom)

    assert file.read_bytes().startswith(b"not a database")


async def test_a_file_with_a_damaged_page_is_refused_and_kept(reopen, new, url, clock):
    journal = await reopen()
    await asyncio.gather(*(journal.accept(new()) for _ in range(100)))
    journal.close()
    file = sqlite_file(url)
    pages = bytearray(file.read_bytes())
    pages[8 * 4096 : 9 * 4096] = b"\xff" * 4096
    file.write_bytes(pages)

    with pytest.raises(JournalUnavailable, match="the journal is damaged"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)

    assert file.read_bytes() == pages


@pytest.mark.parametrize("url", ["patchbay.db", "nonsense://x/y", "oracle://x/y"])
async def test_a_database_that_cannot_be_reached_is_unavailable(url, clock):
    with pytest.raises(JournalUnavailable, match="does not open"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)


async def test_a_newer_file_is_refused(reopen, url, clock):
    journal = await reopen()
    journal.close()

    with sqlite3.connect(sqlite_file(url)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    with pytest.raises(JournalUnavailable):
        await Journal.open(url, now=clock, random_bytes=os.urandom)


async def test_another_key_opens_nothing(reopen, new, url):
    journal = await reopen()
    intent, _ = await journal.accept(new())
    journal.close()
    Path(sqlite_file(url)).with_suffix(".key").write_bytes(os.urandom(32))

    journal = await reopen()

    with pytest.raises(JournalUnavailable, match="does not open"):
        await journal.request_of(intent.id)


async def test_a_key_file_that_is_none_is_refused(url, clock, tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var/patchbay.key").write_bytes(b"short")

    with pytest.raises(JournalUnavailable, match="not a key of mine"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)


async def test_a_secret_of_the_environment_can_be_the_key(url, clock, new):
    for _ in range(2):
        journal = await Journal.open(
            url, now=clock, random_bytes=os.urandom, seal_key=SecretStr("s" * 20)
        )
        intent, _fresh = await journal.accept(new(key="k", request=b"whole"))
        assert await journal.request_of(intent.id) == b"whole"
        journal.close()


async def test_a_directory_that_cannot_be_made_is_named(tmp_path, clock):
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalUnavailable, match=r"Not a directory|File exists"):
        await Journal.open(
            f"sqlite:///{tmp_path}/file/x.db", now=clock, random_bytes=os.urandom
        )


async def test_a_closed_journal_says_so(journal, new):
    journal.close()

    with pytest.raises(JournalUnavailable):
        await journal.accept(new())
    with pytest.raises(JournalUnavailable):
        await journal.get("x")
    assert not await journal.writable()


async def test_an_open_journal_is_writable(journal):
    assert await journal.writable()


async def test_a_full_disk_refuses_what_is_new_and_keeps_the_reserve(
    journal, new, url, clock
):
    intent, _ = await journal.accept(new())
    full = "PRAGMA max_page_count = 1"
    await journal._writer.write(lambda c: c.exec_driver_sql(full).all())
    big = os.urandom(1_000_000)

    with pytest.raises(JournalUnavailable, match="full"):
        await journal.accept(new(request=big))
    with pytest.raises(JournalUnavailable, match="full"):
        await journal.open_forms.keep(draft(clock, values={"url": big.hex()}))

    assert sqlite_file(url).with_name("patchbay.db.reserve").exists()
    assert await journal.get(intent.id) == intent


async def test_where_no_reserve_can_be_kept_nothing_begins_and_the_rest_goes_on(
    journal, stop, new, reopen, url, clock
):
    journal.close()
    reserve = sqlite_file(url).with_name("patchbay.db.reserve")
    reserve.unlink()
    reserve.mkdir()  # where a folder is, no file can be laid down

    journal = await reopen()

    assert not await journal.writable()
    for begins in (journal.accept(new()), journal.open_forms.keep(draft(clock))):
        with pytest.raises(JournalUnavailable, match="nothing new begins"):
            await begins
    assert (await journal.move(stop.id, State.DONE)).state is State.DONE


async def test_the_reserve_and_the_spool_lie_beside_the_file(journal, url):
    beside = sqlite_file(url).parent
    there = {one.name for one in beside.iterdir()}

    journal.spool.put(Ending("01A", State.UNKNOWN))

    assert "patchbay.db.reserve" in there
    assert (beside / "patchbay.db.spool").exists()


async def test_a_key_that_cannot_be_read_is_told(url, clock, tmp_path):
    (tmp_path / "var/patchbay.key").mkdir(parents=True)

    with pytest.raises(JournalUnavailable, match=r"does not open: .*IsADirectoryError"):
        await Journal.open(url, now=clock, random_bytes=os.urandom)


async def test_a_full_disk_gives_the_reserve_back_and_takes_one_more(journal, new, url):
    reserve = sqlite_file(url).with_name("patchbay.db.reserve")
    intent, _ = await journal.accept(new())
    there = reserve.exists()

    made_room = journal._writer._on_full()

    assert (there, made_room, reserve.exists()) == (True, True, False)
    assert journal._writer._on_full() is False
    assert (await journal.move(intent.id, State.SENDING)).state is State.SENDING


# ── letters are tested in test_outbox ──────────────────────────────────────────────


async def test_letters_are_committed_with_the_change(journal, new, clock):
    intent, _ = await journal.accept(new(), letters=lambda one: [letter(one)])

    (due,) = await journal.outbox.due(clock())

    assert (due.intent, due.rev, due.body) == (intent.id, 1, {"text": "rev 1"})
