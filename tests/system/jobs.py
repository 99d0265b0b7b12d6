"""What is posted and becomes a job of the keeper, for the tests of it."""

import requests

from harness.stack import PREFIX, wait_for

STACK = {"size": "64x48", "workers": 2, "helper": {"timelapse": "off"}}

ROTATE = "/api/game/rotate"
COMMENTS = "/api/v1/comments"
JOBS = PREFIX + "canvas:jobs"

# longer than what a job may wait
PATIENT = 60


def secret(stack):
    with open(stack.stack.nginx.secret_file, encoding="ascii") as file:
        return file.read().strip()


def rotate(stack, body=None, path=ROTATE, timeout=PATIENT, **headers):
    headers = {"Authorization": f"Bearer {secret(stack)}"} | headers
    return requests.post(stack.url + path, json=body, headers=headers,
                         timeout=timeout)


def turn(stack, **body):
    """One more week, whatever the others did."""
    answer = rotate(stack, {"force": True} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def comment(stack, guest, text="hello", timeout=PATIENT):
    return guest.http.post(stack.url + COMMENTS, json={"content": text},
                           timeout=timeout)


def code(answer):
    """Status and code; an error has no more than it should."""
    body = answer.json()
    assert set(body) >= {"error", "code"}, body
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"

    return answer.status_code, body["code"]


def refused(answer, status, name):
    assert code(answer) == (status, name), answer.text


def keeper(stack):
    """The pid of the keeper: the child of the recorder."""
    pids = stack.servers["record"].pids()
    main = stack.pid("record")
    return wait_for(lambda: [pid for pid, parent in
                             stack.servers["record"].pids().items()
                             if parent == main], what=f"a keeper of {pids}")[0]


def nothing_waits(stack):
    wait_for(lambda: stack.redis.xlen(JOBS) == 0, what="an empty queue")


def stop_rotations(stack, step):
    """From now on each stops (SIGSTOP) behind that step; the keeper's pid."""
    stack.stop("record")
    server = stack.servers["record"]
    args, keywords = server.command()
    server.command = lambda: (
        ["env", f"CANVAS_TEST_STOP_AFTER={step}", *args], keywords)
    stack.start("record")
    del server.command

    return keeper(stack)


def stopped_children(stack, pid):
    return [child for child, parent in stack.servers["record"].pids().items()
            if parent == pid and state(child) == "T"]


def state(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            found = file.read().rpartition(")")[2].split()[0]
    except OSError:
        return None
    return None if found in "ZX" else found
