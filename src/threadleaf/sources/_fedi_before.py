"""Posts that their author no longer shows to everybody since they are old (Misskey's settings of an account)."""

from __future__ import annotations

from datetime import datetime


def is_before(limit: object, created: datetime | None, at: datetime | None) -> bool:
    """Whether a post is older than its author allows, at the time `at`; where a time is unknown, it may be.

    `limit` is a number of seconds: above zero those since 1970 at which what is shown begins, else, without the sign,
    the age at which it ends (Misskey, `NoteEntityService.ts`). Anything else limits nothing.
    """
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        return False
    if created is None:
        return True
    if limit > 0:
        return created.timestamp() < limit
    return at is None or (at - created).total_seconds() > -limit
