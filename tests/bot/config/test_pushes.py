"""How often Tencent's CDN is asked, and about which domains."""

import pytest
from pydantic import ValidationError

from bot.config.pushes import Live, too_often

SAID = "[live]: seconds: Tencent asks for 60 or more; less is for trials"


@pytest.mark.parametrize(
    ("seconds", "real", "faults"),
    [(60, True, []), (59, True, [SAID]), (1, False, []), (600, True, [])],
)
def test_tencent_itself_is_asked_once_a_minute_at_most(seconds, real, faults):
    assert list(too_often(Live(seconds=seconds), real=real)) == faults


@pytest.mark.parametrize("seconds", [0, 601])
def test_no_figure_is_older_than_ten_minutes(seconds):
    with pytest.raises(ValidationError):
        Live(seconds=seconds)


@pytest.mark.parametrize("domain", ["push.example.com", ".livepush.example.com"])
def test_a_domain_is_a_host_or_a_suffix(domain):
    assert Live(domains=(domain,)).domains == (domain,)


@pytest.mark.parametrize("domain", ["", "example", "rtmp://push.example.com", "a b.c"])
def test_nothing_else_is_a_domain(domain):
    with pytest.raises(ValidationError):
        Live(domains=(domain,))
