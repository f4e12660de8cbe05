"""Unrolls that nobody has to wait for in one breath: asked for, queued, watched, and gone on with after a restart.

    site ── ask ──→ Jobs ──→ the list (store) ──→ a runner ──→ a pool ──→ Worker ──→ service.unroll
                      └────── not kept: a shelf of an hour ───────┘

`here` runs the list in this process, `durable` with DBOS; what is not kept is on no list and in no database.
"""

from threadleaf.jobs.board import Board, Step
from threadleaf.jobs.desk import FRESH, KEPT, Jobs, State, Ticket, local

__all__ = ["FRESH", "KEPT", "Board", "Jobs", "State", "Step", "Ticket", "local"]
