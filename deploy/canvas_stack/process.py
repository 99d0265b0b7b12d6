"""Processes of a stack: find them, start one, wait, stop.

A process belongs to a stack when it has one of the stack's logs open.  That
holds for workers and backends too, and pid files can lie: after a kill -9 they
are stale, and the number may be somebody else's.
"""

import os
import re
import signal
import subprocess
import time

from .settings import StackError

POLL = 0.02

FAILURE = re.compile(r"\[emerg\]|\bFATAL\b|\bPANIC\b|\berror\b", re.I)


def wait_for(condition, seconds):
    """The first true value of condition(), or its last false one."""
    deadline = time.monotonic() + seconds

    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(POLL)


def parent(pid):
    """The parent's pid; None for a process that is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            state, ppid = file.read().rpartition(")")[2].split()[:2]
    except OSError:
        return None

    return None if state in "ZX" else int(ppid)


def find(name, log_dir):
    """{pid: parent pid} of the processes called name that log to log_dir."""
    found = {}

    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                if file.read().strip() != name:
                    continue
        except OSError:
            continue

        ppid = parent(pid)
        if ppid is not None and any(target.startswith(log_dir + "/")
                                    for target in open_files(pid)):
            found[int(pid)] = ppid

    return found


def open_files(pid):
    """Paths; a file that is closed meanwhile does not hide the others."""
    folder = f"/proc/{pid}/fd"

    try:
        fds = os.listdir(folder)
    except OSError:
        return

    for fd in fds:
        try:
            yield os.readlink(f"{folder}/{fd}")
        except OSError:
            continue


def start(args, log, user=None, groups=(), cwd="/"):
    """A server in its own session, so that Ctrl-C does not reach it."""
    who = {}

    if user is not None:
        who = {"user": user.pw_uid, "group": user.pw_gid,
               "extra_groups": list(groups)}

    try:
        with open(log, "ab") as out:
            return subprocess.Popen(
                args, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=cwd, env=environment(), start_new_session=True, **who)
    except OSError as error:
        raise StackError(f"cannot start {args[0]}: {error.strerror}") from None


def run(args, user=None, extra=None):
    """Runs to the end; StackError with the reason that it wrote."""
    who = {}

    if user is not None:
        who = {"user": user.pw_uid, "group": user.pw_gid,
               "extra_groups": []}

    try:
        done = subprocess.run(
            args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd="/", text=True, errors="replace",
            env=environment() | (extra or {}), check=False, **who)
    except OSError as error:
        raise StackError(f"cannot start {args[0]}: {error.strerror}") from None

    if done.returncode != 0:
        name = os.path.basename(args[0])
        said = reason(done.stdout).removeprefix(f"{name}: ")
        raise StackError(f"{name}: {said}")

    return done.stdout


def environment():
    """Ours, without what would redirect the stack's own connections."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("PG", "CANVAS_", "NGINX"))}


def reason(text):
    """The line of a program's output that says why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if FAILURE.search(line)]

    line = (errors or lines or ["it said nothing"])[-1]

    return re.sub(r"^.*\[emerg\] (\d+#\d+: )?", "", line)


def log_tail(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return reason(file.read()[-4096:])
    except OSError:
        return "it has no log"


def stop(pids, signals):
    """Sends each (signal, seconds) in turn until pids() is empty.

    Signals go to the heads, whose parents are not in the set: a master knows
    best how to end its workers, and orphans are their own heads.
    """
    for number, seconds in signals + [(signal.SIGKILL, 10)]:
        found = pids()
        if not found:
            return

        for pid, ppid in found.items():
            if number == signal.SIGKILL or ppid not in found:
                send(pid, number)
                # a stopped process would keep the signal for later
                send(pid, signal.SIGCONT)

        wait_for(lambda: not pids(), seconds)

    if pids():
        raise StackError("cannot stop process "
                         + ", ".join(map(str, pids())))


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
