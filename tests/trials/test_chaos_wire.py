"""The proxy before PostgreSQL knows each COMMIT, and does to it what it is told."""

import asyncio
import os
import socket
from contextlib import nullcontext

import pytest

from tests.trials.chaos import edges
from tests.trials.chaos.proxy import Proxy, Road
from tests.trials.chaos.races import without_lock
from tests.trials.chaos.wire import Frames, Transaction, framed

psycopg = pytest.importorskip("psycopg")


@pytest.fixture
async def proxy(postgres, postgres_url):
    postgres.run("CREATE TABLE kept (word text)", postgres_url)
    one = Proxy(("127.0.0.1", postgres.port))
    await one.start()
    yield one
    await one.close()


@pytest.fixture
def through(proxy, postgres, postgres_url):
    """Return what runs statements through the proxy, each call in a thread."""
    url = postgres_url.replace(f":{postgres.port}/", f":{proxy.port}/")

    def run(statements, *, by_itself=False, piped=False):
        with psycopg.connect(url, autocommit=by_itself, connect_timeout=2) as one:
            with one.pipeline() if piped else nullcontext():
                for statement, values in statements:
                    one.execute(statement, values)
            one.commit()

    return lambda *args, **more: asyncio.to_thread(run, *args, **more)


WRITE = ("INSERT INTO kept VALUES (%s)", ("a word",))
READ = ("SELECT word FROM kept", ())


def words(postgres, url):
    return postgres.run("SELECT word FROM kept", url)


@pytest.mark.parametrize(
    "how", [{}, {"piped": True}, {"by_itself": True}], ids=["usual", "piped", "alone"]
)
async def test_a_commit_is_known_by_what_it_writes(proxy, through, how):
    seen = []
    proxy.on_committed = seen.append

    await through([READ, WRITE, READ], **how)

    (one,) = [each for each in seen if each.summary != "nothing"]
    assert one.summary == "insert into kept"
    assert one.says(r"insert\s+into kept", b"a word")
    assert not one.says(r"insert\s+into kept", b"another")


async def test_the_answer_of_a_commit_is_lost_and_it_is_committed(
    proxy, through, postgres, postgres_url
):
    proxy.on_committed = lambda _transaction: True

    with pytest.raises(psycopg.OperationalError):
        await through([WRITE])

    assert words(postgres, postgres_url) == [("a word",)]


async def test_a_commit_waits_before_it_is_sent_on(
    proxy, through, postgres, postgres_url
):
    came, goes = asyncio.Event(), asyncio.Event()

    async def before(_transaction):
        came.set()
        await goes.wait()

    proxy.on_commit = before
    writing = asyncio.create_task(through([WRITE]))
    await came.wait()
    seen = words(postgres, postgres_url)
    goes.set()
    await writing

    assert (seen, words(postgres, postgres_url)) == ([], [("a word",)])


async def test_a_statement_is_run_as_it_is_rewritten(
    proxy, through, postgres, postgres_url
):
    proxy.rewrite = lambda text: text.replace("$1", "upper($1)")

    await through([WRITE])

    assert words(postgres, postgres_url) == [("A WORD",)]


async def test_nobody_gets_through_a_way_that_is_cut(proxy, through):
    proxy.turn(Road.CUT)
    with pytest.raises(psycopg.OperationalError):
        await through([WRITE])
    proxy.turn(Road.FINE)

    await through([WRITE])

    assert proxy.commits == 1


@pytest.mark.parametrize("road", [Road.STALLED, Road.HALF_OPEN])
async def test_nothing_comes_back_on_a_way_that_stands_still(proxy, through, road):
    proxy.turn(road)
    with pytest.raises(psycopg.OperationalError):
        await through([WRITE])  # it gives up by itself
    proxy.turn(Road.FINE)

    await through([WRITE])

    assert proxy.commits == 1


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("SELECT a FROM b FOR UPDATE OF b SKIP LOCKED", "nothing"),
        ("WITH c AS (SELECT 1 FOR UPDATE) UPDATE b SET a = 1", "update b"),
        ("INSERT INTO b SELECT 1 ON CONFLICT (a) DO UPDATE SET a = 1", "insert into b"),
    ],
)
def test_what_is_locked_is_not_written(text, summary):
    assert Transaction([(text, ())]).summary == summary


def test_a_lock_is_taken_out_of_one_statement_only():
    rewrite = without_lock(r"FROM intents")

    assert [
        rewrite("SELECT a FROM intents WHERE b = $1 FOR UPDATE"),
        rewrite("SELECT a FROM letters LIMIT 5 FOR UPDATE SKIP LOCKED"),
    ] == [
        "SELECT a FROM intents WHERE b = $1",
        "SELECT a FROM letters LIMIT 5 FOR UPDATE SKIP LOCKED",
    ]


def test_messages_are_cut_out_of_whatever_comes_in_pieces():
    stream = framed(b"Q", b"SELECT 1\0") + framed(b"S", b"")
    frames = Frames(greets=False)

    cut = [
        frame for at in range(len(stream)) for frame in frames.feed(stream[at : at + 1])
    ]

    assert [(kind, body) for kind, body, _raw in cut] == [
        (b"Q", b"SELECT 1\0"),
        (b"S", b""),
    ]


def test_a_connection_is_known_by_both_of_its_ports():
    to = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    ways = [socket.socket() for _ in range(2)]
    port = 0
    for way, server in zip(ways, to, strict=True):
        way.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        way.bind(("127.0.0.1", port))
        port = way.getsockname()[1]
        way.connect(server.getsockname())

    sockets = [edges._inode(port, one.getsockname()[1]) for one in to]
    numbers = [str(os.fstat(way.fileno()).st_ino) for way in ways]
    for one in (*ways, *to):
        one.close()

    assert sockets == numbers
