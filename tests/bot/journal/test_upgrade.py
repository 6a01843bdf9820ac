"""The migrations lead to the tables that the program knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.journal.engine import make_engine
from bot.journal.schema import metadata
from bot.journal.upgrade import upgrade


def test_the_migrations_make_the_tables_of_the_schema(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_upgrade_twice_changes_nothing(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/p.db")

    upgrade(engine)
    upgrade(engine)

    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert len(version.all()) == 1
    engine.dispose()
