"""Scenes of rooms: who is there, who sends what, and what of that was heard."""

import asyncio

from tests.trials.truth.guests import Guests
from tests.trials.truth.scenes import ANA, BEN, scene

BOB = "what=one user=bob"


async def look_at_room(people, room):
    """Look at a room by its name and by its relay, for oneself and for all."""
    await people.look(BEN, f"/lookup {room}", room=room)
    if handle := people.handle(room):
        await people.look(ANA, f"/lookup {handle} --room", room=room)
        await people.look(ANA, f"/lookup {handle} --room --public", room=room)


async def _made(stage, people, *joins):
    """Return a room that was made while it was listened to, with its guests."""
    guests = Guests(stage)
    room = await people.start(ANA, more=BOB)
    await guests.happens(room, ("alice", "makes"), *((one, "joins") for one in joins))
    await asyncio.sleep(5)
    return guests, room


@scene("a relay goes black since a camera went off")
async def black(stage, people):
    guests, room = await _made(stage, people, "alice", "bob")
    await look_at_room(people, room)
    on = ("alice", "sound on"), ("bob", "camera on"), ("bob", "sound on")
    await guests.happens(room, *on)
    await asyncio.sleep(5)
    await look_at_room(people, room)
    await guests.happens(room, ("bob", "camera off"))
    await asyncio.sleep(60)
    await look_at_room(people, room)
    await guests.happens(room, ("bob", "leaves"))
    await asyncio.sleep(5)
    await look_at_room(people, room)
    await guests.happens(room, ("alice", "leaves"), ("alice", "dismisses"))
    await asyncio.sleep(5)
    await look_at_room(people, room)


@scene("robots are in the room, and some of them are told of")
async def robots(stage, people):
    guests, room = await _made(stage, people)
    task = people.task(room)
    for robot in (task.agent, "pb_01hzzzzzzzzzzzzzzzzzzzzzzz"):
        await guests.happens(room, (robot, "joins"), (robot, "camera on"))
    await asyncio.sleep(5)
    await look_at_room(people, room)
    await guests.happens(room, ("bob", "joins"), ("bob", "screen on"))
    await guests.happens(room, (task.agent, "leaves"))
    await asyncio.sleep(5)
    await look_at_room(people, room)


@scene("the bot is killed while people come and go")
async def killed(stage, people):
    guests, room = await _made(stage, people, "alice", "bob")
    await guests.happens(room, ("alice", "camera on"), ("bob", "camera on"))
    await asyncio.sleep(20)
    await look_at_room(people, room)
    await stage.kill()
    await guests.happens(room, ("bob", "leaves"), ("carol", "joins"))
    await asyncio.sleep(90)
    await stage.start()
    await asyncio.sleep(5)
    await look_at_room(people, room)
    await guests.happens(room, ("alice", "camera off"), ("carol", "screen on"))
    await asyncio.sleep(5)
    await look_at_room(people, room)


@scene("what happens in rooms comes late, twice, or never")
async def ill_told(stage, people):
    stage.cloud.callbacks |= {"late": 4.0, "twice": 0.5, "loss": 0.1}
    guests, room = await _made(stage, people, "alice", "bob", "carol")
    for user in ("alice", "bob", "carol"):
        for does in ("camera on", "sound on", "camera off", "camera on", "leaves"):
            await guests.happens(room, (user, does))
            await asyncio.sleep(3)
            await look_at_room(people, room)
        await guests.happens(room, (user, "joins" if user == "bob" else "watches"))
    await asyncio.sleep(10)
    await look_at_room(people, room)


@scene("a room of which nothing is told")
async def untold(stage, people):
    room = await people.start(ANA, more=BOB)
    await asyncio.sleep(5)
    await look_at_room(people, room)
