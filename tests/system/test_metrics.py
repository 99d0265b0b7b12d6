"""GET /metrics: the format of Prometheus, and figures that are right."""

import re

import pytest

from harness.stack import wait_for

FORMS = {"json": {"compression": None},
         "binary": {"compression": None, "protocols": ["canvas.v1.bin"]},
         "json_deflate": {},
         "binary_deflate": {"protocols": ["canvas.v1.bin"]}}

SAMPLE = re.compile(r'(canvas_\w+)(?:\{(\w+="\w+")\})? (\d+(?:\.\d+)?)$')


def metrics(stack):
    """{(name, labels): value}; every line is checked."""
    answer = stack.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(
        "text/plain; version=0.0.4")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.endswith("\n")
    found, helped, typed = {}, {}, {}

    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, text = line.split(" ", 3)
            assert name not in helped and text
            helped[name] = text
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name in helped and name not in typed
            assert kind in ("counter", "gauge")
            assert (kind == "counter") == name.endswith("_total"), name
            typed[name] = kind
        else:
            name, labels, value = SAMPLE.match(line).groups()
            # samples of a name stand together, behind its type
            assert name == list(typed)[-1]
            assert (name, labels) not in found
            found[name, labels] = float(value)

    assert typed.keys() == helped.keys() == {name for name, _ in found}

    return found


def test_format(stack):
    assert len(metrics(stack)) > 20


@pytest.mark.parametrize("method, status", [
    ("head", 200), ("post", 405), ("delete", 405)])
def test_methods(stack, method, status):
    from requests import request

    assert request(method, stack.url + "/metrics",
                   timeout=10).status_code == status


def test_states(stack):
    guest = stack.guest()
    seq = guest.place(1, 1, 2).json()["seq"]
    wait_for(lambda: metrics(stack)["canvas_seq", None] == seq,
             what="the seq")
    found = metrics(stack)

    assert found["canvas_redis_up", None] == 1
    assert found["canvas_postgres_up", None] == 1
    assert found["canvas_epoch", None] > 0


@pytest.mark.parametrize("form", FORMS)
def test_sockets_by_form(stack, form):
    def sockets():
        found = metrics(stack)
        return {name: found["canvas_sockets", f'wire="{name}"']
                for name in FORMS}

    wait_for(lambda: not any(sockets().values()), what="no sockets")
    connects = metrics(stack)["canvas_connects_total", None]

    with stack.client(**FORMS[form]), stack.client(**FORMS[form]):
        assert sockets() == {name: 2 * (name == form) for name in FORMS}
        assert metrics(stack)["canvas_connects_total", None] == connects + 2


def test_placements(stack):
    def placements():
        found = metrics(stack)
        return [found["canvas_placements_total", f'result="{result}"']
                for result in ("accepted", "refused")]

    accepted, refused = placements()
    guest = stack.guest()

    for i in range(5):
        assert guest.place(i, 0, 3).status_code == 200

    assert placements() == [accepted + 5, refused]


def test_what_is_sent(stack):
    """Changes times sockets; each in a frame of some sweep."""
    clients = [stack.client() for _ in range(3)]
    before = metrics(stack)
    guest = stack.guest()
    last = [guest.place(i, 1, 4) for i in range(20)][-1].json()["seq"]

    for client in clients:
        client.wait_for("update", seq=last)

    after = metrics(stack)
    risen = {name: after[name] - before[name] for name in after}

    assert risen["canvas_updates_delivered_total", None] == 60
    assert 1 <= risen["canvas_sweeps_total", None] <= 40
    assert risen["canvas_slices_total", None] \
        >= risen["canvas_sweeps_total", None]
    assert risen["canvas_frames_sent_total", None] >= 3
    assert risen["canvas_bytes_sent_total", None] > 300
    assert after["canvas_turn_longest_seconds", None] \
        >= after["canvas_slice_longest_seconds", None] > 0
    assert 0 < after["canvas_turn_cpu_longest_seconds", None]
    assert after["canvas_tick_seconds", None] >= 0.04

    for client in clients:
        client.close()
