"""Whose turn it is: mentions that wait, in the order in which they are looked at."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)


def apply(connection: Connection) -> None:
    metadata = MetaData()
    mentions = Table("mentions", metadata, Column("id", Integer, primary_key=True))
    turns = Table(
        "turns",
        metadata,
        Column("mention", Integer, ForeignKey(mentions.c.id, ondelete="CASCADE"), primary_key=True),
        Column("network", Text, nullable=False),
        Column("turn", Integer, nullable=False),
        Column("seen_at", DateTime(timezone=True), nullable=False),
        Column("asker", LargeBinary),
        Column("about", LargeBinary),
        Index("turns_in_order", "network", "turn", "seen_at", "mention"),
        Index("turns_by_asker", "asker", "turn"),
        Index("turns_by_about", "about", "turn"),
    )
    metadata.create_all(connection, tables=[turns], checkfirst=False)
    connection.execute(
        text(
            "INSERT INTO turns (mention, network, turn, seen_at)"
            " SELECT id, network, CASE state WHEN 'new' THEN 0 ELSE -1 END, seen_at FROM mentions WHERE state <> 'done'"
        )
    )
