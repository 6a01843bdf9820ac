"""Ready layouts: cells that fill the canvas, and what is read back from them."""

from itertools import combinations, product

import pytest

from bot.errors import InvalidRequest
from bot.resources.relay.layouts import MOST, Member, boxes, cells, members, recognised
from bot.resources.relay.plan import INSET, READY, SIDE, STAGE

SIZES = [(1280, 720), (720, 1280), (1920, 1080), (639, 361), (64, 64)]
MAIN = {"RoomId": "7", "RoomIdType": 0}
EVERY = [
    (layout, count, size)
    for layout, size in product(READY, SIZES)
    for count in range(1, MOST[layout] + 1)
]


def corners(box):
    return box.x, box.y, box.x + box.width, box.y + box.height


def overlap(one, other):
    left, top, right, bottom = corners(one)
    a, b, c, d = corners(other)
    return left < c and a < right and top < d and b < bottom


@pytest.mark.parametrize(("layout", "count", "size"), EVERY)
def test_every_cell_lies_on_the_canvas_and_none_hides_another_of_its_height(
    layout, count, size
):
    laid = boxes(layout, count, *size)

    assert len(laid) == count
    for box in laid:
        left, top, right, bottom = corners(box)
        assert (min(left, top), right <= size[0], bottom <= size[1]) >= (0, True, True)
        assert min(box.width, box.height) > 0
    pairs = combinations(laid, 2)
    assert not [p for p in pairs if overlap(*p) and p[0].z == p[1].z]


@pytest.mark.parametrize(("layout", "count", "size"), EVERY)
def test_side_by_side_and_1_plus_n_leave_nothing_of_the_canvas_empty(
    layout, count, size
):
    area = sum(box.width * box.height for box in boxes(layout, count, *size))

    covered = size[0] * size[1]
    assert area == covered if layout != INSET else area >= covered


def test_two_side_by_side_are_the_cells_of_the_pages_example():
    assert [corners(box) for box in boxes(SIDE, 2, 1280, 720)] == [
        (0, 0, 640, 720),
        (640, 0, 1280, 720),
    ]


def test_one_is_large_and_the_others_stand_beside_it_or_below_if_it_is_upright():
    wide, upright = boxes(STAGE, 3, 1280, 720), boxes(STAGE, 3, 720, 1280)

    assert [corners(box) for box in wide] == [
        (0, 0, 960, 720),
        (960, 0, 1280, 360),
        (960, 360, 1280, 720),
    ]
    assert [corners(box) for box in upright] == [
        (0, 0, 720, 960),
        (0, 960, 360, 1280),
        (360, 960, 720, 1280),
    ]


@pytest.mark.parametrize(("layout", "count", "size"), EVERY)
def test_a_ready_layout_is_recognised_by_its_cells(layout, count, size):
    canvas = dict(zip(("Width", "Height"), size, strict=True))
    users = "\n".join(f"u{number}" for number in range(count))

    listed = cells({"layout": layout, "users": users}, canvas, MAIN)

    same = {
        one for one in READY if boxes(one, count, *size) == boxes(layout, count, *size)
    }
    assert recognised(listed, canvas) in same


@pytest.mark.parametrize(("layout", "most"), MOST.items())
def test_more_users_than_there_is_room_for_are_refused_at_their_field(layout, most):
    plan = {"layout": layout, "users": ",".join(f"u{n}" for n in range(most + 1))}

    with pytest.raises(InvalidRequest) as refused:
        cells(plan, {"Width": 1280, "Height": 720}, MAIN)

    assert refused.value.faults == {
        "users": f"This layout takes {most} users at most; {most + 1} were given."
    }


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("ana", Member("ana")),
        ("ana@295067", Member("ana", "295067")),
        ("ana/screen", Member("ana", screen=True)),
        ("ana@room one/SCREEN", Member("ana", "room one", screen=True)),
    ],
)
def test_a_member_is_written_in_one_word(text, member):
    assert members(f" {text} ,\n") == (member,)
    assert Member.read(str(member)) == member


def test_a_user_of_another_room_is_named_with_it():
    assert Member("ana").info(MAIN) == {**MAIN, "UserId": "ana"}
    assert Member("ana", "lobby").info(MAIN) == {
        "RoomId": "lobby",
        "RoomIdType": 1,
        "UserId": "ana",
    }
