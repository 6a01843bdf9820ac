"""Who may do what where: a decision table, default deny.

The rules name IDs, never display names. A rule has to match both the place (workspace
and channel) and the person (a user, or a member of a user group).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Self

from bot.access.directory import Directory, Groups
from bot.access.exits import exits_of, refusals, refused
from bot.dialogue.ask import Account, Person, Place
from bot.exit_table import NO_EXITS, Exits
from bot.i18n import _
from bot.ids import ChannelId, TeamId
from bot.settings import App, Policy, Rule
from bot.spelling import nearest
from bot.tencent.models.base import Level, Request

NO_CHANNEL = ChannelId("")
OUTSIDERS = "outsiders"  # the setting that would let a stranger in
READS_FOR_ALL = "reads_for_all"  # the setting that lets members look without a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The facts on which an ask is judged."""

    who: Person
    where: Place
    installed: TeamId
    enterprise: str = ""  # of the installed workspace
    homes: frozenset[str] | None = frozenset()  # of who; None: could not be looked up
    guest: bool | None = False  # None: could not be looked up
    account: Account | None = Account.MEMBER  # None: could not be looked up
    groups: Groups | None = None  # None: could not be looked up


@dataclass(frozen=True, slots=True)
class Verdict:
    """Policy's answer. *rule* is the one that allowed it, or that is missing."""

    allowed: bool
    rule: str
    reason: str = ""
    may: tuple[str, ...] = ()  # users and groups that a rule for this names


@dataclass(frozen=True, slots=True)
class Wish:
    """An action of the policy (`relay.start`), asked for on an app.

    *ends*: it can only end something, and so save money.
    """

    action: str
    level: Level
    app: App | None = None
    ends: bool = False

    @classmethod
    def of(cls, request: Request[Any] | type[Request[Any]], app: App | None) -> Self:
        """Return the wish to send *request*."""
        return cls(request.permit, request.level, app, request.effect.ends)


def judge(
    wish: Wish, facts: Circumstances, policy: Policy, *, allow_all: bool
) -> Verdict:
    """Decide. The first line that matches wins; the last line is no."""
    fitting = _fitting(policy, wish, facts.where, facts.who.team)
    return _judged(wish, facts, policy, fitting, allow_all=allow_all)


def _judged(
    wish: Wish,
    facts: Circumstances,
    policy: Policy,
    fitting: Sequence[Rule],
    *,
    allow_all: bool,
) -> Verdict:
    """Decide by the rules that are *fitting* for *wish* and its place."""
    stranger = stranger_verdict(facts, policy)
    # a stop by whoever a rule names goes although Slack does not say where they belong
    unsettled = stranger and wish.ends and facts.homes is None
    if stranger and not (unsettled and stranger.rule == OUTSIDERS):
        return stranger
    if allow_all and not stranger:
        return Verdict(allowed=True, rule="BOT_ALLOW_ALL")
    for rule in fitting:
        if _names(rule, facts):
            return Verdict(allowed=True, rule=rule.name)
    if wish.level is Level.READ and policy.reads_for_all:
        return Verdict(allowed=True, rule=READS_FOR_ALL)
    return _refused(wish, fitting, facts)


