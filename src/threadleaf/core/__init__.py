"""The part that thinks: the model and the rules of threads. Pure: no I/O, clocks, randomness or settings."""
