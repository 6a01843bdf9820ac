"""Web API methods that open, change and stack modals, and publish Homes."""

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit.validation import too_large, view_faults
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.grants import Trigger
from bot.sandbox.slack.model.objects import Refusal, View
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.files import unshowable
from bot.sandbox.slack.server.methods import Method, structured


def checked_view(space: Workspace, body: Json, *, instead_of: str = "") -> Json:
    """Return a view that Slack takes.

    Raises:
        Refusal: it would not, or another view has the same external_id.
    """
    faults = view_faults(body) or unshowable(space, body["blocks"], "/view/blocks")
    if faults:
        raise Refusal("invalid_arguments", *faults)
    if too_large(body):
        raise Refusal("view_too_large")
    other = body.get("external_id") and space.view(body["external_id"])
    if other and other.id != instead_of:
        raise Refusal("duplicate_external_id")
    return body


def open_(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.open ."""
    body = checked_view(space, _sent(args))
    trigger = _trigger(space, args)
    return {"view": serialize.view(space.open(trigger.user, body), space)}


def push(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.push ."""
    body = checked_view(space, _sent(args))
    trigger = _trigger(space, args)
    return {"view": serialize.view(space.push(trigger.user, body), space)}


def update(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.update ."""
    named = args.get("view_id") or args.get("external_id")
    if not named:
        raise Refusal("invalid_arguments", "[ERROR] missing required field: view_id")
    old = space.view(str(named))
    if old is None:
        raise Refusal("not_found")
    _same_hash(args, old)
    body = checked_view(space, _sent(args), instead_of=old.id)
    return {"view": serialize.view(space.update(old, body), space)}


def publish(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish ."""
    if args["user_id"] not in space.users:
        raise Refusal("invalid_arguments", "[ERROR] invalid user_id")
    old = space.homes.get(args["user_id"])
    _same_hash(args, old)
    body = checked_view(space, _sent(args), instead_of=old.id if old else "")
    return {"view": serialize.view(space.publish(args["user_id"], body), space)}


METHODS = {
    "views.open": Method(run=open_, needs=("view",)),
    "views.push": Method(run=push, needs=("view",)),
    "views.update": Method(run=update, needs=("view",)),
    "views.publish": Method(run=publish, needs=("user_id", "view")),
}


def _sent(args: Json) -> Json:
    body: Json = structured(args, "view", "invalid_arguments")
    return body


def _trigger(space: Workspace, args: Json) -> Trigger:
    return space.grants.take_trigger(str(args.get("trigger_id") or ""))


def _same_hash(args: Json, old: View | None) -> None:
    if args.get("hash") and old and args["hash"] != old.hash:
        raise Refusal("hash_conflict")
