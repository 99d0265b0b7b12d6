"""A private canvas: Redis, PostgreSQL, recorder and nginx in one folder.

`make run`, `make up`, `make down` and the system tests use it.  Settings come
first, then the folder (place), then one file a server, then their order
(stack).  An installed canvas does not need any of this.
"""
