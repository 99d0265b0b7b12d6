"""Notices: what is published for clients reaches those that it is for, as it
is, and nobody else; the last board is there for who comes later.
"""

import json
import uuid

import pytest

import wire
from harness.stack import PREFIX, wait_for

STACK = {"workers": 2, "canvas": ["        tick 1ms;",
                                  "        send_queue 16;"]}

CHANNEL = PREFIX + "canvas:updates"
KINDS = {"users", "agents", "factions"}


def publish(stack, audience, notice):
    """To all workers; text goes as it is."""
    text = notice if isinstance(notice, str) else json.dumps(notice)
    stack.redis.publish(CHANNEL, f"n{audience}{text}")


def board(kind="users", **more):
    return {"type": "leaderboard", "kind": kind, "entries": []} | more


def mark():
    return uuid.uuid4().hex


def subscribe(client, *channels, message="subscribe"):
    client.send({"type": message, "channels": list(channels)})
    settle(client)


def settle(client):
    """All that was sent until now is served."""
    client.send({"type": "ping"})
    client.wait_for("pong")



def between(client, type_):
    """Messages of a type that came so far."""
    return [message for message in client.messages
            if isinstance(message, dict) and message["type"] == type_]


@pytest.fixture
def clients(stack):
    made = []

    def make(*channels, **options):
        client = stack.client(**options)
        made.append(client)
        if channels:
            subscribe(client, *channels)
        return client

    yield make
    for client in made:
        client.close()


def test_everybody(stack, clients):
    """Notices for all reach every socket of every worker, byte for byte."""
    crowd = [clients() for _ in range(6)] + [
        clients(protocols=["canvas.v1.bin"]), clients("leaderboard")]
    token = mark()
    publish(stack, "*", {"type": "objective", "token": token, "name": "é\""})

    for client in crowd:
        told = client.wait_for("objective", token=token)
        assert told == {"type": "objective", "token": token, "name": "é\""}


def test_verbatim(stack):
    """No byte is changed on the way."""
    with wire.Wire("127.0.0.1", stack.settings.port) as raw:
        raw.open()
        raw.expect("welcome")
        text = '{ "type" : "objective",\t"n": 1e2, "u":"\\u00e9" }'
        publish(stack, "*", text)
        while True:
            opcode, payload = raw.frame()
            if b"objective" in payload:
                break
        assert (opcode, payload.decode()) == (wire.TEXT, text)


def test_channels(stack, clients):
    """Only to those that subscribed, until they do not want it any more."""
    boards, scores = clients("leaderboard"), clients("scoreboard")
    both, nobody = clients("leaderboard", "scoreboard"), clients()
    token = mark()

    publish(stack, "l", board(token=token))
    publish(stack, "s", {"type": "score_update", "token": token})
    publish(stack, "*", {"type": "objective", "token": token})

    for client, wanted in ((boards, {"leaderboard"}),
                           (scores, {"score_update"}),
                           (both, {"leaderboard", "score_update"}),
                           (nobody, set())):
        client.wait_for("objective", token=token)
        assert {message["type"] for message in client.messages
                if message.get("token") == token} == wanted | {"objective"}

    subscribe(both, "leaderboard", message="unsubscribe")
    token = mark()
    publish(stack, "l", board(token=token))
    publish(stack, "s", {"type": "score_update", "token": token})
    publish(stack, "*", {"type": "objective", "token": token})
    both.wait_for("objective", token=token)
    assert {message["type"] for message in both.messages
            if message.get("token") == token} == {"score_update", "objective"}


def test_the_last_board_comes_with_the_subscription(stack, clients):
    """Of each kind the newest; once, however often one subscribes."""
    crowd = [clients() for _ in range(8)]
    old, new = mark(), mark()
    for token in (old, new):
        for kind in sorted(KINDS):
            publish(stack, "l", board(kind, token=token))
    publish(stack, "*", {"type": "objective", "token": new})
    for client in crowd:
        client.wait_for("objective", token=new)

    for client in crowd:
        subscribe(client, "leaderboard", "scoreboard")
        told = between(client, "leaderboard")
        assert {(message["kind"], message["token"]) for message in told} \
            == {(kind, new) for kind in KINDS}
        assert len(told) == 3

        subscribe(client, "leaderboard")
        assert len(between(client, "leaderboard")) == 3


