"""What the fields are called."""

from bot.tencent.models import REQUESTS, nouns


def test_every_field_that_is_sent_has_a_noun_and_every_noun_a_field(models_in):
    fields = {
        field.alias
        for request in REQUESTS.values()
        for model in models_in(request)
        for field in model.model_fields.values()
    }

    assert set(nouns._NOUNS) == {"", *fields}


def test_a_field_that_is_not_known_is_called_by_its_name():
    assert nouns.noun("Fps") == "frame rate"
    assert nouns.noun("Fsp") == "Fsp"
