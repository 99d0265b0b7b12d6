"""GET /metrics: the format of Prometheus, and figures that are right."""

import re

import pytest

from harness.stack import wait_for

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
