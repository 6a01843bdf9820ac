"""What kind of account somebody has, and which facts have to be fresh to decide."""

from dataclasses import replace

import pytest

from bot.access.policy import Gate, Verdict, Wish, judge
from bot.dialogue.ask import Account
from bot.settings import Policy, Rule
from bot.tencent.models.base import Level
from tests.bot.access.test_policy import HOME, ONCALL, READ, START, STOP, Known, facts

BARRED = {
    Account.DELETED: "Slack says that this account was deactivated.",
    Account.BOT: "Other apps may not use this bot.",
    Account.STRANGER: "Slack says that you share no channel with this bot.",
}
EVERYBODY = Policy(
    outsiders=True, guests=True, teams=("TELSE",), rules=(ONCALL.model_copy(),)
)


@pytest.mark.parametrize("account", BARRED)
@pytest.mark.parametrize("wish", [START, READ, STOP])
@pytest.mark.parametrize("allow_all", [True, False])
def test_no_setting_lets_in_an_account_that_is_no_persons(account, wish, allow_all):
    known = facts(team="TELSE", account=account)

    verdict = judge(wish, known, EVERYBODY, allow_all=allow_all)

    assert verdict == Verdict(
        allowed=False, rule=f"account: {account.value}", reason=BARRED[account]
    )


@pytest.mark.parametrize(
    ("known", "at_home"),
    [
        ({}, True),
        ({"home": "T2", "homes": frozenset({"T2", HOME})}, True),
        ({"home": "T2", "homes": frozenset({"T2", "EHOME"})}, True),
        ({"home": "TELSE", "homes": frozenset({"TELSE"})}, False),
        ({"home": "TELSE", "homes": None}, False),
    ],
)
def test_whoever_belongs_here_is_no_stranger_whatever_slack_calls_them(known, at_home):
    stranger = facts(team=HOME, account=Account.STRANGER, **known)

    verdict = judge(
        START, replace(stranger, enterprise="EHOME"), EVERYBODY, allow_all=True
    )

    assert verdict.allowed is at_home


class Asked(Known):
    """A directory that remembers what had to be fresh."""

    def __init__(self):
        self.asked = []

    def is_fresh(self, who, groups):
        self.asked.append((who.user, tuple(groups)))
        return True

    async def ensure_fresh(self, who, groups):
        return self.is_fresh(who, groups)


SECOND = Rule(name="second", actions=("relay.*", "car.*"), groups=("SLIVE", "STWO"))
ELSEWHERE = Rule(name="elsewhere", actions=("*",), groups=("SX",), channels=("CX",))


@pytest.mark.parametrize(
    ("user", "wish", "allow_all", "groups"),
    [
        ("UBOB", START, False, ("SLIVE", "STWO")),
        ("UBOB", Wish("car.start", Level.BILLED), False, ("SLIVE", "STWO")),
        ("UBOB", READ, False, ()),
        ("UANA", START, False, ()),  # a rule names her
        ("UBOB", START, True, ()),
    ],
)
async def test_only_the_groups_that_decide_have_to_be_fresh(
    user, wish, allow_all, groups
):
    directory, known = Asked(), facts(user=user)
    gate = Gate(Policy(rules=(ONCALL, SECOND, ELSEWHERE)), directory, allow_all)

    assert gate.is_fresh(known.who, known.where, wish)
    assert await gate.ensure_fresh(known.who, known.where, wish)
    assert directory.asked == [(user, groups)] * 2
