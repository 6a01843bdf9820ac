"""A language that nobody speaks, to see what is not translated and what is cut.

Each sentence of it is that of the source between brackets, with accents, and 40 %
longer. `made` copies the bot to where that is the language of every American;
`python -m tests.tools.pseudo` there plays a tour, and prints every text that Slack
got.
"""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from bot import catalogues
from bot.dialogue.form import Form
from bot.slack.render import blocks, modals
from tests.world import make_world

TOP = Path(__file__).parents[2]
LANGUAGE = "en_US"  # that of whoever asks in the tests
OPENS, CLOSES = "⟦", "⟧"
ACCENTS = str.maketrans("aceinosuyACEINOSUY", "áçéíñóšúýÁÇÉÍÑÓŠÚÝ")
KEPT = re.compile(r"(\{[^}]*\})")  # placeholders
LONGER = 0.4

URL = "url=rtmp://push.example.com/live/k"
TOUR = (
    *(
        "/patchbay",
        "/patchbay help",
        "/patchbay help relay",
        "/patchbay help relay start",
    ),
    *("/patchbay whoami", "/patchbay doctor", "/patchbay nonsense", "/nonsense"),
    *("/relay", "/relay start", "/relay start 7", "/relay start 7 x=3 --go"),
    f"/relay start 7 {URL}1 --dry-run",
    f"/relay start 7 {URL}1 --go",
    f"/relay start 8 {URL}1 --go",
    f"/relay start lobby type=text {URL}2 fps=999 --go",
    f"/relay start 9 {URL}3 --go",
    *("/relay list", "/relay recent", "/relay recent weird", "/relay status R1"),
    *("/relay sotp R1", "/relay status R77", "/relay stop R1", "/relay stop R1 --yes"),
    *("/relay close R1", "/relay attach R1", "/relay stop", "/relay 7"),
    *("/car", "/car start", "/car start user=u1 ip=8.8.8.8 --go", "/car recent"),
    *("/gs", "/gs hello", "/gs 1326515201117065216", "/car reveal S1"),
    *("/lookup", "/lookup R1", "/lookup FailedOperation", "/lookup nothing at all"),
    *("/lookup FailedOperation.SlowDown R1 7", "/lookup R1 --public"),
    *("/patchbay history", "/patchbay history R1", "/patchbay audit verify"),
    "fail StartPublishCdnStream reset",
    f"/relay start 10 {URL}4 --go",
    *("/relay list", "/lookup R3", "/relay close R3", "/relay attach R3"),
    "fail StartPublishCdnStream AuthFailure.SignatureFailure",
    f"/relay start 11 {URL}5 --go",
    *("fail CreateSession reset", "/car start user=u9 ip=8.8.8.8 --go"),
    *("/car close S2", "/car start user=u1 ip=10.0.0.1 --go"),
    *("fail StopPublishCdnStream 500", "/relay stop R2 --yes", "/relay stop R2"),
    *(
        "/relay start 7 json={bad --go",
        "/relay start 7 url=http://a.example.com/x --go",
    ),
    *('/relay start 7 json={"a":1} --go', "/relay close R3 reason=seen"),
    *("/patchbay audit", "/relay recent failed", "/relay start x url= --go"),
)


def pseudo(text):
    """Return *text* in that language."""
    told = "".join(
        part if KEPT.fullmatch(part) else part.translate(ACCENTS)
        for part in KEPT.split(text)
    )
    end = told[-1] if told[-1] in ".…:?" else ""  # which our own texts look at
    longer = "~" * round(len(text) * LONGER)
    return f"{OPENS}{told.removesuffix(end)}{longer}{CLOSES}{end}"


def translate(path, translation):
    """Give each entry of the catalogue in *path* its *translation*, a function."""
    catalogue = catalogues.read(path)
    for message in catalogue:
        if message.id:
            several = not isinstance(message.id, str)
            ids = message.id if several else [message.id]
            told = [translation(one) for one in ids]
            message.string = tuple(told) if several else told[0]
    path.write_bytes(catalogues.written(catalogue))


def made(folder, language=LANGUAGE, translation=pseudo):
    """Copy the bot and its tests into *folder*, with a *language* more."""
    ignored = shutil.ignore_patterns("__pycache__", "*.mo")
    for part in ("bot", "commands", "tests"):
        shutil.copytree(TOP / part, folder / part, ignore=ignored)
    catalogues.update(folder, new=[language])
    for domain in catalogues.COLLECT:
        path = catalogues.locales(folder) / language / "LC_MESSAGES" / f"{domain}.po"
        translate(path, translation)
    catalogues.build(folder)
    return folder


# ── the tour ─────────────────────────────────────────────────────────────────────


RUN = {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}


def texts_in(node):
    """Yield every text of a message, a form or a Home; what is one run is one text."""
    if isinstance(node, dict) and node.get("type") in RUN:
        yield "".join(one.get("text", "·") for one in node["elements"])
    elif isinstance(node, list):
        for one in node:
            yield from texts_in(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif key not in {"private_metadata", "metadata"}:
                yield from texts_in(value)


def _drawn(answer):
    return modals.view(answer) if isinstance(answer, Form) else blocks.message(answer)


async def played(tour=TOUR, **more):
    """Return every text of *tour* with what was typed for it, once.

    *more* is handed to `make_world`.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            world = await make_world(stack, Path(folder) / "p.db", **more)
            told = []
            for typed in tour:
                if typed.startswith("fail "):
                    world.cloud.state.fail_next(*typed.split()[1:])
                    continue
                answer = await world.typed(typed)
                told += [(typed, text) for text in texts_in(answer and _drawn(answer))]
                told += await _delivered(world, typed)
            world.clock.push(minutes=10)
            await world.jobs.run_due()
            told += await _delivered(world, "alarms")
            ask = world.ask("/patchbay")
            home = blocks.home(await world.router.home(ask.who))
            told += [("Home", text) for text in texts_in(home)]
            return list(dict.fromkeys(told))


async def _delivered(world, typed):
    before = len(world.slack.sent)
    world.clock.push(seconds=2)
    await world.bot.delivery.deliver()
    bodies = [body for _way, body in world.slack.sent[before:]]
    return [(typed, text) for text in texts_in(bodies)]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asyncio.run(played())))
