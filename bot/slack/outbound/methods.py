"""The methods of Slack's Web API that are called, and how a call can end."""

READS = {  # which take no JSON
    "auth.teams.list",
    "bots.info",
    "chat.getPermalink",
    "conversations.history",
    "conversations.info",
    "conversations.replies",
    "users.info",
    "usergroups.users.list",
}

RESPONSE = "response_url"  # no method, but an address that a payload came with
METHODS = READS | {
    RESPONSE,
    "apps.connections.open",
    "auth.test",
    "chat.deleteScheduledMessage",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.scheduleMessage",
    "chat.scheduledMessages.list",
    "chat.update",
    "conversations.open",
    "views.open",
    "views.publish",
    "views.push",
    "views.update",
}
OUTCOMES = ("ok", "too_fast", "away", "unauthorised", "rejected")  # as of `web.Sent`
