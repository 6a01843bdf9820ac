"""The addresses at which the bot answers a command or a click later.

Implements https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses:
5 answers in 30 minutes, also where the bot is not in the channel.
"""

from dataclasses import replace

from aiohttp import web

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model.grants import ResponseUrl
from bot.sandbox.slack.model.objects import Call, Message, Refusal
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.chat import draft
from bot.sandbox.slack.server.methods import flag
from bot.sandbox.slack.server.webapi import WebApi, read, refused


class Responses:
    """Takes what is posted to response URLs."""

    def __init__(self, space: Workspace, api: WebApi) -> None:
        self.space = space
        self._api = api

    def routes(self) -> list[web.RouteDef]:
        """Return where it listens."""
        return [web.post("/response/{id}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """Take one answer; 404 when the address is too old.

        One that is used up says so with a 200, as Slack has been seen to.
        """
        args = (await read(request)).args
        fault = self.space.fault_for("response_url")
        if fault:
            return await self._api.failure(fault)
        try:
            url = self.space.grants.take_url(request.match_info["id"])
        except Refusal as refusal:
            status = 200 if refusal.error == "used_url" else 404
            return web.json_response(refused(refusal), status=status)
        try:
            apply(self.space, url, args)
        except Refusal as refusal:
            return web.json_response(refused(refusal), status=400)
        finally:
            self.space.note(Call("response_url", args, {}))
        return web.Response(text="ok")


def apply(space: Workspace, url: ResponseUrl, answer: Json) -> None:
    """Let *answer* appear where *url* (or an ack) brings it.

    Raises:
        Refusal: it says nothing, or in blocks that Slack would not take.
    """
    original = _original(space, url)
    if original and flag(answer, "delete_original"):
        space.delete(original)
        return
    message = draft(space, answer, channel=url.channel, user=space.bot.id)
    public = answer.get("response_type") == "in_channel"
    replaces = flag(answer, "replace_original") or (
        "replace_original" not in answer and not public
    )
    if original and replaces:
        space.edit(original, message.text, message.blocks)
        return
    only_for = "" if public else url.user
    thread = message.thread or url.thread
    space.say(replace(message, only_for=only_for, thread=thread))


def _original(space: Workspace, url: ResponseUrl) -> Message | None:
    key = url.channel, url.original
    return space.messages.get(key) or space.whispers.get(key)
