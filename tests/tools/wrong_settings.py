"""What `python -m bot doctor` says to many wrong settings, into docs/install.md.

`python -m tests.tools.wrong_settings` writes the table there; a test says when that was
forgotten. Every case is tried in a directory of its own, beside sound settings, to
which the doctor says nothing.
"""

import asyncio
import contextlib
import os
import re
import socket
import tempfile
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from bot.lifecycle import examine_ahead
from bot.sandbox.run import free_port
from bot.settings import read
from commands import COMMANDS
from tests.fakes.slack import FakeSlack
from tests.tools.wrong_cases import RULE, SOUND, SOUND_TOML, USERS, WRONG, Wrong

DOC = Path(__file__).parents[2] / "docs" / "install.md"
BEGIN = "<!-- made by python -m tests.tools.wrong_settings -->"
END = "<!-- until here -->"
SHOWN = "/srv/patchbay"  # where it is tried, as the table calls it

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lay(case, folder, port):
    """Write the files of *case* into *folder*."""
    values = {**SOUND, **case.set}
    lines = [f"{name}={value}\n" for name, value in values.items() if value is not None]
    lines += [] if "BOT_PORT" in case.set else [f"BOT_PORT={port}\n"]
    for name, text, mode in (
        (".env", "".join(lines) + case.more.replace("{port}", str(port)), case.mode),
        ("bot.toml", sound(case), 0o644),
        *((name, text, mode) for name, (text, mode) in case.files.items()),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(mode)


def sound(case):
    """Return bot.toml with what is wrong in it, and all else as it should be."""
    if "all" in case.without:
        return case.toml
    keys, *tables = re.split(r"^(?=\[)", case.toml, maxsplit=1, flags=re.MULTILINE)
    ops, exits = ("" if one in case.without else SOUND_TOML[one] for one in SOUND_TOML)
    ruled = "policy" in case.toml or "rule" in case.without
    return f"{ops}{keys}{exits}{''.join(tables)}{'' if ruled else RULE + USERS}"


def answers(case):
    """Return Slack as *case* has it."""
    made = FakeSlack(
        data={
            "auth.test": {"team": "Acme", "user": "patchbay", "bot_id": "B1"},
            "bots.info": {"bot": {"app_id": "A0PATCHBAY"}},
        },
        refusing=case.slack,
    )
    made.scopes, made.at = case.scopes, NOW.timestamp() - case.at
    return made


@contextlib.contextmanager
def listening(port, *, taken):
    """Have somebody on *port* while it is *taken*."""
    with socket.socket() if taken else nullcontext() as one:
        if one:
            one.bind(("127.0.0.1", port))
            one.listen()
        yield


def findings(case):
    """Return all that the doctor finds that is not well, a line for each."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        folder, port = Path(name).resolve(), free_port()
        lay(case, folder, port)
        with (
            mock.patch.dict(os.environ, {}, clear=True),
            listening(port, taken=case.taken),
        ):
            made = answers(case)
            web = lambda *_token, **_trust: nullcontext(made)  # noqa: E731
            examining = examine_ahead(read(), COMMANDS, slack=web, now=lambda: NOW)
            checks = asyncio.run(examining)
    lines = [_line(one) for one in checks if one.well is not True]
    return [one.replace(str(folder), SHOWN).replace(str(port), "3000") for one in lines]


def _line(check):
    return f"{check.what.rstrip('.')}. {check.fix}" if check.fix else check.what


def usual():
    """Return what is said to sound settings."""
    return findings(Wrong(what="", names=""))


def row(case):
    """Return what the doctor says to *case*, as a row of the table."""
    return f"| {case.what} | {'<br>'.join(map(_cell, findings(case)))} |"


def table():
    """Return the table of all cases, as Markdown."""
    rows = map(row, WRONG)
    return "\n".join(["| wrong | what `doctor` says |", "|---|---|", *rows])


def _cell(text):
    return (
        text.replace("|", "\\|")
        .replace("*", "\\*")
        .replace("<", "&lt;")
        .replace("\n", " ")
    )


def written(doc):
    """Return the text of *doc* with the table as it is now."""
    before, _begin, rest = doc.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    DOC.write_text(written(DOC.read_text(encoding="utf-8")), encoding="utf-8")
