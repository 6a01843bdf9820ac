"""A statement is compiled once, and carries what a bare driver does not know."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    select,
)

import bot.journal
from bot.journal import statement
from bot.journal.postgres.driver import DIALECT as POSTGRESQL
from bot.journal.sqlite.driver import DIALECT, Connection
from bot.journal.statement import (
    NotOne,
    Statement,
    among,
    inserted,
    literals,
    updated,
)

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(8), nullable=False),
    Column("red", Boolean),
)
ALL = Statement(select(THINGS).order_by(THINGS.c.id))
PUT = inserted(THINGS)
PARTS = {
    "Statement",
    "Executable",
    "ColumnElement[bool]",
    "ScalarSelect[int]",
    "Select[Any]",
    "Select[tuple[str]]",
}
BUILDS = {"select", "insert", "update", "delete", "union", "union_all"}
JOURNAL = Path(bot.journal.__file__).parent


@pytest.fixture
def things():
    connection = Connection(":memory:")
    connection.run("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, red)")
    rows = [(1, "a", True), (2, "b", False), (3, "c", None)]
    names = ("id", "name", "red")
    connection.execute_many(PUT, [dict(zip(names, row, strict=True)) for row in rows])
    yield connection
    connection.close()


def test_rows_come_back_with_the_types_of_their_columns(things):
    assert [tuple(row) for row in things.execute(ALL)] == [
        (1, "a", True),
        (2, "b", False),
        (3, "c", None),
    ]
    assert [type(row.red) for row in things.execute(ALL)] == [bool, bool, type(None)]


def test_what_was_written_comes_back_from_the_statement_that_wrote_it(things):
    put = inserted(THINGS, "name", "red", returning=True)
    paint = updated(THINGS, ("red",), THINGS.c.id < 3, returning=True)

    made = things.execute(put, {"name": "d", "red": True}).one()
    painted = things.execute(paint, {"red": True})

    assert (made.id, made.red) == (4, True)
    assert (painted.rowcount, [row.id for row in painted]) == (2, [1, 2])


@pytest.mark.parametrize("names", [[], ["a"], ["c", "a"], ["a"] * 900, ["%'\"\\", "b"]])
def test_a_list_is_one_parameter_however_long_it_is(things, names):
    of_those = Statement(select(THINGS.c.name).where(among(THINGS.c.name, "names")))

    found = things.execute(of_those, {"names": names}).scalars()

    assert sorted(found) == sorted({"a", "b", "c"} & set(names))


def test_a_list_that_the_statement_knows_stands_in_it(things):
    of_those = Statement(select(THINGS.c.id).where(THINGS.c.name.in_(literals("ac"))))

    assert things.execute(of_those).scalars() == [1, 3]


def test_of_no_row_or_of_several_there_is_no_only_one(things):
    none = Statement(select(THINGS).where(THINGS.c.id == 9))

    assert (things.execute(none).first(), things.execute(none).scalar()) == (None, None)
    for query, words in ((none, "0 rows"), (ALL, "3 rows")):
        with pytest.raises(NotOne, match=words):
            things.execute(query).one()


def test_a_parameter_that_is_missing_is_an_error_and_not_nothing(things):
    with pytest.raises(Exception, match=r"binding|supply"):
        things.execute(PUT, {"id": 7, "name": "x"})


def test_it_is_compiled_once_for_each_dialect():
    first = ALL.compiled(DIALECT)

    assert ALL.compiled(DIALECT) is first
    assert ALL.compiled(POSTGRESQL) is not first


def statements():
    """Return every statement that stands in a module of the journal."""
    for path in sorted(JOURNAL.glob("*.py")):
        module = import_module(f"bot.journal.{path.stem}")
        for name, value in vars(module).items():
            if isinstance(value, Statement):
                yield pytest.param(value, id=f"{module.__name__}.{name}")


def untyped(value, dialect):
    """Return the names of the parameters of *value* that have no type."""
    core = value._core
    if not isinstance(core, Executable):
        core = core(import_module(f"sqlalchemy.dialects.{dialect.name}").insert)
    made = core.compile(dialect=dialect, column_keys=list(value._sets) or None)
    return [name for bind, name in made.bind_names.items() if bind.type._isnull]


@pytest.mark.parametrize("value", list(statements()))
def test_every_statement_compiles_for_both_databases_with_typed_parameters(value):
    for dialect in (DIALECT, POSTGRESQL):
        text = value.compiled(dialect).text

        assert "POSTCOMPILE" not in text
        assert untyped(value, dialect) == []


def test_a_parameter_without_a_type_is_found():
    page = Statement(select(THINGS).limit(bindparam("how_many")))

    assert untyped(page, DIALECT) == ["how_many"]


@pytest.mark.parametrize(
    "path", sorted(JOURNAL.glob("*.py")), ids=lambda path: path.name
)
def test_no_statement_is_built_where_it_is_run(path):
    """What builds one is a value of its module, or is kept by its arguments."""
    if path.name in {"questions.py", "statement.py"}:  # what others are made of
        return
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        makes = {
            node.func.id
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if makes & (BUILDS | {"Statement", "inserted", "updated"}):
            returned = ast.unparse(function.returns) if function.returns else ""
            assert returned in PARTS, (path.name, function.name)


def test_the_texts_of_a_list_are_sqlites_only_where_its_driver_says_so():
    assert "json_each" not in Path(statement.__file__).read_text()
