"""Pixels fade while people paint, the recorder dies and Redis forgets: in the
end all that nobody painted again is the colour it fades to, and the log says
that nothing else ever was."""

import random
import threading

import pytest

from harness.stack import wait_for
from redis_fixture import unpack
from stores import flood
from stores import own_stores  # noqa: F401

# the shortest that a rule may say, in seconds: 0.001 hours
DECAY = 3.6
FADED, BACKGROUND = 3, 15
SIZE = (64, 48)

STACK = {"workers": 2, "size": "64x48"}


SAVE = ("INSERT INTO game_modes (slug, name, description, rules, weight) "
        "VALUES ('test-decay', 'Test', 'of a test', "
        f"'{{\"decayHours\": 0.001, \"decayToColor\": {FADED}}}', 0)")


@pytest.fixture(scope="module", name="fading_week")
def fixture_fading_week(module_stack):
    module_stack.sql(SAVE)
    done = module_stack.helper("rotate", "--force", "--mode", "test-decay")
    assert done.returncode == 0, done.stderr


class Painters:
    """Guests that paint at random, except on the columns that are kept."""

    def __init__(self, stack, guests, kept=range(0)):
        self.stack, self.kept, self.stopped = stack, kept, threading.Event()
        self.threads = [threading.Thread(target=self.paint, args=(seed,),
                                         daemon=True)
                        for seed in range(guests)]
        self.placed = 0

    def paint(self, seed):
        rng, guest = random.Random(seed), self.stack.guest()
        while not self.stopped.is_set():
            answer = guest.place(rng.randrange(len(self.kept), SIZE[0]),
                                 rng.randrange(SIZE[1]), rng.randrange(16))
            assert answer.status_code == 200, answer.text
            self.placed += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def fading(stack):
    """Pixels that still have to fade, by Redis; others are of nobody."""
    touched = {(x, y) for x, y in stack.sql(
        "SELECT DISTINCT x, y FROM pixel_events e, current_canvas c "
        "WHERE (e.epoch, e.seq) > (c.start_epoch, c.start_seq)")}
    pixels = stack.redis_image().pixels
    return [(x, y) for y in range(SIZE[1]) for x in range(SIZE[0])
            if pixels[x + y * SIZE[0]] != FADED
            and (pixels[x + y * SIZE[0]] != BACKGROUND or (x, y) in touched)]


def judge(stack):
    """Nothing faded before its time, nor what was of that colour."""
    stack.check_equal()
    assert stack.sql("SELECT count(*) FROM pixel_events e, current_canvas c "
                     "WHERE (e.epoch, e.seq) > (c.start_epoch, c.start_seq) "
                     "AND num_nonnulls(user_id, agent_id) = 0")[0][0] > 0
    odd = stack.sql(
        "SELECT seq, x, y, old_color, age FROM ("
        " SELECT e.*, e.created_at - lag(e.created_at) OVER pixel AS age,"
        "        lag(e.color) OVER pixel AS before"
        "   FROM pixel_events e, current_canvas c"
        "  WHERE (e.epoch, e.seq) > (c.start_epoch, c.start_seq)"
        " WINDOW pixel AS (PARTITION BY x, y ORDER BY e.epoch, e.seq)) AS e "
        "WHERE num_nonnulls(user_id, agent_id) = 0 "
        "AND (age IS NULL OR age < interval '3.6 s' OR before = %s "
        "     OR before <> old_color OR color <> %s)", FADED, FADED)
    assert odd == []


def test_it_fades_while_people_paint(stack, fading_week):
    with Painters(stack, 3) as painters:
        wait_for(lambda: painters.placed > 300, what="placements")
        stack.kill("record")
        placed = painters.placed
        wait_for(lambda: painters.placed > placed + 200, what="placements")
        stack.start("record")
        wait_for(lambda: stack.sql(
            "SELECT count(*) > 100 FROM pixel_events "
            "WHERE num_nonnulls(user_id, agent_id) = 0")[0][0],
            what="what fades")
    wait_for(lambda: fading(stack) == [], 60, what="the rest")
    judge(stack)


def test_painted_again_it_stays(stack, fading_week):
    """A column that is painted every second, beside one that is not."""
    guest = stack.guest()
    with Painters(stack, 2, kept=range(2)) as painters:
        for y in range(8):
            assert guest.place(1, y, 7).status_code == 200
        while len([p for p in fading(stack) if p[0] == 1]) > 0:
            for y in range(8):
                assert guest.place(0, y, 6).status_code == 200
        assert painters.placed > 0
        pixels = stack.redis_image().pixels
        assert [pixels[y * SIZE[0]] for y in range(8)] == [6] * 8
    wait_for(lambda: fading(stack) == [], 60, what="the rest")
    judge(stack)


def lost(stores, names, before):
    """Redis comes back with what it had then."""
    for name, value in zip(names, before):
        stores.redis.restore(stores.prefix + name, 0, value, replace=True)
    stores.redis_server.restart()
    stores.reconnect()


def test_redis_forgets(own_stores):
    """What Redis had faded and lost again fades once more."""
    stores = own_stores
    stores.sql(SAVE)
    stores.ok("rotate", "--force", "--mode", "test-decay")
    process = stores.record()
    flood(stores, 200)
    stores.wait_recorded()

    names = ["canvas:" + name for name in
             ("state", "seq", "epoch", "rules", "folded", "contributors",
              "events")] + ["leaderboard:users"]
    before = [stores.redis.dump(stores.prefix + name) for name in names]
    size = stores.width * stores.height

    def faded():
        pixels = unpack(stores.state(), 16, size)
        return set(pixels) == {FADED, BACKGROUND} and pixels

    pixels = wait_for(faded)
    stores.wait_recorded()
    entries = stores.value("SELECT count(*) FROM pixel_events")
    process.kill()
    process.wait()
    lost(stores, names, before)
    assert not faded()

    # the recorder learns of it by the marker of the next epoch
    flood(stores, 1, seed=1)
    stores.record()
    wait_for(lambda: stores.value("SELECT count(*) FROM pixel_events_lost")
             == entries - 200)
    wait_for(faded)
    assert [color for color in pixels if color == FADED] != []
    stores.wait_recorded()
    assert unpack(stores.state(), 16, size) == replayed(stores, size)


def replayed(stores, size):
    """The canvas of the running week, by the log."""
    pixels = [BACKGROUND] * size
    for x, y, color in stores.sql(
            "SELECT x, y, color FROM pixel_events e, current_canvas c "
            "WHERE (e.epoch, e.seq) > (c.start_epoch, c.start_seq) "
            "ORDER BY epoch, seq"):
        pixels[x + y * stores.width] = color
    return pixels
