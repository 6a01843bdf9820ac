"""Whoever says nothing gives way, and nobody hears more than a status."""

from dataclasses import dataclass
from ipaddress import ip_network

import pytest

from bot.http.connections import (
    GRACE,
    MOST,
    MOST_NEW,
    MOST_UNSIGNED,
    SOON,
    Connections,
    Deadlines,
)
from tests.bot.http.visitors import (
    FRIEND,
    HALF,
    LONG,
    STRANGER,
    crowd,
    post,
    serving,
    until,
    visit,
)


def ended(visitors):
    return [visitor.reader.at_eof() for visitor in visitors]


QUICK = Deadlines(head=LONG, settled=0.05)


async def test_of_one_peer_the_longest_silent_give_way(stack):
    server = await serving(stack, deadlines=QUICK)
    visitors = await crowd(stack, server, MOST_UNSIGNED + 3, STRANGER)

    await until(lambda: sum(ended(visitors)) == 3)
    assert all(ended(visitors[:3]))
    assert len(server.connections) == MOST_UNSIGNED
    for source in (STRANGER, FRIEND):
        new = await visit(stack, server, source, post("/echo", b"abc"))
        assert await new.answered() == (200, b"3")


async def test_whoever_is_being_answered_does_not_give_way_and_the_next_does(stack):
    server = await serving(stack, deadlines=QUICK)
    visitors = await crowd(stack, server, MOST_UNSIGNED, STRANGER, post("/held"))
    settled = server.connections._unsigned
    await until(lambda: len(settled.get(STRANGER, ())) == MOST_UNSIGNED)

    silent = await visit(stack, server, STRANGER, HALF)

    assert await silent.heard() == b""
    server.let_go()
    assert [await one.answered() for one in visitors] == [(200, b"0")] * MOST_UNSIGNED


async def test_a_body_that_is_waited_for_gives_way_as_well(stack):
    server = await serving(stack, deadlines=QUICK)
    part = post("/echo", b"abc")[:-1]
    visitors = await crowd(stack, server, MOST_UNSIGNED + 3, STRANGER, part)

    await until(lambda: sum(ended(visitors)) == 3)
    visitors[-1].say(b"c")
    assert await visitors[-1].answered() == (200, b"3")


async def test_where_all_are_being_answered_nobody_more_is_let_in(stack):
    server = await serving(stack, trusted=[ip_network("127.0.0.2/32")])
    await crowd(stack, server, MOST, STRANGER, post("/held"))
    await until(lambda: not server.connections._waiting)

    refused = await visit(stack, server, FRIEND, post("/echo"))

    assert await refused.heard() == b""


async def test_a_signed_request_takes_its_connection_out_of_the_count(stack):
    server = await serving(stack, deadlines=QUICK)
    genuine = [
        await visit(stack, server, STRANGER, post("/signed"))
        for _ in range(MOST_UNSIGNED + 5)
    ]
    assert [await one.answered() for one in genuine] == [(200, b"0")] * len(genuine)

    silent = await crowd(stack, server, MOST_UNSIGNED + 5, STRANGER)

    await until(lambda: sum(ended(silent)) == 5)
    assert not any(ended(genuine))
    genuine[0].say(post("/signed", b"once more"))
    assert await genuine[0].answered() == (200, b"9")


async def test_nobody_is_another_peer_by_what_they_say_of_themselves(stack):
    server = await serving(stack, deadlines=QUICK)
    heads = [
        b"POST /echo HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.0.0.%d\r\n" % number
        for number in range(MOST_UNSIGNED + 3)
    ]
    visitors = [await visit(stack, server, STRANGER, one) for one in heads]

    await until(lambda: sum(ended(visitors)) == 3)
    assert len(server.connections) == MOST_UNSIGNED


async def test_a_trusted_proxy_may_have_all_connections_and_no_more(stack):
    proxy = ip_network("127.0.0.2/32")
    server = await serving(stack, trusted=[proxy], deadlines=QUICK)
    visitors = await crowd(stack, server, MOST + 5, STRANGER)

    await until(lambda: sum(ended(visitors)) == 5)
    assert len(server.connections) == MOST
    assert all(ended(visitors[:5]))  # the first who came


async def test_at_the_cap_those_of_the_greatest_crowd_give_way(stack):
    patient = Deadlines(head=LONG, settled=LONG)  # the crowd takes a while to come
    server = await serving(
        stack, deadlines=patient, trusted=[ip_network("127.0.0.4/32")]
    )
    genuine = await visit(stack, server, FRIEND, post("/signed"))
    await genuine.answered()
    silent = await visit(stack, server, FRIEND, HALF)
    await until(lambda: len(server.connections) == 2)
    visitors = await crowd(stack, server, MOST + 5, STRANGER)

    await until(lambda: sum(ended(visitors)) == 7)
    silent.say(b": y\r\nContent-Length: 0\r\n\r\n")
    genuine.say(post("/signed", b"ab"))
    assert await silent.answered() == (200, b"0")
    assert await genuine.answered() == (200, b"2")


async def test_where_all_are_genuine_the_longest_idle_gives_way(stack):
    server = await serving(stack)
    genuine = [await visit(stack, server, say=post("/signed")) for _ in range(10)]
    assert [await one.answered() for one in genuine] == [(200, b"0")] * 10
    assert server.connections.full(10**9)

    new = await visit(stack, server, say=post("/signed"))

    assert await new.answered() == (200, b"0")
    await until(lambda: sum(ended(genuine)) == 1)


