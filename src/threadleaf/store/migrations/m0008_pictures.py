"""Pictures that rendered pages show through this site."""

from __future__ import annotations

from sqlalchemy import (
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
    metadata = MetaData()
    pages = Table("pages", metadata, *(Column(name, Text, primary_key=True) for name in ("thread", "view", "lang")))
    pictures = Table(
        "pictures",
        metadata,
        Column("name", Text, primary_key=True),
        *(Column(name, Text, nullable=False) for name in ("url", "state")),
        *(Column(name, Integer, nullable=False) for name in ("width", "height")),
        Column("tried_at", DateTime(timezone=True)),
    )
    shown = Table(
        "pictures_of",
        metadata,
        Column("thread", Integer, primary_key=True),
        *(Column(name, Text, primary_key=True) for name in ("view", "lang")),
        Column("picture", Text, ForeignKey("pictures.name", ondelete="CASCADE"), primary_key=True),
        ForeignKeyConstraint(
            ["thread", "view", "lang"], [pages.c.thread, pages.c.view, pages.c.lang], ondelete="CASCADE"
        ),
        Index("pictures_of_by_picture", "picture"),
    )
    metadata.create_all(connection, tables=[pictures, shown], checkfirst=False)
    # Pages that show no pictures yet are made anew.
    connection.execute(text("DELETE FROM pages"))
