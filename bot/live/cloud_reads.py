"""Level 1, Tencent: requests that can start and end nothing.

A stop of a TaskId that cannot exist proves the key, the signature, the region and the
SdkAppId; a look-up of a session that does not exist proves the product is open to the
account. The clock is compared by the `Date` of the answers.
"""

from bot.errors import CloudError, NotSent, Refused
from bot.i18n import _
from bot.live import places
from bot.live.report import Seen
from bot.live.trial import Trial
from bot.operations.doctor import SKEW_WORTH_A_WORD
from bot.products import PRODUCTS, region_for_rooms
from bot.settings import App
from bot.slack.outbound.probe import status_of
from bot.tencent.models.base import Reply, Request
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves
from bot.tencent.models.live import (
    DescribeLiveStreamPushInfoList,
    DescribeLiveStreamState,
    DescribeStreamPushInfoList,
    written,
)
from bot.tencent.models.trtc.history import HOUR, DescribeUnusualEvent
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from bot.tencent.retry import CODES, ErrorClass, class_of
from bot.tencent.webhook import PATH

NO_TASK = "-m9notATask" + "0" * 61  # 72 characters, as those of real ones
NO_SESSION = "0" * 19
NO_ROOM = "patchbay-no-room"
NO_STREAM, NO_DOMAIN = "patchbay-of-no-stream", "push.invalid"
NO_REGION = "UnsupportedRegion"
ACCEPTED = "accepted"
UNSIGNED = 401
TOO_LITTLE = ("AuthFailure", "UnauthorizedOperation")  # the key, or what it may do
WRONG_APP = (
    "FailedOperation.SdkAppIdNotExist",
    "FailedOperation.SdkAppIdNotUnderAppId",
    "InvalidParameter.SdkAppId",
)


async def read_cloud(trial: Trial) -> frozenset[str]:
    """Ask Tencent what costs nothing; return the apps (by name) that it takes."""
    for product in PRODUCTS:
        if not trial.settings.account(product).complete:
            fix = _("Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.")
            what = _("There is no key for {product}").format(product=product)
            trial.report.add(what, well=False, fix=fix)
    good = await _apps(trial)
    await _other_regions(trial)
    await _session(trial)
    await _history(trial)
    await _pushes(trial)
    _clock(trial)
    return good


async def _apps(trial: Trial) -> frozenset[str]:
    apps = trial.settings.all_apps
    if not apps:
        fix = _(
            "Set BOT_TRTC_SDK_APP_ID and BOT_TRTC_USERSIG_KEY, or apps in bot.toml."
        )
        trial.report.add(_("There is no app"), well=False, fix=fix)
    if not trial.settings.account("trtc").complete:
        return frozenset()
    return frozenset([app.name for app in apps if await _stops_nothing(trial, app)])


async def _stops_nothing(trial: Trial, app: App) -> bool:
    stop = StopPublishCdnStream.of({"SdkAppId": app.sdk_app_id, "TaskId": NO_TASK})
    ending = await ending_of(trial, stop, app.region)
    what = _("Stop of no task, app {app} in {region}: {word}")
    text = what.format(app=app.name, region=app.region, word=ending.word)
    row = Seen("TaskNotExist", ending.word.rpartition(".")[2], places.CODES)
    if ending.proves:
        trial.report.add(text, seen=row)
        return True
    if advice := ending.advice:
        trial.report.add(text, well=False, fix=advice)
    else:
        fix = _("It is not known what this says of the app.")
        trial.report.add(text, well=None, fix=fix, seen=row if ending.came else None)
    return False


async def _other_regions(trial: Trial) -> None:
    """Ask in each region that the form offers beside those of the apps."""
    apps = trial.settings.all_apps
    if not apps or not trial.settings.account("trtc").complete:
        return
    own = {app.region for app in apps}
    stop = StopPublishCdnStream.of({"SdkAppId": apps[0].sdk_app_id, "TaskId": NO_TASK})
    for region in trial.settings.terms.regions:
        if region in own:
            continue
        ending = await ending_of(trial, stop, region)
        there = _("{region} is there").format(region=region)
        seen = there if ending.proves else ending.word
        row = Seen(there, seen, places.REGIONS)
        decides = ending.proves or ending.word == NO_REGION
        what = _("Stop of no task in {region}: {word}")
        text = what.format(region=region, word=ending.word)
        well = True if ending.proves else None
        trial.report.add(text, well=well, seen=row if decides else None)


async def _session(trial: Trial) -> None:
    if not trial.settings.account("gs").complete:
        return
    ask = DescribeCloudPhoneMultipleStreamSessionSlaves.of({"SessionId": NO_SESSION})
    ending = await ending_of(trial, ask, "")
    what = _("Look-up of no co-stream session: {word}").format(word=ending.word)
    if ending.advice or not ending.came:
        trial.report.add(what, well=None, fix=ending.advice)
    else:
        row = Seen("FailedOperation", ending.word, places.CODES)
        trial.report.add(what, seen=row)


