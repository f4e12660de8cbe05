"""The largest thread that is read. Every reader refuses more than this with a sentence; the numbers stand only here."""

MOST_POSTS = 10_000
"""Posts of one thread, or of one file."""

MOST_LEVELS = 10_000
"""Levels of replies, and of nesting in an answer."""

MOST_BYTES = 20 * 1024 * 1024
"""Bytes of what is read at once: saved answers, or one saved page."""
