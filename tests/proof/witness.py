"""Sees what this process dials and looks up: the interpreter tells of it (PEP 578), whoever does it."""

import sys


class Witness:
    """`dialled` has every address that a socket was connected to, `looked_up` every name, `sent` where else to.

    It counts from its making on, for ever: make one in a process of its own.
    """

    def __init__(self) -> None:
        self.dialled: list[str] = []
        self.looked_up: list[str] = []
        self.sent: list[str] = []
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple) -> None:
        if event == "socket.connect":
            where = arguments[1]
            self.dialled.append(str(where[0]) if isinstance(where, tuple) else str(where))
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self.looked_up.append(str(arguments[0]))
        elif event in ("socket.sendto", "socket.sendmsg"):
            self.sent.append(str(arguments[1]))