@dataclass(frozen=True, slots=True)
class Gate:
    """The bot's policy, and the directory that it is judged with."""

    policy: Policy
    directory: Directory
    allow_all: bool = False
    exits: Exits = NO_EXITS

    def astray(self, request: Request[Any], app: str) -> Verdict | None:
        """Return why *request*, on *app*, leads where it may not; None if it may."""
        for one in refused(request, self.exits, app).values():
            return Verdict(allowed=False, rule=one.rule, reason=one.sentence)
        return None

    def leads_astray(
        self, model: type[Request[Any]], wire: Mapping[str, Any], app: str
    ) -> Verdict | None:
        """Return why *wire*, masked or not, leads where it may not, as `astray`."""
        for one in refusals(exits_of(model, wire), self.exits, app).values():
            return Verdict(allowed=False, rule=one.rule, reason=one.sentence)
        return None

    def verdict(
        self, who: Person, where: Place, wish: Wish, *, finally_: bool = False
    ) -> Verdict:
        """Return what policy says to *wish* at this moment.

        An ack cannot wait for a look-up. So a person of whom it is unknown whether they
        are a guest passes, except *finally_*, before the request is sent; and then
        too, if it only ends something. What is billed is accepted on old facts as well:
        *finally_* they are fresh. What was asked before the bot was moved to another
        workspace is void.
        """
        if self.directory.moved_from == who.team:
            return Verdict(allowed=False, rule="teams", reason=_moved())
        if nowhere := self._not_here(who):
            return nowhere
        fitting = _fitting(self.policy, wish, where, who.team)
        patient = wish.ends or (wish.level is Level.BILLED and not finally_)
        named = _groups(fitting)
        facts = self._facts(
            who,
            where,
            strict=finally_ and not wish.ends,
            groups=self.directory.groups(named, patient=patient, team=who.team),
        )
        allow_all = self.allow_all
        return _judged(wish, facts, self.policy, fitting, allow_all=allow_all)

    def verdict_later(self, who: Person, where: Place, wish: Wish) -> Verdict:
        """Return what policy says to what was accepted, before it is sent.

        What ends something goes as it was accepted where an org-wide install was taken
        out of the workspace since: Slack says nothing of its people any more, nobody
        there could ask for it again, and until then money is spent.
        """
        if wish.ends and self._not_here(who):
            return Verdict(allowed=True, rule=wish.action)
        return self.verdict(who, where, wish, finally_=True)

    def is_fresh(self, who: Person, where: Place, wish: Wish) -> bool:
        """Tell whether what decides on *wish* is younger than 30 seconds."""
        return self.directory.is_fresh(who, self._deciding(who, where, wish))

    async def ensure_fresh(self, who: Person, where: Place, wish: Wish) -> bool:
        """Ask Slack for what decides on *wish*; False if it does not say in 20 s."""
        groups = self._deciding(who, where, wish)
        return await self.directory.ensure_fresh(who, groups)

    def _deciding(self, who: Person, where: Place, wish: Wish) -> Iterable[str]:
        """Return the groups on which *wish* depends: none, if a rule names *who*."""
        fitting = _fitting(self.policy, wish, where, who.team)
        if self.allow_all or any(who.user in rule.users for rule in fitting):
            return ()
        return _groups(fitting)

    async def ensure_known(self, who: Person) -> None:
        """Look *who* up now, if Slack answers at all and has not been asked yet."""
        if self.directory.known and not self.policy.guests:
            await self.directory.ensure_known(who)

    def stranger(self, who: Person) -> Verdict | None:
        """Return why *who* is not at home here, or a guest; None if they are."""
        if nowhere := self._not_here(who):
            return nowhere
        facts = self._facts(who, Place(channel=NO_CHANNEL))
        return stranger_verdict(facts, self.policy)

    def _not_here(self, who: Person) -> Verdict | None:
        """Refuse *who* where an org-wide install was not added to their workspace."""
        teams = self.directory.teams
        return None if teams is None or who.team in teams else _elsewhere()

    def _facts(
        self,
        who: Person,
        where: Place,
        *,
        strict: bool = False,
        groups: Groups | None = None,
    ) -> Circumstances:
        """Return what Slack says of *who*, judged in the workspace in which they act.

        Of an org-wide install that is one of several, and each is by itself: the
        people of the others are strangers in it. Who is not known is no guest, except
        where it is *strict*.
        """
        one = self.directory.teams is None
        profile = self.directory.profile(who)
        unknown = None if strict else False
        return Circumstances(
            who=who,
            where=where,
            installed=self.directory.team if one else who.team,
            enterprise=self.directory.enterprise if one else "",
            homes=profile.homes if profile else None,
            account=profile.account if profile else None,
            guest=profile.guest if profile else unknown,
            groups=groups,
        )


