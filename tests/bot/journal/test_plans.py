"""No question of the journal is answered by looking through it.

Every public method is called, so a new one is asked about, too: what it executes is
explained by SQLite's planner, and counted in steps while the past grows.
"""

import re
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import count

import pytest
import pytest_asyncio

from bot.journal.model import CARD_NOTICE, Timing
from bot.journal.schema import lines
from bot.journal.sqlite.driver import DIALECT, KEPT
from bot.journal.statement import inserted
from bot.journal.texts import written_down
from bot.states import State
from tests.bot.journal.conftest import moved, new_intent
from tests.bot.journal.crowd import file_of, grow
from tests.bot.journal.makers import form_at
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_statement import untyped
from tests.bot.journal.tour import Tour
from tests.fakes.clock import FakeClock
from tests.fakes.journal import laid, opened
from tests.fakes.sqlite import heard
from tests.tools.statements import there

COUNTS = ("ENABLE_STMTVTAB",)
PAST = 600  # more than the largest page
LINE = {"intent": "past", "line": "past", "channel": "C", "ts": "1.1", "came_at": 1}

# Tables that do not grow with what happens: a row for each kind, name, app, team, run;
# of tallies, for each quarter of an hour of a day in which somebody started something;
# of slots, for each channel of the last hour (none in a file); of copies, for each that
# something waits for. What people save are so many for a workspace or a person.
SMALL = {"handles", "lives", "known", "hearing", "audit_heads", "tallies", "slots"}
SMALL |= {"named_targets", "presets", "copies", "subscriptions"}
# What reads all there is, off the event loop, and why.
WHOLE = {
    "find.counts": "the doctor says how much there is",
    "audit.all": "it is the export",
    "trail.report": "each record is checked",
}
# What stands in an index in the order asked for, so that a page is all that is read.
IN_ORDER = {"things_by_team", "audit_unkeyed_by_team", "sqlite_autoindex_audit_1"}
# What is sorted is a page of each index that was asked.
PAGES = {"find.matching", "recents.offered"}
# The same of statements by their own names; and what no running bot asks for.
WHOLE_BY_NAME = {
    "audit.OF_CHAIN": "it is the export",
    "audit._OF_TEAMS": "it is the export",
    "examination._ALL": "each record is checked",
    "examination._SETTLEMENTS": "each record is checked",
    "examination._UNKEYED": "each record is checked",
    "holds.HOLD": "it goes through the few letters that it has found itself",
    "queries._COUNTS": "the doctor says how much there is",
    "questions._IN_PART": "what is sorted is a page of each index",
    "questions._WHOLE": "what is sorted is a page of each index",
    "sealed._ANY": "it ends at the first row that has a sealed value, as most have",
    "stored_trail._HAS": "`audit verify --has` looks for one hash, beside the bot",
    "trail._LAST_UNKEYED": "it ends at the last row, in the order of the table",
}

SCAN = re.compile(r"SCAN (\w+)")
OF_A_TEAM = re.compile(r"SEARCH (\w+) USING.* INDEX (\w+) \((?:team|chain)=\?\)$")
# A column that is compared with something, but for what marks the rows of an index.
LOOKED_FOR = re.compile(r"(\w+) (?:=|IN|[<>]=?) (?!0\b)")
FEW = "id|key|ref|request_id|agent|handle|about|joins|batch|thing|intent|card_channel"
FEW += "|digest"  # of what is active: few push to one address
OF_FEW = re.compile(rf"\((?:{FEW})[=<>]")
# What cannot be executed twice; a row of its own is all that it touches.
OF_ITSELF = re.compile("INSERT|UPDATE audit_heads")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tour(tmp_path_factory):
    """Go through a journal with a past, once for all who ask; it is closed then."""
    file = tmp_path_factory.mktemp("tour") / "var/patchbay.db"
    clock, numbers = FakeClock(), count()
    url = f"sqlite:///{laid(file)}"
    with heard() as driver, closing(await opened(url, clock)) as journal:
        new = lambda **of: new_intent(clock(), next(numbers), **of)  # noqa: E731 - as `new`
        await past_of(journal, new, clock)
        grow(url, 1, PAST)
        tour = Tour(journal, new, clock)
        driver.listeners.append(tour.note)
        await tour.go_everywhere()
    tour.file = file
    return tour


