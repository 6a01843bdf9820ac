"""Ends what a trial has begun: stops relays, whoever started them and crashed."""

from bot.errors import CloudError
from bot.i18n import _
from bot.live.cloud_reads import Ending, ending_of
from bot.live.ledger import Entry
from bot.live.posting import take_back
from bot.live.trial import Trial
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from bot.tencent.retry import ErrorClass

TRIES = 5
PAUSE = 1.0  # seconds between tries


async def resume(trial: Trial) -> None:
    """Stop and delete what earlier runs left."""
    entries = trial.ledger.left()
    if not entries:
        trial.report.add(_("Nothing is left of an earlier run."))
    for entry in entries:
        if "agent" in entry:
            await end_relay(trial, entry)
        else:
            await take_back(trial, entry)


async def end_relay(trial: Trial, entry: Entry) -> None:
    """Stop the relay that *entry* of the ledger names, and say how that ended."""
    tasks = list(entry.get("task_ids") or ())
    if not tasks:
        what = _(
            "{agent} may have been started in room {room}: no TaskId came. An empty "
            "room ends it {idle} s after its start."
        )
        trial.report.add(what.format(**entry), well=None)
        trial.ledger.end(entry["key"])
        return
    ended = [await _stopped(trial, entry, task) for task in tasks]
    if all(ended):
        trial.ledger.end(entry["key"])


async def _stopped(trial: Trial, entry: Entry, task: str) -> bool:
    """Stop *task*; tell whether it is over, tried a few times."""
    ending = Ending(None)
    for number in range(TRIES):
        if number:
            await trial.ports.sleep(PAUSE)
        ending = await stop(trial, entry, task)
        if ending.kind is None or ending.kind is ErrorClass.GONE:
            what = _("Stopped {task}: {word}").format(task=task, word=ending.word)
            trial.report.add(what)
            return True
    what = _("NOT stopped: {task}: {word}").format(task=task, word=ending.word)
    fix = _("It runs, or may: run doctor --live --resume.")
    trial.report.add(what, well=False, fix=fix)
    return False


async def stop(trial: Trial, entry: Entry, task: str) -> Ending:
    """Ask once that *task* be stopped; return how that ended."""
    request = StopPublishCdnStream.of({"SdkAppId": entry["app_id"], "TaskId": task})
    return await ending_of(trial, request, str(entry["region"]))


def tasks_of(error: CloudError) -> tuple[str, ...]:
    """Return every TaskId that came with *error*: one of them may be the relay's."""
    return tuple(dict.fromkeys([*error.candidates]))
