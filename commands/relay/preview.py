"""`/relay preview`: the layout of a relay, drawn to scale."""

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, Outcome
from bot.errors import NotFound, UsageError
from bot.i18n import _
from bot.ids import FormId
from bot.operations.service import Service
from bot.resources.relay import picture
from commands.relay.command import READ, command


@command.subcommand(
    "preview",
    permit=READ,
    in_thread=True,
    usage="<R128>",
    examples=("preview R128",),
)
async def preview(ask: Ask, service: Service) -> Outcome | Form:
    """Show the layout of a relay, drawn to scale, in a window of your own."""
    token = ask.one(_("a relay: its handle or TaskId"))
    intent = await service.thing(ask.who, token.text)
    if intent is None:
        raise NotFound(_("No relay {name}.").format(name=token.text))
    video = picture.mixed(intent.masked)
    if video is None:
        sentence = _("{handle} mixes no pictures, so there is no layout to show.")
        raise UsageError(sentence.format(handle=intent.handle))
    title = _("Layout of {handle}").format(handle=intent.handle)
    drawing = picture.picture_of(video)
    if not ask.trigger:  # no window opens without a click
        return Outcome(headline=(Bold(title),), parts=(drawing,))
    return Form(
        command="relay",
        subcommand="preview",
        title=title,
        submit="",
        fields=(drawing,),
        form_id=FormId(""),
    )