async def test_where_the_known_crowd_an_answer_is_the_last_of_its_connection(stack):
    server = await serving(stack)
    genuine = [await visit(stack, server, say=post("/signed")) for _ in range(7)]
    assert [await one.answered() for one in genuine] == [(200, b"0")] * 7
    strangers = await crowd(stack, server, 2, STRANGER)
    assert server.connections.full(10**9)  # there may be nine, of which 7 are known

    genuine[0].say(post("/signed"))
    await genuine[0].answered()
    new = await visit(stack, server, say=post("/signed"))
    last = await new.heard()

    assert b"\r\nConnection: close\r\n" in last
    assert not genuine[0].reader.at_eof()
    await until(lambda: sum(ended(strangers)) == 1)


@dataclass(eq=False)
class Somebody:
    """A connection that has *left* seconds of grace, and notes how it gave way."""

    signed: bool
    left: float
    peer: str = STRANGER
    since: float = 0.0
    spoke: bool = False
    gave_way: str = ""

    def grace_left(self):
        return self.left

    def has_spoken(self):
        return self.spoke

    def leave(self):
        self.gave_way = "leaves"

    def drop(self):
        self.gave_way = "dropped"


def registry_of(*waiting):
    registry = Connections()
    for one in waiting:
        registry.opened(one)
    return registry


def friends(many=3):
    return [Somebody(signed=True, left=-1.0, peer=FRIEND) for _ in range(many)]


@pytest.mark.parametrize("newcomers", [1, 2, MOST_NEW])
def test_newcomers_who_have_time_to_speak_hold_nobody_up(newcomers):
    idle = friends()
    new = [Somebody(signed=False, left=GRACE) for _ in range(newcomers)]

    assert registry_of(*idle, *new).make_room() == 0
    each = [one.gave_way for one in (*idle, *new)]
    assert each == ["leaves"] + [""] * (2 + newcomers)


def test_a_crowd_of_newcomers_does_not_push_out_who_is_known():
    idle = friends()
    new = [Somebody(signed=False, left=GRACE) for _ in range(MOST_NEW + 1)]
    new[5].left = GRACE / 2

    assert registry_of(*idle, *new).make_room() == GRACE / 2
    assert not any(one.gave_way for one in (*idle, *new))


def test_where_descriptors_are_few_a_crowd_is_smaller():
    idle = friends(20)
    new = [Somebody(signed=False, left=GRACE) for _ in range(5)]
    registry = registry_of(*idle, *new)
    assert registry.full(2**20)

    assert registry.make_room() == GRACE
    assert not any(one.gave_way for one in (*idle, *new))


def test_a_stranger_whose_time_is_over_gives_way_before_anybody_known():
    idle, late = friends(), Somebody(signed=False, left=0.0)

    assert registry_of(*idle, Somebody(signed=False, left=GRACE), late).make_room() == 0
    assert late.gave_way == "dropped"
    assert not any(one.gave_way for one in idle)


def test_whoever_has_just_spoken_does_not_give_way():
    idle = friends()
    idle[0].spoke = True

    assert registry_of(*idle).make_room() == 0
    assert [one.gave_way for one in idle] == ["", "leaves", ""]


@pytest.mark.parametrize("spoke", [[True, False], [False, True], [True, True]])
def test_a_stranger_who_spoke_and_is_not_read_yet_does_not_give_way(spoke):
    strangers = [Somebody(signed=False, left=-1.0, spoke=one) for one in spoke]

    assert registry_of(*strangers).make_room() == (SOON if all(spoke) else 0)
    assert ["" if one else "dropped" for one in spoke] == [
        one.gave_way for one in strangers
    ]


def test_of_too_many_of_a_peer_none_gives_way_that_spoke_and_is_not_read_yet():
    crowd = [Somebody(signed=False, left=-1.0, spoke=True) for _ in range(2)]
    crowd += [Somebody(signed=False, left=-1.0) for _ in range(MOST_UNSIGNED)]
    registry = registry_of(*crowd)

    for one in crowd[: MOST_UNSIGNED + 1]:
        registry.settled(one)

    assert [one.gave_way for one in crowd][:4] == ["", "", "dropped", ""]


def test_where_all_who_are_known_have_just_spoken_it_is_tried_again():
    idle = friends()
    for one in idle:
        one.spoke = True

    assert registry_of(*idle).make_room() == SOON
    assert not any(one.gave_way for one in idle)


def test_a_descriptor_kept_in_hand_is_not_for_whoever_comes():
    registry = Connections()

    assert registry.full(10**9)
    assert registry.make_room() is None
    assert not registry.full(10)


async def test_with_few_descriptors_there_are_no_more_connections_than_then(stack):
    server = await serving(stack)
    visitors = await crowd(stack, server, 10, STRANGER)

    assert server.connections.full(10**9)
    assert server.connections.full(10)
    more = [await visit(stack, server, FRIEND, HALF) for _ in range(2)]
    await until(lambda: sum(ended(visitors)) == 2)
    assert len(server.connections) == 10
    for one in [*visitors, *more]:
        one.writer.transport.abort()
    await until(lambda: len(server.connections) == 0)
    await crowd(stack, server, 12, STRANGER)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.1.2.3", ""),
        ("::ffff:10.1.2.3", ""),
        ("fd00::1", ""),
    ],
)
def test_a_peer_is_an_address_or_a_network_and_a_proxy_is_none(address, counted):
    trusted = [ip_network("10.0.0.0/8"), ip_network("fd00::1")]

    assert Connections(trusted=trusted).counted(address) == counted
