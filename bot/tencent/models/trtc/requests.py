"""TRTC: relays, which take the streams of a room out to CDNs and other rooms.

*StartPublishCdnStream* in Tencent's words. The types that its request is made of are
in `room`, `audio`, `video`, `watermark`, `output` and `record` beside this module.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.i18n import _
from bot.ids import LONGEST_TASK_ID, TaskId, is_task_id, without_margins
from bot.states import CHANGES, CREATES, ENDS
from bot.tencent.models.base import (
    Api,
    Deadline,
    Level,
    Repeat,
    Reply,
    Request,
)
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.faults import Broken, fault
from bot.tencent.models.trtc.audio import McuAudioParams
from bot.tencent.models.trtc.output import (
    McuFeedBackRoomParams,
    McuPublishCdnParam,
    McuSeiParams,
    target_digest,
)
from bot.tencent.models.trtc.record import McuRecordParams, RecordKey
from bot.tencent.models.trtc.room import (
    AgentParams,
    Room,
    RoomId,
    RoomIdType,
    SdkAppId,
    SingleSubscribeParams,
    Users,
    misnamed,
)
from bot.tencent.models.trtc.video import CUSTOM, McuVideoParams
from bot.tencent.models.values import Between, Many, Switch

TRTC = Api(
    name="trtc",
    version="2019-07-22",
    regional=True,
    page="https://www.tencentcloud.com/document/product/647",
)


def _whole(text: TaskId) -> TaskId:
    """Return *text* if it can be a TaskId: what came as one must go out as one."""
    if is_task_id(text):
        return text
    sentence = _("The {what} is 1 to {most} bytes of text that can be seen, no space.")
    raise fault(sentence, most=LONGEST_TASK_ID)


def _without_margins(claimed: object) -> object:
    return without_margins(claimed) if isinstance(claimed, str) else claimed


# Opaque: to be kept as it came. Those seen have 72 to 76 characters.
WholeTaskId = Annotated[TaskId, AfterValidator(_whole), NO_EXIT]


class RelayStarted(Reply):
    """The relay runs, and is billed."""

    task_id: Annotated[WholeTaskId, BeforeValidator(_without_margins)]


class RelayChanged(Reply):
    """The relay goes on, as it was asked to."""

    task_id: TaskId | None = None


class RelayStopped(Reply):
    """The relay is over."""

    task_id: TaskId | None = None


class StopPublishCdnStream(Request[RelayStopped]):
    """Stop a relay; possible for 30 days from its start."""

    service = TRTC
    action = "StopPublishCdnStream"
    permit = "relay.stop"
    level = Level.CHANGE
    repeat = Repeat.SAFE
    rate = 18
    deadline = Deadline(attempt=10, connect=2, read=7, overall=86_400)  # it costs money
    reply = RelayStopped
    effect = ENDS
    page = "https://www.tencentcloud.com/document/product/647/48246"

    sdk_app_id: SdkAppId
    task_id: WholeTaskId
    record_key: RecordKey | None = None  # mainland site: ends that recording at once


class StartPublishCdnStream(Request[RelayStarted]):
    """Start a relay: one stream as it is, or a mix of several, which is transcoded."""

    service = TRTC
    action = "StartPublishCdnStream"
    permit = "relay.start"
    level = Level.BILLED
    repeat = Repeat.NEVER
    rate = 18
    deadline = Deadline(attempt=15, connect=2, read=12, overall=20)
    reply = RelayStarted
    effect = CREATES
    page = "https://www.tencentcloud.com/document/product/647/48247"

    sdk_app_id: SdkAppId
    room_id: Annotated[
        RoomId, NO_EXIT
    ]  # the room that was asked for; see `MixUserInfo`
    room_id_type: Annotated[RoomIdType, NO_EXIT]
    agent_params: AgentParams
    with_transcoding: Switch
    audio_params: McuAudioParams
    video_params: McuVideoParams | None = None  # none: audio only
    single_subscribe_params: SingleSubscribeParams | None = None
    publish_cdn_params: (
        Annotated[Many[McuPublishCdnParam], Field(max_length=10)] | None
    ) = None
    sei_params: McuSeiParams | None = None
    feed_back_room_params: (
        Annotated[Many[McuFeedBackRoomParams], Field(max_length=10)] | None
    ) = None
    record_params: McuRecordParams | None = None

    @property
    def room(self) -> Room:
        """The main room."""
        return Room(self.room_id, self.room_id_type)

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Every room that is heard, seen or spoken into, the main one first."""
        sources = (user.room(self.room) for _path, user in self.users())
        feedback = (one.room for one in self.feed_back_room_params or ())
        return tuple(dict.fromkeys((self.room, *sources, *feedback)))

    @property
    def target_urls(self) -> tuple[SecretStr, ...]:
        """The push addresses."""
        return tuple(one.publish_cdn_url for one in self.publish_cdn_params or ())

    @property
    def targets(self) -> tuple[str, ...]:
        """The digest of each push address, in order; an event's `target` is one."""
        urls = (url.get_secret_value() for url in self.target_urls)
        return tuple(target_digest(url) for url in urls)

    @property
    def transcodes(self) -> bool:
        """Whether it mixes, which is billed."""
        return bool(self.with_transcoding)

    def signed(self, mint: Callable[[str], SecretStr]) -> Self:
        """Return the same relay with a UserSig for each robot, as *mint* makes them."""
        agent = self.agent_params
        own = agent.model_copy(update={"user_sig": mint(agent.user_id)})
        rooms = _minted(self.feed_back_room_params, mint)
        return self.model_copy(update={"agent_params": own, **rooms})

    def users(self) -> Users:
        """Return every user that is named, and where."""
        users = self.audio_params.users("AudioParams")
        if self.video_params:
            users += self.video_params.users("VideoParams")
        if self.single_subscribe_params:
            users += self.single_subscribe_params.users("SingleSubscribeParams")
        return users

    # ── what goes together ───────────────────────────────────────────────────────

    def _rules(self) -> Broken:
        yield from misnamed(self.room_id, self.room_id_type)
        yield from self._encodings()
        yield from self._targets()
        yield from self._mix() if self.transcodes else self._pass_through()
        users = self.users()
        yield from self._robots(users)
        if self.transcodes and self.video_params:
            yield from self._rooms(users)

    def _encodings(self) -> Broken:
        if self.audio_params.audio_encode is None:
            sentence = _("Starting a relay needs the audio encoding, in any case.")
            yield "AudioParams.AudioEncode", sentence
        if self.video_params and self.video_params.video_encode is None:
            sentence = _("Video needs its encoding: size, frame rate, bit rate, GOP.")
            yield "VideoParams.VideoEncode", sentence

    def _targets(self) -> Broken:
        if not self.publish_cdn_params and not self.feed_back_room_params:
            sentence = _("Give a push target or a feedback room.")
            yield "PublishCdnParams", sentence
        for number in _repeated(self.publish_cdn_params or ()):
            sentence = _("This push address is in the list already.")
            yield f"PublishCdnParams.{number}.PublishCdnUrl", sentence

    def _mix(self) -> Broken:
        if self.single_subscribe_params:
            sentence = _(
                "A single stream passes through as it is: either leave it out, or set"
                " WithTranscoding to 0."
            )
            yield "SingleSubscribeParams", sentence

    def _pass_through(self) -> Broken:
        single = self.single_subscribe_params
        if single is None or not single.users(""):
            sentence = _(
                "Without transcoding one stream is relayed: say whose."
                " To mix several, set WithTranscoding to 1."
            )
            yield "SingleSubscribeParams", sentence
        sentence = _("This needs a mix: set WithTranscoding to 1, or leave it out.")
        for field in self.audio_params.mixing():
            yield f"AudioParams.{field}", sentence
        for field in self.video_params.mixing() if self.video_params else ():
            yield f"VideoParams.{field}", sentence

    def _robots(self, users: Users) -> Broken:
        taken = {user.user_id for _path, user in users}
        if self.agent_params.user_id in taken:
            sentence = _("The robot has the name of a user in the request.")
            yield "AgentParams.UserId", sentence
        taken.add(self.agent_params.user_id)
        for number, room in enumerate(self.feed_back_room_params or ()):
            if room.user_id in taken:
                sentence = _("Somebody else in the request has this name.")
                yield f"FeedBackRoomParams.{number}.UserId", sentence
            taken.add(room.user_id)

    def _rooms(self, users: Users) -> Broken:
        """Yield users in a room that the layout does not show."""
        main = self.room
        elsewhere = [path for path, user in users if not user.is_in(main)]
        if not elsewhere:
            return
        layout = self.video_params and self.video_params.layout_params
        if not layout or layout.mode != CUSTOM:
            sentence = _("This layout shows the main room only; see mode 4 for others.")
            yield from ((f"{path}.RoomId", sentence) for path in elsewhere)
            return
        shown: dict[str, set[Room]] = {}
        for _path, user in layout.users(""):
            shown.setdefault(user.user_id, set()).add(user.room(main))
        sentence = _("The layout has this user in another room.")
        for path, user in self.audio_params.users("AudioParams"):
            room = user.room(main)
            if room not in shown.get(user.user_id, {room}):
                yield f"{path}.RoomId", sentence


