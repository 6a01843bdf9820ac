"""What PostgreSQL says in its own words."""

import pytest
from sqlalchemy import Integer, bindparam, literal_column, select
from sqlalchemy.schema import CreateTable

from bot.journal.postgres.driver import DIALECT
from bot.journal.schema import an_end, facts, intents
from bot.journal.statement import Statement, among, ending, literals
from bot.states import State
from tests.tools.statements import there


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


def test_what_a_statement_itself_gives_stands_in_it_and_what_it_is_given_does_not():
    given = Statement(
        select(intents.c.id)
        .where(intents.c.state.in_(literals([State.QUEUED, State.NOT_STARTED])))
        .where(intents.c.room == "it's 100 %", intents.c.creates.is_(True))
        .where(intents.c.created_at > 7, intents.c.ref == bindparam("ref"))
        .limit(3)
    ).compiled(DIALECT)

    assert " ".join(given.text.split()) == (
        "SELECT intents.id FROM intents"
        " WHERE intents.state IN ('queued', 'not started')"
        " AND intents.room = 'it''s 100 %%' AND intents.creates IS true"
        " AND intents.created_at > 7 AND intents.ref = %(ref)s::VARCHAR LIMIT 3"
    )
    assert given.constants == {}


def test_no_statement_of_the_journal_is_planned_anew_for_what_it_gives_itself():
    whole = there()
    given = {
        type(value)
        for one in whole
        for value in one.compiled(DIALECT).constants.values()
    }

    assert len(whole) > 50
    assert given <= {float}  # of which no plan depends
