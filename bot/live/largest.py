"""The largest messages and views that the bot draws, for Slack to judge.

They are drawn by the same code as all others, from parts that reach every limit of
`slack.render.limits`, with text that would format or mention something if it were not
escaped, and characters that count twice in UTF-16.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.dialogue.form import (
    ChoiceField,
    Field,
    Form,
    NumberField,
    Option,
    SearchField,
    TextField,
)
from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Facts,
    Link,
    Mono,
    Outcome,
    Points,
    Row,
    Tone,
    When,
    Who,
    line,
)
from bot.ids import FormId, SlackUserId
from bot.slack.render import blocks, limits, modals
from bot.slack.render.spans import Json

NASTY = "<!channel> & <@U0NOBODY> *b* `c` _i_ ~s~ :tada: \u202e “q” 🔴 "
LONG = NASTY * 100
EMOJI = "🔴"
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def drawn() -> Iterator[tuple[str, str, Json]]:
    """Yield the kind (message or view), the name and the body of all of them."""
    yield from (("message", name, body) for name, body in messages())
    yield from (("view", name, body) for name, body in views())


def messages() -> Iterator[tuple[str, Json]]:
    """Yield each largest message, with its name."""
    for name, outcome in outcomes():
        yield name, blocks.message(outcome)


def views() -> Iterator[tuple[str, Json]]:
    """Yield each largest view, with its name."""
    yield "Home", blocks.home(_outcome(*_rows(limits.VIEW_BLOCKS, 2)))
    yield "long Home", blocks.home(_outcome(*(Row((LONG,)) for _n in range(12))))
    yield "form", modals.view(_form(_fields()))
    many = (_select(f"select{n}") for n in range(2))
    yield "form of choices", modals.view(_form(tuple(many)))
    for name, outcome in outcomes():
        yield f"window of {name}", modals.closing(outcome, title=LONG)


def outcomes() -> Iterator[tuple[str, Outcome]]:
    """Yield what is told at its largest, by what it is made of."""
    spans = (Bold(LONG), Mono(LONG), Who(SlackUserId("U0NOBODY")), When(MOMENT))
    link = Link("https://example.com/?a=1&b=2", LONG)
    yield "lines", _outcome(*(line(LONG, quiet=bool(n % 2)) for n in range(60)))
    yield "many lines", _outcome(*(line(NASTY) for _n in range(60)))
    yield "spans", _outcome(*(line(*spans, link) for _n in range(60)))
    yield "rows", _outcome(*_rows(limits.MESSAGE_BLOCKS, 5))
    yield "long rows", _outcome(*(Row(spans, _menu(5)) for _n in range(4)))
    yield "buttons", _outcome(*(Buttons((*_row(), *_menu(5))) for _n in range(5)))
    yield "facts", _outcome(Facts(tuple((LONG, spans) for _n in range(60))))
    yield "points", _outcome(Points(LONG, tuple(spans for _n in range(60))))
    yield "code", _outcome(*(Code(LONG) for _n in range(12)))
    yield "emoji", _outcome(*(Code(EMOJI * limits.TEXT) for _n in range(12)))


def full_text() -> Outcome:
    """Return a message with as much text as the bot ever puts into one."""
    return _outcome(*(Code("0123456789" * 300) for _n in range(12)))


def _rows(count: int, entries: int) -> Iterator[Row]:
    return (Row((NASTY,), _menu(entries)) for _n in range(count))


def unfitted(text: str) -> list[Json]:
    """Return a block of *text* that is not cut to a length."""
    (block,) = blocks.paragraph(line("…", quiet=True))
    block["elements"][0]["text"] = text
    return [block]


def _outcome(*parts: object) -> Outcome:
    return Outcome(
        headline=(LONG,),
        tone=Tone.UNKNOWN,
        parts=parts,  # type: ignore[arg-type]  # parts of each kind
        menu=_menu(5),
        request_id="0" * 64,
    )


def _menu(count: int) -> tuple[Button, ...]:
    """Return what goes into a menu, with as long a value as its options may have."""
    text = "0" * (limits.OPTION_VALUE - 2)  # "- " goes before it
    return tuple(Button(f"{n} {LONG}", "lookup", text) for n in range(count))


def _row() -> tuple[Button, ...]:
    """Return what stays in a row, with as long a value as buttons may have."""
    text = "0" * (limits.BUTTON_VALUE - 2)
    return tuple(
        Button(f"{n} {LONG}", "lookup", text, confirm=LONG, danger=True)
        for n in range(limits.ROW_BUTTONS)
    )


def _form(fields: tuple[Field, ...]) -> Form:
    return Form(
        command="lookup",
        subcommand="show",
        title=LONG,
        submit=LONG,
        fields=(line(LONG), line(LONG, quiet=True), *fields),
        form_id=FormId("0" * 32),
    )


def _fields() -> tuple[Field, ...]:
    return (
        _text("text"),
        NumberField(name="number", label=LONG, hint=LONG, least=0, most=10**9),
        ChoiceField(name="radio", label=LONG, options=_options(10), radio=True),
        _select("select"),
        SearchField(
            name="search", label=LONG, command="lookup", source="s", initial=_first()
        ),
    )


def _text(name: str) -> TextField:
    return TextField(
        name=name, label=LONG, hint=LONG, initial=LONG, multiline=True, focus=True
    )


def _select(name: str) -> ChoiceField:
    options = _options(limits.SELECT_OPTIONS + 1)
    return ChoiceField(name=name, label=name, options=options, redraws=True)


def _first() -> tuple[Option]:
    return (_options(1)[0],)


def _options(count: int) -> tuple[Option, ...]:
    return tuple(
        Option(label=f"{n} {LONG}", value=f"{n:0{limits.OPTION_VALUE}}", hint=LONG)
        for n in range(count)
    )
