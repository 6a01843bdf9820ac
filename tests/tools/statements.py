"""Every statement of the journal as text: `python -m tests.tools.statements`.

It goes through the journal once, as the tests of the plans do, so that those are there
that are made when they are first needed, and writes what there is for each dialect into
`tests/data/statements/`. Run it when a release is tagged, with its code: the tests hold
what that release runs against the tables of the next.
"""

import asyncio
import gc
import itertools
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import bot.journal
from bot.journal.migrate import newest
from bot.journal.statement import Statement
from tests.bot.journal.conftest import new_intent
from tests.bot.journal.tour import Tour
from tests.fakes.clock import FakeClock
from tests.fakes.journal import laid, opened

KEPT = Path(__file__).parents[1] / "data/statements"
DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres"}  # and their packages
END = ";\n\n"


def kept(dialect):
    """Return the revision of the release before, and what it runs on *dialect*."""
    (file,) = KEPT.glob(f"*.{dialect}.sql")
    return file.name.partition(".")[0], file.read_text().split(END)[:-1]


def texts(dialect):
    """Return every statement that this process has, as *dialect* runs it."""
    driver = import_module(f"bot.journal.{DIALECTS[dialect]}.driver")
    return sorted({one.compiled(driver.DIALECT).text for one in there()})


def there():
    """Return every statement that this process has, also those that are frozen.

    What was there when the tests were collected is: nobody looks for garbage in it.
    """
    gc.unfreeze()
    found = [one for one in gc.get_objects() if isinstance(one, Statement)]
    gc.freeze()
    return found


async def gone_through(folder):
    """Make the statements that are made only when they are needed."""
    file = laid(Path(folder) / "var/patchbay.db")
    for module in Path(bot.journal.__file__).parent.rglob("[a-z]*.py"):
        if "migrations" not in module.parts:
            parts = module.relative_to(Path(bot.journal.__file__).parent).parts
            import_module(".".join(("bot.journal", *parts)).removesuffix(".py"))
    clock, numbers = FakeClock(), itertools.count()
    journal = await opened(f"sqlite:///{file}", clock)
    try:
        await Tour(
            journal, lambda **of: new_intent(clock(), next(numbers), **of), clock
        ).go()
    finally:
        journal.close()


def main(dialects):
    """Write the files of *dialects*, of all without any."""
    with TemporaryDirectory() as folder:
        asyncio.run(gone_through(folder))
    for dialect in dialects or DIALECTS:
        for former in KEPT.glob(f"*.{dialect}.sql"):
            former.unlink()
        all_of_it = "".join(f"{one}{END}" for one in texts(dialect))
        (KEPT / f"{newest()}.{dialect}.sql").write_text(all_of_it)


if __name__ == "__main__":
    main(sys.argv[1:])
