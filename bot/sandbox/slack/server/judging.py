"""The Web API method that judges blocks; it writes nothing, and needs no token."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit.validation import (
    MESSAGE_TEXT,
    letters,
    message_faults,
    too_large,
    view_faults,
)
from bot.sandbox.slack.model.objects import Refusal
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.methods import Method, structured

LONGEST = 100_000  # characters of JSON


def validate(_space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/blocks.validate ."""
    named = [name for name in _JUDGES if name in args]
    if len(named) != 1 or len(str(args[named[0]])) > LONGEST:
        raise Refusal("invalid_arguments")
    (name,) = named
    faults = _JUDGES[name](structured(args, name, "invalid_arguments"))
    if faults:
        errors = [{"code": "failed_constraint", "message": one} for one in faults]
        raise Refusal(f"invalid_{name}", errors=errors)
    return {}


def _blocks(blocks: Any) -> list[str]:
    if not isinstance(blocks, list):
        return ["must be an array"]
    too_long = ["msg_blocks_too_long"] * (letters(blocks) > MESSAGE_TEXT)
    return [*message_faults(blocks), *too_long]


def _message(message: Any) -> list[str]:
    return _blocks(message.get("blocks"))


def _view(view: Any) -> list[str]:
    return [*view_faults(view), *["view_too_large"] * too_large(view)]


_JUDGES: dict[str, Callable[[Any], list[str]]] = {
    "blocks": _blocks,
    "message": _message,
    "view": _view,
}

METHODS = {"blocks.validate": Method(run=validate, public=True)}
