"""Level 3: one relay into an empty room, its events, and two stops.

The TaskId is on disk before it is told. Whatever happens on the way, what was started
is stopped; a start that is under way when somebody interrupts is waited for first.
"""

import asyncio
from collections.abc import Sequence

from bot.errors import CloudError, InvalidRequest
from bot.i18n import _
from bot.live import places
from bot.live.ending import end_relay, stop, tasks_of
from bot.live.ledger import Entry
from bot.live.listening import Ear, listening
from bot.live.report import Seen
from bot.live.trial import Trial
from bot.operations.reception import addressed
from bot.resources.relay.plan import AUDIO, TEXT
from bot.resources.relay.request import Prepared, prepared_from
from bot.tencent import usersig
from bot.tencent.events import RelayEvent, RelayStatus
from bot.tencent.models.trtc.requests import RelayStarted, StartPublishCdnStream
from bot.tencent.retry import Conclusion, End, ErrorClass, next_step

PREFIX = (
    "pbdoctor_"  # no robot of a bot begins like this, so no bot takes it for its own
)
IDLE = 5  # seconds: the shortest that Tencent takes
EXPECTED = ("CONNECTING", "RUNNING", "DISCONNECTING", "IDLE")
LENGTHS = "72…76"
MANY = 99  # tries, after which there is no other


async def relay(trial: Trial) -> None:
    """Start, hear, stop, stop again, and say what was seen."""
    agent = PREFIX + trial.ports.random_bytes(10).hex()
    prepared = _prepared(trial, agent)
    if prepared is None:
        return
    ear = Ear(trial=trial, app=prepared.app, agent=agent)
    entry: Entry = {
        "key": f"relay {agent}",
        "agent": agent,
        "app_id": prepared.app.sdk_app_id,
        "region": prepared.region,
        "room": prepared.request.room_id,
        "idle": IDLE,
    }
    async with listening(ear):
        trial.ledger.begin(**entry)
        try:
            await _through(trial, prepared, entry, ear)
        finally:
            if not entry.get("over"):
                await end_relay(trial, entry)


def _prepared(trial: Trial, agent: str) -> Prepared | None:
    wishes, terms = trial.wishes, trial.settings.terms
    app = addressed(trial.settings.all_apps, wishes.app)
    if app is None:
        names = ", ".join(one.name for one in terms.apps) or "-"
        what = _("There is no app “{name}”; there is {names}.")
        text = what.format(name=wishes.app, names=names)
        trial.report.add(text, well=False)
        return None
    plan = {
        "app": app.name,
        "room": agent,
        "type": TEXT,
        "what": AUDIO,
        "url": wishes.push,
        "idle": str(IDLE),
    }
    try:
        prepared = prepared_from(plan, terms, agent)
    except InvalidRequest as error:
        for sentence in error.faults.values():
            trial.report.add(sentence, well=False)
        return None
    refused = prepared.over(terms)
    for one in refused.values():
        trial.report.add(one.sentence, well=False)
    return None if refused else prepared


async def _through(trial: Trial, prepared: Prepared, entry: Entry, ear: Ear) -> None:
    starting = asyncio.ensure_future(_start(trial, prepared, entry))
    try:
        tasks = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting})  # what it started is in the ledger then
        raise
    if not tasks:
        return
    await ear.until(RelayStatus.RUNNING)
    await _stop_twice(trial, entry, tasks)
    await ear.until(RelayStatus.IDLE)
    _events(trial, ear, prepared)


async def _start(trial: Trial, prepared: Prepared, entry: Entry) -> Sequence[str]:
    """Start it; return the TaskIds that came, which are in the ledger then."""
    app, now = prepared.app, trial.ports.now()
    request = prepared.request.signed(
        lambda user: usersig.mint(
            user,
            sdk_app_id=app.sdk_app_id,
            key=app.usersig_key,
            at=now,
            expire=app.usersig_seconds,
        )
    )
    trial.recorder.learn(request.secrets())
    try:
        tasks: Sequence[str] = ((await _sent(trial, request, prepared)).task_id,)
    except CloudError as error:
        tasks = tasks_of(error)
        trial.report.add(_("Start: {error}").format(error=error), well=False)
        if not tasks and _was_not_started(error):
            _over(trial, entry)
    entry["task_ids"] = list(tasks)  # known even if the disk does not take it
    if tasks:
        trial.ledger.begin(**entry)
    for task in tasks:
        trial.report.say(_("TaskId {task}").format(task=task))
        _answer(trial, task)
    return tasks


