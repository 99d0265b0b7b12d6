"""RUN_DIR: where a stack lives, and who may enter it.

Started by root, the servers run as users of their own, who cannot enter a
folder below, say, /root.  The files then live under /var/lib/ngx_canvas and
RUN_DIR is a link to them.
"""

import fcntl
import grp
import hashlib
import os
import pwd
import subprocess
import tempfile
from contextlib import contextmanager

from .settings import SOURCE, StackError

ELSEWHERE = "/var/lib/ngx_canvas"

# sun_path without its NUL, less the longest name below the folder
SOCKET_PATH_MAX = 107 - len("/postgres/.s.PGSQL.5432")


class Place:
    def __init__(self, run_dir):
        self.run_dir = run_dir
        self.is_root = os.geteuid() == 0
        self.web = self._user("www-data", "nobody")
        self.redis = self._user("redis", "www-data", "nobody")
        self.postgres = self._user("postgres")
        self.path = None            # real path, after open()
        self.alias = None           # the same, short enough for sockets

    def open(self):
        """Makes the folder; everything else is below self.path."""
        # the servers' users must be able to enter what is made here
        os.umask(0o022)

        try:
            self._make()
        except OSError as error:
            raise StackError(
                f"cannot use RUN_DIR {self.run_dir}: {error.strerror}: "
                "choose another one, RUN_DIR=/path") from None

        self.find()

    def find(self):
        """Sets the paths; whether there is anything in them."""
        self.path = os.path.realpath(self.run_dir)
        self.alias = self.path

        if len(self.path) > SOCKET_PATH_MAX:
            self.alias = os.path.join(tempfile.gettempdir(),
                                      f"canvas-{self._hash()}")

        return os.path.isdir(self.log())

    def log(self, name=""):
        return os.path.join(self.path, "log", name).rstrip("/")

    def file(self, *names):
        return os.path.join(self.path, *names)

    def folder(self, name, user=None, group=None, mode=0o755):
        """A folder of a server; it stays as it is when it is there."""
        path = self.file(name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)

        if user is not None:
            os.chown(path, user.pw_uid, (group or user).pw_gid)

        return path

    def write(self, name, text):
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(text)

        return self.file(name)

    @contextmanager
    def locked(self):
        """One up or down at a time."""
        with open(self.file("lock"), "w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def link_alias(self):
        """The short name, where sockets need one."""
        if self.alias == self.path:
            return

        if not os.path.lexists(self.alias):
            os.symlink(self.path, self.alias)

        status = os.lstat(self.alias)
        if (status.st_uid != os.geteuid()
                or os.path.realpath(self.alias) != self.path):
            raise StackError(f"{self.alias} is not ours: remove it, or "
                             "choose a RUN_DIR with a shorter path")

    def unlink_alias(self):
        if self.alias != self.path and os.path.islink(self.alias):
            os.unlink(self.alias)

    def web_root(self):
        """web/ of the source, or a copy where the workers can read it."""
        source = os.path.join(SOURCE, "web")

        if self._reachable(source, self.web):
            return source

        subprocess.run(["rm", "-rf", self.file("web")], check=True)
        subprocess.run(["cp", "-rL", source, self.file("web")], check=True)
        subprocess.run(["chmod", "-R", "a+rX", self.file("web")], check=True)

        return self.file("web")

    @staticmethod
    def user_in(user, other):
        """user, with other's group as its own."""
        fields = list(user)
        fields[3] = other.pw_gid
        return pwd.struct_passwd(fields)

    @staticmethod
    def group_name(user):
        return grp.getgrgid(user.pw_gid).gr_name

    def _make(self):
        if self.is_root and not self._enterable(self._existing()):
            self._make_elsewhere()
            return

        fresh = not os.path.isdir(self.run_dir) or not os.listdir(self.run_dir)
        os.makedirs(self.run_dir, exist_ok=True)
        owner = os.stat(self.run_dir).st_uid

        if owner != os.geteuid():
            raise StackError(
                f"RUN_DIR {self.run_dir} belongs to user {_name(owner)}: "
                "start as that user, or choose another RUN_DIR")

        if fresh:
            os.chmod(self.run_dir, 0o711)

        if self.is_root and not self._enterable(self.run_dir):
            raise StackError(
                f"RUN_DIR {self.run_dir} cannot be entered by the users "
                "postgres and www-data: chmod a+x it, or choose another one")

    def _make_elsewhere(self):
        if not os.path.islink(self.run_dir):
            if os.path.isdir(self.run_dir):
                os.rmdir(self.run_dir)
            os.makedirs(os.path.dirname(self.run_dir), exist_ok=True)
            os.symlink(os.path.join(ELSEWHERE, self._hash()), self.run_dir)

        os.makedirs(os.path.realpath(self.run_dir), mode=0o711, exist_ok=True)

    def _existing(self):
        """What must be enterable for RUN_DIR to be."""
        path = os.path.realpath(os.path.dirname(self.run_dir))

        while not os.path.isdir(path):
            path = os.path.dirname(path)

        return path

    def _enterable(self, path):
        return (self._reachable(path, self.web)
                and self._reachable(path, self.postgres))

    def _reachable(self, path, user):
        if user is None:
            return True

        return subprocess.run(["test", "-x", path], user=user.pw_uid,
                              group=user.pw_gid, extra_groups=[],
                              check=False).returncode == 0

    def _hash(self):
        return hashlib.sha256(self.run_dir.encode()).hexdigest()[:12]

    def _user(self, *names):
        """The first of names that exists; None when we are not root."""
        if not self.is_root:
            return None

        for name in names:
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue

        raise StackError(f"there is no user {names[0]}: install the packages "
                         "with deploy/install-packages run")


def _name(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
