"""A Redis that answers with errors: refused, calm in the log, recovery."""

from harness.stack import wait_for

STACK = {"workers": 1}


def test_out_of_memory(stack):
    guests = [stack.guest() for _ in range(20)]
    memory = stack.redis.config_get("maxmemory")["maxmemory"]
    stack.redis.config_set("maxmemory", 1)
    try:
        for guest in guests:
            answer = guest.place(1, 1, 1)
            assert (answer.status_code, answer.json()["code"]) == (
                503, "UNAVAILABLE")
        assert stack.image().pixels
    finally:
        stack.redis.config_set("maxmemory", memory)

    told = [line for line in stack.logs.new().splitlines()
            if "commands refused" in line]
    assert 1 <= len(told) <= 3
    wait_for(lambda: guests[0].place(2, 2, 2).status_code == 200,
             what="placements")
    stack.check_equal()
