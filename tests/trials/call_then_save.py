"""A bad design: what is known is skipped, but it is known only after the call."""

import asyncio

from tests.trials.bad_bot import BadBot, Submission, Work, run


def design(bot: BadBot) -> Work:
    async def work(submission: Submission) -> None:
        if bot.relays.knows(submission.key):
            return
        task_id = await bot.call(submission)
        bot.relays.save(submission, task_id)
        await bot.post(submission, task_id)

    return work


if __name__ == "__main__":
    asyncio.run(run(design))
