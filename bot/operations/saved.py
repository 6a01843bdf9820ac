"""What people save, as the service lets them: each change has a right and a record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import SecretStr

from bot.access.policy import Verdict, Wish
from bot.dialogue.ask import Ask, Person
from bot.journal import saved as journal
from bot.journal.audit import Decision, Entry
from bot.journal.named_targets import NamedTarget
from bot.journal.presets import EVERYBODYS, Leading, Preset
from bot.operations.orders import entry

OWN = "own"  # the rule by which people keep what is theirs alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The named targets and presets of the asker's workspace, in what is *kept*.

    *check* refuses what policy does not allow. Every change takes the *wishes* that
    have to be allowed, on each app that it is for; it raises NotAllowed if one is not,
    and JournalUnavailable if it could not be kept.
    """

    kept: journal.Saved
    may_use: Callable[[Person, NamedTarget], bool]
    check: Callable[[Ask, Wish], Verdict]
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    # ── targets ─────────────────────────────────────────────────────────────────

    async def targets(self, who: Person) -> list[NamedTarget]:
        """Return the named targets, by name; what opens them is not among it."""
        return await self.kept.targets.listed(who.team)

    async def usable(self, who: Person) -> list[NamedTarget]:
        """Return the named targets that *who* may use, on one app or another."""
        return [one for one in await self.targets(who) if self.may_use(who, one)]

    async def names_at(self, who: Person, digests: Sequence[str]) -> dict[str, str]:
        """Return the names of the targets that are the addresses of *digests*."""
        named = await self.kept.targets.at(who.team, digests) if digests else []
        return {one.digest: one.name for one in named if self.may_use(who, one)}

    async def target(self, who: Person, name: str) -> NamedTarget | None:
        """Return the target called *name*, as it is now."""
        named = await self.kept.targets.opened(who.team, (name,))
        return named[name].target if name in named else None

    def new_target(self, ask: Ask, name: str) -> NamedTarget:
        """Return a target called *name*, of which nothing is known yet."""
        return NamedTarget(
            id=self.random_bytes(16).hex(),
            team=ask.who.team,
            name=name,
            shown="",
            digest="",
            cdn="",
            changed_by=ask.who.user,
            changed_at=self.now(),
        )

    async def add_target(
        self, ask: Ask, target: NamedTarget, url: SecretStr, wishes: Sequence[Wish]
    ) -> None:
        """Keep the new *target*, at *url*.

        Raises:
            NameTaken: there is one of that name.
            TooMany: there are as many as can be offered.
        """
        record = self._record(ask, wishes, f"added @{target.name} {target.shown}")
        await self.kept.targets.add(target, url, record)

    async def change_target(
        self,
        ask: Ask,
        target: NamedTarget,
        url: SecretStr | None,
        wishes: Sequence[Wish],
    ) -> bool:
        """Let *target* be as it is given, at *url* if that is another; False: gone."""
        changed = replace(target, changed_by=ask.who.user, changed_at=self.now())
        what = f"address {target.shown}" if url else "all but its address"
        record = self._record(ask, wishes, f"changed @{target.name}: {what}")
        return await self.kept.targets.change(changed, url, record)

    async def remove_target(self, ask: Ask, name: str, wishes: Sequence[Wish]) -> bool:
        """Forget the target called *name*; False if there is none."""
        record = self._record(ask, wishes, f"removed @{name}")
        return await self.kept.targets.remove(ask.who.team, name, record)

    async def leading_to(self, who: Person, target: str) -> list[Leading]:
        """Return the presets that lead to *target*, whoever's they are."""
        return await self.kept.presets.leading_to(who.team, target)

    # ── presets ─────────────────────────────────────────────────────────────────

    async def presets(self, who: Person) -> list[Preset]:
        """Return those of *who* and of the workspace, the one used last first.

        Of one name the asker's own hides the workspace's.
        """
        listed = await self.kept.presets.listed(who.team, who.user)
        own = {one.name for one in listed if one.owner}
        return [one for one in listed if one.owner or one.name not in own]

    async def preset(self, who: Person, name: str) -> Preset | None:
        """Return the preset that *who* means by *name*."""
        named = (one for one in await self.presets(who) if one.name == name)
        return next(named, None)

    def new_preset(self, ask: Ask, name: str, plan: Mapping[str, str]) -> Preset:
        """Return a preset of the asker's own, not kept yet."""
        now = self.now()
        return Preset(
            id=self.random_bytes(16).hex(),
            team=ask.who.team,
            owner=ask.who.user,
            name=name,
            plan=plan,
            changed_by=ask.who.user,
            changed_at=now,
            used_at=now,
        )

    async def keep_preset(
        self, ask: Ask, preset: Preset, wishes: Sequence[Wish]
    ) -> None:
        """Keep *preset*; *wishes* are the rights to change what is everybody's.

        Raises:
            NameTaken: its owner has another one of that name.
            TooMany: its owner has as many as can be offered.
        """
        changed = replace(preset, changed_by=ask.who.user, changed_at=self.now())
        record = self._record_of(ask, preset, wishes, "kept")
        await self.kept.presets.keep(changed, record)

    async def delete_preset(
        self, ask: Ask, preset: Preset, wishes: Sequence[Wish]
    ) -> bool:
        """Forget *preset*; False if it is gone."""
        record = self._record_of(ask, preset, wishes, "deleted")
        return await self.kept.presets.delete(preset.id, record)

    async def used(self, preset: Preset) -> None:
        """Keep that something was started from *preset*."""
        await self.kept.presets.used(preset.id, self.now())

    def _record_of(
        self, ask: Ask, preset: Preset, wishes: Sequence[Wish], did: str
    ) -> Entry:
        whose = "own" if preset.owner else "everybody's"
        why = f"{did} preset {preset.name} ({whose})"
        if preset.owner == EVERYBODYS:
            return self._record(ask, wishes, why)
        return self._entry(ask, wishes, OWN, why)

    def _record(self, ask: Ask, wishes: Sequence[Wish], why: str) -> Entry:
        verdicts = [self.check(ask, wish) for wish in wishes]
        return self._entry(ask, wishes, verdicts[0].rule, why)

    def _entry(self, ask: Ask, wishes: Sequence[Wish], rule: str, why: str) -> Entry:
        did, action = Decision.DID, wishes[0].action
        return entry(ask, self.now(), did, action, rule=rule, why=why)