async def past_of(journal, new, clock):
    """Let *journal* have a row of all that the past is made of."""
    until = Timing(at=clock())
    first, _ = await journal.accept(
        new(room="old", user="UBOB", timing=until), notices=(CARD_NOTICE,)
    )
    await moved(journal, first.id, State.SENDING, State.STARTED, State.STOPPED)
    await journal.audit.write(entry(0))
    for one in await journal.outbox.due(clock()):
        await journal.outbox.sent(one, ("C", "1.1"))
    await journal.open_forms.keep(form_at(clock, id="past", user="UBOB"))
    await journal._writer.write(lambda c: c.execute(inserted(lines), LINE))


@pytest.fixture
def url(tour, tmp_path):
    """Return the URL of a copy of the file, which a test may change."""
    return f"sqlite:///{shutil.copy(tour.file, tmp_path / 'p.db')}"


@pytest.fixture
def planner(url):
    """Open the file once more."""
    connection = sqlite3.connect(file_of(url), isolation_level=None)
    yield connection
    connection.close()


def explained(planner, statement, parameters):
    """Return what SQLite does for *statement*, line by line."""
    rows = planner.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [row[3] for row in rows]


def looks_through(line):
    """Tell whether it goes through a table that grows."""
    scanned = SCAN.match(line)
    of_journal = scanned and not scanned[1].startswith(("CONSTANT", "anon"))
    return bool(of_journal and scanned[1] not in SMALL) or "AUTOMATIC" in line


def is_of_a_team(planner, line, statement):
    """Tell whether it goes through a workspace, and not through a page of it.

    It goes on beyond the page where it looks for what does not stand in the index.
    """
    index = OF_A_TEAM.match(line)
    if index is None or index[1] in SMALL:
        return False
    if index[2] not in IN_ORDER or "LIMIT" not in statement:
        return True
    stands = {row[2] for row in planner.execute(f"PRAGMA index_info({index[2]})")}
    return not set(LOOKED_FOR.findall(statement)) <= stands


def sorts_many(line, plan):
    """Tell whether it sorts what was found by more than an ID."""
    found = [one for one in plan if one.startswith(("SEARCH", "SCAN"))]
    return "TEMP B-TREE FOR ORDER BY" in line and not all(map(OF_FEW.search, found))


def refused(planner, name, statement, values):
    """Return what grows of the plan of what the method *name* executes."""
    plan = explained(planner, statement, values)
    return [
        line
        for line in plan
        if name not in WHOLE
        and (
            looks_through(line)
            or is_of_a_team(planner, line, statement)
            or (name not in PAGES and sorts_many(line, plan))
        )
    ]


@pytest.mark.short
async def test_every_public_method_is_asked_about(tour):
    assert tour.asked == tour.public()


@pytest.mark.parametrize("analyzed", [False, True])
async def test_no_statement_looks_through_a_table_or_a_workspace(
    tour, planner, analyzed
):
    if analyzed:
        planner.execute("ANALYZE")

    wrong = {
        (name, statement): lines
        for (name, statement), values in tour.seen.items()
        if not statement.startswith("INSERT")
        and (lines := refused(planner, name, statement, values))
    }

    assert len(tour.seen) > 150
    assert wrong == {}


class Anything(dict):
    """Has a value for every parameter: no plan depends on it."""

    def __missing__(self, _name):
        return None


def test_nor_does_any_that_is_written_down_whoever_asks_it(planner):
    texts = [(name, one.compiled(DIALECT).text) for name, one in written_down()]

    wrong = {
        name: lines
        for name, text in texts
        if not text.startswith("INSERT")
        and (lines := refused(planner, name, text, Anything()))
    }

    assert len(texts) > 200
    assert wrong.keys() == WHOLE_BY_NAME.keys(), wrong


