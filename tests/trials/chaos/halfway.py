"""Three replicas, one killed half-way through a start: as a trial, and as a transcript.

`python -m tests.trials.chaos.halfway` puts what happened, once with callbacks and once
without, into docs/promises.md.
"""

import asyncio
import sys

from tests.servers.postgres import server
from tests.trials.chaos import table
from tests.trials.chaos.races import until
from tests.trials.chaos.rows import LEFT, Trial, judged

BEGINS, ENDS = "<!-- three replicas: begins -->", "<!-- three replicas: ends -->"
HELD = 30.0  # seconds that the cloud keeps its answer, so that it is not there yet
SAYS = {
    "asked": "{user} types {typed}",
    "received": "{by} asks the cloud: {action}",
    "ledger": "the cloud carries it out: {what}",
    "killed": "{by} is killed (-9), and has no answer yet",
    "sent": "the cloud tells one of those that are left: {status}",
}
STATUS = ("idle", "connecting", "running", "recovering", "failed", "disconnecting")


async def halfway(stage, traffic, hurry=None):
    """Kill whoever sends a start when the cloud has done it; return its name.

    *hurry* is called then, with the name: what it does makes time pass.
    """
    stage.slack.twice, stage.cloud.answer_after = 0.0, HELD
    asking = asyncio.create_task(traffic.start())
    await until(lambda: stage.cloud.running)
    name = next(one["by"] for one in stage.record if one["kind"] == "received")
    (victim,) = [one for one in stage.replicas if one.name == name]
    await victim.kill()
    stage.cloud.answer_after = 0.0
    await asking
    if hurry:
        await hurry(name)
    return name


def lines(record):
    """Yield the lines of a transcript: seconds, and what happened."""
    began = next(one["t"] for one in record if one["kind"] == "asked")
    for entry in record:
        if entry["t"] >= began and (text := _line(entry)):
            yield f"{entry['t'] - began:6.2f} s  {text}"


def _line(entry):
    if entry["kind"] == "shown":
        head = entry["lines"][0]
        if "ask" in entry:
            return f"Slack shows, for {entry['only']} only: {head}"
        return f"Slack shows, by {entry['by']}: {head}"
    if entry["kind"] == "ledger" and entry["what"] == "status":
        return ""
    if entry["kind"] not in SAYS:
        return ""
    facts = dict(entry)
    if "status" in facts:
        facts["status"] = STATUS[facts["status"]]
    return SAYS[entry["kind"]].format(**facts)


async def transcript(trial):
    """Return what happened, as the text of a page."""
    text = []
    for called_back in (True, False):
        async with trial.stage() as (stage, traffic):
            stage.cloud.called_back = called_back
            await halfway(stage, traffic)
            verdict = await judged(stage, traffic, LEFT)
            if verdict["faults"]:
                raise RuntimeError(verdict["where"])
            how = "get through" if called_back else "do not get through"
            told = "\n".join(lines(stage.record))
            text.append(f"Callbacks {how}:\n\n```text\n{told}\n```\n")
    return "\n".join(text)


def main():
    """Make the transcript, and put it into the page."""
    with server() as one:
        text = asyncio.run(transcript(Trial(one)))
    page = table.PROMISES.read_text(encoding="utf-8")
    page = table.put(page, BEGINS, ENDS, f"\n{text}\n")
    table.PROMISES.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
