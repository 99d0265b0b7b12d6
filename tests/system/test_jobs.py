"""What is posted becomes a job of the keeper: the week that turns over HTTP,
and comments.  test_jobs_faults.py has what happens when somebody dies on the
way."""

import concurrent.futures
import os
import re
import signal
import uuid

import pytest
import requests

from harness.stack import PREFIX, wait_for
from jobs import (
    COMMENTS, JOBS, PATIENT, ROTATE, STACK, comment, nothing_waits, refused,
    rotate, secret, stop_rotations, stopped_children, turn)

TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


# the rotation

def test_summary_is_that_of_the_week(stack):
    """Seed 002, field for field; the numbers are those of PostgreSQL."""
    turn(stack, mode="classic")
    guests = [stack.guest() for _ in range(3)]
    for x, guest in enumerate(guests * 4):
        assert guest.place(x, 1, 3).status_code == 200

    before = stack.get("/api/game/current").json()["week"]
    body = turn(stack, mode="speed-run")
    archive, = stack.sql(
        "SELECT a.id::text, week_number, year, m.slug, total_pixels_placed, "
        "unique_contributors, canvas.rfc3339(ended_at) "
        "FROM canvas.canvas_archives a "
        "JOIN canvas.game_modes m ON m.id = a.game_mode_id "
        "ORDER BY ended_at DESC LIMIT 1")
    now, = stack.sql(
        "SELECT week_number, year, canvas.rfc3339(week_started_at), "
        "canvas.rfc3339(week_resets_at) FROM canvas.current_canvas")

    assert body == {
        "success": True,
        "summary": {
            "previousWeek": {"weekNumber": before["weekNumber"],
                             "year": before["year"],
                             "gameModeId": "classic",
                             "archivedId": archive[0]},
            "newWeek": {"weekNumber": now[0], "year": now[1],
                        "gameModeId": "speed-run", "startedAt": now[2],
                        "resetAt": now[3]},
            "stats": {"totalPixelsPlaced": 12, "uniqueContributors": 3}},
        "rotatedAt": archive[6]}
    assert archive[1:6] == (before["weekNumber"], before["year"], "classic",
                            12, 3)
    assert TIME.fullmatch(body["rotatedAt"])
    assert str(uuid.UUID(archive[0])) == archive[0]
    assert set(stack.image().pixels) == {15}
    nothing_waits(stack)


def test_no_body_turns_the_week(new_stack):
    """As seed 002 calls it: curl -X POST with the header alone."""
    stack = new_stack(**STACK)
    answer = rotate(stack)
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True

    refused(rotate(stack), 409, "CONFLICT")
    assert "less than an hour ago" in rotate(stack).json()["error"]
    assert stack.sql("SELECT count(*) FROM canvas.canvas_archives") == [(1,)]


def test_synonym(stack):
    answer = rotate(stack, {"force": True}, path="/api/admin/reset-week")
    assert answer.status_code == 200
    assert answer.json()["summary"]["newWeek"]


@pytest.mark.parametrize("header", [
    "", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer x{}",
    "Bearer {} x", "Bearer\t{}", "bearer: {}"])
def test_wrong_authorization(stack, header):
    archives = stack.sql("SELECT count(*) FROM canvas.canvas_archives")
    answer = rotate(stack, Authorization=header.format(secret(stack)))
    refused(answer, 401, "UNAUTHORIZED")
    assert answer.json()["error"] == "Unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert stack.sql("SELECT count(*) FROM canvas.canvas_archives") == archives


@pytest.mark.parametrize("change", [
    lambda text: text[:-1], lambda text: text[1:], lambda text: text[:16],
    lambda text: text.upper(), lambda text: text[:-1] + "_",
    lambda text: "_" + text[1:], lambda text: ""])
def test_wrong_secret(stack, change):
    answer = rotate(stack, Authorization="Bearer " + change(secret(stack)))
    refused(answer, 401, "UNAUTHORIZED")


def test_no_authorization(stack):
    refused(requests.post(stack.url + ROTATE, timeout=PATIENT), 401,
            "UNAUTHORIZED")


def test_scheme_has_no_case(stack):
    answer = rotate(stack, {"force": True},
                    Authorization=f"bEARER  {secret(stack)}")
    assert answer.status_code == 200


