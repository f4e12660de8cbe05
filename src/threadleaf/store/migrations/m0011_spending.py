"""What reading X has cost and may still cost, and of what kind who asked for an unroll."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
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

_KEPT = "id, mark, network, post, level, asked_at, finished_at, thread, anchor, error, code, sentence"


def apply(connection: Connection) -> None:
    # SQLite puts an added column behind the constraints, where no table that is made anew has it.
    connection.execute(text("CREATE TEMPORARY TABLE before AS SELECT * FROM unrolls"))
    connection.execute(text("DROP TABLE unrolls"))
    metadata = MetaData()
    threads = Table("threads", metadata, Column("id", Integer, primary_key=True))
    made = (
        Table(
            "unrolls",
            metadata,
            Column("id", Text, primary_key=True),
            Column("mark", LargeBinary, unique=True),
            Column("network", Text, nullable=False),
            Column("post", LargeBinary),
            Column("level", Text, nullable=False),
            Column("asked_at", DateTime(timezone=True), nullable=False),
            Column("finished_at", DateTime(timezone=True)),
            Column("thread", Integer, ForeignKey(threads.c.id, ondelete="CASCADE")),
            *(Column(name, Text, nullable=False) for name in ("anchor", "error", "code", "sentence", "asker")),
            Index("unrolls_by_finish", "finished_at"),
            Index("unrolls_by_thread", "thread"),
            sqlite_with_rowid=False,
        ),
        Table(
            "x_spent",
            metadata,
            Column("day", Date, primary_key=True),
            Column("amount", BigInteger, nullable=False),
            sqlite_with_rowid=False,
        ),
        Table(
            "x_held",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("day", Date, nullable=False),
            Column("amount", BigInteger, nullable=False),
            Column("since", DateTime(timezone=True), nullable=False),
            Index("x_held_by_day", "day"),
            sqlite_autoincrement=True,
        ),
        Table(
            "x_paid",
            metadata,
            Column("day", Date, primary_key=True),
            Column("mark", LargeBinary, primary_key=True),
            sqlite_with_rowid=False,
        ),
    )
    metadata.create_all(connection, tables=list(made), checkfirst=False)
    connection.execute(text(f"INSERT INTO unrolls ({_KEPT}, asker) SELECT {_KEPT}, 'anyone' FROM before"))  # noqa: S608
    connection.execute(text("DROP TABLE before"))
