"""What must not be in a log, unless the test brought it about."""

import os
import re

# a crash, a bug, a leak: never to be explained away
BAD = re.compile(r"\[alert\]|\[emerg\]|\[crit\]|ERROR: AddressSanitizer"
                 r"|runtime error:|ERROR: LeakSanitizer|open socket"
                 r"|Segmentation fault|canary")

LOGS = ("error.log", "record.log")


class Logs:
    """Lines written since the last look; each test begins with a look."""

    def __init__(self, folder):
        self.folder = folder
        self.offsets = {}
        self.expected = []

    def skip(self):
        """Forgets what is there so far, and what was expected."""
        self.expected = []
        for name in LOGS:
            self.offsets[name] = self._size(name)

    def expect(self, pattern):
        """A bad line that this test brings about itself."""
        self.expected.append(re.compile(pattern))

    def new(self, name="error.log"):
        """Text written to one log since the test began."""
        with open(os.path.join(self.folder, name), encoding="utf-8",
                  errors="replace") as file:
            file.seek(self.offsets.get(name, 0))
            return file.read()

    def bad(self):
        """Bad lines since the last look that nobody expects."""
        return [line for name in LOGS if self._size(name)
                for line in self.new(name).splitlines()
                if BAD.search(line)
                and not any(known.search(line) for known in self.expected)]

    def check(self):
        bad = self.bad()
        self.skip()
        assert not bad, "in the logs: " + "\n".join(bad[:20])

    def _size(self, name):
        try:
            return os.path.getsize(os.path.join(self.folder, name))
        except OSError:
            return 0