def test_a_board_of_an_earlier_epoch_is_forgotten(stack, clients):
    """It may be that of a week that is over: it is asked for again."""
    token, crowd = mark(), [clients() for _ in range(8)]
    publish(stack, "l", board(token=token))
    publish(stack, "*", {"type": "objective", "token": token})
    for client in crowd:
        client.wait_for("objective", token=token)

    epoch = stack.get("/api/v1/canvas/info").json()["epoch"]
    done = stack.helper("rotate", "--force", "--mode", "classic")
    assert done.returncode == 0, done.stderr
    for client in crowd:
        assert client.wait_for("week_reset")["epoch"] > epoch

    for client in crowd:
        subscribe(client, "leaderboard")
        told = wait_for(lambda: [message for message in between(
            client, "leaderboard") if message["kind"] == "users"],
            what="a board")
        assert [message for message in told if "token" in message] == []


def test_boards_that_nobody_published(new_stack):
    """A worker that has not heard of a board reads it itself."""
    stack = new_stack(workers=1)
    guest = stack.guest()
    assert guest.place(1, 1, 1).status_code == 200
    wait_for(lambda: [entry["username"] for entry in stack.get(
        "/api/leaderboard").json()["entries"]] == [guest.get(
            "/api/v1/auth/me").json()["username"]], what="the board")

    with stack.client() as client:
        subscribe(client, "leaderboard")
        wait_for(lambda: len(between(client, "leaderboard")) >= 3,
                 what="a notice of each board")
        told = {message["kind"]: message
                for message in between(client, "leaderboard")}
        assert set(told) == KINDS
        assert set(told["users"]) == {"type", "kind", "entries"}
        assert told["users"]["entries"] == stack.get(
            "/api/leaderboard").json()["entries"]


@pytest.mark.parametrize("message", [
    {"channels": ["leaderboards"]}, {"channels": ["leaderboard", "x"]},
    {"channels": []}, {"channels": "leaderboard"}, {}, {"channels": [1]},
    {"channels": [["leaderboard"]]}, {"channels": None}])
@pytest.mark.parametrize("type_", ["subscribe", "unsubscribe"])
def test_malformed(clients, type_, message):
    client = clients()
    client.send({"type": type_} | message)
    assert client.receive()["code"] == "INVALID_MESSAGE"
    settle(client)
    assert not between(client, "leaderboard")


@pytest.mark.parametrize("line", [
    "n", "n*", "nx{}", "n*{}", "n*[]", "n*{\"type\":1}", "nl", "n*{",
    "n*{\"type\":\"a\"}x", "nl{\"type\":\"leaderboard\",\"kind\":\"nope\"}",
    "n*{\"type\":\"a\",\"b\":\"" + "x" * 70000 + "\"}"])
def test_what_is_no_notice(stack, clients, line):
    """... is not passed on; the publication behind it is."""
    client = clients("leaderboard")
    token = mark()
    stack.redis.publish(CHANNEL, line + "\n" + "n*" + json.dumps(
        {"type": "objective", "token": token}))
    client.wait_for("objective", token=token)
    assert not [message for message in client.messages
                if message["type"] == "a"]


def test_changes_and_notices_go_together(stack, clients):
    """A flood of notices neither grows nor holds the canvas up."""
    client, guest = clients("leaderboard"), stack.guest()
    pipe = stack.redis.pipeline(transaction=False)
    for i in range(2000):
        pipe.publish(CHANNEL, "n*" + json.dumps({"type": "objective",
                                                 "n": i}))
    pipe.execute()
    seq = guest.place(5, 5, 5).json()["seq"]
    client.wait_for("update", seq=seq)
    settle(client)

    told = [message["n"] for message in between(client, "objective")]
    assert told == sorted(set(told))


def test_a_subscriber_that_does_not_read(new_stack):
    """Its answers fill the queue and end it; the others hear all."""
    stack = new_stack(workers=1, canvas=["        send_queue 8;",
                                         "        tick 1ms;"])
    with wire.Wire("127.0.0.1", stack.settings.port) as raw, \
            stack.client() as other:
        raw.open()
        raw.say({"type": "subscribe", "channels": ["leaderboard"]})
        subscribe(other, "leaderboard")
        filler = "x" * 60000

        def told_and_gone():
            token = mark()
            publish(stack, "l", board(token=token, filler=filler))
            other.wait_for("leaderboard", token=token)
            return stack.get("/api/v1/canvas/info").json()["online"] == 1

        wait_for(told_and_gone, what="the end of the one that does not read")
