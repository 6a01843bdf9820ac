"""A whole bot as `bot.app.build` makes it: its Slack in memory, its cloud on loopback.

Nothing in it stands in for a part of the bot: only the clock, Slack and the clouds do.
"""

from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.app import Bot, Ports, build
from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.dialogue.form import Form
from bot.exit_table import ANY_EXIT
from bot.i18n import reading_in
from bot.journal.model import Notification
from bot.operations.notices import drawn
from bot.operations.readers import BY_ASKER
from bot.pace import Pace
from bot.resources.registry import RESOURCES
from bot.sandbox.cloud import LoopbackCloud
from bot.settings import App, Policy, Settings
from bot.slack.render import blocks
from bot.slack.render import modals as forms
from commands import COMMANDS
from tests.fakes.clock import FakeClock
from tests.fakes.journal import laid
from tests.fakes.slack import FakeSlack
from tests.judge import judged

TEAM = "T0HOME"
HUNG_SECONDS = 100  # of real time; a test gets 120, and this says what is wrong


class People:
    """What Slack says of people: members all, in no group, unless a test says so."""

    def __init__(self):
        self.guests = set()
        self.groups = {}
        self.flags = {}  # of people: what users.info says of them besides

    def slack(self):
        """Return a Slack that knows them."""
        return FakeSlack(
            data={
                "auth.test": {"ok": True, "team_id": TEAM, "user_id": "UBOT"},
                "users.info": self._user,
                "usergroups.users.list": lambda call: {
                    "users": sorted(self.groups.get(call["usergroup"], ()))
                },
            }
        )

    def _user(self, call):
        user = call["user"]
        flags = {"is_restricted": user in self.guests, **self.flags.get(user, {})}
        return {"user": {"id": user, **flags}}


@dataclass(frozen=True)
class Told:
    """A notice as whoever reads it sees it."""

    notification: Notification
    body: dict

    @property
    def audience(self):
        return self.notification.audience.value

    @property
    def text(self):
        return self.body["text"]


@dataclass
class World:
    """One life of the bot; `settled` waits until it has nothing left to do."""

    bot: Bot
    cloud: LoopbackCloud
    slack: FakeSlack
    people: People
    clock: FakeClock
    resources: object = RESOURCES
    asked: int = field(default=0)

    @property
    def router(self):
        return self.bot.router

    @property
    def service(self):
        return self.bot.operations

    @property
    def executor(self):
        return self.bot.operations.executor

    @property
    def journal(self):
        return self.bot.journal

    @property
    def tasks(self):
        return self.bot.tasks

    @property
    def directory(self):
        return self.bot.directory

    @property
    def callbacks(self):
        return self.bot.callbacks

    @property
    def hearing(self):
        return self.bot.hearing

    @property
    def jobs(self):
        return self.bot.jobs

    @property
    def waits(self):
        return self.clock.naps

    def ask(self, typed, *, user="U0ANA", surface=Surface.COMMAND, key=None, **more):
        command, _, text = typed.removeprefix("/").partition(" ")
        self.asked += 1
        return Ask(
            command=command,
            text=text,
            who=Person(
                team=TEAM,
                user=user,
                home=more.pop("home", TEAM),
                enterprise=more.pop("enterprise", ""),
            ),
            where=Place(
                channel=more.pop("channel", "C0OPS"), parent=more.pop("parent", None)
            ),
            surface=surface,
            key=key or f"slash:{TEAM}:{self.asked}",
            answer_url=SecretStr("https://hooks.slack.com/commands/1"),
            trigger=f"t{self.asked}",
            **more,
        )

    async def typed(self, text, **more):
        """Answer a slash command, and wait for what it set going."""
        ask = self.ask(text, **more)
        ask = replace(ask, who=await self.directory.placed(ask.who))
        answer = await self.router.answer(ask)
        await self.settled()
        return look(answer)

    async def submitted(self, form, by="U0ANA", key=None, **values):
        """Send *form* in with its initial values and *values* on top."""
        initial = {
            one.name: getattr(one, "ticked", getattr(one, "initial", None))
            for one in form.fields
            if hasattr(one, "name")
        }
        filled = {
            name: None if value in (None, "", ()) else _sent(value)
            for name, value in {**initial, **values}.items()
        }
        self.asked += 1
        view = f"V{self.asked}"
        submission = Submission(
            form_id=form.form_id, view=view, hash="h", values=filled
        )
        ask = Ask(
            command=form.command,
            text=form.subcommand,
            who=Person(team=TEAM, user=by, home=TEAM),
            where=Place(channel=""),
            surface=Surface.FORM,
            key=key or f"modal:{TEAM}:{view}",
            submission=submission,
        )
        answer = await self.router.submit(ask)
        await self.settled()
        return look(answer)

    async def settled(self):
        """Wait for what is under way; while the clock is held, that is for ever.

        Nothing is cut short: however busy a machine is, it changes no answer.
        """
        if not self.clock.is_held:
            late = await self.tasks.drain(HUNG_SECONDS)
            assert late == 0, "something never ends"

    async def notices(self):
        """Return all that waits to be delivered, drawn as it would be now."""
        late = self.clock() + timedelta(days=2)
        due = await self.journal.outbox.due(late, limit=1000)
        return [self.told(one) for one in due]

    def told(self, notification):
        """Return *notification* as it is drawn and as the judges take it."""
        with reading_in(BY_ASKER.locale(notification)):
            drawing = blocks.message(drawn(notification, self.resources))
        body = notification.body or drawing
        judged(body, "message")
        return Told(notification, body)

    async def alarms(self):
        return [one for one in await self.notices() if one.audience == "ops"]

    async def handle(self, name):
        return await self.journal.find.by_handle(name, TEAM)


