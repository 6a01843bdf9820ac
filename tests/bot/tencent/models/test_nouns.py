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


def test_what_is_called_a_list_has_another_noun_for_what_is_in_it():
    lists = {
        field for field, text in nouns._NOUNS.items() if text.startswith("list of")
    }

    assert set(nouns._ENTRIES) == lists
    assert nouns.entry("UserIds") == "user ID"
    assert nouns.entry("RecordFormat") == nouns.noun("RecordFormat")
