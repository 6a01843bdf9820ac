"""Traces show where the time went, and nothing of anybody."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.runtime import tracing
from bot.runtime.tracing import NAMES, Tracer, exported, traced

START = "/relay start 295066 url=rtmp://push.example.com/live/the-secret --go"


@pytest.fixture
def spans():
    """Trace what a test does; return a list of the spans that ended, when asked."""
    memory = InMemorySpanExporter()
    with traced("here", lambda _address: SimpleSpanProcessor(memory)):
        yield memory.get_finished_spans


def tree(spans):
    """Return what stands in what: names of spans by their parents', in order."""
    ids = {one.context.span_id: one for one in spans}
    return [
        (ids[one.parent.span_id].name if one.parent else "", one.name)
        for one in sorted(spans, key=lambda one: one.start_time)
    ]


def test_off_every_span_is_one_and_the_same_nothing():
    with traced(""):
        assert tracing.span("x") is tracing.step("y") is tracing.linked("z", ["one"])
        tracing.note(kind="command")
        tracing.began("one")


def test_off_opentelemetry_is_not_even_imported():
    code = "import sys, bot.app; sys.exit('opentelemetry' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter


def test_a_step_outside_of_any_span_makes_no_trace(spans):
    with tracing.step("commit"):
        pass

    assert spans() == ()


def test_what_a_span_may_say_is_a_closed_list(spans):
    with pytest.raises(KeyError), tracing.span("x"):
        tracing.note(user="U0ANA")


def test_the_text_of_an_error_is_in_no_span(spans):
    with pytest.raises(ValueError, match="secret"), tracing.span("x"):
        raise ValueError("the secret of U0ANA")

    (span,) = spans()
    assert "secret" not in span.to_json()


def test_a_span_by_itself_links_to_what_its_intents_began_as(spans):
    with tracing.span("payload"):
        tracing.began("one")
    with tracing.span("elsewhere"), tracing.linked("deliver", ["one", "unknown"]):
        pass

    payload, deliver, _elsewhere = spans()
    assert deliver.parent is None
    assert [link.context for link in deliver.links] == [payload.context]


def test_of_submissions_only_so_many_are_kept():
    tracer = Tracer(SimpleSpanProcessor(InMemorySpanExporter()), most=2)
    for number in range(5):
        tracer.keep(str(number))

    assert list(tracer._submissions) == ["3", "4"]


def test_spans_leave_for_the_address_behind_the_work():
    processor = exported("http://127.0.0.1:9/")
    exporter = processor._batch_processor._exporter

    assert exporter._endpoint == "http://127.0.0.1:9/v1/traces"
    processor.shutdown()


async def test_a_start_is_one_trace_from_the_command_to_the_request_id(spans, world):
    await world.typed("/relay list")  # who that is, is looked up and kept
    await world.typed(START)
    (intent,) = await world.journal.find.recent("T0HOME", limit=1)
    await world.bot.delivery.deliver()

    command = [one for one in spans() if one.name == "command"][-1]
    trace = command.context.trace_id
    start = [one for one in spans() if one.context.trace_id == trace]
    assert tree(start) == [
        ("", "command"),
        ("command", "commit"),
        ("command", "intent"),
        ("intent", "slot"),
        ("intent", "commit"),
        ("intent", "call"),
        ("intent", "commit"),
    ]
    (call,) = (one for one in start if one.name == "call")
    assert call.attributes == {
        NAMES["action"]: "StartPublishCdnStream",
        NAMES["outcome"]: "ok",
        NAMES["request_id"]: intent.settlement.request_id,
    }


async def test_its_card_links_to_it_and_no_span_says_who_it_was_or_what(spans, world):
    await world.typed(START)
    await world.bot.delivery.deliver()

    command = next(one for one in spans() if one.name == "command")
    delivered = [one for one in spans() if one.name == "deliver"]
    assert [[link.context for link in one.links] for one in delivered] == [
        [command.context]
    ]
    for one in spans():
        assert set(one.attributes) <= set(NAMES.values())
        for word in ("U0ANA", "C0OPS", "T0HOME", "295066", "push.example", "secret"):
            assert word not in one.to_json()
