"""What is no expression of Prometheus is told from one."""

import pytest

from tests.tools.promql import Wrong, read


@pytest.mark.parametrize(
    ("text", "selectors", "labels"),
    [
        ("up == 0", [("up", ())], set()),
        (
            'a{b="c", d=~"e|f"} > 1',
            [("a", (("b", "=", "c"), ("d", "=~", "e|f")))],
            set(),
        ),
        (
            "sum by (x) (rate(a_total[5m])) / sum(b)",
            [("a_total", ()), ("b", ())],
            {"x"},
        ),
        (
            "histogram_quantile(0.9, sum by (le) (rate(a_bucket[$__rate_interval])))",
            [("a_bucket", ())],
            {"le"},
        ),
        ("a > 1 and on () sum(b) > 0", [("a", ()), ("b", ())], set()),
    ],
)
def test_an_expression_is_read(text, selectors, labels):
    told = read(text)

    assert (told.selectors, told.labels) == (selectors, labels)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sum(a",
        "a)",
        "rate(a)",
        "sum(a[5m])",
        "a{b=c}",
        'a{b="c}',
        "quantile_over(a)",
        "histogram_quantile(rate(a[5m]))",
        "a >",
        "a[5 minutes]",
        "a b",
    ],
)
def test_what_is_none_is_refused(text):
    with pytest.raises(Wrong):
        read(text)
