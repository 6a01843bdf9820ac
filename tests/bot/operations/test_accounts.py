"""Each product is called with its own key, or with the common one."""

from pydantic import SecretStr

from bot.operations.accounts import accounts_of
from bot.settings import Settings


def test_a_product_without_a_whole_key_has_no_account():
    half = Settings.model_construct(secret_id=SecretStr("AKIDone"))

    assert accounts_of(half) == {}


def test_a_product_has_its_own_key_before_the_common_one():
    settings = Settings.model_construct(
        secret_id=SecretStr("common"),
        secret_key=SecretStr("k"),
        car_secret_id=SecretStr("own"),
        car_secret_key=SecretStr("k"),
    )

    made = accounts_of(settings)

    ids = {product: one.credential.secret_id for product, one in made.items()}
    assert ids == {"trtc": "common", "car": "own", "gs": "common"}
