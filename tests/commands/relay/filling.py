"""A form of `/relay start` as somebody has it on the screen, the way Slack keeps it."""

from dataclasses import replace
from datetime import datetime

from bot.dialogue.ask import Submission, Surface
from bot.dialogue.form import Field, FormButtons
from bot.dialogue.outcome import Line, Picture, plain


def fields(form):
    return {one.name: one for one in form.fields if isinstance(one, Field)}


def text_of(initial):
    if isinstance(initial, datetime):  # as a moment comes back
        return f"{initial:%Y-%m-%dT%H:%M:%SZ}"
    several = isinstance(initial, tuple) and all(isinstance(x, str) for x in initial)
    return None if initial in (None, "", ()) else initial if several else str(initial)


class OnScreen:
    """Slack keeps what was typed in a field that stays; a new one has its initial."""

    def __init__(self, world, form, user="U0ANA"):
        self.world, self.user, self.form, self.state = world, user, form, {}
        self.show(form)

    def show(self, form):
        kept = self.state if form.drawn == self.form.drawn else {}
        self.form = form
        self.state = {
            name: kept.get(name, text_of(getattr(one, "initial", None)))
            for name, one in fields(form).items()
        }

    @property
    def buttons(self):
        rows = (one for one in self.form.fields if isinstance(one, FormButtons))
        return [button.name for row in rows for button in row.buttons]

    @property
    def lines(self):
        return [plain(one.spans) for one in self.form.fields if isinstance(one, Line)]

    @property
    def pictures(self):
        return [one for one in self.form.fields if isinstance(one, Picture)]

    async def press(self, name):
        """Press a button of the form, or leave a field that redraws."""
        form = self.form
        submission = Submission(
            form_id=self.form.form_id,
            view="V",
            hash="h",
            values=dict(self.state),
            changed=name,
        )
        ask = self.world.ask(
            f"/{form.command}",
            surface=Surface.FORM,
            submission=submission,
            user=self.user,
        )
        self.show(await self.world.router.redraw(replace(ask, text=form.subcommand)))

    async def fill(self, **values):
        """Type *values*, each as soon as its field is there."""
        left = {**values}
        while left:
            name = next(one for one in left if one in self.state)
            self.state[name] = text_of(left.pop(name))
            if getattr(fields(self.form)[name], "redraws", False):
                await self.press(name)

    async def send(self, **more):
        """Send the form in as it stands; a form in return takes its place."""
        filled = {**self.state, **more}
        answer = await self.world.submitted(self.form, by=self.user, **filled)
        if hasattr(answer, "fields"):
            self.show(answer)
        return answer


async def opened(world, typed="/relay start", user="U0ANA"):
    return OnScreen(world, await world.typed(typed, user=user), user)
