"""The tables of alerts: outages, who wants to hear of none, and who of which.

Times are UTC milliseconds, 0 for never.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from bot.journal.tables import metadata

outages = Table(  # a row for each outage of a thing for a cause; see `outages`
    "outages",
    metadata,
    Column("thing", String(26), primary_key=True),
    Column("cause", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("about", String(26), nullable=False),  # the thing, or a stop of it
    Column("name", String(32), nullable=False),  # of its alarm, and what that says
    Column("facts", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("begins", String(64), nullable=False),  # the latest, also of those before
    Column("flapping", Boolean, nullable=False),
    Column("well_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("rings", Integer, nullable=False),
    Column("rung_at", BigInteger, nullable=False),
    Column("taken_by", String(32), nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("look_at", BigInteger, nullable=False),  # when it is looked at next
    Column("rev", Integer, nullable=False),
    Index("outages_by_next", "look_at"),
)

mutes = Table(  # of which things nobody is called until when, and who wants that
    "mutes",
    metadata,
    Column("thing", String(26), primary_key=True),
    Column("by", String(32), nullable=False),
    Column("until", BigInteger, nullable=False),
)

subscriptions = Table(  # channels that are told of alerts, and of which
    "subscriptions",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("apps", Text, nullable=False),  # a list; empty: of all
    Column("causes", Text, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
)
