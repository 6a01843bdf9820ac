"""What people do in a history, each with a note of what they meant by it."""

import asyncio
import re
from itertools import zip_longest

from tests.trials.truth.cloud import Task
from tests.trials.truth.day import Day, meant_by
from tests.trials.truth.duties import Duties, duty_by
from tests.trials.truth.slack import FORM
from tests.trials.truth.stage import HOST, PEOPLE, READER

HEADLINE = re.compile(r"\b(?P<handle>R\d+) · .*\broom (?P<room>q\w+)")
ROW = re.compile(
    r"\b(?P<handle>R\d+) · .*\} (?:@\w+ )?room (?P<room>q\w+)"
)  # in a list
URL = "rtmp://{host}/live/{room}"


class People(Day, Duties):
    """Asks of a *stage*. They go by rooms, since each submission has one of its own."""

    def __init__(self, stage):
        self.stage, self.slack, self.cloud = stage, stage.slack, stage.cloud
        self.rooms = []

    def note_of(self, user, **meant):
        return {"may": user != READER, **meant}

    # ── what is on the screen ───────────────────────────────────────────────────

    def handle(self, room):
        """Return the handle under which *room* was shown last, or ""."""
        for shown in reversed(self.slack.shown):
            for line in shown.lines:
                if (found := HEADLINE.search(line)) and found["room"] == room:
                    return found["handle"]
        return ""

    def room_of(self, shown):
        """Return the room that a message is about, as far as one can see."""
        for line in shown.lines:
            if found := re.search(r"\broom (q\w+)", line):
                return found[1]
        handles = re.findall(r"\bR\d+\b", " ".join(shown.lines))
        return self._room_then(handles[0], shown) if handles else ""

    def _room_then(self, handle, until):
        room = ""
        for shown in self.slack.shown:
            for line, below in zip_longest(shown.lines, shown.lines[1:], fillvalue=""):
                found = HEADLINE.search(line) or ROW.search(f"{line} {below}")
                if found and found["handle"] == handle:
                    room = found["room"]
            if shown is until:
                break
        return room

    def task(self, room):
        """Return the task that was started last for *room*, or None."""
        tasks = [one for one in self.cloud.tasks.values() if one.room == room]
        return tasks[-1] if tasks else None

    def buttons(self, word):
        """Return each message with a button that says *word*, and the button."""
        return [
            (shown, button)
            for shown in self.slack.shown
            for button in shown.buttons
            if shown.ts != FORM and word in button["text"]["text"]
        ]

    # ── what they ask for ───────────────────────────────────────────────────────

    def new_room(self):
        self.rooms.append(f"q{len(self.rooms) + 1}")
        return self.rooms[-1]

    def url(self, room):
        return URL.format(host=HOST, room=room)

    async def start(self, user=PEOPLE[0], *, targets=1, times=1, more="", **where):
        """Type a start, which has *more* in it; return its room."""
        room = self.new_room()
        urls = " ".join(
            URL.format(host=f"{'' if n == 0 else f't{n}.'}{HOST}", room=room)
            for n in range(targets)
        )
        quoted = f'"{urls}"' if targets > 1 else urls
        line = f"/relay start {room} type=text url={quoted} --go {more}".strip()
        meant = where.pop("about", {})
        about = self.note_of(user, does="start", room=room, **meant)
        await self.slack.command(user, line, times=times, **where, **about)
        return room

    async def start_by_form(self, user=PEOPLE[0], **where):
        """Open the form, and send it in filled; return its room."""
        room = self.new_room()
        seen = len(self.slack.views)
        about = self.note_of(user, does="form", room=room)
        await self.slack.command(user, "/relay start", **where, **about)
        await self._until(lambda: len(self.slack.views) > seen)
        if len(self.slack.views) == seen:
            return room
        values = {"room": room, "type": "text", "url": URL.format(host=HOST, room=room)}
        about = self.note_of(user, does="start", room=room)
        await self.slack.submit(user, self.slack.views[-1], values, **about)
        return room

    async def _until(self, held, tries=20):
        for _ in range(tries):
            if held():
                return
            await asyncio.sleep(0.05)

    async def dry_run(self, user=PEOPLE[0]):
        room = self.new_room()
        line = f"/relay start {room} type=text url={URL.format(host=HOST, room=room)}"
        about = self.note_of(user, does="dry run", room=room)
        await self.slack.command(user, f"{line} --dry-run", **about)

    async def change(self, user, room, kbps):
        """Type another bit rate for a relay; nothing if nobody has seen its handle."""
        if handle := self.handle(room):
            about = self.note_of(user, does="change", room=room, handle=handle)
            line = f"/relay update {handle} bitrate={kbps} --yes"
            await self.slack.command(user, line, **about)

    async def stop(self, user, room, *, sure=True, **more):
        """Type a stop by handle; nothing if nobody has seen one."""
        if handle := self.handle(room):
            flag = " --yes" if sure else ""
            about = self.note_of(user, does="stop", room=room, handle=handle, sure=sure)
            await self.slack.command(
                user, f"/relay stop {handle}{flag}", **about, **more
            )

    async def stop_all(self, user):
        """Ask for the end of all that runs, and send the form in as it is."""
        seen = len(self.slack.views)
        about = self.note_of(user, does="look")
        await self.slack.command(user, "/relay stop all", **about)
        await self._until(lambda: len(self.slack.views) > seen)
        view = self.slack.views[-1]
        rooms = [room for room in self.rooms if self._is_offered(view, room)]
        first, *others = [
            self.note_of(user, does="stop", room=room, sure=True) for room in rooms
        ]
        for about in others:
            self.slack.meant(user, **about)
        await self.slack.submit(user, view, {}, **first)

    def _is_offered(self, view, room):
        handle = self.handle(room)
        return any(
            option["value"] == handle
            for block in view["blocks"]
            for option in block.get("element", {}).get("initial_options", ())
        )

    async def stop_by_id(self, user, task):
        """Type a stop by TaskId, whoever started it."""
        about = self.note_of(user, does="stop", ref=task, sure=True)
        known = self.cloud.tasks.get(task)
        if known and known.agent.startswith("pb_"):
            about["room"] = known.room
        await self.slack.command(user, f"/relay stop {task} --yes", **about)

    async def press(self, user, shown, button, times=1):
        """Press a button, and mean what stands on it, in the message as it stands."""
        caption = button["text"]["text"]
        named = re.search(r"\bR\d+\b", caption)
        room = self._room_then(named[0], shown) if named else self.room_of(shown)
        meant = {"does": "look"}
        if caption.startswith("Stop"):
            value = button.get("value", "")
            found = re.search(r"(?:stop |task=)(-\S+)", value)
            meant = {"does": "stop", "sure": "--yes" in value}
            meant |= {"ref": found[1]} if found else {}
        if caption == "Send again":
            meant = {"does": "change"}
        clock = self.stage.clock
        meant |= meant_by(button, clock.unix, clock.seconds) | duty_by(button)
        if room:
            meant["room"] = room
        await self.slack.press(
            user, shown, button, times=times, **self.note_of(user, **meant)
        )

    async def attach(self, user, room, task):
        if handle := self.handle(room):
            about = self.note_of(
                user, does="attach", room=room, ref=task, handle=handle
            )
            await self.slack.command(user, f"/relay attach {handle} {task}", **about)

    async def close(self, user, room):
        if handle := self.handle(room):
            about = self.note_of(user, does="close", room=room, handle=handle)
            line = f"/relay close {handle} reason=“not in the console”"
            await self.slack.command(user, line, **about)

    async def look(self, user, line, **about):
        await self.slack.command(user, line, **self.note_of(user, does="look", **about))

    def foreign(self):
        """Let somebody else start a relay in another way; return its task."""
        room = self.new_room()
        task = Task(
            id=f"-f9{self.stage.dice.randbytes(36).hex()}.",
            agent="somebody",
            room=room,
            urls=[URL.format(host=HOST, room=room)],
            began=self.stage.clock.seconds,
        )
        self.cloud.tasks[task.id] = task
        self.stage.note(
            "ledger",
            what="start",
            task=task.id,
            agent=task.agent,
            room=room,
            urls=task.urls,
        )
        return task
