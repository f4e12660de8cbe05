"""Proof of what docs and SECURITY.md promise, in figures: `make proof` runs it at full size and writes docs/proof.jsonl.

`rows` says what each row must reach; the tests here reach it, at the size that `TL_SCALE` names (`ci` or `bar`).
"""
