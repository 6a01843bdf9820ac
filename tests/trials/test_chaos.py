"""Several replicas on one PostgreSQL, in short; `make chaos` is the long way.

The bot runs as processes, as it does in earnest. That the judge sees something is shown
by a lock that is taken out of one statement on its way to PostgreSQL.
"""

import pytest

from tests.trials.chaos import halfway, races, table
from tests.trials.chaos.rows import CLAIM, SENDING, Trial, judged


@pytest.fixture
def trial(postgres):
    """Return a trial on the suite's own PostgreSQL; skipped where there is none."""
    return Trial(postgres, seed=2026)


@pytest.mark.short
async def test_one_of_three_is_killed_half_way_through_a_start_and_nothing_is_lost(
    trial,
):
    async with trial.stage() as (stage, traffic):
        name = await halfway.halfway(stage, traffic)
        found = await judged(stage, traffic)

    assert found["faults"] == {}, found["where"]
    assert (found["started"], found["hurt"], found["words"]) == (1, 1, {"runs": 1})
    assert name in "abc"


@pytest.mark.parametrize(
    ("rewrite", "most", "faults"),
    [(None, 1, {}), (races.without_lock(races.HOLDS), 5, {"extra cards": 1})],
    ids=["as it is", "one lock less"],
)
async def test_the_judge_sees_the_double_from_which_a_lock_keeps_two_that_deliver(
    trial, rewrite, most, faults
):
    found = await races.one_letter(trial, rewrite, most)

    assert found["faults"] == faults, found["where"]


async def test_the_claim_of_a_start_is_known_by_its_statement_and_nothing_else_is(
    trial,
):
    claims = []

    def committed(transaction):
        claims.append(transaction.says(CLAIM, SENDING))
        return False

    async with trial.stage(replicas=1) as (stage, traffic):
        stage.slack.twice = 0.0
        stage.replicas[0].proxy.on_committed = committed
        for _each in range(3):
            await traffic.start()
        found = await judged(stage, traffic)

    assert (found["started"], found["faults"]) == (3, {})
    assert claims.count(True) == 3  # others move what somebody left, and what was sent
    assert len(claims) > 3


async def test_two_that_boot_at_once_make_the_tables_once(trial):
    found = await races.boot_together(trial)

    assert found["faults"] == {}, found["where"]


def test_the_table_keeps_the_rows_that_were_not_run_again():
    verdict = {
        **dict.fromkeys(("submitted", "started", "hurt", "extra cards"), 1),
        **dict.fromkeys(("takeover, s", "orphans told within, s"), None),
        "most starts in a second": 2,
        "faults": {},
        "where": [],
    }
    first, again = (table.Result(name, "5 s", verdict) for name in ("cuts", "kills"))
    page = table.put(
        f"{table.BEGINS}\n{table.ENDS}\n",
        table.BEGINS,
        table.ENDS,
        table.as_table([first, again], 7),
    )

    kept = table.others_in(page, [again])

    assert kept == ["| cuts: 5 s | 1 | 1 | 1 | 2 | –, –, 1 | 0 |\n"]


def test_results_go_between_two_lines_of_a_page():
    page = "before\n<!-- x -->\nold\n<!-- y -->\nafter\n"

    put = table.put(page, "<!-- x -->", "<!-- y -->", "new\n")

    assert put == page.replace("old", "new")
    with pytest.raises(ValueError, match="no place"):
        table.put("before\n", "<!-- x -->", "<!-- y -->", "new\n")
