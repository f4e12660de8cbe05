"""The chats of Bluesky, as a bot's server passes them on: a named fake, after the lexicons of the reference server.

A chat with somebody is there as soon as it is asked for. Messages are listed newest first, a page at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Message = dict[str, Any]
SERVICE = "did:web:api.bsky.chat#bsky_chat"


class No(Exception):
    """The service says no: the name of the error and its words."""


class Chats:
    """`messages` by the other one's DID; `closed` are those who take none of the bot's, `shows_posts` whether a message
    comes with the post that it shows."""

    def __init__(self, clock: Callable[[], datetime], me: str) -> None:
        self._clock, self._me = clock, me
        self.messages: dict[str, list[Message]] = {}
        self.closed: set[str] = set()
        self.shows_posts = True
        self.page = 100

    def texts(self) -> list[str]:
        """What the bot wrote to anybody, the oldest first."""
        ours = (message for chat in self.messages.values() for message in chat if message["sender"]["did"] == self._me)
        return [message["text"] for message in sorted(ours, key=lambda message: message["sentAt"])]

    def write(self, who: str, text: str, *, by: str = "") -> Message:
        """A message in the chat with somebody, by them unless it is said by whom."""
        chat = self.messages.setdefault(who, [])
        number, at = sum(map(len, self.messages.values())), self._clock().isoformat().replace("+00:00", "Z")
        chat.insert(0, {"id": f"m{number}", "text": text, "sender": {"did": by or who}, "sentAt": at})
        return chat[0]

    def availability(self, asked: Mapping[str, str]) -> object:
        return {"canChat": asked["members"] not in self.closed}

    def chat(self, asked: Mapping[str, str]) -> object:
        if asked["members"] in self.closed:
            raise No("MessagesDisabled", "recipient has disabled incoming messages")
        self.messages.setdefault(asked["members"], [])
        return {"convo": {"id": f"chat {asked['members']}", "members": [{"did": asked["members"]}]}}

    def listed(self, asked: Mapping[str, str]) -> object:
        start, chat = int(asked.get("cursor", "0")), self._found(asked["convoId"])
        end = start + min(self.page, int(asked["limit"]))
        more = {"cursor": str(end)} if end < len(chat) else {}
        return {"messages": chat[start:end], **more}

    def send(self, told: Mapping[str, Any]) -> object:
        who = told["convoId"].removeprefix("chat ")
        self._found(told["convoId"])
        message = self.write(who, told["message"]["text"], by=self._me)
        if self.shows_posts:
            shown = {"$type": "app.bsky.embed.record#viewNotFound", "uri": told["message"]["embed"]["record"]["uri"]}
            message["embed"] = {"$type": "app.bsky.embed.record#view", "record": shown}
        return message

    def _found(self, number: str) -> list[Message]:
        who = number.removeprefix("chat ")
        if who not in self.messages or who in self.closed:
            raise No("InvalidConvo", "no such convo")
        return self.messages[who]
