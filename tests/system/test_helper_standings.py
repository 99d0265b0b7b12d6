"""Notices of the boards: told by the keeper when something has changed."""

import json
import signal
import uuid

from harness.stack import wait_for
from stores import flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

KINDS = ["users", "agents", "factions"]


class Listener:
    """What is published for clients, in order."""

    def __init__(self, stores):
        self.pubsub = stores.redis_server.connect().pubsub()
        self.pubsub.subscribe(stores.prefix + "canvas:updates")
        assert self.pubsub.get_message(timeout=10)["type"] == "subscribe"
        self.notices = []

    def take(self):
        while message := self.pubsub.get_message(timeout=0.05):
            for line in message["data"].split(b"\n"):
                if line.startswith(b"n"):
                    self.notices.append((line[1:2], json.loads(line[2:])))
        return self.notices

    def boards(self, kind):
        return [notice for audience, notice in self.take()
                if notice["type"] == "leaderboard" and notice["kind"] == kind
                and audience == b"l"]


def key(stores, kind):
    return f"{stores.prefix}leaderboard:{kind}"


def test_told_when_changed(stores):
    """All boards once, then the one that changed, each time whole."""
    listener = Listener(stores)
    stores.record()
    for kind in KINDS:
        wait_for(lambda kind=kind: listener.boards(kind), 30)
        assert listener.boards(kind) == [
            {"type": "leaderboard", "kind": kind, "entries": []}]

    flood(stores, 500)
    stores.wait_recorded()
    wanted = [(member.decode(), int(score)) for member, score in
              stores.redis.zrevrange(key(stores, "users"), 0, 9,
                                     withscores=True)]

    def told():
        last = listener.boards("users")[-1]["entries"]
        return [(e["userId"], e["pixels"]) for e in last] == wanted and all(
            e["username"] == "guest-" + e["userId"].replace("-", "")[:16]
            for e in last)

    wait_for(told, 30)
    assert [e["rank"] for e in listener.boards("users")[-1]["entries"]] == [
        1 + sum(other > pixels for _, other in wanted)
        for _, pixels in wanted]

    # two more rounds at least: another board changes, this one does not
    before = len(listener.boards("users"))
    for score in (1, 2, 3):
        stores.redis.zadd(key(stores, "factions"), {"red": score})
        wait_for(lambda score=score: listener.boards("factions")[-1]["entries"]
                 == [{"rank": 1, "faction": "red", "pixels": score}], 30)
    assert len(listener.boards("users")) == before
    assert len(listener.boards("agents")) == 1
    assert len(listener.boards("factions")) == 4


def test_a_new_keeper_tells_all(stores):
    """... for whoever begins with it; and what PostgreSQL knows of agents."""
    agent = str(uuid.uuid4())
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'bot')", agent)
    board = {"type": "leaderboard", "kind": "agents", "entries": [
        {"rank": 1, "agentId": agent, "name": "bot", "pixels": 7}]}
    process = stores.record()
    flood(stores, 10)
    stores.wait_recorded()
    stores.redis.zadd(key(stores, "agents"), {agent: 7})

    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        listener = Listener(stores)
        process = stores.record()
        wait_for(lambda: listener.boards("agents"), 30)
        assert listener.boards("agents") == [board]
