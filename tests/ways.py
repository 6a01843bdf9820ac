"""Every way into the bot, made from the commands' registry, and who comes by them."""

import re
from dataclasses import dataclass, replace

from bot.access.permits import Permit
from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.dialogue.form import Form
from bot.errors import InvalidRequest
from bot.grammar.parser import Miss, read
from bot.settings import Rule
from commands import COMMANDS
from tests.world import TEAM

ROOM, KEY = "918273", "the-push-key"
START = f"/relay start {ROOM} url=rtmp://ingest.example.com/live/{KEY} --go"
PLACE = Place(channel="C0OPS")
CARD = "1700000000.123456"
LINK = "https://x.slack.com/archives/C0OPS/p1700000000123456"
REFUSED = "🟠 You may not do that here."

ONCALL = Rule(name="on-call", actions=("*",), users=("U0ANA", "U0TED"))
ANA = Person(team=TEAM, user="U0ANA", home=TEAM)
BOB = Person(team=TEAM, user="U0BOB", home=TEAM)
GUS = Person(team=TEAM, user="U0GUS", home=TEAM)
OLGA = Person(team=TEAM, user="U0OLGA", home="T9")
TEA = Person(team="T2", user="U0TEA", home="T2")
TED = Person(team="T2", user="U0TED", home="T2")
STRANGERS = {"guest": GUS, "outsider": OLGA, "other team": TEA}
REASONS = {
    "guest": ("guests", "Guests may not use this bot."),
    "outsider": ("outsiders", "You belong to another workspace."),
    "other team": ("outsiders", "You belong to another workspace."),
}
SURFACES = (
    Surface.COMMAND,
    Surface.MENTION,
    Surface.DIRECT,
    Surface.BUTTON,
    Surface.SHORTCUT,
)


@dataclass(frozen=True)
class Way:
    """One way in: what is asked, by which kind of question, under which permit."""

    kind: str
    command: str
    name: str
    text: str
    permit: Permit
    surface: Surface = Surface.COMMAND

    @property
    def label(self):
        return f"{self.kind} /{self.command} {self.text} ({self.surface})"


def typed_ways(names):
    """Yield every subcommand, bare and with each of its examples and of *names*."""
    for command in COMMANDS.values():
        for one in command.subcommands.values():
            examples = {f"{one.name} {given}".strip() for given in ("", *names)}
            for text in sorted({*one.examples, *examples}):
                read_as = read(text, command.vocabulary)
                needed = (
                    one.permit if isinstance(read_as, Miss) else one.permit_for(read_as)
                )
                for surface in SURFACES:
                    yield Way("typed", command.name, one.name, text, needed, surface)


def other_ways():
    """Yield every form, sent in, drawn anew and opened again, and every source."""
    for command in COMMANDS.values():
        for kind, ways in (
            ("form", command.forms),
            ("redraw", command.redraws),
            ("reopened", command.forms),
            ("source", command.sources),
        ):
            for name, guarded in ways.items():
                yield Way(kind, command.name, name, name, guarded.permit)


class Stage:
    """A workspace in which all kinds of things are on record, and who asks of it."""

    def __init__(self, world):
        self.world, self.asked = world, 0

    async def set(self):
        world = self.world
        world.people.guests.add(GUS.user)
        await world.typed(START)
        (card, *_others) = await world.notices()
        await world.journal.outbox.sent(card.notification, ("C0OPS", CARD))
        await world.typed("/car start user=cg_player ip=125.127.178.228 --go")
        await world.typed("/gs 1326515201117065216")
        things = [await world.handle(handle) for handle in ("R1", "S1")]
        self.names = ["R1", "S1", "G1", ROOM, "U0ANA", LINK, "mine", "live"]
        self.names += [one.subject.ref for one in things]
        self.names += [one.settlement.request_id for one in things]
        self.markers = {
            *(one.subject.ref for one in things),
            *(one.settlement.request_id for one in things),
            *(one.id for one in things),
            *("R1", "S1", "G1", ROOM, KEY, "ingest.example.com", "U0ANA", "live-main"),
            *(str(world.cloud.app_id), "cg_player", "ap-singapore", "sqlite"),
        }
        return self

    async def state(self):
        """Return what no refused ask may change."""
        world = self.world
        return (
            await world.journal.find.counts(),
            len(world.cloud.state.calls),
            len(await world.notices()),
            [way for way in world.slack.ways if way != "users.info"],
        )

    async def ask(self, way, who):
        """Ask *way* as *who*; return the answer, faults of a form among them."""
        self.asked += 1
        who = await self.world.directory.placed(who)
        ask = Ask(
            command=way.command,
            text=way.text,
            who=who,
            where=replace(PLACE, parent=CARD if way.surface in PARENTS else None),
            surface=way.surface,
            key=f"asked:{self.asked}",
            trigger=f"t{self.asked}",
            pasted=f"R1 {ROOM}" if way.surface is Surface.SHORTCUT else "",
        )
        router = self.world.router
        if way.kind == "typed":
            return await router.answer(ask)
        opened = await self.world.service.open_form(ask, {"handle": "R1", "room": ROOM})
        if way.kind == "source":
            return await router.options(way.command, way.name, "", who, opened)
        if way.kind == "reopened":
            form = Form(
                command=way.command,
                subcommand=way.name,
                title=ROOM,
                submit="",
                fields=(),
                form_id=opened,
            )
            return await router.reopened(ask, form)
        sent = Submission(form_id=opened, view="V", hash="h", values={"relay": "R1"})
        ask = replace(ask, submission=sent, surface=Surface.FORM)
        if way.kind == "redraw":
            return await router.redraw(ask)
        try:
            return await router.submit(ask)
        except InvalidRequest as error:
            return error

    def shown(self, answer, besides=""):
        """Return which markers *answer* shows, those that were typed left out."""
        text = repr(getattr(answer, "faults", answer))
        words = {*re.findall(r"[\w.+-]+", text)}
        return sorted(
            one
            for one in self.markers
            if one not in besides and (one in words if len(one) == 2 else one in text)
        )

    async def recorded(self, who):
        """Return the decisions on *who*, as action and rule."""
        records = await self.world.journal.audit.all()
        return [
            (one.decision.value, one.action, one.rule)
            for one in records
            if one.user == who.user
        ]


PARENTS = (Surface.MENTION,)  # in a thread under the card of R1


def is_refusal(answer, rule, reason):
    """Tell whether *answer* is a refusal by *rule*, and nothing else."""
    if answer == ():
        return True
    if isinstance(answer, InvalidRequest):
        sentence = f"You may not do that here. {reason}"
        text = answer.faults.get("", "")
        return [*answer.faults] == [""] and text.startswith(sentence) and rule in text
    text = repr(answer.parts)
    return answer.plain == REFUSED and rule in text and reason in text