# Larger with each change of one relay; the journal gives it, just before it is sent.
SequenceNumber = Annotated[int, Between(0, 2**53), NO_EXIT]
NO_NUMBER_YET = 0


class UpdatePublishCdnStream(Request[RelayChanged]):
    """Change a relay that runs: what is left out stays as it is.

    What goes together in it is asked of the relay that it makes, as a whole.
    """

    service = TRTC
    action = "UpdatePublishCdnStream"
    permit = "relay.update"
    level = Level.BILLED  # another target and a higher bit rate cost money as well
    repeat = Repeat.NUMBERED
    rate = 18
    deadline = Deadline(attempt=15, connect=2, read=12, overall=20)
    reply = RelayChanged
    effect = CHANGES
    page = "https://www.tencentcloud.com/document/product/647/48245"

    whole: ClassVar = StartPublishCdnStream

    sdk_app_id: SdkAppId
    task_id: WholeTaskId
    sequence_number: SequenceNumber = NO_NUMBER_YET
    with_transcoding: Switch
    audio_params: McuAudioParams | None = None  # whom one hears; no encoding
    video_params: McuVideoParams | None = None
    single_subscribe_params: SingleSubscribeParams | None = None
    publish_cdn_params: (
        Annotated[Many[McuPublishCdnParam], Field(max_length=10)] | None
    ) = None
    sei_params: McuSeiParams | None = None
    feed_back_room_params: (
        Annotated[Many[McuFeedBackRoomParams], Field(max_length=10)] | None
    ) = None

    def numbered(self, number: int) -> Self:
        """Return the same change under *number*."""
        return self.model_copy(update={"sequence_number": number})

    def signed(self, mint: Callable[[str], SecretStr]) -> Self:
        """Return the same change with a UserSig for each robot, as *mint* makes it."""
        rooms = _minted(self.feed_back_room_params, mint)
        return self.model_copy(update=rooms)


def _minted(
    rooms: tuple[McuFeedBackRoomParams, ...] | None, mint: Callable[[str], SecretStr]
) -> dict[str, object]:
    """Return the field of feedback *rooms* with a UserSig for each robot, if any."""
    if rooms is None:
        return {}
    each = (room.model_copy(update={"user_sig": mint(room.user_id)}) for room in rooms)
    return {"feed_back_room_params": tuple(each)}


def _repeated(targets: tuple[McuPublishCdnParam, ...]) -> Iterator[int]:
    """Yield the places of those of *targets* whose address was there before."""
    before: set[str] = set()
    for number, one in enumerate(targets):
        url = one.publish_cdn_url.get_secret_value()
        if url in before:
            yield number
        before.add(url)