def dead_actions(policy: Policy, actions: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each action of a rule that is none of *actions*, or several.

    Such a rule allows less than whoever wrote it thinks, and nobody is told.
    """
    all_of_them = sorted(set(actions))
    for rule in policy.tables:
        for pattern in rule.actions:
            if any(fnmatchcase(one, pattern) for one in all_of_them):
                continue
            whole = {f"{one.partition('.')[0]}.*" for one in all_of_them}
            near = " or ".join(nearest(pattern, [*all_of_them, *sorted(whole)]))
            rather = (
                f"did you mean {near}?"
                if near
                else f"there are {', '.join(all_of_them)}"
            )
            yield f'{rule.kind} "{rule.name}": {pattern} is no action; {rather}'


def stranger_verdict(facts: Circumstances, policy: Policy) -> Verdict | None:
    """Refuse whoever is not at home, and guests; None for everybody else."""
    if barred := _barred(facts):
        return barred
    who, home = facts.who, _home(facts, policy)
    theirs = {who.home, who.enterprise, *(facts.homes or ())}
    if not policy.outsiders and not theirs & home:
        unknown = _("Slack did not say which workspace you belong to.")
        other = _("You belong to another workspace.")
        return Verdict(
            allowed=False,
            rule=OUTSIDERS,
            reason=unknown if facts.homes is None else other,
        )
    if not policy.outsiders and not {who.team, who.enterprise} & home:
        return _elsewhere()
    if policy.guests or facts.guest is False:
        return None
    reason = (
        _("Guests may not use this bot.")
        if facts.guest
        else _("Slack did not say whether you are a guest.")
    )
    return Verdict(allowed=False, rule="guests", reason=reason)


def _barred(facts: Circumstances) -> Verdict | None:
    """Refuse accounts that no setting lets in; None for everybody else.

    Slack calls people strangers who share no channel with the bot. Whoever belongs to
    its own workspace or organisation is none, whatever Slack calls them.
    """
    own = {facts.installed, facts.enterprise} - {""}
    theirs = {facts.who.home, facts.who.enterprise, *(facts.homes or ())}
    account = facts.account
    if account is Account.STRANGER and theirs & own:
        account = Account.MEMBER
    if account is None or account is Account.MEMBER:
        return None
    reason = {
        Account.DELETED: _("Slack says that this account was deactivated."),
        Account.BOT: _("Other apps may not use this bot."),
        Account.STRANGER: _("Slack says that you share no channel with this bot."),
    }[account]
    return Verdict(allowed=False, rule=f"account: {account.value}", reason=reason)


def _home(facts: Circumstances, policy: Policy) -> frozenset[str]:
    """Return the workspaces and organisations whose people are at home.

    The other workspaces of the own organisation are, unless the policy names teams.
    """
    siblings = {facts.enterprise} - {""} if not policy.teams else set()
    return frozenset({facts.installed, *policy.teams, *siblings})


def _elsewhere() -> Verdict:
    reason = _("This bot does not work for this workspace.")
    return Verdict(allowed=False, rule="teams", reason=reason)


def _moved() -> str:
    return _("This was asked in another workspace than the bot is installed in now.")


def _fitting(policy: Policy, wish: Wish, where: Place, team: TeamId) -> list[Rule]:
    """Return the rules for *wish* at that place, whomever they name."""
    return [rule for rule in policy.rules if _fits(rule, wish, where, team)]


def _groups(fitting: Iterable[Rule]) -> tuple[str, ...]:
    """Return the user groups that the *fitting* rules name, each once."""
    return tuple(dict.fromkeys(group for rule in fitting for group in rule.groups))


def _fits(rule: Rule, wish: Wish, where: Place, team: TeamId) -> bool:
    return (
        any(fnmatchcase(wish.action, pattern) for pattern in rule.actions)
        and (not rule.teams or team in rule.teams)
        and (not rule.channels or where.channel in rule.channels)
        and (not rule.apps or (wish.app is not None and wish.app.name in rule.apps))
    )


def _names(rule: Rule, facts: Circumstances) -> bool:
    user = facts.who.user
    groups = facts.groups or {}
    return user in rule.users or any(user in groups.get(g, ()) for g in rule.groups)


def _refused(wish: Wish, fitting: Sequence[Rule], facts: Circumstances) -> Verdict:
    may = tuple(dict.fromkeys(one for rule in fitting for one in _may(rule)))
    if not fitting:
        reason = _("No rule allows {action} here.").format(action=wish.action)
    elif facts.groups is None and any(rule.groups for rule in fitting):
        reason = _("The members of the user groups could not be looked up.")
    else:
        names = ", ".join(rule.name for rule in fitting)
        reason = _("You are not among those whom “{rules}” names.").format(rules=names)
    missing = fitting[0].name if fitting else wish.action
    return Verdict(allowed=False, rule=missing, reason=reason, may=may)


def _may(rule: Rule) -> tuple[str, ...]:
    return (*rule.users, *rule.groups)
