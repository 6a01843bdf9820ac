"""Many settings that are wrong, each beside sound ones; see `wrong_settings.py`."""

from dataclasses import dataclass, field

from bot.routing.manifest import FEATURES, REQUIRED

BOT, APP, PERSON = "xoxb" + "-1", "xapp" + "-1-A0PATCHBAY-2-3", "xoxp" + "-1"
SOUND = {
    "SLACK_BOT_TOKEN": BOT,
    "SLACK_APP_TOKEN": APP,
    "TENCENTCLOUD_SECRET_ID": "AKID" + "example",
    "TENCENTCLOUD_SECRET_KEY": "example",
    "BOT_TRTC_SDK_APP_ID": "1400000001",
    "BOT_TRTC_USERSIG_KEY": "example",
    "BOT_GS_ENDPOINT": "https://gs.intl.tencentcloudapi.com",
}
RULE = '[[policy.rules]]\nname = "on-call"\nactions = ["relay.*"]\n'
USERS = 'users = ["U0000000001"]\n'
SOUND_TOML = {
    "ops_channel": 'ops_channel = "C0000000001"\n',
    "exits": '[exits]\npush = ["push.example.com"]\n',
}

SCOPES = frozenset({*REQUIRED, *FEATURES})  # all that serve something


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A wrong setting: *what* it is, and what the doctor has to name.

    *set* goes into `.env`, *more* after it as it is, with the port for `{port}`;
    *toml* is put into a sound bot.toml, which is *without* some of its parts. *slack*
    is how Slack answers, *files* what else is there, with their modes; *taken*:
    somebody has the port.
    """

    what: str
    names: str
    set: dict = field(default_factory=dict)
    more: str = ""
    mode: int = 0o600
    toml: str = ""
    without: tuple = ()
    slack: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    at: float = 0.0  # seconds that Slack's clock is behind
    scopes: frozenset = SCOPES
    taken: bool = False


def env(what, names=None, **values):
    """Return the case in which variables have these *values*; None: they are unset."""
    return Wrong(what=what, names=names or next(iter(values)), set=values)


def toml(what, text, names, **more):
    """Return the case in which bot.toml has *text* in it."""
    return Wrong(what=what, toml=text, names=names, **more)


def rule(what, more, names, actions='["relay.*"]'):
    """Return the case of a rule with *more* in it."""
    text = f'[[policy.rules]]\nname = "on-call"\nactions = {actions}\n{more}\n'
    return toml(what, text, names)


def slack(what, names, **more):
    """Return the case in which Slack refuses, or says otherwise."""
    return Wrong(what=what, names=names, **more)


APP_TABLE = '[[apps]]\nname = "live-main"\nsdk_app_id = 1400000002\n'

WRONG = (
    Wrong(what="`.env` that others can read", names="chmod 600 .env", mode=0o644),
    Wrong(what="a line of `.env` without `=`", names="line 9", more="hello\n"),
    Wrong(
        what="a variable twice in `.env`",
        names="BOT_HOST",
        more="BOT_HOST=127.0.0.1\n" * 2,
    ),
    env("`BOT_PROT=3000`", "BOT_PORT", BOT_PROT="3000"),
    env(
        "`SLACK_BOT_TOKN=…`",
        "SLACK_BOT_TOKEN",
        SLACK_BOT_TOKEN=None,
        SLACK_BOT_TOKN=BOT,
    ),
    env("`SLACK_BOT_TOKEN=hello`", SLACK_BOT_TOKEN="hello"),
    env("a person's token", SLACK_BOT_TOKEN=PERSON),
    env("the two tokens swapped", SLACK_BOT_TOKEN=APP, SLACK_APP_TOKEN=BOT),
    env("neither an app token nor a signing secret", SLACK_APP_TOKEN=None),
    env("the client secret as signing secret", SLACK_SIGNING_SECRET="A-Client-Secret"),
    env("`SLACK_API_URL=https://slack.com`", SLACK_API_URL="https://slack.com"),
    env(
        "half a key of Tencent Cloud",
        "TENCENTCLOUD_SECRET_KEY",
        TENCENTCLOUD_SECRET_KEY=None,
    ),
    env("half a key of one product", BOT_CAR_SECRET_KEY="example"),
    env(
        "SecretId and SecretKey swapped",
        TENCENTCLOUD_SECRET_ID="example",
        TENCENTCLOUD_SECRET_KEY="AKID" + "example",
    ),
    env("no SdkAppId", "BOT_TRTC_SDK_APP_ID", BOT_TRTC_SDK_APP_ID=None),
    env("`BOT_TRTC_SDK_APP_ID=my-app`", BOT_TRTC_SDK_APP_ID="my-app"),
    env("no key for UserSigs", BOT_TRTC_USERSIG_KEY=None),
    env("a callback key of 33 letters", "callback key", BOT_TRTC_CALLBACK_KEY="k" * 33),
    env("`BOT_TRTC_REGION=ap-tokyo`", BOT_TRTC_REGION="ap-tokyo"),
    env("a mainland region at the international site", BOT_TRTC_REGION="ap-beijing"),
    env(
        "`BOT_TRTC_ENDPOINT=https://trtc.tencentcloud.com`",
        BOT_TRTC_ENDPOINT="https://trtc.tencentcloud.com",
    ),
    env(
        "a key used at both sites",
        "BOT_GS_SECRET_ID",
        BOT_GS_ENDPOINT="https://gs.tencentcloudapi.com",
    ),
    env(
        "`BOT_LIVE_ENDPOINT=https://live.example.com`",
        BOT_LIVE_ENDPOINT="https://live.example.com",
    ),
    Wrong(
        what="Tencent's CDN asked every five seconds",
        names="[live]: seconds",
        set={"BOT_LIVE_ENDPOINT": "https://live.intl.tencentcloudapi.com"},
        toml="[live]\nseconds = 5\n",
    ),
    toml("a word for `still` in `[alerts]`", '[alerts]\nstill = "maybe"\n', "still"),
    toml("an address in `[live]`", '[live]\ndomains = ["rtmp://a/b"]\n', "domains"),
    env("`BOT_TRTC_USERSIG_SECONDS=60`", BOT_TRTC_USERSIG_SECONDS="60"),
    env("`BOT_DATABASE_URL=foo`", BOT_DATABASE_URL="foo"),
    env("`BOT_DATABASE_URL=postgresql://…`", BOT_DATABASE_URL="postgresql://x/y"),
    env(
        "a password of the database with a % in it",
        BOT_DATABASE_URL="postgresql://bot:a%b@db.example/patchbay",
        BOT_SEAL_KEY="s" * 43,
        BOT_AUDIT_KEY="a" * 43,
    ),
    env("`BOT_SEAL_KEY=x`", BOT_SEAL_KEY="x"),
    env("a database in memory", BOT_DATABASE_URL="sqlite://"),
    Wrong(
        what="a database in a file's folder",
        names="BOT_DATABASE_URL",
        set={"BOT_DATABASE_URL": "sqlite:///notes/p.db"},
        files={"notes": ("", 0o600)},
    ),
    Wrong(
        what="a database that is no database",
        names="BOT_DATABASE_URL",
        set={"BOT_DATABASE_URL": "sqlite:///p.db"},
        files={"p.db": ("x" * 99, 0o600)},
    ),
    Wrong(
        what="a database that others can read",
        names="chmod 600",
        set={"BOT_DATABASE_URL": "sqlite:///p.db"},
        files={"p.db": ("", 0o644)},
    ),
    env("anchors in a folder that is not there", BOT_AUDIT_ANCHORS="nowhere/anchors"),
    Wrong(what="a port that another program has", names="BOT_PORT", taken=True),
    Wrong(
        what="`BOT_METRICS_PORT` as `BOT_PORT`",
        names="BOT_METRICS_PORT",
        more="BOT_METRICS_PORT={port}\n",
    ),
    Wrong(
        what="a port of the metrics that another program has",
        names="BOT_METRICS_PORT",
        set={"BOT_PORT": "0"},
        more="BOT_METRICS_PORT={port}\n",
        taken=True,
    ),
    env("`BOT_PORT=70000`", BOT_PORT="70000"),
    env("an address of another machine", BOT_HOST="192.0.2.1"),
    env("`BOT_ALLOW_ALL=maybe`", BOT_ALLOW_ALL="maybe"),
    env("`BOT_ALLOW_ALL=true` beside a real account", BOT_ALLOW_ALL="true"),
    env(
        "a secret's file that is not there",
        SLACK_SIGNING_SECRET_FILE="/run/nowhere/secret",
    ),
    Wrong(
        what="a secret's file that others can read",
        names="SLACK_SIGNING_SECRET_FILE",
        set={"SLACK_SIGNING_SECRET_FILE": "secret"},
        files={"secret": ("0" * 32, 0o644)},
    ),
    env(
        "a secret twice, by itself and by a file",
        "SLACK_SIGNING_SECRET",
        SLACK_SIGNING_SECRET="0" * 32,
        SLACK_SIGNING_SECRET_FILE="secret",
    ),
    env("`BOT_CONFIG` without a file", BOT_CONFIG="nowhere.toml"),
    env("`BOT_TRIAL_CA` without a file", BOT_TRIAL_CA="nowhere.pem"),
    toml("no TOML", "hello", "bot.toml", without=("all",)),
    toml("`comand_prefix`", 'comand_prefix = "x"\n', '"command_prefix"'),
    toml("`[polcy]`", "[polcy]\n", '"policy"'),
    toml(
        "what needs a second person, and nobody who may be it",
        RULE + USERS + '[[policy.second]]\nname = "two"\nactions = ["relay.start"]\n',
        "patchbay.approve",
    ),
    toml(
        "what needs a second person in a workspace in which nobody may be it",
        RULE.replace("relay.*", "*")
        + USERS
        + 'teams = ["T0000000001"]\n[[policy.second]]\nname = "two"\n'
        'actions = ["relay.start"]\nteams = ["T0000000001", "T0000000002"]\n',
        "T0000000002",
    ),
    toml(
        "what needs a second person, without a name",
        '[[policy.second]]\nactions = ["relay.start"]\n',
        "name",
    ),
    toml(
        "what needs a second person, of an app that there is not",
        '[[policy.second]]\nname = "two"\nactions = ["relay.start"]\napps = ["mian"]\n',
        "there is no such app",
    ),
    toml(
        "what needs a second person, for no time",
        '[[policy.second]]\nname = "two"\nactions = ["relay.start"]\nminutes = 0\n',
        "minutes",
    ),
    toml(
        "stops of no number",
        '[[policy.second]]\nname = "two"\nactions = ["relay.stop"]\nstops_above = 0\n',
        "stops_above",
    ),
    toml("`guest` under `[policy]`", "[policy]\nguest = true\n", '"guests"'),
    toml('`command_prefix = "TC-"`', 'command_prefix = "TC-"\n', "command_prefix"),
    toml(
        '`ops_channel = "#ops"`',
        'ops_channel = "#ops"\n',
        "ops_channel",
        without=("ops_channel",),
    ),
    toml("no ops_channel", "", "ops_channel", without=("ops_channel",)),
    toml(
        "an app whose key file is not there",
        APP_TABLE + 'usersig_key_file = "/run/secrets/live-main-usersig"\n',
        "live-main",
    ),
    toml("an app without a key", APP_TABLE, "usersig_key"),
    toml(
        "a secret in a bot.toml that others can read",
        APP_TABLE + 'usersig_key = "example"\n',
        "chmod 600 bot.toml",
    ),
    toml("a nag in words", '[policy]\nnag_after_hours = "4h"\n', "nag_after_hours"),
    toml("a limit in words", '[policy.limits]\nwidth = "wide"\n', "width"),
    toml("a proxy by its name", 'trusted_proxies = ["proxy"]\n', "trusted_proxies"),
    toml(
        "an address among the exits",
        '[exits]\npush = ["10.0.0.1"]\n',
        "push",
        without=("exits",),
    ),
    toml("no place that relays may go to", "", "[exits]", without=("exits",)),
    toml("any place", '[exits]\npush = ["*"]\n', "[exits]", without=("exits",)),
    toml(
        "a room on an app that is not there",
        '[exits]\nrooms = ["live/lobby"]\n',
        "rooms",
        without=("exits",),
    ),
    toml("no rule", "", "bot.example.toml", without=("rule",)),
    rule("a rule that names somebody", 'users = ["ana"]', "users"),
    rule("a rule that names a channel", USERS + 'channels = ["#ops"]', "channels"),
    rule("a rule that names a workspace", USERS + 'teams = ["acme"]', "teams"),
    toml(
        "a workspace by its name",
        '[[workspaces]]\nteam = "acme"\n',
        "an ID begins with T",
    ),
    toml(
        "a workspace twice", '[[workspaces]]\nteam = "T1"\n' * 2, "two [[workspaces]]"
    ),
    toml("a project of CAR without its ID", '[[projects]]\nname = "game"\n', "id"),
    toml(
        "a project of CAR twice",
        '[[projects]]\nname = "game"\nid = "cap-1"\n' * 2,
        "two [[projects]]",
    ),
    toml(
        "workspaces without an org-wide install",
        '[[workspaces]]\nteam = "T1"\n',
        "org-wide",
    ),
    rule("a rule that names nobody", "", "users or groups"),
    rule("`realy.*` in a rule", USERS, "realy.*", actions='["realy.*"]'),
    rule("`relay.strat` in a rule", USERS, "relay.start", actions='["relay.strat"]'),
    rule(
        "a rule about an app that is not there", USERS + 'apps = ["defalt"]', "default"
    ),
    rule(
        "a rule about an app, for what has none",
        USERS + 'apps = ["default"]',
        "car.*",
        actions='["car.*"]',
    ),
    slack(
        "a bot token that Slack does not know",
        "SLACK_BOT_TOKEN",
        slack={"auth.test": "invalid_auth"},
    ),
    slack(
        "a bot token that was revoked",
        "SLACK_BOT_TOKEN",
        slack={"auth.test": "token_revoked"},
    ),
    slack(
        "an app token that Slack does not know",
        "SLACK_APP_TOKEN",
        slack={"apps.connections.open": "invalid_auth"},
    ),
    slack(
        "an app token without `connections:write`",
        "SLACK_APP_TOKEN",
        slack={"apps.connections.open": "missing_scope"},
    ),
    slack(
        "Slack cannot be reached",
        "https://slack.com/api/",
        slack={"auth.test": "unreachable"},
    ),
    slack(
        "a token without `users:read`",
        "users:read",
        scopes=SCOPES - {"users:read"},
    ),
    slack(
        "a token without `files:write`",
        "files:write",
        scopes=SCOPES - {"files:write"},
    ),
    slack("a clock that is 6 minutes slow", "Clock", at=-360.0),
    env(
        "the tokens of two apps",
        "SLACK_APP_TOKEN",
        SLACK_APP_TOKEN="xapp" + "-1-A0OTHER-2-3",
    ),
    slack(
        "the bot is not in the ops_channel",
        "/invite",
        slack={"conversations.history": "not_in_channel"},
    ),
    slack(
        "an ops_channel that is not there",
        "ops_channel",
        slack={"conversations.history": "channel_not_found"},
    ),
    Wrong(
        what="a rule about somebody who is not there",
        names="U0000000001",
        toml=RULE + USERS,
        slack={"users.info": "user_not_found"},
    ),
    Wrong(
        what="a rule about a group that is not there",
        names="S0000000001",
        toml=RULE + 'groups = ["S0000000001"]\n',
        slack={"usergroups.users.list": "no_such_subteam"},
    ),
)
