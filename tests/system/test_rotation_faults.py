"""kill -9 of every part while the week turns and people paint: one archive a
week, equal to the replay of its log, every acknowledged pixel in one week."""

import base64
import os
import random
import signal
import subprocess
import time

import pytest

from canvas_stack import process
from crowd import Crowd
from harness.image import unpack
from harness.stack import PREFIX, wait_for
from test_helper_rotate import STOPS

STACK = {"workers": 2, "helper": {"timelapse": "off"}}

TURNS = int(os.environ.get("TEST_TURNS", "10"))
RATE = 1000                     # placements a second


def rotate(stack, *arguments, stop=""):
    return subprocess.Popen(
        stack.helper_command("rotate", "--mode", "classic", *arguments),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=process.environment() | {"CANVAS_TEST_STOP_AFTER": stop})


def wait_stopped(helper):
    wait_for(lambda: os.waitid(os.P_PID, helper.pid,
                               os.WSTOPPED | os.WNOHANG | os.WNOWAIT),
             what="the helper at its step")


def rotations(stack):
    return stack.sql("SELECT count(*) FROM rotations")[0][0]


def let_go(helper):
    """Its exit code; a step that has to be done again stops it again."""
    def ended():
        helper.send_signal(signal.SIGCONT)
        return helper.poll() is not None

    wait_for(ended, 60, "the helper")
    return helper.returncode


def finish(stack):
    """As cron does, until nothing is left to be done: neither by it nor by a
    keeper that was there first."""
    def done():
        result = stack.helper("rotate")
        return result.returncode == 3 and "the week ends" in result.stderr

    wait_for(done, 60, "the end of the rotation")


class Weeks:
    """Archives that were made since, to be judged when all is quiet."""

    def __init__(self, stack):
        self.stack = stack
        self.before = {row[0] for row in self.rows()}

    def rows(self):
        return self.stack.sql(
            "SELECT id, canvas_data, first_epoch, new_epoch, last_seq, "
            "total_pixels_placed FROM canvas_archives ORDER BY new_epoch")

    def made(self):
        return [row for row in self.rows() if row[0] not in self.before]

    def straddled(self, crowd):
        """Of each cut, whether a placement that came to lie behind it was
        sent before another, on this side of it, had its answer."""
        times, found = crowd.times(), []
        for *_, last, _ in self.made():
            old = max((answered for seq, (_, answered) in times.items()
                       if seq <= last), default=0)
            found.append(any(seq > last and sent < old
                             for seq, (sent, _) in times.items()))
        return found

    def judge(self, crowd, turns):
        stack = self.stack
        made = self.made()
        assert len(made) == turns
        assert stack.sql("SELECT DISTINCT step FROM rotations") == [("done",)]
        assert stack.redis.keys(PREFIX + "canvas:closing:*") == []

        for _, data, first, new, last, total in made:
            log = stack.sql(
                "SELECT seq, x, y, color FROM pixel_events WHERE epoch >= %s "
                "AND epoch < %s ORDER BY epoch, seq", first, new)
            pixels = bytearray([15]) * 250000
            for _, x, y, color in log:
                pixels[y * 500 + x] = color
            assert unpack(base64.b64decode(data), 250000) == pixels
            assert total == len(log)
            assert last >= max((row[0] for row in log), default=0)

        return self.judge_weeks(made, crowd)

    def judge_weeks(self, made, crowd):
        """Weeks follow each other by seq, and all of them are the log; the
        last seq of each."""
        lasts = [row[4] for row in made]
        assert lasts == sorted(lasts)
        weeks = [sum(before < seq <= last for seq in crowd.ok)
                 for before, last in zip([0, *lasts], lasts)]
        assert sum(weeks) == sum(seq <= lasts[-1] for seq in crowd.ok)
        assert all(total >= placed for (*_, total), placed
                   in zip(made, weeks))
        wait_for(lambda: self.stack.sql(
            "SELECT (SELECT count(*) FROM pixel_events) = "
            "(SELECT sum(total_pixels_placed) FROM canvas_archives) + "
            "(SELECT total_pixels_this_week FROM current_canvas)")[0][0],
                 what="the counters")

        return lasts


@pytest.mark.parametrize("name", ["redis", "postgres", "record"])
def test_server_killed_at_every_step(stack, name):
    """The helper finds it gone; what it left is taken up by the next."""
    weeks = Weeks(stack)
    with Crowd(stack, painters=8, watchers=2) as crowd:
        for stop in STOPS:
            crowd.wait_ok(40)
            helper = rotate(stack, "--force", stop=stop)
            wait_stopped(helper)
            stack.kill(name)
            stack.disconnect()
            if name != "record":    # it waits for what is recorded
                assert let_go(helper) in (0, 75)
            stack.start(name)
            assert let_go(helper) in (0, 75)
            finish(stack)
        crowd.wait_ok(40)
    crowd.judge()
    weeks.judge(crowd, len(STOPS))


def test_helper_killed_anywhere(stack):
    """Not at its steps but within them, while others rotate as well."""
    weeks = Weeks(stack)
    known = count = rotations(stack)
    with Crowd(stack, painters=8, watchers=2) as crowd:
        for _ in range(8):
            crowd.wait_ok(20)
            helpers = [rotate(stack, "--force") for _ in range(2)]
            wait_for(lambda: rotations(stack) > count, what="a rotation")
            crowd.wait_ok(random.randrange(1, 30))
            for helper in helpers:
                helper.kill()
                helper.wait()
            finish(stack)
            count = rotations(stack)
        crowd.wait_ok(40)
    crowd.judge()
    weeks.judge(crowd, count - known)


def test_many_turns_at_a_high_rate(stack, record_property):
    """Pixels that straddle the turn; TEST_TURNS=50 for as many weeks."""
    weeks = Weeks(stack)
    cuts = []                   # when a turn began and when it was done
    with Crowd(stack, painters=16, watchers=2, rate=RATE) as crowd:
        crowd.wait_ok(RATE // 2)
        # a fast machine may answer all of them before each turn
        while len(cuts) < TURNS or (len(cuts) < 10 * TURNS
                                    and not any(weeks.straddled(crowd))):
            began = time.monotonic()
            assert rotate(stack, "--force").wait(60) == 0
            cuts.append((began, time.monotonic()))
            crowd.wait_ok(RATE // 4)
    crowd.judge()
    lasts = weeks.judge(crowd, len(cuts))

    times = crowd.times()
    assert times.keys() == crowd.ok.keys()
    for last, cut in zip(lasts, cuts):
        judge_cut(times, last, *cut)
    straddled = weeks.straddled(crowd)
    assert any(straddled), "no placement was in flight at any cut"

    seconds = max(answered for _, answered in times.values()) \
        - min(sent for sent, _ in times.values())
    for name, value in (("turns", len(cuts)), ("placements", len(times)),
                        ("a second", round(len(times) / seconds)),
                        ("cuts with placements in flight", sum(straddled))):
        record_property(name, value)
        print(f"{name}: {value}")


def judge_cut(times, last, began, done):
    """Acknowledged before the turn: old week; sent after it: new week."""
    wrong = [seq for seq, (sent, answered) in times.items()
             if (answered < began and seq > last)
             or (sent > done and seq <= last)]
    assert not wrong, f"on the wrong side of {last}: {wrong[:20]}"
