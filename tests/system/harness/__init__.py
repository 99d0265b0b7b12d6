"""A running canvas for the system tests, and the eyes to judge it.

stack.py     the servers: the stack of deploy/, with faults on demand
guest.py     a visitor over HTTP
client.py    a WebSocket client
image.py     the canvas as nginx, Redis and PostgreSQL have it
database.py  what PostgreSQL starts from
logs.py      what must not be in a log
ports.py     ports that nobody else takes
"""

import os
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__)))))

sys.path.insert(0, os.path.join(SOURCE, "deploy"))
