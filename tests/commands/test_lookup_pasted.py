"""What an engineer on call has at hand, as it is copied, is looked up."""

import pytest

from bot.cards.errors import answer as means
from bot.tencent.explain import codes, explain, products
from tests.commands.relay.samples import START

EVERY = [
    (product, code)
    for product in products()
    for code in sorted(codes())
    if (found := explain(code, product=product)) and found[0].product == product
]


@pytest.mark.parametrize("spelt", [str, str.upper])
async def test_every_code_is_read_after_the_name_of_its_product(world, spelt):
    for product, code in EVERY:
        told = await world.typed(f"/lookup {spelt(product)}.{code}")

        assert told.plain == means(code, product).plain


async def test_every_code_is_read_as_the_constant_of_an_sdk(world):
    for _product, code in EVERY:
        if "." in code:
            told = await world.typed(f"/lookup {code.replace('.', '_').upper()}")
            assert told.plain == means(code, "").plain


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("84", "⚠️ “84” is not on record here, and no code of the API."),
        (
            "errCode: -102015",
            "⚠️ -102015 looks like an error code of TRTC's client SDKs.",
        ),
    ],
)
async def test_a_number_of_an_error_is_told_apart(world, typed, told):
    assert (await world.typed(f"/lookup {typed}")).plain == told
    assert (await world.typed("/lookup", pasted=typed)).plain == told


async def test_a_room_that_is_called_so_goes_before(world):
    await world.typed(START.replace("295066", "84"))

    assert (await world.typed("/lookup 84")).handle == "R1"


@pytest.mark.parametrize(
    "typed", ["NoIdle!", "why NoIdle?", "(NoIdle)", "error: noidle.", "“NoIdle”,"]
)
async def test_the_last_part_of_a_code_is_read_between_signs(world, typed):
    told = await world.typed(f"/lookup {typed}")

    assert told.plain == means("ResourceNotFound.NoIdle", "").plain


@pytest.mark.parametrize("code", ["ResourceInsufficient", "InternalError.Foo"])
async def test_a_code_of_a_product_that_is_not_spoken_to_has_its_general_meaning(
    world, code
):
    told = await world.typed(f"/lookup cvm.{code}")

    assert told.plain == means(code, "").plain


async def test_a_name_of_an_id_is_no_code_before_an_id(world):
    told = await world.typed("/lookup sdkappid 1400000001")

    assert told.plain == "⚠️ “sdkappid 1400000001” is not on record here."
    alone = await world.typed("/lookup sdkappid")
    assert "named there" in alone.plain
