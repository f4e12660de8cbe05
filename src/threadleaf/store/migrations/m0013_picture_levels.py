"""Pictures that are asked for again, and pictures that are kept as long as their page is."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)


def apply(connection: Connection) -> None:
    for table in ("pictures_of", "pictures"):  # they are fetched anew, and their pages are made anew
        connection.execute(text(f"DROP TABLE {table}"))
    metadata = MetaData()
    pages = Table("pages", metadata, *(Column(name, Text, primary_key=True) for name in ("thread", "view", "lang")))
    pictures = Table(
        "pictures",
        metadata,
        Column("name", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("url", "state")),
        *(Column(name, Integer, nullable=False) for name in ("width", "height")),
        Column("kept", Boolean, nullable=False),
        *(Column(name, DateTime(timezone=True)) for name in ("tried_at", "again_at")),
    )
    shown = Table(
        "pictures_of",
        metadata,
        Column("thread", Integer, primary_key=True),
        *(Column(name, Text, primary_key=True) for name in ("view", "lang")),
        Column("picture", Text, ForeignKey("pictures.name", ondelete="CASCADE"), primary_key=True),
        Column("archive", Boolean, nullable=False),
        ForeignKeyConstraint(
            ["thread", "view", "lang"], [pages.c.thread, pages.c.view, pages.c.lang], ondelete="CASCADE"
        ),
        Index("pictures_of_by_picture", "picture"),
    )
    metadata.create_all(connection, tables=[pictures, shown], checkfirst=False)
    connection.execute(text("DELETE FROM pages"))
