"""What PostgreSQL says in its own words."""

import pytest
from sqlalchemy import Integer, bindparam, literal_column, select
from sqlalchemy.schema import CreateTable

from bot.journal.postgres.driver import DIALECT
from bot.journal.schema import an_end, facts, intents
from bot.journal.statement import Statement, among, ending


def text(core):
    return Statement(core).compiled(DIALECT).text


def test_the_end_of_a_text_is_what_is_right_of_it():
    assert str(an_end(intents.c.ref).compile(dialect=DIALECT)) == (
        "lower(right(intents.ref, CAST(8 AS integer)))"
    )
    asked = text(select(ending(literal_column("x"), bindparam("n", type_=Integer))))
    assert "right(x, CAST(%(n)s::BIGINT AS integer))" in asked


def test_a_list_is_one_parameter():
    assert "json_array_elements_text(CAST(%(ids)s::VARCHAR AS json))" in text(
        select(intents.c.id).where(among(intents.c.id, "ids"))
    )


@pytest.mark.parametrize(
    "column",
    ["id BIGSERIAL NOT NULL", 'key VARCHAR COLLATE "C" NOT NULL', "since BIGINT"],
)
def test_numbers_have_64_bits_and_texts_any_length(column):
    assert column in str(CreateTable(facts).compile(dialect=DIALECT))


def test_a_word_of_sql_is_quoted_where_it_is_a_column():
    assert 'intents."user"' in text(select(intents.c.user))
