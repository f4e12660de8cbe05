"""The quiet bot: inbox → claim → unroll → outbox → reply.

    network ── mentions ──→ inbox (store) ──→ manners ──→ jobs ──→ outbox (store) ──→ network

One loop for all networks; what each of them says over the wire is in a module of its own, as generators of requests.
"""
