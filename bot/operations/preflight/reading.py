"""What the settings show: what is wrong, what does nothing, what nobody meant.

A sentence names a setting, the file it stands in and what to do; never a value that
may be a secret.
"""

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from bot.access.permits import Permit
from bot.access.policy import dead_actions
from bot.i18n import _
from bot.operations.doctor import Check
from bot.products import ACCOUNTS, PRODUCTS, is_mainland, is_real
from bot.settings import Reading, Settings
from bot.spelling import nearest

ID_BEGINS = "AKID"  # a SecretId of Tencent Cloud's that does not expire
# https://docs.slack.dev/authentication/verifying-requests-from-slack
SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")
# https://trtc.io/document/58580: "up to 32 letters and digits"
CALLBACK_KEY = re.compile(r"[A-Za-z0-9]{1,32}")


def examine_reading(reading: Reading, permits: Collection[Permit]) -> list[Check]:
    """Return what was read, and what is wrong with it; *permits* are all that are."""
    settings = reading.settings
    files = ", ".join(reading.there) or "-"
    text = _("Files read in {folder}: {files}")
    checks = [Check(text.format(folder=Path.cwd(), files=files))]
    checks += [Check(fault, well=False) for fault in reading.faults]
    actions = {one.action for one in permits if not one.for_all}
    checks += [Check(one, well=False) for one in dead_actions(settings.policy, actions)]
    wrong = (*_halves(settings), *_lone(settings), *_shapes(settings))
    wrong += (*_rules(settings, permits), *_rooms(reading))
    checks += [Check(one, well=False) for one in wrong]
    channels = (settings.ops_channel, *(one.ops_channel for one in settings.workspaces))
    if not any(channels) and "ops_channel" not in " ".join(reading.faults):
        alarms = _("ops_channel is not set: alarms go to whoever asked.")
        checks.append(Check(alarms, well=None))
    checks += [Check(one, well=None) for one in _odd(settings)]
    return checks


def _halves(settings: Settings) -> Iterator[str]:
    """Yield keys of Tencent Cloud of which one half is set, or both are swapped."""
    for prefix in ("", *(f"{product}_" for product in ACCOUNTS)):
        one = getattr(settings, f"{prefix}secret_id")
        other = getattr(settings, f"{prefix}secret_key")
        begins = f"BOT_{prefix.upper()}" if prefix else "TENCENTCLOUD_"
        names = f"{begins}SECRET_ID", f"{begins}SECRET_KEY"
        if bool(one) != bool(other):
            is_set, unset = names if one else names[::-1]
            text = _("{one} is set without {other}: set both, or neither.")
            yield text.format(one=is_set, other=unset)
        elif other and other.get_secret_value().startswith(ID_BEGINS):
            text = _("{one} and {other} are swapped: a SecretId begins with AKID.")
            yield text.format(one=names[0], other=names[1])


def _lone(settings: Settings) -> Iterator[str]:
    """Yield variables of an app without the one that makes it an app."""
    if settings.trtc_sdk_app_id:
        return
    for name in ("USERSIG_KEY", "CALLBACK_KEY"):
        if getattr(settings, f"trtc_{name.lower()}"):
            text = _("BOT_TRTC_{name} is set without BOT_TRTC_SDK_APP_ID: of no app.")
            yield text.format(name=name)


def _shapes(settings: Settings) -> Iterator[str]:
    secret = settings.slack_signing_secret
    if secret and not SIGNING_SECRET.fullmatch(secret.get_secret_value()):
        yield _(
            "SLACK_SIGNING_SECRET: it is 32 figures and letters a to f; see Basic "
            "Information, App Credentials, Signing Secret."
        )
    for app in settings.all_apps:
        key = app.callback_key
        if key and not CALLBACK_KEY.fullmatch(key.get_secret_value()):
            text = _(
                "The callback key of app “{app}” is not what TRTC's console takes: "
                "up to 32 letters and figures."
            )
            yield text.format(app=app.name)


def _rules(settings: Settings, permits: Collection[Permit]) -> Iterator[str]:
    """Yield rules that name apps for what belongs to none."""
    for rule in settings.policy.rules:
        for pattern in rule.actions if rule.apps else ():
            fit = [one for one in permits if fnmatchcase(one.action, pattern)]
            if fit and not any(one.on_apps for one in fit):
                text = _(
                    "Rule “{rule}”: {action} belongs to no app, so a rule with apps "
                    "never allows it. Give it a rule without apps."
                )
                yield text.format(rule=rule.name, action=pattern)


def _rooms(reading: Reading) -> Iterator[str]:
    """Yield rooms of the exits that are on no app that there is, sound or not."""
    exits, names = reading.settings.exits, reading.apps
    for room in exits.rooms if exits else ():
        app, on_one, _room = room.partition("/")
        if on_one and app not in names:
            near = " or ".join(nearest(app, names)) or ", ".join(names) or "-"
            text = _("[exits]: rooms: there is no app “{app}”; there is {near}.")
            yield text.format(app=app, near=near)


def _odd(settings: Settings) -> Iterator[str]:
    """Yield what works, and may not be what was meant."""
    ids = [app.sdk_app_id for app in settings.all_apps]
    for number in sorted({one for one in ids if ids.count(one) > 1}):
        text = _("Two apps have the SdkAppId {number}; callbacks find the first.")
        yield text.format(number=number)
    common = [p for p in PRODUCTS if not getattr(settings, f"{p}_secret_id")]
    sites = {
        is_mainland(settings.account(p).endpoint) for p in common if _real(settings, p)
    }
    if settings.secret_id and len(sites) > 1:
        yield _(
            "TENCENTCLOUD_SECRET_ID is used at the international site and at the "
            "mainland's, whose accounts differ; see BOT_GS_SECRET_ID in .env.example."
        )


def _real(settings: Settings, product: str) -> bool:
    return is_real(getattr(settings, f"{product}_endpoint"))
