"""Networks that are not there: what answers like them on this machine, for the demonstration and for tests."""
