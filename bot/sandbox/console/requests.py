"""What a page may ask for: one model for each gesture, and what stands in its fields.

Everything is checked here for its form alone; whether it names something that exists
is for `gestures` to say.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=255)]
Words = Annotated[str, Field(max_length=40_000)]


class GestureRequest(BaseModel):
    """What somebody (*user*, an ID) does, in which *page* (its own random name)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user: Id
    page: Annotated[str, Field(max_length=64)] = ""


class Value(BaseModel):
    """What was put in: *text* that was typed, or the values of *chosen* options."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Words | None = None
    chosen: list[Words] | None = Field(default=None, max_length=1000)


class Command(GestureRequest):
    """Type the slash command *line* in *channel*."""

    channel: Id
    line: Words


class Say(GestureRequest):
    """Post *text* in *channel*, perhaps in a *thread*."""

    channel: Id
    text: Annotated[str, Field(min_length=1, max_length=40_000)]
    thread: str = ""


class Home(GestureRequest):
    """Open the app's Home tab."""


class Shortcut(GestureRequest):
    """Choose a shortcut on the message at *channel* and *ts*, or a global one."""

    callback: Id
    channel: str = ""
    ts: str = ""


class InView(GestureRequest):
    """Do something with the *view* of that ID."""

    view: Id


class Close(InView):
    """Close the top view, or the *whole* stack."""

    whole: bool = False


class AtControl(GestureRequest):
    """Name a control, by block and action, on a *view* or on a message."""

    block: Id
    action: Id
    view: str = ""
    channel: str = ""
    ts: str = ""


class Act(AtControl):
    """Press a button, or choose a *value*."""

    value: Value | None = None


class Fill(AtControl):
    """Put a *value* into an input of a view."""

    value: Value


class Options(AtControl):
    """Type *query* into a select that asks the bot."""

    query: Annotated[str, Field(max_length=3000)]
