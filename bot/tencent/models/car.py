"""CAR: render sessions, in which an application runs in the cloud for one user.

A session has no ID: it goes by the user. The same user again reconnects to it. So an
end is sent once, too: a second one would end what its user opened since.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.exit_table import CONSOLE
from bot.i18n import _
from bot.ids import RenderUserId
from bot.runtime.redact import MASK
from bot.states import CREATES, ENDS_SOON
from bot.tencent.models.base import (
    Api,
    Deadline,
    Level,
    Repeat,
    Reply,
    Request,
    Secret,
    SecretText,
    shown_as,
)
from bot.tencent.models.exits import NO_EXIT, Exit, Leads, Row, Wire
from bot.tencent.models.faults import Broken, fault
from bot.tencent.models.trtc.output import PushUrl
from bot.tencent.models.values import Like, OneOf, Text

CAR = Api(
    name="car",
    version="2022-01-10",
    regional=False,
    page="https://www.tencentcloud.com/document/product/1158",
)

WITHOUT_CLIENT = "RunWithoutClient"
_IN_TIME = Deadline(attempt=7, connect=1.5, read=5.5, overall=20)


def _public_ip(text: str) -> str:
    """Return *text* if it is an address that a player out there can have."""
    try:
        address = ip_address(text)
    except ValueError:
        raise fault(_("The {what} is not an IPv4 or IPv6 address.")) from None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise fault(_("The {what} is not an IPv4 or IPv6 address."))
        address = address.ipv4_mapped or address
    if not address.is_global or address.is_multicast:
        raise fault(
            _(
                "The {what} is not a public address. It has to be the player's own,"
                " as the internet sees it: it decides where the session runs."
            )
        )
    return text


# Whoever the session is for is what was asked for: their client is no exit.
UserName = Annotated[RenderUserId, Text(most=128), NO_EXIT]
ClientSession = Annotated[
    SecretStr, SecretText(65_535, least=0), shown_as(lambda _secret: MASK), NO_EXIT
]
PublicIp = Annotated[str, AfterValidator(_public_ip), NO_EXIT]
RunMode = Annotated[
    str,
    Like(
        rf"({WITHOUT_CLIENT})?",
        lambda: _("The {what} is RunWithoutClient, or empty."),
    ),
    NO_EXIT,
]
Role = Annotated[str, OneOf("Player", "Viewer"), NO_EXIT]
# They start a program with words of one's own, and may carry keys.
Parameters = Annotated[
    SecretStr,
    SecretText(4096, least=0),
    shown_as(lambda _secret: MASK),
    Leads(Row.CAR_PARAMETERS, lambda _secret: MASK),
]
# Names a project of the account, and what runs in it.
ProjectId = Annotated[str, Text(most=128), NO_EXIT]
# They travel with the stream to wherever it goes, and may sign it.
StreamArgs = Annotated[
    SecretStr,
    SecretText(2048, least=0),
    shown_as(lambda _secret: MASK),
    NO_EXIT,
]


class RenderSessionCreated(Reply):
    """The session is there. *server_session* lets a client in: for the asker only."""

    server_session: Secret | None = None


class CreateSession(Request[RenderSessionCreated]):
    """Open a render session, or reconnect its user to it."""

    service = CAR
    action = "CreateSession"
    permit = "car.start"
    level = Level.BILLED
    repeat = Repeat.SAME_USER
    rate = 90
    deadline = _IN_TIME
    reply = RenderSessionCreated
    effect = CREATES
    has_parts = True
    page = "https://www.tencentcloud.com/document/product/1158/49968"

    user_id: UserName
    user_ip: PublicIp
    client_session: ClientSession | None = None
    run_mode: RunMode | None = None  # "": it stops when no client is connected
    application_parameters: Parameters | None = None
    host_user_id: UserName | None = None  # for several people; the host sends its own
    role: Role | None = None

    def _rules(self) -> Broken:
        if not self.client_session and self.run_mode != WITHOUT_CLIENT:
            sentence = _(
                "Paste the client session that the SDK gave, or let it run without a"
                " client (RunWithoutClient)."
            )
            yield "ClientSession", sentence
        if self.role and not self.host_user_id:
            sentence = _("A role needs the host's user ID; the host's is its own.")
            yield "HostUserId", sentence


class RenderSessionDestroyed(Reply):
    """Whatever the user had is over, a stream that was published of it too."""


class DestroySession(Request[RenderSessionDestroyed]):
    """End the session that a user has now, whoever opened it."""

    service = CAR
    action = "DestroySession"
    permit = "car.stop"
    level = Level.CHANGE
    repeat = Repeat.ENDS_ANOTHER
    rate = 90
    deadline = _IN_TIME
    reply = RenderSessionDestroyed
    effect = ENDS_SOON
    page = "https://www.tencentcloud.com/document/product/1158/49967"

    user_id: UserName


class ConcurrencyReserved(Reply):
    """A unit of concurrency is kept for the user, for a while."""


class ApplyConcurrent(Request[ConcurrencyReserved]):
    """Reserve the concurrency that a session of the user needs; CAR allows itself 20 s.

    It is a part of a start: the card of the session tells how it ended.
    """

    service = CAR
    action = "ApplyConcurrent"
    permit = "car.start"
    level = Level.BILLED
    repeat = Repeat.NEVER
    rate = 90
    deadline = Deadline(attempt=24, connect=1.5, read=22, overall=28)
    reply = ConcurrencyReserved
    is_part = True
    page = "https://www.tencentcloud.com/document/product/1158/49969"

    user_id: UserName
    user_ip: PublicIp
    project_id: ProjectId
    application_version_id: ProjectId | None = None  # the project's own
    application_id: ProjectId | None = None  # of shared projects only


class Concurrency(Reply):
    """How many units there are, and how many of them are not idle.

    Not idle is also what starts ahead, waits for its user, or is cleaned up.
    """

    total: int | None = None
    running: int | None = None


class DescribeConcurrentCount(Request[Concurrency]):
    """Count the concurrency of a project, or of all; of users it says nothing."""

    service = CAR
    action = "DescribeConcurrentCount"
    permit = "car.capacity"
    level = Level.READ
    repeat = Repeat.SAFE
    rate = 18
    deadline = Deadline(attempt=4, connect=1.5, read=2.5, overall=12)
    reply = Concurrency
    page = "https://www.tencentcloud.com/document/product/1158/58930"

    project_id: ProjectId | None = None
    application_category: Annotated[str, OneOf("DESKTOP", "MOBILE"), NO_EXIT] | None = (
        None  # on the mainland site only
    )


class StreamPublished(Reply):
    """CAR took it; whether pictures arrive it does not tell."""


class StartPublishStream(Request[StreamPublished]):
    """Publish a session to the push domain that CAR's console has for the project.

    The user's ID becomes the name of the stream.
    """

    service = CAR
    action = "StartPublishStream"
    permit = "car.publish"
    level = Level.BILLED
    repeat = Repeat.NEVER
    rate = 18
    deadline = _IN_TIME
    reply = StreamPublished
    page = "https://www.tencentcloud.com/document/product/1158/49958"

    user_id: UserName
    publish_stream_args: StreamArgs | None = None

    @classmethod
    def exits(cls, _fields: Wire, _whole: Wire, /) -> Iterator[Exit]:
        """Yield the one place that there is: what the console names."""
        yield Exit(
            Row.PUSH, "UserId", (CONSOLE,), _("the push domain that CAR's console has")
        )


class StartPublishStreamWithURL(Request[StreamPublished]):
    """Publish a session to a push address; that is billed by itself."""

    service = CAR
    action = "StartPublishStreamWithURL"
    permit = "car.publish"
    level = Level.BILLED
    repeat = Repeat.NEVER
    rate = 18
    deadline = _IN_TIME
    reply = StreamPublished
    page = "https://www.tencentcloud.com/document/product/1158/57284"

    user_id: UserName
    publish_stream_url: Annotated[PushUrl, Field(alias="PublishStreamURL")]


class StreamUnpublished(Reply):
    """It is not published any more; the session goes on."""


class StopPublishStream(Request[StreamUnpublished]):
    """Publish a session no more; the session itself goes on."""

    service = CAR
    action = "StopPublishStream"
    permit = "car.publish"
    level = Level.CHANGE
    repeat = Repeat.NEVER
    rate = 18
    deadline = _IN_TIME
    reply = StreamUnpublished
    page = "https://www.tencentcloud.com/document/product/1158/49958"

    user_id: UserName
