"""Whose thread it is, while it is still being read (rules §2)."""

from __future__ import annotations

from collections.abc import Mapping

Edges = Mapping[str, tuple[str, str]]
"""Posts by id: what each answers (empty: nothing), and its author."""


def way_up(edges: Edges, post: str) -> list[str]:
    """A post and the posts above it as far as they were seen, the nearest first."""
    way: dict[str, None] = {}
    while post in edges and post not in way:
        way[post] = None
        post = edges[post][0]
    return list(way)


def writer(edges: Edges, anchor: str) -> str:
    """Whoever stands in a chain of her own at the anchor or nearest above it; empty if nobody does.

    The anchor's own author goes first.
    """
    answered = set(edges.values())
    chains = []
    for post in way_up(edges, anchor):
        above, author = edges[post]
        if edges.get(above, ("", ""))[1] == author or (post, author) in answered:
            chains.append(author)
    return next((author for author in chains if author == edges[anchor][1]), chains[0] if chains else "")