def test_no_secret_no_rotation(new_stack):
    """Without the directive there is nothing that would be right."""
    stack = new_stack(**STACK, edits=[])
    conf = stack.stack.nginx.conf
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    with open(conf, "w", encoding="utf-8") as file:
        file.write(re.sub(r"cron_secret_file [^;]*;", "", text))
    before = stack.workers()
    stack.reload()
    wait_for(lambda: not before & stack.workers(), what="the old workers' end")

    for given in ("Bearer ", "Bearer x", f"Bearer {secret(stack)}"):
        refused(rotate(stack, Authorization=given), 401, "UNAUTHORIZED")


@pytest.mark.parametrize("body,headers,status,name", [
    (b"{", {}, 400, "INVALID_MESSAGE"),
    (b"[]", {}, 400, "INVALID_MESSAGE"),
    (b"null", {}, 400, "INVALID_MESSAGE"),
    (b'{"mode":1}', {}, 400, "INVALID_MESSAGE"),
    (b'{"force":"yes"}', {}, 400, "INVALID_MESSAGE"),
    (b'{"mode":"\\u0000"}', {}, 400, "INVALID_MESSAGE"),
    (b'{"mode":"\xff"}', {}, 400, "INVALID_MESSAGE"),
    (b'{"force":true}', {"Content-Type": "text/plain"}, 400,
     "INVALID_MESSAGE"),
    (b'{"force":true,"x":"' + b"x" * 1024 + b'"}', {}, 413, "TOO_LARGE")])
def test_malformed_rotation(stack, body, headers, status, name):
    epoch = stack.image().epoch
    answer = requests.post(
        stack.url + ROTATE, data=body, timeout=PATIENT,
        headers={"Authorization": f"Bearer {secret(stack)}",
                 "Content-Type": "application/json"} | headers)
    refused(answer, status, name)
    assert stack.image().epoch == epoch


def test_two_at_once_turn_one_week(stack):
    """Without force: one turns it, the other is told that it has turned."""
    stack.sql("UPDATE canvas.rotations "
              "SET finished_at = finished_at - interval '2 hours'")
    count, = stack.sql("SELECT count(*) FROM canvas.canvas_archives")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: rotate(stack), range(8)))

    assert sorted(a.status_code for a in answers) == [200] + [409] * 7
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "CONFLICT"
            assert re.search("another rotation is running|has turned at",
                             answer.json()["error"])
    assert stack.sql("SELECT count(*) FROM canvas.canvas_archives") \
        == [(count[0] + 1,)]


def test_a_rotation_of_the_shell_is_running(stack):
    """The lock is the rotation's own, whoever began it."""
    with stack.postgres.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('canvas:rotate'))")
        try:
            answer = rotate(stack, {"force": True})
        finally:
            cursor.execute(
                "SELECT pg_advisory_unlock(hashtext('canvas:rotate'))")
    refused(answer, 409, "CONFLICT")
    assert answer.json()["error"] == "another rotation is running"


def test_others_go_on_meanwhile(new_stack):
    """A rotation that takes long does not hold up a comment."""
    stack = new_stack(**STACK)
    guest = stack.guest()
    first = stop_rotations(stack, "turned")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        turning = pool.submit(rotate, stack)
        stopped, = wait_for(lambda: stopped_children(stack, first),
                            what="the stop")
        answer = comment(stack, guest, "while it turns")
        assert answer.status_code == 201, answer.text
        refused(rotate(stack, {"force": True}), 409, "CONFLICT")
        assert not turning.done()
        os.kill(stopped, signal.SIGCONT)
        assert turning.result().status_code == 200


# methods

@pytest.mark.parametrize("path,allow", [
    (ROTATE, "POST"), ("/api/admin/reset-week", "POST"),
    ("/api/v1/artworks", "POST"), (COMMENTS, "GET, HEAD, POST"),
    ("/api/v1/votes", "GET, HEAD, POST"),
    ("/api/v1/factions", "GET, HEAD, POST"),
    ("/api/v1/objectives", "GET, HEAD"),
    ("/api/game/current", "GET, HEAD")])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "POST"])
def test_methods(stack, method, path, allow):
    if method in allow:
        return
    answer = requests.request(method, stack.url + path, timeout=PATIENT)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allow


# jobs of a session

