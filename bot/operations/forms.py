"""Open forms: what one starts from, and where its submission belongs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue.ask import Ask, Place
from bot.dialogue.outcome import Outcome, Tone, line
from bot.errors import FormGone, InvalidRequest, UsageError
from bot.i18n import _
from bot.ids import FormId
from bot.journal.model import OpenForm
from bot.journal.open_forms import OpenForms

FORM_LIVES = timedelta(minutes=30)


def opened(
    ask: Ask,
    values: dict[str, str],
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> OpenForm:
    """Return the form that *ask* opens, which starts from *values*."""
    return OpenForm(
        id=FormId(random_bytes(16).hex()),
        team=ask.who.team,
        user=ask.who.user,
        channel=ask.where.channel,
        thread=ask.where.thread,
        direct=ask.where.direct,
        command=ask.command,
        subcommand=ask.words.subcommand,
        values=values,
        answer_url=ask.answer_url,
        expires_at=now + FORM_LIVES,
    )


async def placed(ask: Ask, open_forms: OpenForms) -> tuple[Ask, OpenForm]:
    """Return the submission *ask* at the place of its form, and that form.

    Raises:
        UsageError: the form is older than 30 minutes, or somebody else's.
    """
    if ask.submission is None:
        raise UsageError(_("That was not a form."))
    form = await of(ask, ask.submission.form_id, open_forms)
    return at(ask, form), form


def at(ask: Ask, form: OpenForm) -> Ask:
    """Return *ask* as it is asked at the place of *form*."""
    return replace(ask, where=place_of(form), answer_url=form.answer_url)


def of_no_form(ask: Ask) -> Ask:
    """Return the submission *ask* as one whose form is not on record any more.

    Its card comes into the asker's messages with the bot.
    """
    if ask.submission is None:
        return ask
    return replace(ask, submission=replace(ask.submission, form_id=FormId("")))


def place_of(form: OpenForm) -> Place:
    """Return where *form* was asked for."""
    return Place(channel=form.channel, thread=form.thread, direct=form.direct)


def too_old() -> UsageError:
    """Return the refusal of a form that stands nowhere, or is of another release."""
    return UsageError(
        _("This form is too old, or was sent in already. Open a new one.")
    )


async def of(ask: Ask, form_id: FormId, open_forms: OpenForms) -> OpenForm:
    """Return the open form *form_id* of whoever asks.

    Raises:
        FormGone: it is older than 30 minutes, or somebody else's.
        UsageError: it was sent in.
    """
    who = ask.who
    form = await open_forms.get(form_id, team=who.team, user=who.user)
    if form is None:
        raise FormGone(str(too_old()))
    if form.used_by not in {"", ask.key}:
        raise too_old()
    return form


def check_told(ask: Ask) -> None:
    """Refuse a form of which Slack did not say what stands in it.

    Raises:
        InvalidRequest: at each field that it left out.
    """
    if ask.submission and ask.submission.untold:
        sentence = _("Slack did not send what stands here: change it, and send again.")
        raise InvalidRequest(dict.fromkeys(ask.submission.untold, sentence))


def shown_after(ask: Ask, answer: Outcome | None) -> Outcome | None:
    """Return what stands in place of the form *ask* that was accepted with *answer*.

    Nothing does where the card in the channel will say it. Without a channel the card
    goes to the asker's messages with the bot, which the answer says.
    """
    if answer is None or answer.tone is not Tone.WAIT or answer.parts:
        return answer
    if ask.where.channel:
        return None
    where = line(_("Its card comes into your messages with the bot."))
    return replace(answer, parts=(where,))
