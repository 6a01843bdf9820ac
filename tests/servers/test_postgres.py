"""The tests' own PostgreSQL."""

import signal

import pytest

from tests.servers.postgres import installed, server, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")


@pytest.mark.parametrize("programs", installed(), ids=str)
def test_what_was_written_is_there_after_it_was_killed_and_started_again(programs):
    with server(programs, fsync="on", synchronous_commit="on") as one:
        url = one.database()
        one.run("CREATE TABLE kept (number int); INSERT INTO kept VALUES (7)", url)
        one.kill()
        one.start()
        killed = one.run("SELECT number FROM kept", url)
        one.stop(signal.SIGTERM)
        one.start()

        assert killed == one.run("SELECT number FROM kept", url) == [(7,)]


def test_a_database_is_empty_or_a_copy_and_each_is_its_own(postgres, postgres_url):
    postgres.run("CREATE TABLE kept (number int)", postgres_url)
    copy = postgres.database(postgres_url.rpartition("/")[2])
    postgres.run("INSERT INTO kept VALUES (1)", copy)

    counted = [
        postgres.run("SELECT count(*) FROM kept", one) for one in (copy, postgres_url)
    ]
    postgres.drop(copy)

    assert counted == [[(1,)], [(0,)]]
