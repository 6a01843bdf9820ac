"""CAR: render sessions, in which an application runs in the cloud for one user.

A session has no ID: it goes by the user. The same user again reconnects to it.
"""

from ipaddress import IPv6Address, ip_address
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from bot.i18n import _
from bot.ids import RenderUserId
from bot.runtime.redact import MASK
from bot.states import CREATES
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
from bot.tencent.models.exits import NO_EXIT, Leads, Row
from bot.tencent.models.faults import Broken, fault
from bot.tencent.models.values import Like, OneOf, Text

CAR = Api(
    name="car",
    version="2022-01-10",
    regional=False,
    page="https://www.tencentcloud.com/document/product/1158",
)

WITHOUT_CLIENT = "RunWithoutClient"


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
    deadline = Deadline(attempt=7, connect=1.5, read=5.5, overall=20)
    reply = RenderSessionCreated
    effect = CREATES
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
