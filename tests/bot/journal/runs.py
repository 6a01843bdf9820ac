"""Several runs on one PostgreSQL, each by a clock of its own that a test moves."""

from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot.journal.trail import AuditFiles
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

SHARED = {"seal_key": SecretStr("s" * 43), "audit": AuditFiles(SecretStr("a" * 43))}


class Runs:
    """The runs that have the journal at *url* open; each has its own clock."""

    def __init__(self, url, server):
        self.url, self._server = url, server
        self.clocks, self._journals = {}, []

    async def open(self):
        clock = FakeClock()
        more = {**SHARED, "monotonic": clock.monotonic}
        journal = await opened(self.url, clock, **more)
        self.clocks[journal.life] = clock
        self._journals.append(journal)
        return journal

    def push(self, journal, **by):
        """Let time pass for *journal* alone."""
        self.clocks[journal.life].push(**by)

    def run(self, text):
        """Run *text* in the database, as nobody of the bot does."""
        return self._server.run(text, self.url)

    def silent(self, journal, seconds):
        """Let the last sign of life of *journal* be so many seconds old."""
        at = f"seen_at - {round(seconds * 1000)}"
        self.run(f"UPDATE lives SET seen_at = {at} WHERE boot = '{journal.boot}'")  # noqa: S608 - its own name

    def refuse(self, state):
        """Take no move to *state*, until `mend`."""
        self.run(
            "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''gone''; END'"
        )
        self.run(
            "CREATE TRIGGER refused BEFORE UPDATE ON intents FOR EACH ROW "
            f"WHEN (NEW.state = '{state}') EXECUTE FUNCTION refused()"
        )

    def late(self):
        """Let the first call of each action wait for its slot: a clock can hold it."""
        self.run(
            "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN NEW.slot_at := NEW.slot_at + 2000; RETURN NEW; END'"
        )
        self.run(
            "CREATE TRIGGER late BEFORE INSERT ON slots FOR EACH ROW "
            "EXECUTE FUNCTION late()"
        )

    def mend(self):
        """Take everything again."""
        self.run("DROP FUNCTION refused CASCADE")

    def alive(self):
        """Return the names of those that are alive."""
        return {boot for (boot,) in self.run("SELECT boot FROM lives")}

    def close(self):
        for journal in self._journals:
            journal.close()


@asynccontextmanager
async def together(url, server):
    """Let runs share the database at *url* of *server*."""
    runs = Runs(url, server)
    try:
        yield runs
    finally:
        runs.close()
