"""Two bots on one journal, in the races that one writer never has.

Each race is run many times on the same journal, with both at the same point: a third
holds the row that the first of them has to have, until both wait for it.
"""

import asyncio
import threading
from dataclasses import replace

import psycopg
import pytest
from pydantic import SecretStr

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable, NotAllowed
from bot.journal.audit import Decision, append, head_of
from bot.journal.events import adopt
from bot.journal.evidence import Does, FactKind
from bot.journal.model import CARD_NOTICE, Notice
from bot.journal.named_targets import MOST_NAMED
from bot.journal.presets import MOST_SAVED
from bot.states import State
from tests.bot.journal.conftest import APP, AT, fact, new_intent, summary
from tests.bot.journal.makers import stop_of
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_events import event
from tests.bot.journal.test_named_targets import URL, target
from tests.bot.journal.test_presets import preset
from tests.fakes.clock import FakeClock
from tests.fakes.journal import answered, claimed, opened
from tests.fakes.psycopg import counted

TIMES = range(20)
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    " AND datname = current_database()"
)
HEAD = "SELECT 1 FROM audit_heads WHERE chain = '{}' FOR UPDATE"
THING = "SELECT 1 FROM intents WHERE id = '{}' FOR UPDATE"
HEARING = "SELECT 1 FROM hearing FOR UPDATE"
DROP = "DELETE FROM {} WHERE id = ANY(%s)"
CARD = (CARD_NOTICE,)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def place(tables):
    return tables.url()


@pytest.fixture
async def bots(place, clock):
    both = [await opened(place, clock) for _ in range(2)]
    await both[0].audit.write(entry(0))  # so the workspace has a chain
    yield both
    for one in both:
        one.close()


@pytest.fixture
def together(place):
    """Run two at the same time: both wait for the rows of *held* before they go on."""
    with psycopg.connect(place) as third, psycopg.connect(place) as watch:
        watch.autocommit = True

        async def run(held, *works):
            await asyncio.to_thread(third.execute, held)
            running = [asyncio.ensure_future(one) for one in works]
            await waiting(watch, len(running), running)
            third.rollback()
            return await asyncio.gather(*running, return_exceptions=True)

        yield run


async def waiting(watch, count, running):
    """Return once *count* wait for a lock, or one of those *running* is done."""
    while not any(task.done() for task in running):
        row = await asyncio.to_thread(lambda: watch.execute(WAITING).fetchone())
        if row[0] >= count:
            return


def start(number, **values):
    return new_intent(AT, number, **{"sdk_app_id": APP, "room": "r", **values})


async def run_of(bots, number, **values):
    """Accept a start at the first bot, and let it be sent."""
    accepted, _ = await bots[0].accept(start(number, **values))
    return await claimed(bots[0], accepted.id, seen=accepted)


async def test_what_was_sent_in_at_both_is_accepted_once(bots, together):
    for number in TIMES:
        results = await together(
            HEAD.format("T"), *(bot.accept(start(number)) for bot in bots)
        )

        assert len({intent.id for intent, _fresh in results}) == 1
        assert sorted(fresh for _intent, fresh in results) == [False, True]


def one_at_most(usage):
    if usage.live:
        raise NotAllowed("one runs", rule="ceiling")
    return ()


def two_starts(bots, team):
    """Accept a start at each of *bots*, under a ceiling of one for *team*."""
    new = (start(f"{team}-{number}", team=team) for number in range(2))
    return (
        bot.accept(one, admit=one_at_most) for bot, one in zip(bots, new, strict=True)
    )


async def test_under_a_ceiling_of_one_one_is_accepted(bots, together):
    for number in TIMES:
        team = f"T{number}"
        await bots[0].audit.write(entry(0, team=team))
        results = await together(HEAD.format(team), *two_starts(bots, team))
        assert sorted(type(one).__name__ for one in results) == ["NotAllowed", "tuple"]


async def test_a_workspace_without_a_chain_has_one_writer_too(bots):
    for number in TIMES:
        results = await asyncio.gather(
            *two_starts(bots, f"T{number}"), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in results) == ["NotAllowed", "tuple"]