def test_comment(stack):
    guest = stack.guest()
    answer = comment(stack, guest, 'a "quoted" ✓ word')
    assert answer.status_code == 201, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["content"] == 'a "quoted" ✓ word'
    assert stack.sql("SELECT user_id::text FROM canvas.comments "
                     "WHERE content = %s", 'a "quoted" ✓ word') \
        == [(guest.user_id,)]
    nothing_waits(stack)


def test_a_refusal_says_more(stack):
    """The code of the SQL function, its sentence and what it adds."""
    guest = stack.guest()
    assert comment(stack, guest).status_code == 201
    answer = comment(stack, guest)
    refused(answer, 429, "RATE_LIMITED")
    left = answer.json()["cooldownRemaining"]
    assert 0 < left <= 10
    assert int(answer.headers["Retry-After"]) - left < 1
    answer = comment(stack, guest, " ")
    refused(answer, 400, "INVALID_MESSAGE")
    assert "characters" in answer.json()["error"]


def test_who_may_not(stack):
    guest = stack.guest()
    url = stack.url + COMMENTS
    body = {"json": {"content": "x"}, "timeout": PATIENT}

    refused(requests.post(url, **body), 401, "UNAUTHORIZED")
    refused(requests.post(url, cookies={"canvas_session": "ab" * 32}, **body),
            401, "UNAUTHORIZED")
    refused(requests.post(url, cookies={"canvas_session": "x"}, **body), 401,
            "UNAUTHORIZED")
    for headers in ({"Origin": "http://elsewhere"},
                    {"Sec-Fetch-Site": "cross-site"}):
        refused(guest.http.post(url, headers=headers, **body), 403,
                "FORBIDDEN")

    stack.redis.set(PREFIX + f"banned:{guest.user_id}", "spam")
    refused(guest.http.post(url, **body), 403, "BANNED")
    nothing_waits(stack)


@pytest.mark.parametrize("path", [COMMENTS, "/api/pixel"])
@pytest.mark.parametrize("kind", [None, "text/plain",
                                  "application/x-www-form-urlencoded",
                                  "application/jsonx"])
def test_content_type_is_asked_for(stack, path, kind):
    guest = stack.guest()
    headers = {"Content-Type": kind} if kind else {}
    answer = guest.http.post(stack.url + path, data=b"{}", headers=headers,
                             timeout=PATIENT)
    refused(answer, 400, "INVALID_MESSAGE")
    assert "Content-Type: application/json" in answer.json()["error"]


@pytest.mark.parametrize("body,status", [
    (b"", 400), (b"{", 400), (b"[]", 400), (b'"x"', 400), (b"{}x", 400),
    (b'{"content":"\xff"}', 400), (b'{"content":"a\\u0000b"}', 400),
    (b'{"content":NaN}', 400), (b'{"content":["x"]}', 400),
    (b'{"content":"' + b"x" * 4096 + b'"}', 413),
    (b"{\n\"content\"\r\n:\n\"over lines\"\n}\n", 201)])
def test_bodies(stack, body, status):
    guest = stack.guest()
    answer = guest.http.post(stack.url + COMMENTS, data=body, timeout=PATIENT,
                             headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    chunked = stack.guest().http.post(
        stack.url + COMMENTS, data=iter([body[:5], body[5:]]),
        timeout=PATIENT, headers={"Content-Type": "application/json"})
    assert chunked.status_code == status, chunked.text


def test_a_full_queue(stack):
    """A keeper that does not come cannot be waited for by everybody."""
    guest = stack.guest()
    stack.pause("record")
    try:
        for _ in range(1000):
            stack.redis.xadd(JOBS, {"id": str(uuid.uuid4()), "job": "nothing",
                                    "reply": "nobody", "expires": "0"})
        refused(comment(stack, guest), 503, "UNAVAILABLE")
    finally:
        stack.resume("record")
    nothing_waits(stack)
    assert comment(stack, guest).status_code == 201


def test_junk_in_the_queue(stack):
    """Entries of nobody's making neither stop the keeper nor stay."""
    stack.redis.xadd(JOBS, {"x": "y"})
    stack.redis.xadd(JOBS, {"id": "no", "job": "comment", "args": "{",
                            "expires": "99999999999999", "reply": "r"})
    stack.redis.xadd(JOBS, {"id": str(uuid.uuid4()), "job": "drop table",
                            "args": "{}", "expires": "99999999999999",
                            "reply": "r"})
    nothing_waits(stack)
    assert comment(stack, stack.guest()).status_code == 201
