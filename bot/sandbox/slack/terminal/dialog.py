"""An open form, asked field by field: what comes next, and when it is full."""

from collections.abc import Mapping

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.client.mrkdwn import plain
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.objects import View
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.terminal.question import Question

Key = tuple[str, str]  # block and action


class Dialog:
    """What one form has been asked so far. It follows the form through its changes."""

    def __init__(self, space: Workspace, view: View) -> None:
        self.space = space
        self.view = view
        self.question: Question | None = None
        self.complete = False  # every field was answered since it was last sent in
        self._answered: list[Key] = []
        self._notes: dict[str, str] = {}

    @property
    def only_tells(self) -> bool:
        """Tell whether there is nothing to fill in: it can but be closed."""
        return not (self._inputs() or self.view.body.get("submit"))

    def follow(self, view: View) -> None:
        """Go on with the form as it stands now."""
        self.view = view
        waiting = self._waiting()
        if self.question and waiting and self.question.control == waiting[1]:
            return
        self.question = self._ask(*waiting) if waiting else None

    def fault(self, control: Control, value: Json) -> str:
        """Return what Slack's client finds wrong with *value*; empty if nothing."""
        for block in self._inputs():
            if block["block_id"] == control.block:
                return inputs.fault(block, value)
        return ""

    def answered(self, control: Control) -> None:
        """Take it that *control* was answered."""
        self._answered.append((control.block, control.action))
        self._notes.pop(control.block, None)
        self.question = None
        self.complete = self._waiting() is None

    def sent(self) -> None:
        """Take it that the form was sent in: it is not sent again by itself."""
        self.complete = False

    def faulted(self, by_block: Mapping[str, str]) -> None:
        """Ask again what stands wrong, and say why."""
        self._notes.update(by_block)
        self._answered = [key for key in self._answered if key[0] not in by_block]
        answered = set(self._answered)
        self._answered += [
            (block["block_id"], block["element"]["action_id"])
            for block in self._inputs()
            if block["block_id"] not in by_block
            and (block["block_id"], block["element"]["action_id"]) not in answered
        ]
        self.question = None
        self.follow(self.view)

    def back(self) -> None:
        """Ask the last answered field once more."""
        if self._answered:
            self._answered.pop()
        self.question = None
        self.follow(self.view)

    def _inputs(self) -> list[Json]:
        return [
            block
            for block in self.view.blocks
            if block["type"] == "input" and inputs.is_input(block["element"])
        ]

    def _waiting(self) -> tuple[Json, Control] | None:
        for block in self._inputs():
            element = block["element"]
            if (block["block_id"], element["action_id"]) not in self._answered:
                return block, Control(block["block_id"], element["action_id"], element)
        return None

    def _ask(self, block: Json, control: Control) -> Question:
        label = plain(block["label"]["text"])
        if block.get("optional"):
            label = f"{label} (optional)"
        return Question(
            space=self.space,
            control=control,
            reader=self.space.users[self.view.user],
            label=label,
            value=self.view.values[control.block][control.action],
            hint=plain(block.get("hint", {}).get("text", "")),
            note=self._notes.get(control.block, ""),
        )
