"""Rendered pages in every language of the interface, packed in both ways that browsers read, with their date."""

from __future__ import annotations

from sqlalchemy import Column, Connection, DateTime, ForeignKey, Integer, LargeBinary, MetaData, Table, Text


def apply(connection: Connection) -> None:
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    # What was rendered is made anew when it is next asked for, so nothing has to be carried over.
    Table("pages", metadata).drop(connection)
    pages = Table(
        "pages",
        metadata,
        Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE"), primary_key=True),
        *(Column(name, Text, primary_key=True) for name in ("view", "lang")),
        *(Column(name, Text, nullable=False) for name in ("made_by", "etag")),
        Column("made_at", DateTime(timezone=True), nullable=False),
        *(Column(name, LargeBinary, nullable=False) for name in ("gzip", "brotli")),
        extend_existing=True,
    )
    pages.create(connection)
