"""The workspace as a new sandbox finds it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.sandbox.slack.model.grants import Grants
from bot.sandbox.slack.model.objects import Channel, Team, User
from bot.sandbox.slack.model.organisation import Group, Organisation
from bot.sandbox.slack.model.workspace import Workspace

HOME = Team("T0SANDBOX", "Patchbay sandbox", "patchbay-sandbox")
ELSEWHERE = Team("T0ELSEWHERE", "Another company", "another-company")

BOT = User(id="U0PATCHBAY", name="patchbay", real_name="Patchbay", team=HOME, bot=True)
ANA = User(
    id="U0ANA",
    name="ana",
    real_name="Ana Ruiz",
    team=HOME,
    tz="Europe/Madrid",
    tz_offset=3600,
)
BOB = User(
    id="U0BOB",
    name="bob",
    real_name="Bob Chen",
    team=HOME,
    locale="zh-CN",
    tz="Asia/Shanghai",
    tz_offset=28800,
)
GUS = User(id="U0GUS", name="gus", real_name="Gus, a guest", team=HOME, guest=True)
OLGA = User(id="U0OLGA", name="olga", real_name="Olga, outside", team=ELSEWHERE)

OPS = Channel(
    id="C0OPS",
    name="ops",
    members=frozenset({BOT.id, ANA.id, BOB.id, GUS.id, OLGA.id}),
    shared=True,
)
RANDOM = Channel(
    id="C0RANDOM", name="random", members=frozenset({ANA.id, BOB.id, GUS.id})
)
ON_CALL = "S0ONCALL"

# The same workspace as one of an organisation, where sam works in another one.
ENTERPRISE = "E0SANDBOX"
SIBLING = Team("T0SIBLING", "Sandbox studios", "sandbox-studios", ENTERPRISE)
SAM = User(id="W0SAM", name="sam", real_name="Sam, a sibling", team=SIBLING)
PARTNERS = Channel(
    id="C0PARTNERS",
    name="partners",
    members=frozenset({BOT.id, ANA.id, OLGA.id}),
    shared=True,
    host=ELSEWHERE,
)

# The app installed for an organisation of two workspaces. Each has two people, and a
# group that is called as the other's; eve is in both, and the news are of both.
ORGANISATION = "E0ORG"
NEWS = Team("T0NEWS", "Sandbox news", "sandbox-news", ORGANISATION)
SPORT = Team("T0SPORT", "Sandbox sport", "sandbox-sport", ORGANISATION)
IVO = User(id="W0IVO", name="ivo", real_name="Ivo, news", team=NEWS)
JAN = User(id="U0JAN", name="jan", real_name="Jan, news", team=NEWS)
KIM = User(id="W0KIM", name="kim", real_name="Kim, sport", team=SPORT)
LEO = User(id="U0LEO", name="leo", real_name="Leo, sport", team=SPORT)
EVE = User(id="W0EVE", name="eve", real_name="Eve", team=NEWS, others=(SPORT,))
NEWS_ON_CALL, SPORT_ON_CALL = "S0NEWSDUTY", "S0SPORTDUTY"
NEWS_OPS = Channel(
    id="C0NEWSOPS", name="ops", members=frozenset({BOT.id, IVO.id, JAN.id, EVE.id})
)
SPORT_OPS = Channel(
    id="C0SPORTOPS",
    name="ops",
    members=frozenset({BOT.id, KIM.id, LEO.id, EVE.id}),
    host=SPORT,
)
BOTH = Channel(
    id="C0BOTH",
    name="both",
    members=frozenset({BOT.id, IVO.id, JAN.id, KIM.id, LEO.id, EVE.id}),
    org_shared=True,
)


def workspace(
    *,
    now: Callable[[], datetime],
    random: Callable[[int], bytes],
    clock: Callable[[], float],
) -> Workspace:
    """Return a team with #ops (the bot is in it) and #random (it is not).

    ana and bob are members, and ana is on call; gus is a guest; olga is from
    another company. *clock* gives monotonic seconds.
    """
    return Workspace(
        team=HOME,
        app_id="A0PATCHBAY",
        bot=BOT,
        bot_id="B0PATCHBAY",
        users={user.id: user for user in (BOT, ANA, BOB, GUS, OLGA)},
        channels={channel.id: channel for channel in (OPS, RANDOM)},
        groups={ON_CALL: (ANA.id,)},
        now=now,
        random=random,
        grants=Grants(random, clock),
    )


def on_grid(space: Workspace) -> None:
    """Make *space* one of an organisation: sam is in #ops, and #partners is olga's."""
    space.team = replace(space.team, enterprise=ENTERPRISE)
    for user in tuple(space.users.values()):
        if user.team.id == space.team.id:
            space.users[user.id] = replace(user, team=space.team)
    space.bot = space.users[space.bot.id]
    space.users[SAM.id] = SAM
    ops = space.channels[OPS.id]
    space.channels[OPS.id] = replace(ops, members=ops.members | {SAM.id})
    space.channels[PARTNERS.id] = PARTNERS


def org_wide(space: Workspace) -> Organisation:
    """Make *space* an organisation of two workspaces that both have the app.

    ivo is on call in the news, kim in sport; jan and leo are not.
    """
    space.org = Organisation(
        id=ORGANISATION,
        name="Sandbox, all of it",
        teams={NEWS.id: NEWS, SPORT.id: SPORT},
        added={NEWS.id, SPORT.id},
        groups={
            (NEWS.id, NEWS_ON_CALL): Group("on-call", (IVO.id, EVE.id)),
            (SPORT.id, SPORT_ON_CALL): Group("on-call", (KIM.id,)),
        },
    )
    space.team, space.bot = NEWS, replace(space.bot, team=NEWS)
    people = (space.bot, IVO, JAN, KIM, LEO, EVE)
    space.users = {user.id: user for user in people}
    space.channels = {one.id: one for one in (NEWS_OPS, SPORT_OPS, BOTH)}
    space.groups = {}
    return space.org
