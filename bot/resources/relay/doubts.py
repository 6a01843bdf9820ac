"""What is legal in a relay and hardly meant: told beside it, and never refused."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.i18n import _
from bot.runtime.redact import HIDE
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from bot.tencent.models.trtc.room import SCREEN, UserMediaStream
from bot.tencent.models.trtc.video import McuVideoParams, VideoEncode

SMALLEST = 16  # pixels: no encoder's block is smaller
# As for the robots; the page of the request gives no rule for the users of a room.
_USER = re.compile(r"[A-Za-z0-9_-]{1,32}")


def doubts(request: StartPublishCdnStream) -> Iterator[str]:
    """Yield a sentence for each thing in *request* that is hardly meant."""
    video = request.video_params
    if video and request.transcodes:
        yield from _canvas(video.video_encode)
        yield from _watermarks(video)
        yield from _cells(video)
    for user in dict.fromkeys(one.user_id for _path, one in request.users()):
        if not _USER.fullmatch(user):
            sentence = _("“{user}”: user IDs are 32 letters, digits, “_” and “-”.")
            yield sentence.format(user=HIDE(user))


def _canvas(canvas: VideoEncode | None) -> Iterator[str]:
    if canvas and min(canvas.width, canvas.height) < SMALLEST:
        sentence = _("A picture of {width} by {height} pixels shows nothing.")
        yield sentence.format(width=canvas.width, height=canvas.height)


def _watermarks(video: McuVideoParams) -> Iterator[str]:
    canvas = video.video_encode
    for number, mark in enumerate(video.water_mark_list or (), 1):
        box = mark.water_mark_image or mark.water_mark_text
        if canvas is None or box is None:
            continue
        right = box.location_x + box.water_mark_width
        bottom = box.location_y + box.water_mark_height
        if right > canvas.width or bottom > canvas.height:
            sentence = _(
                "Watermark {n} ends at {right}, {bottom}, outside the picture of"
                " {width} by {height}."
            )
            yield sentence.format(
                n=number,
                right=right,
                bottom=bottom,
                width=canvas.width,
                height=canvas.height,
            )


def _cells(video: McuVideoParams) -> Iterator[str]:
    layout = video.layout_params
    places: dict[tuple[str, str | None, bool], list[int]] = defaultdict(list)
    for number, cell in enumerate((layout and layout.mix_layout_list) or (), 1):
        for stream in _named(cell.user_media_stream):
            places[stream].append(number)
    for (user, _room, screen), numbers in places.items():
        if len(numbers) > 1:
            sentence = (
                _("{user}'s screen is in cells {cells}.")
                if screen
                else _("{user}'s camera is in cells {cells}.")
            )
            cells = ", ".join(map(str, numbers))
            yield sentence.format(user=user, cells=cells)


def _named(stream: UserMediaStream | None) -> Iterable[tuple[str, str | None, bool]]:
    if stream and stream.user_info:
        user = stream.user_info
        yield user.user_id, user.room_id, stream.stream_type == SCREEN
