"""CPU seconds and memory of the processes of one server, from /proc."""

import os
import re

TICKS = os.sysconf("SC_CLK_TCK")


def _parent(pid):
    """None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except OSError:
        return None


def tree(root):
    """root and its descendants."""
    parents = {}

    for name in os.listdir("/proc"):
        if name.isdigit():
            parents.setdefault(_parent(name), []).append(int(name))

    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        left += parents.get(pid, [])

    return found


def cpu_seconds(root):
    """What the threads of the tree ran, to the nanosecond.  A process that
    has ended is not in it."""
    total = 0

    for pid in tree(root):
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/schedstat",
                          encoding="utf-8") as file:
                    total += int(file.read().split()[0])
        except OSError:
            continue

    return total / 1e9


def reaped_seconds(pid):
    """What children of the process ran that have ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            user, system = file.read().rpartition(")")[2].split()[13:15]
    except OSError:
        return 0

    return (int(user) + int(system)) / TICKS


def machine_seconds():
    """CPU seconds that all processes of the machine have used, and those
    that a hypervisor gave to others."""
    with open("/proc/stat", encoding="utf-8") as file:
        user, nice, system, _, _, irq, soft, steal = map(
            int, file.readline().split()[1:9])

    return (user + nice + system + irq + soft + steal) / TICKS


def memory_bytes(root):
    """Resident memory of the tree; a page that n processes share counts once
    (Pss).  Memory of the kernel, such as socket buffers, is not in it."""
    total = 0

    for pid in tree(root):
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
                total += 1024 * int(re.search(r"^Pss:\s+(\d+)", file.read(),
                                              re.M)[1])
        except OSError:
            continue

    return total
