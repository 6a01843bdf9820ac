"""What runs, in a few words for whoever started the bot."""

from bot.errors import JournalUnavailable
from bot.i18n import _, n_
from bot.operations.facade import Operations
from bot.slack.directory import SlackDirectory

MOST_TOLD = 100  # of what runs; of more, "100+" is said


async def running(operations: Operations, directory: SlackDirectory) -> list[str]:
    """Return how many things of each command run, or may."""
    counts, find, most = [], operations.journal.find, MOST_TOLD + 1
    teams = directory.teams or {directory.team}
    for one in operations.resources.resources:
        try:
            run = [len(await find.live(team, one.kind, limit=most)) for team in teams]
        except JournalUnavailable:
            return [_("the journal is away")]
        live = sum(run)
        text = n_(
            "{n} of /{command} runs, or may", "{n} of /{command} run, or may", live
        )
        number = f"{MOST_TOLD}+" if live > MOST_TOLD else live
        many = text.format(n=number, command=one.command)
        counts += [many] if live else []
    return counts
