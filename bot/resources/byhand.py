"""How an action is repeated by hand: from a terminal, and in Slack.

The command line takes the request as a file, which is the JSON that is shown beside it;
what was masked there, or is made only when it is sent, has to be filled in.
https://github.com/TencentCloud/tencentcloud-cli
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.i18n import _, slash
from bot.runtime.redact import MASK
from bot.tencent.models.base import Request

FILE = "request.json"


def from_terminal(
    request: type[Request[Any]], region: str, masked: Any, unsent: Iterable[str]
) -> str:
    """Return the command line that sends *masked* again, and what to fill in first.

    *unsent* are the fields that the JSON does not have, or has for the bot alone.
    """
    service = request.service
    where = f" --region {region}" if service.regional and region else ""
    line = f"tccli {service.name} {request.action}{where}"
    blanks = list(dict.fromkeys((*hidden(masked), *unsent)))
    rows = [
        f"{line} --cli-input-json file://{FILE}",
        "# " + _("{file} is the JSON above.").format(file=FILE),
    ]
    if blanks:
        text = _("Fill in first: {fields}.").format(fields=", ".join(blanks))
        rows.append(f"# {text}")
    return "\n".join(rows)


def hidden(masked: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted path of each value of *masked* that is not shown whole."""
    inside: Iterable[tuple[object, Any]] = ()
    if isinstance(masked, Mapping):
        inside = masked.items()
    elif isinstance(masked, list | tuple):
        inside = enumerate(masked)
    elif isinstance(masked, str) and MASK in masked:
        yield path
    for step, value in inside:
        yield from hidden(value, f"{path}.{step}" if path else str(step))


def in_slack(command: str, words: Iterable[str], pairs: Mapping[str, str]) -> str:
    """Return what is typed in Slack: *command*, bare *words*, then *pairs*."""
    return slash(typed_after(command, words, pairs))


def typed_after(subcommand: str, words: Iterable[str], pairs: Mapping[str, str]) -> str:
    """Return *subcommand*, bare *words*, then *pairs*: what a button asks for."""
    texts = (f"{key}={quoted(text)}" for key, text in pairs.items() if text)
    return " ".join((subcommand, *map(quoted, words), *texts))


def quoted(word: str) -> str:
    """Return *word* as the grammar reads it whole."""
    return f'"{word}"' if not word or any(c in word for c in ' "') else word


def compact(masked: Any) -> str:
    """Return *masked* as JSON on one line."""
    return json.dumps(masked, separators=(",", ":"), ensure_ascii=False)
