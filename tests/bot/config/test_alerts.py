"""Where alerts ring, whom they call, and which address may be a pager's."""

import pytest
from pydantic import SecretStr, ValidationError

from bot.config.alerts import Alerts, AppAlerts

HTTPS = "https://events.pagerduty.com/v2/enqueue#key"


def test_what_an_app_leaves_out_is_that_of_all():
    every = Alerts(channel="C1", group="S1", escalate_minutes=10)

    assert every.on(None) == every
    assert every.on(AppAlerts(group="S2")) == Alerts(
        channel="C1", group="S2", escalate_minutes=10
    )
    assert every.on(AppAlerts(escalate_minutes=0)).escalate_minutes == 0
    assert (every.still, every.on(AppAlerts(still=True)).still) == (False, True)
    wanted = every.model_copy(update={"still": True})
    assert (wanted.on(AppAlerts()).still, wanted.on(AppAlerts(still=False)).still) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    "url", [HTTPS, "https://a.example.com:443/x", "http://127.0.0.1:8080/x"]
)
def test_a_pager_is_a_name_by_https_or_on_loopback(url):
    assert Alerts(pager_url=SecretStr(url)).pager_url


@pytest.mark.parametrize(
    "url",
    [
        "http://events.pagerduty.com/x",
        "https://10.0.0.1/x",
        "https://user@events.pagerduty.com/x",
        "https://events.pagerduty.com:8443/x",
        "https://pager/x",
        "https://[::2]/x",
        "ftp://events.pagerduty.com",
        "https://[broken",
        "",
    ],
)
def test_anything_else_is_refused_and_not_told(url):
    with pytest.raises(ValidationError) as told:
        Alerts(pager_url=SecretStr(url))

    assert not url or url not in str(told.value)


@pytest.mark.parametrize(
    ("hosts", "refused"),
    [
        ((), True),
        (("other.example.com",), True),
        (("events.pagerduty.com",), False),
        ((".pagerduty.com",), False),
        (("*",), False),
    ],
)
def test_a_pager_is_an_exit(hosts, refused):
    faults = list(Alerts(pager_url=SecretStr(HTTPS)).faults(hosts, "bot.toml"))

    assert bool(faults) is refused
    assert "pagerduty" not in "".join(faults)


def test_a_pager_on_loopback_and_none_are_no_exit():
    loopback = Alerts(pager_url=SecretStr("http://127.0.0.1:1/x"))

    assert list(loopback.faults((), "bot.toml")) == []
    assert list(Alerts().faults((), "bot.toml")) == []
