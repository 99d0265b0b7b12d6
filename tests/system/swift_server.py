"""OpenStack Swift with its S3 API, all of it in one process:
swift_server.py FOLDER

FOLDER/proxy.conf says what the proxy does; account, container and object
server are made to fit.  All listen on ports of loopback that the kernel
chooses; the proxy's is written to FOLDER/port once it listens.  Objects are
kept in memory, since not every file system takes the attributes that Swift
stores beside them.  Run by swift_storage.py, in a process of its own, since
all of Python's sockets become those of eventlet.
"""

import os
import pathlib
import sys

import eventlet
import eventlet.wsgi

eventlet.monkey_patch()

# after that: modules keep the sockets and locks that they find
from swift.common import storage_policy, utils
from swift.common.ring import RingBuilder
from swift.common.wsgi import loadapp

SWIFT = """
[swift-hash]
swift_hash_path_suffix = tests
"""

# the name of an object is in its container before a PUT is answered
STORE = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}
mount_check = false
log_level = ERROR
conn_timeout = 60
node_timeout = 60
container_update_timeout = 60

[pipeline:main]
pipeline = store

[app:store]
use = egg:swift#{app}
"""

APPS = {"account": "account", "container": "container",
        "object": "mem_object"}
DEVICE = "device"


class NoCache:
    """tempauth wants a memcached, and works with one that forgets."""

    def get(self, _key, **_options):
        return None

    def set(self, _key, _value, **_options):
        pass

    def delete(self, _key, **_options):
        pass


def main(folder):
    os.mkdir(folder / DEVICE)
    configure(folder / "swift.conf", SWIFT)
    utils.set_swift_dir(str(folder))
    storage_policy.reload_storage_policies()

    for name, app in APPS.items():
        listener = eventlet.listen(("127.0.0.1", 0))
        make_ring(folder, name, listener.getsockname()[1])
        conf = configure(folder / f"{name}.conf",
                         STORE.format(folder=folder, app=app))
        eventlet.spawn(serve, listener, loadapp(conf))

    proxy = loadapp(str(folder / "proxy.conf"))
    cache = NoCache()

    def cached(environment, start_response):
        environment["swift.cache"] = cache
        return proxy(environment, start_response)

    listener = eventlet.listen(("127.0.0.1", 0))
    (folder / "port.new").write_text(str(listener.getsockname()[1]))
    (folder / "port.new").rename(folder / "port")
    serve(listener, cached)


def configure(path, text):
    path.write_text(text)
    return str(path)


def make_ring(folder, name, port):
    """Says that all there is of this kind is kept once, at that port."""
    builder = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
    builder.add_dev({"region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1",
                     "port": port, "device": DEVICE})
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{name}.ring.gz"))


def serve(listener, app):
    eventlet.wsgi.server(listener, app, log_output=False)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
