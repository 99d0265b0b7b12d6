"""What the tests of a week's rules share; see docs/redis.md, "Rules"."""

import hashlib
import json
import uuid

from redis_fixture import snapshot

FACTIONS = ["red", "blue", "green", "yellow"]
HOUR = 3600000
LONG = 2 ** 53 - 1


def begin(canvas, rules, **options):
    """A canvas with these rules: its epoch."""
    code, epoch, _ = canvas.init(rules=json.dumps(rules), **options)
    assert code == b"OK"
    return epoch


def refused(canvas, rule, *pixel, **options):
    """The placement is refused by that rule, and changes nothing."""
    before = snapshot(canvas.connection)
    reply = canvas.place(*pixel, **options)
    assert snapshot(canvas.connection) == before
    return reply == [b"RULE_VIOLATION", rule.encode()]


def started(canvas):
    return int(canvas.connection.hget(canvas.key("canvas:rules"),
                                      "started_ms"))


def actors_from(canvas):
    return canvas.connection.hget(canvas.key("canvas:rules"),
                                  "actors_from").decode()


def begin_earlier(canvas, ms):
    """As if the week had begun so much earlier: a restart reads it."""
    key = canvas.key("canvas:rules")
    canvas.connection.hset(key, "started_ms", started(canvas) - int(ms))


def record(canvas, actor):
    """What canvas:actors has of an actor, in bytes."""
    return canvas.connection.hget(canvas.key("canvas:actors"),
                                  uuid.UUID(actor).bytes)


def assigned(actor, mode="classic", week=5, year=2026, day="", colors=16,
             background=15):
    """As docs/redis.md tells it."""
    text = b",".join([uuid.UUID(actor).bytes, str(year).encode(),
                      str(week).encode(), mode.encode(), str(day).encode()])
    number = int(hashlib.sha1(text).hexdigest()[:8], 16) % (colors - 1)
    return number + (number >= background)


def some_actors(n):
    return [str(uuid.UUID(int=number << 64 | number))
            for number in range(1, n + 1)]


def members(canvas):
    return {name.decode(): int(count) for name, count in
            canvas.connection.hgetall(canvas.key("canvas:factions")).items()}
