"""What listens does so on loopback, unless it is told otherwise."""

import pytest
from pydantic import ValidationError

from bot.config.ports import Ports


def test_metrics_and_traces_are_off_by_default():
    ports = Ports()

    assert (ports.metrics_port, ports.metrics_host, ports.traces_to) == (
        None,
        "127.0.0.1",
        "",
    )


@pytest.mark.parametrize("to", ["collector:4318", "https://user:pass@example.com", " "])
def test_traces_go_to_a_plain_address_alone(to):
    with pytest.raises(ValidationError):
        Ports.model_validate({"OTEL_EXPORTER_OTLP_ENDPOINT": to})
