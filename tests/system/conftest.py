"""Fixtures of the system tests.

stack      a running canvas, one a module; STACK = dict(...) in the module
           says what is special about it (see harness/stack.py)
new_stack  a function that makes further ones for one test
open_folder
           an empty folder that the users of all servers may enter

Every test ends with a look at the logs of the stacks that it used.
"""

import os
import tempfile

import pytest
from harness.stack import TestStack


@pytest.fixture(scope="module", name="module_stack")
def fixture_module_stack(request):
    stack = TestStack(**getattr(request.module, "STACK", {}))

    try:
        stack.up()
        yield stack
    finally:
        stack.remove()


@pytest.fixture
def stack(module_stack):
    module_stack.logs.skip()
    yield module_stack
    module_stack.logs.check()


@pytest.fixture
def new_stack():
    stacks = []

    def make(**options):
        stacks.append(TestStack(**options))
        return stacks[-1].up()

    yield make

    for made in stacks:
        made.remove()


@pytest.fixture(scope="module")
def open_folder():
    with tempfile.TemporaryDirectory(prefix="canvas-open-") as folder:
        os.chmod(folder, 0o755)
        yield folder
