"""Level 1, CAR: what the key may do, asked in the name of a user who cannot be.

A count changes nothing. What ends or publishes a session is asked about a user who has
none: that proves the right, and ends and publishes nothing. A start and a reservation
would cost money, so these rights show with the first start.
"""

from bot.i18n import _
from bot.live.cloud_reads import TOO_LITTLE, ending_of
from bot.live.trial import Trial
from bot.tencent.models.base import Reply, Request
from bot.tencent.models.car import (
    DescribeConcurrentCount,
    DestroySession,
    StartPublishStream,
    StartPublishStreamWithURL,
    StopPublishStream,
)

NO_USER = "patchbay-doctor-" + "0" * 32
NOWHERE = "rtmp://nowhere.example.com/none/none"


def probes() -> tuple[Request[Reply], ...]:
    """Return what is asked: a request for each right that can be asked for nothing."""
    user = {"UserId": NO_USER}
    return (
        DescribeConcurrentCount.of({}),
        DestroySession.of(user),
        StartPublishStream.of(user),
        StartPublishStreamWithURL.of({**user, "PublishStreamURL": NOWHERE}),
        StopPublishStream.of(user),
    )


async def read_car(trial: Trial) -> None:
    """Ask CAR which of its actions the key may call."""
    if not trial.settings.account("car").complete:
        return
    for request in probes():
        ending = await ending_of(trial, request, "")
        what = _("{action} of nobody: {word}")
        text = what.format(action=request.action, word=ending.word)
        lacks = ending.word.startswith(TOO_LITTLE)
        fix = _(
            "The rest works without it. To use it, allow the CAM user car:{action}; see"
            " docs/operating.md."
        )
        well = True if ending.came and not lacks else None
        advice = fix.format(action=request.action) if lacks else ending.advice
        trial.report.add(text, well=well, fix=advice)
