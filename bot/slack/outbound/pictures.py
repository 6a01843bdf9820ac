"""Pictures in forms and windows: painted in a thread, uploaded once, shown when ready.

A file that was just uploaded is refused in a block until Slack has processed it. So the
form stands first, with the picture in words, and the picture is put there later: after
`PATIENCE` seconds the words stay.
https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from cachetools import LRUCache

from bot.dialogue.form import Form
from bot.dialogue.outcome import Picture
from bot.slack.outbound.views import Views
from bot.slack.outbound.web import Sent, Web
from bot.slack.render import modals

PATIENCE = 5.0  # seconds from the form that stands to the words that stay
PAUSES = (0.3, 0.5, 0.8, 1.2, 1.8)  # seconds between tries
MOST_KEPT = 500  # files that are known by their picture
NOT_READY = "invalid slack file"  # in Slack's words about a block

log = structlog.get_logger(__name__)


class Pictures:
    """Puts pictures into the views that *web* has opened, within *patience* seconds.

    *views* knows what stands in them.
    """

    def __init__(
        self,
        web: Web,
        sleep: Callable[[float], Awaitable[None]],
        views: Views | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._web = web
        self._views = views or Views()
        self._sleep = sleep
        self._patience = patience
        self._files: LRUCache[str, str] = LRUCache(MOST_KEPT)

    def known(self, form: Form) -> Form:
        """Return *form* with each picture that Slack has shown before."""
        return _with_files(form, self._files)

    def forget(self, form: Form) -> None:
        """Forget the files of *form*'s pictures, since Slack has one no more."""
        for picture in _pictures(form):
            self._files.pop(picture.key, None)

    async def add(self, form: Form, sent: Sent) -> None:
        """Put the pictures of *form* into its view, which Slack took as *sent*.

        What goes wrong is logged: the view has the words.
        """
        view = (sent.data or {}).get("view") or {}
        waiting = [p for p in _pictures(form) if p.key not in self._files]
        if not waiting or not view.get("id"):
            return
        try:
            async with asyncio.timeout(self._patience):
                files = {one.key: await self._uploaded(one) for one in waiting}
                error = await self._shown(_with_files(form, files), view)
        except TimeoutError:
            error = "timeout"
        if error:
            log.info("picture.in-words", error=error)
        else:
            self._files.update(files)

    async def _uploaded(self, picture: Picture) -> str:
        """Return the ID of *picture* as a file of Slack's; "" if there is none."""
        content = await asyncio.to_thread(picture.paint)
        sent = await self._web.keep("layout.png", content)
        return str((sent.data or {}).get("file", ""))

    async def _shown(self, form: Form, view: dict[str, Any]) -> str:
        """Show *form* in place of *view*; return Slack's last word, "" if it did."""
        if not any(picture.file for picture in _pictures(form)):
            return "no file"
        sent = Sent(ok=False)
        for pause in (*PAUSES, None):
            sent = await self._updated(form, view)
            if pause is None or not (sent.transient or is_unshown(sent)):
                break
            await self._sleep(pause)
        return sent.error

    async def _updated(self, form: Form, view: dict[str, Any]) -> Sent:
        """Show *form* in place of *view*, unless a choice has redrawn that since."""
        name, before = str(view["id"]), str(view.get("hash", ""))
        async with self._views.turn(name):
            sent = await self._web.call(
                "views.update",
                view=modals.view(form),
                view_id=name,
                hash=view.get("hash"),
            )
            self._views.stands(name, before, form, sent)
        return sent


def is_unshown(sent: Sent) -> bool:
    """Tell whether Slack refused a file: it is not processed yet, or deleted."""
    return NOT_READY in sent.detail


def _pictures(form: Form) -> list[Picture]:
    return [part for part in form.fields if isinstance(part, Picture)]


def _with_files(form: Form, files: Any) -> Form:
    """Return *form* with the *files* of its pictures, by their keys."""
    fields = tuple(
        replace(part, file=files.get(part.key, ""))
        if isinstance(part, Picture)
        else part
        for part in form.fields
    )
    return replace(form, fields=fields)