async def _history(trial: Trial) -> None:
    """Ask for the past of no room: whether the key may, and the edition has it.

    To throw somebody out nothing is tried: that has no harmless call.
    """
    apps = trial.settings.all_apps
    if not apps or not trial.settings.account("trtc").complete:
        return
    app, end = apps[0], int(trial.ports.now().timestamp())
    window = {"StartTime": end - HOUR, "EndTime": end, "RoomId": NO_ROOM}
    ask = DescribeUnusualEvent.of({"SdkAppId": app.sdk_app_id, **window})
    region = region_for_rooms(trial.settings.terms.regions, app.region)
    ending = await ending_of(trial, ask, region)
    text = _("History of no room, app {app}, {region}: {word}")
    what = text.format(app=app.name, region=region, word=ending.word)
    if ending.word == ACCEPTED:
        trial.report.add(what)
        return
    fix = _(
        "Looking back at rooms is refused: it needs the right trtc:Describe*, and"
        " mostly a paid edition. Nothing else does."
    )
    trial.report.add(what, well=None, fix=fix)


async def _pushes(trial: Trial) -> None:
    """Ask what the CDN gets, about no stream: whether the key may."""
    key = trial.settings.account("live")
    if not (key.endpoint and key.complete):
        return
    nothing = {"StreamName": NO_STREAM, "AppName": "live"}
    now = written(trial.ports.now())
    for ask in (
        DescribeLiveStreamPushInfoList(page_num=1, page_size=1),
        DescribeLiveStreamState.of({**nothing, "DomainName": NO_DOMAIN}),
        DescribeStreamPushInfoList.of({**nothing, "StartTime": now, "EndTime": now}),
    ):
        ending = await ending_of(trial, ask, "")
        text = _("{action} of no stream: {word}")
        what = text.format(action=ask.action, word=ending.word)
        fix = _("Push quality is off without live:{action}; nothing else is.")
        short = ending.word.startswith(TOO_LITTLE) or not ending.came
        trial.report.add(
            what,
            well=None if short else True,
            fix=fix.format(action=ask.action) if short else "",
        )


def _clock(trial: Trial) -> None:
    skew = trial.client.skew
    if skew is None:
        trial.report.add(_("Clock: not compared"), well=None)
        return
    near = abs(skew) < SKEW_WORTH_A_WORD
    what = _("Clock: {n:+.0f} s against Tencent's").format(n=skew)
    trial.report.add(what, well=near, fix="" if near else _("Set the clock (NTP)."))


class Ending:
    """How a request ended, in a word: Tencent's code, or our class of the error."""

    def __init__(self, error: CloudError | None) -> None:
        self.kind = class_of(error) if error else None
        self.came = error is None or isinstance(error, Refused)  # an answer
        self.word = ACCEPTED
        if isinstance(error, Refused):
            self.word = error.code
        elif error:
            self.word = type(error).__name__

    @property
    def proves(self) -> bool:
        """Whether Tencent took the key and the region: it looked for the task."""
        return self.kind is ErrorClass.GONE or self.word == "InvalidParameter"

    @property
    def advice(self) -> str:
        """What to do, where this says nothing of what is assumed; empty if it does."""
        away = self.kind is ErrorClass.NEVER_SENT
        return _advice(self.word) or (_advice(NotSent.__name__) if away else "")


async def ending_of(trial: Trial, request: Request[Reply], region: str) -> Ending:
    """Send *request* once; return how it ended."""
    try:
        await trial.client.send(request, region=region)
    except CloudError as error:
        return Ending(error)
    return Ending(None)


def _advice(code: str) -> str:
    """Return what to do about *code*, if it says that something is set up wrong."""
    if code == NotSent.__name__:
        return _("Tencent was not reached: see the network, and BOT_TRTC_ENDPOINT.")
    if CODES.get(code) is ErrorClass.WRONG_CLOCK:
        return _("Set the clock (NTP).")
    if code in WRONG_APP:
        return _("Set BOT_TRTC_SDK_APP_ID, or sdk_app_id in bot.toml.")
    if code.startswith(TOO_LITTLE):
        return _("See TENCENTCLOUD_SECRET_ID, and what its CAM user may call.")
    if code == NO_REGION:
        return _("Set BOT_TRTC_REGION, or region of the app in bot.toml.")
    return ""


async def read_own_address(trial: Trial) -> None:
    """Ask the bot's own public address for callbacks; unsigned is refused with 401."""
    base = trial.wishes.http_url.rstrip("/")
    for app in trial.settings.all_apps if base else ():
        url = base + PATH.format(app=app.name)
        status = await status_of(url, trial.trust)
        what = _("{url}, unsigned: {status}").format(url=url, status=status or "-")
        row = Seen(str(UNSIGNED), str(status), places.PATH) if status else None
        fix = _("No Patchbay answers there: see the proxy, and BOT_PORT.")
        well = status == UNSIGNED
        trial.report.add(what, well=well, fix="" if well else fix, seen=row)