@pytest.mark.parametrize("skip", [0, 5])
async def test_what_is_adopted_while_something_is_accepted_has_a_handle_of_its_own(
    place, clock, skip
):
    """In a workspace without a chain, as it is when a journal was lost."""
    both = [await opened(place, clock) for _ in range(2)]
    begun, done = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def adopts(tx):
        kept = adopt(tx, start(0, team="TNEW"), event(agent="pb_0"), skip)
        loop.call_soon_threadsafe(begun.set)
        done.wait()
        return kept

    first = asyncio.create_task(both[0]._write(adopts))
    await begun.wait()
    second = asyncio.create_task(both[1].accept(start(1, team="TNEW")))
    with psycopg.connect(place, autocommit=True) as watch:
        await waiting(watch, 1, [second])
    done.set()
    kept, (accepted, _) = await first, await second
    for one in both:
        one.close()

    assert [kept.handle, accepted.handle] == [f"R{skip + 1}", f"R{skip + 2}"]


async def test_an_alarm_is_given_once(bots, together):
    alarm = Notice(name="stuck", audience=Audience.OPS)
    for number in TIMES:
        relay = await run_of(bots, number)

        results = await together(
            THING.format(relay.id),
            *(bot.notify(relay.id, alarm, mark="stuck") for bot in bots),
        )

        assert sorted(one is None for one in results) == [False, True]
        due = [summary(one) for one in await bots[0].outbox.due(AT, limit=1000)]
        assert due.count(f"stuck {relay.handle} sending") == 1


def told(bot, relay, key, **values):
    said = fact(FactKind.EVENT, AT, key=key, ref=f"-{relay.handle}", **values)
    return bot.learn(relay.id, said, notices=CARD)


async def test_of_two_facts_at_once_neither_is_folded_without_the_other(bots, together):
    for number in TIMES:
        relay = await run_of(bots, number)

        one, other = await together(
            THING.format(relay.id),
            told(bots[0], relay, f"one-{number}", target="a", status=2),
            told(bots[1], relay, f"other-{number}", target="b", status=2),
        )

        now = await bots[0].find.get(relay.id)
        assert now.rev == max(one.rev, other.rev)
        assert now.standing == await folded(bots[0], now)


async def folded(bot, now):
    """Return what all that is known makes of *now*."""
    facts = await bot.find.facts_of(now.id)
    return bot._lifecycles[now.subject.kind].fold(now, facts)


async def test_an_answer_and_a_callback_at_once_are_both_taken(bots, together):
    for number in TIMES:
        relay = await run_of(bots, number)
        ref = f"-{relay.handle}"
        key = f"answer-{number}"
        said = fact(FactKind.ANSWERED, AT, key=key, does=Does.CREATE, ref=ref)

        results = await together(
            THING.format(relay.id),
            answered(bots[0], relay.id, seen=relay, evidence=(said,)),
            told(bots[1], relay, f"event-{number}", status=1),
        )

        assert [one for one in results if isinstance(one, Exception)] == []
        now = await bots[0].find.get(relay.id)
        assert now.state is State.STARTED
        assert now.standing == await folded(bots[0], now)


async def test_a_stop_and_the_claim_of_what_it_stops_know_of_each_other(bots, together):
    for number in TIMES:
        accepted, _ = await bots[0].accept(start(number))
        stop = stop_of(lambda n=number, **v: new_intent(AT, f"s{n}", **v), accepted)

        claim, (stopped, _fresh) = await together(
            THING.format(accepted.id),
            claimed(bots[0], accepted.id, seen=accepted),
            bots[1].accept(stop),
        )

        now = await bots[0].find.get(accepted.id)
        if claim is None:
            assert (now.state, stopped.state) == (State.NOT_STARTED, State.DONE)
        else:
            assert (now.state, stopped.state) == (State.SENDING, State.WAITING)


async def test_no_record_is_lost_and_the_chain_is_whole(bots):
    await asyncio.gather(
        *(bots[n % 2].audit.write(entry(n, team=f"T{n % 3}")) for n in range(200))
    )

    assert len(await bots[0].audit.all()) == 201
    assert (await bots[0].trail.report(deep=True)).findings == ()


async def test_of_two_records_behind_the_same_one_the_later_is_written_behind_the_other(
    bots,
):
    """As if nobody had the end of the chain: the database refuses the later one."""
    both_have_read = threading.Barrier(2)
    tries = []

    def refused(bot, number):
        def work(connection):
            end = head_of(connection, "T")
            tries.append(end.count)
            if len(tries) <= 2:
                both_have_read.wait()
            refusal = replace(entry(number), decision=Decision.REFUSED)
            append(connection, bot.audit._key, refusal, {"T": end})

        return bot._writer.write(work)

    await asyncio.gather(*(refused(bot, n) for n, bot in enumerate(bots)))

    assert (tries, sum(bot.maintenance.reruns for bot in bots)) == ([1, 1, 2], 1)
    assert [one.number for one in await bots[0].audit.all("T")] == [1, 2, 3]
    assert (await bots[0].trail.report(deep=True)).findings == ()


