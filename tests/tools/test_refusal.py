"""What a refusal costs can be measured: it is one, and it came."""

from tests.tools import refusal


async def test_it_is_measured_beside_a_server_that_answers_as_much(capsys):
    await refusal.main(rounds=1, commands=refusal.CONNECTIONS)

    *_logged, said = capsys.readouterr().out.splitlines()
    assert said.startswith("refusal ")
    assert said.endswith(f"goal {1e6 * refusal.GOAL:.0f} µs")
