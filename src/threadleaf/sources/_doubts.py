"""What nobody can know who reads a thread from above: whether its author deleted a post in the middle of it."""

from __future__ import annotations

from msgspec.structs import replace

from threadleaf.core.model import Conversation, Note, Thread


def with_doubt(conversation: Conversation, thread: Thread) -> Conversation:
    """The conversation with a note that a deletion may hide what followed the post; the same for a thread of one post.

    A server that is asked what answers a post leaves out what was deleted, and with it whatever answers that. For use
    where nothing else that was read would show such pieces. `thread` is that of the conversation's anchor.
    """
    if len(thread.posts) + len(thread.branches) < 2:
        return conversation
    return replace(conversation, notes=(*conversation.notes, Note(kind="deletions-untold")))
