"""A1, A2: Bolt that acknowledges and does nothing more.

`before` as an argument makes it A2, with `process_before_response`.
"""

import os
import re
import sys

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def made(*, before):
    """Return the app: it knows a command, a form, and a look-up."""
    app = AsyncApp(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        client=AsyncWebClient(
            token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]
        ),
        process_before_response=before,
    )

    async def acknowledge(ack):
        await ack()

    for name in ("/relay", "/lookup", "/patchbay"):
        app.command(name)(acknowledge)
    app.view(re.compile(".*"))(acknowledge)
    return app


if __name__ == "__main__":
    app = made(before="before" in sys.argv)
    app.start(int(os.environ["BOT_PORT"]), "/slack/events", host="127.0.0.1")