async def _sent(
    trial: Trial, request: StartPublishCdnStream, prepared: Prepared
) -> RelayStarted:
    return await trial.client.send(request, region=prepared.region)


def _over(trial: Trial, entry: Entry) -> None:
    entry["over"] = True
    trial.ledger.end(entry["key"])


def _was_not_started(error: CloudError) -> bool:
    """Tell whether the bot itself would take *error* for a proof that nothing runs."""
    step = next_step(StartPublishCdnStream, error, MANY, lambda: 0.0)
    verdict = step.verdict if isinstance(step, End) else step.otherwise
    return verdict is Conclusion.NOT_STARTED


def _answer(trial: Trial, task: str) -> None:
    """Say how the answer looked that had *task* in it."""
    answer = trial.recorder.last[StartPublishCdnStream.action]
    status, headers = answer["status"], answer["headers"]
    kind = headers.get("content-type", "-").partition(";")[0]
    packed = headers.get("content-encoding", "identity")
    length = LENGTHS if len(task) in range(72, 77) else str(len(task))
    starts = task.startswith("-") and task[1:2].isalpha()
    rows = (
        Seen("HTTP 200 application/json", f"HTTP {status} {kind}", places.REPLY),
        Seen("identity", packed, places.UNPACK),
        Seen(
            _("TaskId of {n} characters").format(n=LENGTHS),
            _("TaskId of {n} characters").format(n=length),
            places.TASK_LENGTH,
        ),
        Seen("TaskId -a…", "TaskId -a…" if starts else task[:2], places.TASK),
    )
    for row in rows:
        trial.report.add(row.seen, well=None if row.differs else True, seen=row)


async def _stop_twice(trial: Trial, entry: Entry, tasks: Sequence[str]) -> None:
    """Stop each of *tasks*, and once more what is stopped."""
    over = []
    for task in tasks:
        first, second = [await stop(trial, entry, task) for _number in range(2)]
        gone = second.kind is ErrorClass.GONE
        over.append(gone or second.kind is None)
        assumed = _("the second stop is told that it is over")
        row = Seen(assumed, assumed if gone else second.word, places.CODES)
        what = _("Stopped twice: {first}, then {second}")
        text = what.format(first=first.word, second=second.word)
        trial.report.add(text, well=True if gone else None, seen=row)
    if all(over):
        _over(trial, entry)


def _events(trial: Trial, ear: Ear, prepared: Prepared) -> None:
    """Say what was heard, in the order of the events' own times."""
    if not ear.listens:
        what = _("Events are not heard here")
        fix = _("Whoever has the port, as a bot, logs each as callback.not-ours.")
        if ear.app.callback_key is None:
            fix = _("Set the app's callback_key, here and in TRTC's console.")
        trial.report.add(what, well=None, fix=fix)
        return
    names = [event.status_name for event in ear.in_order]
    row = Seen(" ".join(EXPECTED), " ".join(names) or "-", places.STATUSES)
    what = _("Events: {names}").format(names=row.seen)
    fix = "" if names else _("See the callback address in TRTC's console.")
    trial.report.add(what, well=None if row.differs else True, fix=fix, seen=row)
    for event in ear.in_order[:1]:
        own = event.target in prepared.request.targets
        addressed_to = _("the target's address") if own else _("no address of ours")
        for row in (
            Seen(_("a time of its own"), _time_of(event), places.EVENT_TIMES),
            Seen(_("the target's address"), addressed_to, places.EVENT_FIELDS),
        ):
            what = _("An event has {what}").format(what=row.seen)
            trial.report.add(what, well=None if row.differs else True, seen=row)


def _time_of(event: RelayEvent) -> str:
    return _("no time of its own") if event.content else _("a time of its own")
