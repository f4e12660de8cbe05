"""The tests. Helpers that several of them need are in `tests.support`."""
