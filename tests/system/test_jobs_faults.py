"""Jobs of the keeper when somebody dies on the way.  Most of them in a stack
of their own, since they break what others need."""

import concurrent.futures
import json
import os
import signal
import socket

import pytest
import requests

from harness.stack import PREFIX, wait_for
from jobs import (
    COMMENTS, JOBS, STACK, comment, keeper, nothing_waits, refused, rotate,
    stop_rotations, stopped_children, turn)

# shorter than what one may take that has begun
HASTY = 6

# a comment that waits until the test lets it go on
SLOW_COMMENT = """
    CREATE OR REPLACE FUNCTION canvas.job_comment(p_job jsonb) RETURNS jsonb
        LANGUAGE plpgsql SECURITY DEFINER AS $f$
    BEGIN
        INSERT INTO public.runs (id) VALUES ((p_job ->> 'id')::uuid);
        PERFORM pg_advisory_xact_lock(4711);
        RETURN jsonb_build_object('code', 'OK', 'status', 201,
                                  'body', p_job -> 'args');
    END $f$"""

# whether a week may turn is found out, but not within the first millisecond
SLOW_ROTATE = """
    ALTER FUNCTION canvas.job_rotate(jsonb) RENAME TO job_rotate_soon;
    CREATE FUNCTION canvas.job_rotate(p_job jsonb) RETURNS jsonb
        LANGUAGE plpgsql SECURITY DEFINER AS $f$
    BEGIN
        PERFORM pg_sleep(0.05);
        RETURN canvas.job_rotate_soon(p_job);
    END $f$"""


@pytest.fixture(name="slow")
def fixture_slow(new_stack):
    """Comments wait for an advisory lock, which the test holds."""
    stack = new_stack(**STACK)
    stack.sql("CREATE TABLE public.runs (id uuid)")
    stack.sql(SLOW_COMMENT)
    stack.sql("SELECT pg_advisory_lock(4711)")
    stack.running = lambda: stack.sql(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' "
        "AND objid = 4711 AND NOT granted")
    return stack


def release(stack):
    stack.sql("SELECT pg_advisory_unlock(4711)")


def test_keeper_killed_in_the_middle(slow):
    """The next keeper does it again, and it is done once."""
    stack, guest = slow, slow.guest()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(comment, stack, guest)
        wait_for(stack.running, what="the job")
        os.kill(keeper(stack), signal.SIGKILL)
        # its session in PostgreSQL does not know that yet
        stack.sql("SELECT pg_terminate_backend(pid) FROM pg_locks "
                  "WHERE locktype = 'advisory' AND objid = 4711 "
                  "AND NOT granted")
        release(stack)
        answer = waiting.result()
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"content": "hello"}
    assert stack.sql("SELECT count(*) FROM public.runs") == [(1,)]
    nothing_waits(stack)


def test_a_job_out_of_its_time(slow):
    """It is taken back: what the client was told is what happened."""
    stack, guest = slow, slow.guest()
    answer = comment(stack, guest)
    refused(answer, 503, "UNAVAILABLE")
    release(stack)
    nothing_waits(stack)
    assert stack.sql("SELECT count(*) FROM public.runs") == [(0,)]
    assert stack.get("/metrics").text.count('jobs_total{result="') == 2


def test_recorder_stopped(new_stack):
    """Nobody answers, and nobody does it later."""
    stack = new_stack(**STACK)
    guest = stack.guest()
    stack.stop("record")
    refused(comment(stack, guest), 503, "UNAVAILABLE")
    assert stack.redis.xlen(JOBS) == 1
    assert "was not answered in time" in stack.logs.new()

    stack.start("record")
    nothing_waits(stack)
    assert stack.sql("SELECT count(*) FROM canvas.comments") == [(0,)]
    assert "came too late" in stack.logs.new("record.log")
    assert comment(stack, guest).status_code == 201


def test_postgres_down(new_stack):
    stack = new_stack(**STACK)
    guest = stack.guest()
    stack.disconnect()
    stack.kill("postgres")
    for _ in range(2):
        refused(comment(stack, guest, timeout=HASTY), 503, "UNAVAILABLE")
        refused(rotate(stack, timeout=HASTY), 503, "UNAVAILABLE")
    stack.start("postgres")
    wait_for(lambda: comment(stack, guest).status_code == 201,
             what="a comment")
    assert stack.sql("SELECT count(*) FROM canvas.comments") == [(1,)]
    nothing_waits(stack)


