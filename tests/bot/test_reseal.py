"""`python -m bot keys reseal`."""

from bot.__main__ import main


def test_all_that_is_sealed_is_sealed_anew_with_the_first_key(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    monkeypatch.setenv("BOT_SEAL_KEY", "a new secret" * 3)
    monkeypatch.setenv("BOT_SEAL_KEY_OLD", "an old secret" * 3)

    assert main(["keys", "reseal"]) == 0

    told = "0 values are sealed anew; 0 open with no key that is set.\n"
    assert capsys.readouterr().out == told
