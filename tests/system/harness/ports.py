"""Ports of this machine that the tests may take: TEST_PORTS=first-last.

Below those that connections take.  The processes of pytest -n have a share
each, and none is given twice: a module may choose one long before anything
listens there.
"""

import functools
import os
import random
import socket


def free_port():
    return next(filter(_is_free, _ports()))


@functools.lru_cache(maxsize=None)
def _ports():
    """Those of this process, in no order."""
    first, last = map(int, os.environ.get("TEST_PORTS",
                                          "20000-32000").split("-"))
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ports = list(range(first + process, last + 1, processes))
    random.shuffle(ports)

    return iter(ports)


def _is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False