def _sent(value):
    """Return *value* as a form sends it: the ticks of a field are several texts."""
    ticks = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    return value if ticks else str(value)


def look(answer):
    """Return *answer*, which looks as Slack and the judges want it."""
    if isinstance(answer, Form):
        view = judged(forms.view(answer), "modal")
        assert forms.is_form(view) is bool(answer.submit)  # else nobody can send it
    elif answer is not None:
        judged(blocks.message(answer), "message")
        judged(forms.closing(answer), "modal")
        judged(blocks.home(answer), "home")
    return answer


async def make_world(stack: AsyncExitStack, path, **more):
    """Build a world whose journal is at *path*; *stack* takes it apart again."""
    cloud = LoopbackCloud()
    await cloud.start()
    stack.push_async_callback(cloud.close)
    return await live_again(stack, path, cloud, **more)


async def live_again(  # noqa: PLR0913 - what a life may differ in
    stack,
    path,
    cloud,
    *,
    policy=None,
    key=None,
    apps=(),
    signing=None,
    exits=None,
    greeted=True,
    clock=None,
    production=False,
    **parts,
):
    """Build another life of the bot on the same journal and cloud.

    *key* is that of the callbacks, if there are any, *signing* is Slack's secret, if
    it comes over HTTP. *exits* is the table of where requests may lead. The app may be
    in *production*. Unless it is
    *greeted*, Slack has not answered yet. *parts* are handed to `build`, but for
    *settings* to be changed.
    """
    clock, people = clock or FakeClock(datetime.now(UTC)), People()
    slack = people.slack()
    laid(path)
    ports = Ports(
        now=clock,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        slack=lambda _token, _url, **_trust: nullcontext(slack),
    )
    settings = settings_for(path, cloud, policy, key, apps, signing, exits=exits)
    if production:
        own = (one.model_copy(update={"production": True}) for one in settings.apps)
        settings = settings.model_copy(update={"apps": tuple(own)})
    settings = settings.model_copy(update=parts.pop("settings", {}))
    commands = parts.pop("commands", COMMANDS)
    bot = await build(settings, ports, commands, stack, **parts)
    stack.push_async_callback(bot.tasks.drain, 0)
    if greeted:
        await bot.directory.identify("")
    world = World(bot, cloud, slack, people, clock)
    world.resources = bot.operations.resources
    return world


def settings_for(  # noqa: PLR0913 - what a bot may be set to
    path, cloud, policy=None, key=None, apps=(), signing=None, *, exits=None
):
    """Return the settings of a bot between *cloud* and a journal at *path*.

    Requests may lead anywhere, unless *exits* or the policy says where to.
    """
    policy = policy or Policy()
    app = App(
        name="live-main",
        sdk_app_id=cloud.app_id,
        usersig_key=cloud.usersig_key,
        callback_key=key,
        tencent_push_hosts=(".example.com",),
    )
    endpoints = {f"{name}_endpoint": url for name, url in cloud.endpoints.items()}
    return Settings.model_construct(
        slack_bot_token=SecretStr("none"),
        slack_signing_secret=SecretStr(signing) if signing else None,
        port=0,
        secret_id=SecretStr(cloud.secret_id),
        secret_key=SecretStr(cloud.secret_key),
        database_url=SecretStr(f"sqlite:///{path}"),
        apps=(app, *apps),
        policy=policy,
        exits=exits or (ANY_EXIT if policy.push_hosts is None else None),
        pace=Pace(reads=1e9, changes=1e9),
        allow_all=policy == Policy(),
        **endpoints,
    )