async def test_what_touches_the_same_rows_in_another_order_loses_nothing(bots):
    relays = [await run_of(bots, n, agent=f"pb_{n}") for n in range(4)]

    async def touch(n):
        for relay in relays[:: 1 if n % 2 else -1]:
            await told(bots[n % 2], relay, f"{n}-{relay.id}", status=1)

    await asyncio.gather(*(touch(n) for n in range(20)))

    counts = [len(await bots[0].find.facts_of(one.id)) for one in relays]
    assert counts == [21] * 4


async def test_a_reading_server_takes_nothing(bots, place, postgres):
    name = place.rpartition("/")[2].partition("?")[0]
    before = [await bot.writable() for bot in bots]
    postgres.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    try:
        reads = await opened(place, FakeClock())
    except JournalUnavailable:
        reads = None
    finally:
        postgres.run(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')

    assert before == [True, True]
    assert reads is None


MOST = {"accept": 8, "claim": 4, "settle": 6, "letter": 5}


async def test_a_start_takes_few_round_trips(bots, clock):
    async def life(number):
        spent = {}
        accepted, _ = await bot.accept(
            start(number, targets=("a",)),
            notices=CARD,
            audit=entry(number),
            admit=lambda _usage: (),
        )
        spent["accept"] = trips.take()
        sending = await claimed(bot, accepted.id, seen=accepted)
        spent["claim"] = trips.take()
        said = fact(
            FactKind.ANSWERED, AT, key=f"a{number}", does=Does.CREATE, ref=f"-{number}"
        )
        await answered(bot, accepted.id, seen=sending, evidence=(said,))
        spent["settle"] = trips.take()
        (card,) = await bot.outbox.due(clock())
        trips.take()
        await bot.outbox.sent(card, ("C", "1.5"))
        spent["letter"] = trips.take()
        return spent

    bot = bots[0]
    with counted() as trips:
        lives = [await life(number) for number in range(14)]

    # Signs of life come in between, by real time.
    warm = lives[10:]
    spent = {name: min(one[name] for one in warm) for name in MOST}
    assert spent == {"accept": 3, "claim": 2, "settle": 2, "letter": 2}
    assert all(spent[name] <= most for name, most in MOST.items())


async def test_a_secret_that_is_forgotten_while_it_is_sealed_anew_stays_so(
    place, clock, together
):
    old = await opened(place, clock, seal_key=SecretStr("old"))
    start, _ = await old.accept(new_intent(AT, 1))
    await old.update(start.id, reply_secret=b"secret")
    new = await opened(place, clock, seal_key=SecretStr("new\nold"))
    assert await new.find.secret_of(start.id) == b"secret"

    await together(
        THING.format(start.id),
        new.update(start.id, reply_secret=None),
        new.rotation.go_on(100),
    )

    assert await new.find.secret_of(start.id) is None
    assert await new.find.request_of(start.id) == b"{}"
    old.close()
    new.close()


def preset_of(bot, number):
    return bot.saved.presets.keep(preset(number), entry(number))


def target_of(bot, number):
    return bot.saved.targets.add(target(number), URL, entry(number))


@pytest.mark.parametrize(
    ("keep", "table", "most"),
    [(preset_of, "presets", MOST_SAVED), (target_of, "named_targets", MOST_NAMED)],
)
async def test_of_two_that_are_kept_at_once_one_fits_the_menu(
    bots, together, place, keep, table, most
):
    for number in range(most - 1):
        await keep(bots[0], number)
    held = f"LOCK TABLE {table} IN SHARE MODE"  # both may count before either writes

    kept = []
    with psycopg.connect(place, autocommit=True) as other:
        for number in range(most, most + 5):
            both = number, number + 50
            works = [keep(bot, one) for bot, one in zip(bots, both, strict=True)]
            kept.append(await together(held, *works))
            other.execute(DROP.format(table), ([f"{one:032x}" for one in both],))

    assert [sorted(type(one).__name__ for one in two) for two in kept] == (
        [["NoneType", "TooMany"]] * 5
    )
