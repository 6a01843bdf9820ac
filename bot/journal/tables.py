"""What the definitions of all tables share; all of them are made by `schema`."""

from sqlalchemy import ColumnElement, MetaData, func, literal_column

from bot.journal.statement import ending

metadata = MetaData()


EMPTY: ColumnElement[str] = literal_column("''")  # as an index has it


def an_end(text: ColumnElement[str]) -> ColumnElement[str]:
    """Return the last 8 characters of *text*, in any case, as they are indexed."""
    return func.lower(ending(text, literal_column("8")))
