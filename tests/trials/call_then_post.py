"""A bad design: ack, call, and tell Slack; nothing is written down."""

import asyncio

from tests.trials.bad_bot import BadBot, Submission, Work, run


def design(bot: BadBot) -> Work:
    async def work(submission: Submission) -> None:
        await bot.post(submission, await bot.call(submission))

    return work


if __name__ == "__main__":
    asyncio.run(run(design))
