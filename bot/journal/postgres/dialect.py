"""PostgreSQL as SQLite has it: texts of any length in the order of their bytes.

A journal moves from one to the other, so a value that fits in one has to fit in the
other, and what is sorted, compared or put in lower case there is so here, whatever
locale the database was made with.
"""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler, PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import (
    PGCompiler_psycopg,
    PGDialect_psycopg,
)
from sqlalchemy.ext.compiler import compiles

from bot.journal.statement import (
    Constants,
    database_now,
    each_text,
    ending,
    unindexed,
)

NAME = "postgresql.patchbay"


class _Types(PGTypeCompiler):
    """Every integer has 64 bits, and no text has a longest length."""

    def visit_INTEGER(self, type_: Any, **_kw: Any) -> str:  # noqa: ARG002, N802 - SQLAlchemy's
        """Return what an integer is."""
        return "BIGINT"

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802 - SQLAlchemy's
        """Return what a text is: as a column, in the order of its bytes."""
        of_column = isinstance(kw.get("type_expression"), Column)
        return 'VARCHAR COLLATE "C"' if of_column else "VARCHAR"

    def visit_TEXT(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - SQLAlchemy's
        """Return what a text is."""
        return self.visit_VARCHAR(type_, **kw)


class _Tables(PGDDLCompiler):
    def get_column_specification(self, column: Column[Any], **kw: Any) -> str:
        """Return how *column* is made: numbers that are given have 64 bits, too."""
        made: str = super().get_column_specification(column, **kw)  # type: ignore[no-untyped-call]
        return made.replace(" SERIAL", " BIGSERIAL")

    def visit_create_index(self, create: Any, *args: Any, **kw: Any) -> str:
        """Return how an index is made: of the rows that it has in SQLite."""
        options = create.element.dialect_options
        options["postgresql"]["where"] = options["sqlite"]["where"]
        return str(super().visit_create_index(create, *args, **kw))  # type: ignore[no-untyped-call]


class _Statements(Constants, PGCompiler_psycopg):
    pass


class Dialect(PGDialect_psycopg):
    """PostgreSQL by psycopg 3, with types of ours."""

    supports_statement_cache = True
    statement_compiler = _Statements
    type_compiler_cls = _Types
    ddl_compiler = _Tables


registry.register(NAME, __name__, Dialect.__name__)


@compiles(each_text, "postgresql")
def _elements(element: each_text, compiler: Any, **kwargs: Any) -> str:
    texts = compiler.process(element.clauses, **kwargs)
    return f"json_array_elements_text(CAST({texts} AS json))"


@compiles(ending, "postgresql")
def _right(element: ending, compiler: Any, **kwargs: Any) -> str:
    text, count = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"right({text}, CAST({count} AS integer))"


@compiles(database_now, "postgresql")
def _clock(_element: database_now, _compiler: Any, **_kwargs: Any) -> str:
    # as it is now: the time of a transaction is that of its begin
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)"


@compiles(unindexed, "postgresql")
def _itself(element: unindexed, compiler: Any, **kwargs: Any) -> str:
    # the planner counts rows, and hidden from it a column would seem to leave few
    itself: str = compiler.process(element.clauses.clauses[0], **kwargs)
    return itself
