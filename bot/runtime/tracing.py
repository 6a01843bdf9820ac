"""Traces: where the time of one submission went, from Slack's payload to a RequestId.

Off unless an address is set; then OpenTelemetry is imported, which is an extra of the
package. Where it is off, a span is one look at a context variable.

What a span may say of itself is a closed list of names: none is a person's, and none
holds what was typed or sent. An answer is delivered by another task, in its own time,
so its span is no child of the submission's: it links to it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from bot import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

MOST_LINKED = 10_000  # submissions whose answers may come yet
PATH = "v1/traces"  # https://opentelemetry.io/docs/specs/otlp/#otlphttp-request

# What a span may say, and what it is called there.
NAMES = {
    "action": "tencent.action",
    "command": "patchbay.command",
    "intent": "patchbay.intent",
    "kind": "slack.kind",
    "method": "slack.method",
    "outcome": "patchbay.outcome",
    "request_id": "tencent.request_id",
    "subcommand": "patchbay.subcommand",
}

# The text of an exception may hold anything, so no span has one.
UNTOLD: dict[str, Any] = {"record_exception": False, "set_status_on_exception": False}

_TRACER: ContextVar["Tracer | None"] = ContextVar("tracer", default=None)
_NOTHING: AbstractContextManager[None] = nullcontext()


class Tracer:
    """Makes spans, which *processor* takes; *most* submissions can be linked to."""

    def __init__(self, processor: "SpanProcessor", most: int = MOST_LINKED) -> None:
        from opentelemetry import trace  # noqa: PLC0415 - it is an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above

        about = {"service.name": "patchbay", "service.version": VERSION}
        self._provider = TracerProvider(resource=Resource(about))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("patchbay", VERSION)
        self._trace = trace
        self._most = most
        self._submissions: OrderedDict[str, Any] = OrderedDict()

    @contextmanager
    def span(self, name: str, **facts: str) -> Iterator[None]:
        """Let the block be the span *name*, within the one that it stands in."""
        attributes = named(facts)
        begun = self._tracer.start_as_current_span(
            name, attributes=attributes, **UNTOLD
        )
        with begun:
            yield

    @contextmanager
    def linked(self, name: str, intents: Iterable[str]) -> Iterator[None]:
        """Let the block be a span by itself, which links to what *intents* began as."""
        began = (self._submissions.get(one) for one in intents)
        links = [self._trace.Link(one) for one in began if one is not None]
        begun = self._tracer.start_as_current_span(
            name, context=self._nowhere(), links=links, **UNTOLD
        )
        with begun:
            yield

    def is_within(self) -> bool:
        """Tell whether the caller stands in a span."""
        return bool(self._trace.get_current_span().is_recording())

    def note(self, **facts: str) -> None:
        """Add *facts* to the span that the caller stands in."""
        self._trace.get_current_span().set_attributes(named(facts))

    def keep(self, intent: str) -> None:
        """Keep what *intent* began as, for what will link to it."""
        context = self._trace.get_current_span().get_span_context()
        self._submissions[intent] = context
        if len(self._submissions) > self._most:
            self._submissions.popitem(last=False)

    def close(self) -> None:
        """Hand over what is left."""
        self._provider.shutdown()

    def _nowhere(self) -> Any:
        from opentelemetry.context import Context  # noqa: PLC0415 - it is an extra

        return Context()


def named(facts: dict[str, str]) -> dict[str, str]:
    """Return *facts* under the names of `NAMES`; it has to be among them."""
    return {NAMES[name]: text for name, text in facts.items()}


def span(name: str, **facts: str) -> AbstractContextManager[None]:
    """Return what makes a block the span *name*; *facts* are names of `NAMES`."""
    tracer = _TRACER.get()
    return _NOTHING if tracer is None else tracer.span(name, **facts)


def step(name: str, **facts: str) -> AbstractContextManager[None]:
    """Return what makes a block the span *name* where it stands in another; else none.

    So what goes on behind all submissions makes no traces of its own.
    """
    tracer = _TRACER.get()
    if tracer is None or not tracer.is_within():
        return _NOTHING
    return tracer.span(name, **facts)


def linked(name: str, intents: Iterable[str]) -> AbstractContextManager[None]:
    """Return what makes a block a span by itself that links to *intents*."""
    tracer = _TRACER.get()
    return _NOTHING if tracer is None else tracer.linked(name, intents)


def note(**facts: str) -> None:
    """Add *facts* to the span that the caller stands in."""
    if tracer := _TRACER.get():
        tracer.note(**facts)


def began(intent: str) -> None:
    """Say that *intent* was accepted in the span that the caller stands in."""
    if tracer := _TRACER.get():
        tracer.note(intent=intent)
        tracer.keep(intent)


@contextmanager
def traced(
    address: str, make: "Callable[[str], SpanProcessor] | None" = None
) -> Iterator[None]:
    """Trace what is done within the block, and all tasks that it begins.

    *address* is where traces go; without one nothing is traced. *make* returns what
    takes them there.
    """
    if not address:
        yield
        return
    tracer = Tracer((make or exported)(address))
    token = _TRACER.set(tracer)
    try:
        yield
    finally:
        _TRACER.reset(token)
        tracer.close()


def exported(address: str) -> "SpanProcessor":
    """Return what sends spans to *address* behind the work, some at once."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - it is an extra
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415 - see above
        BatchSpanProcessor,
    )

    return BatchSpanProcessor(OTLPSpanExporter(f"{address.rstrip('/')}/{PATH}"))
