"""A service with everything real behind it but the clouds, which are on loopback."""

import asyncio
import os
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import SecretStr

from bot.__main__ import COMMANDS
from bot.access.policy import Gate
from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.dialogue.form import Form
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.operations.callbacks import Callbacks
from bot.operations.completion import Completion
from bot.operations.executor import Executor
from bot.operations.jobs import Jobs
from bot.operations.service import Service
from bot.routing.router import Router
from bot.runtime.tasks import Tasks
from bot.sandbox.cloud import LoopbackCloud
from bot.settings import App, Policy, Settings
from bot.slack.render import blocks
from bot.slack.render import modals as forms
from bot.tencent.client import Account, Client
from bot.tencent.models import REQUESTS
from bot.tencent.pacer import Pacer
from bot.tencent.tc3 import Credential
from tests.judge import judged

TEAM = "T0HOME"


class Directory:
    """Everybody is a member, nobody is in a group, unless a test says otherwise."""

    team = TEAM
    known = True

    def __init__(self):
        self.guests = set()
        self.members = {}
        self.met = []

    def is_guest(self, who):
        return who.user in self.guests

    def groups(self, *, patient=False):
        return self.members

    async def ensure_known(self, who):
        self.met.append(who.user)


@dataclass
class Clock:
    """The wall clock, which a test can push forward."""

    ahead: timedelta = timedelta()
    held_up: timedelta = timedelta()  # by both clocks, as after SIGSTOP

    def __call__(self):
        return datetime.now(UTC) + self.ahead + self.held_up

    def monotonic(self):
        return time.monotonic() + self.held_up.total_seconds()


@dataclass
class World:
    """One life of the bot; `settled` waits until it has nothing left to do."""

    router: Router
    service: Service
    journal: Journal
    cloud: LoopbackCloud
    tasks: Tasks
    executor: Executor
    directory: Directory
    clock: Clock
    callbacks: Callbacks
    jobs: Jobs
    rang: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    told: list = field(default_factory=list)  # past the journal
    asked: int = 0

    def ask(self, typed, *, user="U0ANA", surface=Surface.COMMAND, key=None, **more):
        command, _, text = typed.removeprefix("/").partition(" ")
        self.asked += 1
        return Ask(
            command=command,
            text=text,
            who=Person(team=TEAM, user=user, home=more.pop("home", TEAM)),
            where=Place(channel=more.pop("channel", "C0OPS")),
            surface=surface,
            key=key or f"slash:{TEAM}:{self.asked}",
            answer_url=SecretStr("https://hooks.slack.com/commands/1"),
            trigger=f"t{self.asked}",
            **more,
        )

    async def typed(self, text, **more):
        """Answer a slash command, and wait for what it set going."""
        answer = await self.router.answer(self.ask(text, **more))
        await self.settled()
        return look(answer)

    async def submitted(self, form, by="U0ANA", key=None, **values):
        """Send *form* in with its initial values and *values* on top."""
        initial = {
            one.name: getattr(one, "initial", None)
            for one in form.fields
            if hasattr(one, "name")
        }
        filled = {
            name: None if value in (None, "", ()) else str(value)
            for name, value in {**initial, **values}.items()
        }
        self.asked += 1
        view = f"V{self.asked}"
        submission = Submission(draft=form.draft, view=view, hash="h", values=filled)
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
        await self.tasks.drain(30)

    async def letters(self):
        due = await self.journal.outbox.due(self.clock() + timedelta(days=2))
        for letter in due:
            judged(letter.body, "message")
        return due

    async def handle(self, name):
        return await self.journal.by_handle(name)


def look(answer):
    """Return *answer*, which looks as Slack and the judges want it."""
    if isinstance(answer, Form):
        judged(forms.view(answer), "modal")
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
    return await live_again(stack, path, cloud, **{"boot": "boot-1", **more})


async def live_again(stack, path, cloud, *, policy=None, boot="boot-2", key=None):
    """Build another life of the bot on the same journal and cloud.

    *key* is that of the callbacks, if there are any.
    """
    clock, tasks, directory = Clock(), Tasks(), Directory()
    journal = await Journal.open(
        f"sqlite:///{path}", now=clock, random_bytes=os.urandom
    )
    stack.callback(journal.close)
    credential = Credential(cloud.secret_id, SecretStr(cloud.secret_key))
    accounts = {
        product: Account(url, credential) for product, url in cloud.endpoints.items()
    }
    client = await stack.enter_async_context(Client(accounts, now=clock))
    app = App(
        name="live-main",
        sdk_app_id=cloud.app_id,
        usersig_key=cloud.usersig_key,
        callback_key=key,
    )
    policy = policy or Policy()
    settings = Settings.model_construct(
        apps=(app,), policy=policy, allow_all=policy == Policy()
    )
    gate = Gate(policy, directory, settings.allow_all)
    recents = Recents(journal)
    rang, waits = [], []

    async def sleep(seconds):
        waits.append(seconds)

    told = []

    async def tell_at_once(letter):
        told.append(letter)

    executor = Executor(
        journal=journal,
        client=client,
        pacers={
            action: Pacer(1000, monotonic=asyncio.get_running_loop().time)
            for action in REQUESTS
        },
        apps={app.name: app},
        gate=gate,
        completion=Completion(
            journal=journal,
            recents=recents,
            ring=lambda: rang.append(1),
            tell_at_once=tell_at_once,
            sleep=sleep,
        ),
        tasks=tasks,
        boot=boot,
        now=clock,
        random=random.random,
        sleep=sleep,
        monotonic=clock.monotonic,
    )
    service = Service(
        settings=settings,
        journal=journal,
        recents=recents,
        executor=executor,
        gate=gate,
        ring=lambda: rang.append(1),
        now=clock,
        random_bytes=os.urandom,
    )
    ring = partial(rang.append, 1)
    callbacks = Callbacks(
        apps={app.name: app}, journal=journal, recents=recents, ring=ring
    )
    return World(
        callbacks=callbacks,
        jobs=Jobs(journal, recents, ring=ring, now=clock),
        router=Router(COMMANDS, service),
        service=service,
        journal=journal,
        cloud=cloud,
        tasks=tasks,
        executor=executor,
        directory=directory,
        clock=clock,
        rang=rang,
        waits=waits,
        told=told,
    )
