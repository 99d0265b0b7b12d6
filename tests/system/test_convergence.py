"""Image, Redis, PostgreSQL and every client agree, whatever happens.

Each test paints through several workers while something breaks, then compares
the history of all clients with the log and all images with each other.
"""

import random

import pytest

from crowd import Crowd
from harness.stack import PREFIX, wait_for

STACK = {"workers": 3}


def cut(stack, subscribed):
    """Closes the connections that nginx has to Redis; how many."""
    n = 0
    for client in stack.redis.client_list():
        ours = client["sub"] != "0" if subscribed else (
            client["cmd"].startswith("fcall"))
        if ours:
            n += stack.redis.client_kill_filter(_id=client["id"])
    return n


def test_quiet(stack):
    with Crowd(stack) as crowd:
        crowd.wait_ok(2000)
    crowd.judge()
    assert all(w.resyncs == 0 and w.connects == 1 for w in crowd.watchers)


def test_subscription_cut(stack):
    with Crowd(stack) as crowd:
        for _ in range(5):
            crowd.wait_ok(200)
            # those cut before may still be on their way back
            wait_for(lambda: cut(stack, subscribed=True))
        crowd.wait_ok(200)
    crowd.judge()
    assert all(w.connects == 1 for w in crowd.watchers)


def test_command_connections_cut(stack):
    with Crowd(stack) as crowd:
        for _ in range(5):
            crowd.wait_ok(200)
            cut(stack, subscribed=False)
        crowd.wait_ok(200)
    crowd.judge()


def test_workers_killed(stack):
    with Crowd(stack) as crowd:
        for _ in range(5):
            crowd.wait_ok(200)
            stack.kill_worker(random.choice(sorted(stack.workers())))
        crowd.wait_ok(200)
    crowd.judge()


def test_killed_and_cut_at_once(stack):
    with Crowd(stack) as crowd:
        for _ in range(4):
            crowd.wait_ok(200)
            cut(stack, subscribed=True)
            stack.kill_worker()
            cut(stack, subscribed=False)
        crowd.wait_ok(200)
    crowd.judge()


def test_reloads(stack):
    with Crowd(stack) as crowd:
        for _ in range(4):
            crowd.wait_ok(200)
            stack.reload()
        crowd.wait_ok(200)
    crowd.judge()


def test_recorder_killed(stack):
    with Crowd(stack) as crowd:
        for _ in range(4):
            crowd.wait_ok(200)
            stack.kill("record")
            crowd.wait_ok(100)
            stack.start("record")
        crowd.wait_ok(100)
    crowd.judge()


def test_postgres_killed(stack):
    with Crowd(stack) as crowd:
        crowd.wait_ok(200)
        stack.kill("postgres")
        crowd.wait_ok(500)
        stack.disconnect()
        stack.start("postgres")
        crowd.wait_ok(200)
    crowd.judge()


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_redis_restarted(stack, how):
    """AOF everysec loses nothing when the process is killed."""
    with Crowd(stack) as crowd:
        epochs = [int(stack.redis.get(PREFIX + "canvas:epoch"))]
        for _ in range(2):
            crowd.wait_ok(200)
            getattr(stack, how)("redis")
            stack.disconnect()
            stack.start("redis")
            crowd.wait_ok(200)
            epochs.append(int(stack.redis.get(PREFIX + "canvas:epoch")))
        assert epochs == sorted(set(epochs))
    crowd.judge()
    assert all(w.resyncs + w.connects > 1 for w in crowd.watchers)


def test_redis_paused(stack):
    """A Redis that does not answer: UNAVAILABLE, reads go on."""
    with Crowd(stack) as crowd:
        crowd.wait_ok(200)
        stack.pause("redis")
        try:
            unknown = len(crowd.unknown)
            wait_for(lambda: len(crowd.unknown) > unknown + crowd.painters,
                     what="refusals")
            assert stack.image().pixels
            assert stack.get("/health").status_code == 200
            wait_for(lambda: stack.get("/health/ready").status_code == 503,
                     what="not ready")
        finally:
            stack.resume("redis")
        crowd.wait_ok(200)
    crowd.judge()