@pytest.mark.usefixtures("tour")
def test_every_parameter_has_a_type_also_of_what_is_made_when_it_is_needed():
    wrong = {
        one.compiled(DIALECT).text: names
        for one in there()
        if (names := untyped(one, DIALECT))
        and names != ["how_many"]  # `test_statement` has one to find
    }

    assert wrong == {}


def steps(planner, statement, parameters):
    """Return how many tens of steps SQLite takes for *statement*; it is undone."""
    taken = []
    planner.execute("BEGIN")
    planner.set_progress_handler(lambda: taken.append(1), 10)
    try:
        planner.execute(statement, parameters).fetchall()
    finally:
        planner.set_progress_handler(None, 0)
        planner.execute("ROLLBACK")
    return len(taken)


async def test_a_past_ten_times_as_long_costs_no_question_more(tour, planner, url):
    asked = {
        key: values for key, values in tour.seen.items() if not OF_ITSELF.match(key[1])
    }
    before = {key: steps(planner, key[1], values) for key, values in asked.items()}
    grow(url, PAST + 1, 10 * PAST)

    after = {key: steps(planner, key[1], values) for key, values in asked.items()}

    grown = {
        key: (before[key], taken)
        for key, taken in after.items()
        if taken > 1.5 * before[key] + 20 and key[0] not in WHOLE
    }
    assert grown == {}


def planned_anew(file, seen):
    """Return those of *seen* that SQLite plans anew when they are run again."""
    with closing(
        sqlite3.connect(file, isolation_level=None, cached_statements=KEPT)
    ) as one:
        if one.execute("PRAGMA compile_options").fetchall().count(COUNTS) == 0:
            pytest.skip("this SQLite does not count how often it plans")
        one.execute("BEGIN")
        for statement, values in seen:
            for _time in range(2):
                with suppress(sqlite3.IntegrityError):  # it is there, or of nothing
                    one.execute(statement, values).fetchall()
        one.execute("ROLLBACK")
        return one.execute("SELECT sql FROM sqlite_stmt WHERE reprep > 0").fetchall()


@pytest.fixture(params=["migrated", "made"])
async def file(request, url, tmp_path):
    """Return a file whose tables were migrated to what they are, or made so."""
    if request.param == "migrated":
        return file_of(url)
    (await opened(f"sqlite:///{tmp_path / 'new.db'}", FakeClock())).close()
    return tmp_path / "new.db"


def test_no_statement_is_planned_anew_for_its_values(tour, file):
    seen = [(statement, values) for (_name, statement), values in tour.seen.items()]

    assert planned_anew(file, seen) == []


def test_what_is_planned_anew_for_its_values_is_found(file):
    text = "SELECT id FROM intents WHERE ref = 'x' AND ref != ?"

    assert planned_anew(file, [(text, ("",))]) == [(text,)]


BAD = [
    "SELECT id FROM intents WHERE error_code = 'x'",
    "SELECT id FROM intents WHERE team = 'T' AND about IS NULL AND ends = 0",
    (
        "SELECT id FROM intents WHERE team = 'T' AND about IS NULL AND ends = 0"
        " AND note = 'x' ORDER BY created_at DESC, id DESC LIMIT 1"
    ),
    "SELECT id FROM intents WHERE room = 'lobby' ORDER BY note LIMIT 5",
    "SELECT id FROM intents WHERE ref LIKE '%x' ORDER BY created_at",
    "SELECT id FROM outbox WHERE state = 'pending' ORDER BY rev",
    "SELECT number FROM audit WHERE chain = 'T'",
    "UPDATE outbox SET tries = 0 WHERE line = 'x'",
    "DELETE FROM facts WHERE job = 'x'",
]


@pytest.mark.parametrize("statement", BAD)
def test_what_looks_through_a_table_is_refused(planner, statement):
    assert refused(planner, "find.some", statement, ()) != []