def test_postgres_stopped(new_stack):
    """It accepts what it is told, and answers when everybody has gone."""
    stack = new_stack(**STACK)
    guest = stack.guest()
    stack.pause("postgres")
    try:
        refused(comment(stack, guest, timeout=HASTY), 503, "UNAVAILABLE")
        refused(rotate(stack, timeout=HASTY), 503, "UNAVAILABLE")
    finally:
        stack.resume("postgres")
    nothing_waits(stack)
    assert stack.sql("SELECT count(*) FROM canvas.comments") == [(0,)]
    assert stack.sql("SELECT count(*) FROM canvas.rotations") == [(0,)]
    assert comment(stack, guest).status_code == 201


def test_redis_down(new_stack):
    stack = new_stack(**STACK)
    guest = stack.guest()
    stack.disconnect()
    stack.kill("redis")
    refused(comment(stack, guest), 503, "UNAVAILABLE")
    refused(rotate(stack), 503, "UNAVAILABLE")
    stack.start("redis")
    wait_for(stack.stack.nginx.all_ready, what="ready workers")
    wait_for(lambda: comment(stack, stack.guest()).status_code == 201,
             what="a comment")
    nothing_waits(stack)


def test_worker_killed_while_it_waits(slow):
    """Its clients lose their connection; the job is done all the same."""
    stack, guest = slow, slow.guest()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(comment, stack, guest)
        wait_for(stack.running, what="the job")
        for pid in stack.workers():
            stack.kill_worker(pid)
        with pytest.raises(requests.ConnectionError):
            waiting.result()
    release(stack)
    nothing_waits(stack)
    assert stack.sql("SELECT count(*) FROM public.runs") == [(1,)]


def test_client_gone(slow):
    """Nothing is left of it in the worker, and the next ones are served."""
    stack, guest = slow, slow.guest()
    body = json.dumps({"content": "bye"})
    with socket.create_connection(
            ("127.0.0.1", stack.settings.port)) as client:
        client.sendall((
            f"POST {COMMENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Cookie: {guest.cookie}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        wait_for(stack.running, what="the job")
    wait_for(lambda: ' 499 ' in stack.logs.new("access.log"), what="the end")
    release(stack)
    nothing_waits(stack)
    assert comment(stack, guest).status_code == 201


def test_the_subscription_comes_back(stack):
    """Cut off, a worker hears answers again, and of the canvas too."""
    guest = stack.guest()
    turn(stack, mode="classic")
    stack.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    wait_for(lambda: stack.redis.pubsub_channels(PREFIX + "canvas:replies:*"),
             what="subscriptions")
    wait_for(lambda: comment(stack, guest).status_code in (201, 429),
             what="an answer")
    assert guest.place(3, 3, 3).status_code == 200
    stack.check_equal()


def test_reload_while_it_waits(slow):
    stack, guest = slow, slow.guest()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(comment, stack, guest)
        wait_for(stack.running, what="the job")
        stack.reload()
        release(stack)
        assert waiting.result().status_code == 201


@pytest.mark.parametrize("step", ["chosen", "turned", "drained", "archived",
                                  "done"])
def test_keeper_killed_while_the_week_turns(new_stack, step):
    """One week turns, and whoever waits gets its summary."""
    stack = new_stack(**STACK)
    guest = stack.guest()
    for x in range(5):
        assert guest.place(x, 0, 2).status_code == 200
    first = stop_rotations(stack, step)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(rotate, stack)
        wait_for(lambda: stopped_children(stack, first), what="the stop")
        stack.kill("record")
        stack.start("record")
        answer = waiting.result()

    assert answer.status_code == 200, answer.text
    assert answer.json()["summary"]["stats"] == {
        "totalPixelsPlaced": 5, "uniqueContributors": 1}
    assert stack.sql("SELECT count(*) FROM canvas.canvas_archives") == [(1,)]
    nothing_waits(stack)


def test_begun_in_time_but_resumed_late(new_stack):
    """How long a job may wait is no limit of one that has begun."""
    stack = new_stack(**STACK)
    first = stop_rotations(stack, "turned")

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(rotate, stack)
        wait_for(lambda: stopped_children(stack, first), what="the stop")
        [(_, job)] = stack.redis.xrange(JOBS)
        wait_for(lambda: stack.redis.time()[0] * 1000 > int(job[b"expires"]),
                 what="its time to be over")
        stack.kill("record")
        stack.sql(SLOW_ROTATE)
        stack.start("record")
        answer = waiting.result()

    assert answer.status_code == 200, answer.text
    nothing_waits(stack)
