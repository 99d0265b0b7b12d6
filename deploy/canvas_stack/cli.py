"""The commands run, up and down: arguments, messages, exit codes."""

import os
import signal
import sys

from .settings import VARIABLES, Settings, StackError
from .stack import Stack

USAGE = """usage: stack run|up|down

  run   starts a canvas and stops it at Ctrl-C
  up    starts it in the background
  down  stops it

Settings are environment variables:
"""


def main(args):
    if args in (["--help"], ["-h"]):
        print(USAGE + settings_help(), end="")
        return 0

    if len(args) != 1 or args[0] not in COMMANDS:
        print(USAGE + settings_help(), end="", file=sys.stderr)
        return 2

    try:
        stack = Stack(Settings.from_environment(os.environ))
        return COMMANDS[args[0]](stack)
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stack: interrupted, everything is stopped", file=sys.stderr)
    except OSError as error:
        print(f"stack: {error.filename or 'system call'}: {error.strerror}",
              file=sys.stderr)

    return 1


def settings_help():
    return "".join(f"  {name.upper():<10} {default}\n"
                   for name, (default, _) in VARIABLES.items())


class Interrupt:
    """Ctrl-C and its like: an exception once, when it is armed."""

    def __init__(self):
        self.armed = True
        self.seen = False

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._handle)

    def _handle(self, *_):
        # a second one must not cut the cleaning up short
        armed, self.armed, self.seen = self.armed, False, True
        if armed:
            raise KeyboardInterrupt


def run(stack):
    interrupt = Interrupt()
    stack.up()
    interrupt.armed = False
    print(f"{stack.settings.url}  (Ctrl-C stops it)", flush=True)

    gone = stack.wait(lambda: interrupt.seen)
    if gone is None:
        print("stopping", flush=True)
        stack.down()
        return 0

    # make down in another terminal holds the lock until all are gone
    with stack.place.locked():
        left = stack.running()

    if not left:
        print("stopped", flush=True)
        return 0

    stack.down()
    raise StackError(f"{gone} is gone, so the rest is stopped; see "
                     f"{stack.place.log()}")


def up(stack):
    Interrupt()
    stack.up()
    print(stack.settings.url)
    return 0


def down(stack):
    stack.down()
    return 0


COMMANDS = {"run": run, "up": up, "down": down}
