"""What tests of changes of a relay share."""

from bot.dialogue.ask import Surface
from bot.dialogue.outcome import Line, Points, plain

A, B, C = (f"rtmp://{host}.example.com/live/the-secret" for host in "abc")
START = f"/relay start 295066 url={A} url={B} --go"
UPDATE = "UpdatePublishCdnStream"
INTERRUPTS = (
    "An address changes: Tencent breaks off the push and begins it anew, and"
    " viewers lose the stream until then."
)


def urls(world):
    (relay,) = world.cloud.state.running
    return relay.urls


def sent(world):
    (relay,) = world.cloud.state.running
    return relay.start


def lines(outcome):
    points = (part.lines for part in outcome.parts if isinstance(part, Points))
    own = [plain(one.spans) for one in outcome.parts if isinstance(one, Line)]
    return [*own, *(plain(one) for each in points for one in each)]


def above(form):
    """Return what stands in *form* beside its fields."""
    return [plain(one.spans) for one in form.fields if isinstance(one, Line)]


async def results(world):
    notices = await world.notices()
    return [one.text for one in notices if one.audience == "asker"]


async def pressed(world, button, **more):
    typed = f"/{button.command} {button.text}"
    return await world.typed(typed, surface=Surface.BUTTON, **more)
