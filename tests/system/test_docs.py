"""What the documents say is what the code has.

The tables are read as text: directives from the module, routes from nginx's
route tables, error codes from core, commands from canvas-helper --help.
"""

import os
import re
import subprocess

import pytest
import yaml

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(SOURCE, "build")
HELPER = os.path.join(BUILD, "canvas-helper")


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def module(*path):
    return read("ngx_canvas_module", *path)


def helper(*arguments):
    return subprocess.run([HELPER, *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def rows(text, heading, level="##"):
    """first cells of all tables below a heading, up to the next one"""
    part = re.search(rf"^{level} {heading}$(.*?)(?=^#{{1,{len(level)}}} |\Z)",
                     text, re.M | re.S)
    assert part, f"no heading {heading}"

    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in part[1].splitlines()
            if line.startswith("|") and not re.match(r"\|[-| ]+$", line)]


def names(table):
    """what the first cells of a table name, in its order"""
    return [match[1] for match in
            (re.match(r"`([^` ]+)", row[0]) for row in table) if match]


def directives():
    """{name: context} of the module's command table"""
    text = module("ngx_canvas_module.c")
    table = text[text.index("ngx_command_t  ngx_canvas_commands"):
                 text.index("ngx_null_command")]
    found = {}

    for kind, name, context in re.findall(
            r'(ngx_canvas_setting|ngx_canvas_location)\("(\w+)"'
            r'|ngx_string\("(\w+)"\),\s*(?=\w)', table):
        if kind:
            found[name] = ("canvas" if kind == "ngx_canvas_setting"
                           else "location")
        else:
            place = table[table.index(f'ngx_string("{context}")'):]
            found[context] = ("http" if re.match(
                r'[^,]*,\s*NGX_HTTP_MAIN_CONF', place) else "location")

    return found


def test_readme_has_every_directive():
    table = rows(read("README.md"), "Directives")

    assert {name: row[2] for name, row in zip(
        names(table), [row for row in table if row[0].startswith("`")])} \
        == directives()


@pytest.mark.parametrize("name", sorted(directives()))
def test_configuration_explains_directive(name):
    text = read("docs", "configuration.md")

    assert name in (names(rows(text, "The canvas"))
                    + names(rows(text, "Locations")))


def test_readme_has_the_defaults():
    """those that ngx_canvas_conf.c sets by number"""
    text = module("ngx_canvas_conf.c")
    fields = dict(re.findall(
        r"ngx_conf_init_\w+value\(canvas->(\w+), (\d+)\)", text))
    settings = dict(re.findall(
        r'ngx_canvas_setting\("(\w+)",[^;]*?(\w+), NULL\)',
        module("ngx_canvas_module.c")))
    table = {re.match(r"`(\w+)", row[0])[1]: row[1].strip("`")
             for row in rows(read("README.md"), "Directives")
             if row[0].startswith("`")}
    checked = 0

    for name, field in settings.items():
        if field in fields:
            assert number(table[name]) == int(fields[field]), name
            checked += 1

    assert checked > 8


def number(text):
    """4k, 5s, 40ms, off: as nginx counts"""
    units = {"": 1, "k": 1024, "m": 1024 ** 2, "ms": 1, "s": 1000}
    found = re.fullmatch(r"(\d+)([a-z]*)", {"off": "0", "on": "1"}.get(
        text, text))

    return int(found[1]) * units[found[2]]


def test_variables_are_documented():
    declared = re.findall(r'ngx_string\("(canvas_\w+)"\)',
                          module("ngx_canvas_variables.c"))

    assert declared
    assert names(rows(read("docs", "configuration.md"), "Variables")) \
        == [f"${name}" for name in declared]


def codes():
    """{name: (status, binary code, sentence)} of core's table"""
    return {name: (int(http), int(binary), sentence)
            for name, sentence, http, binary in re.findall(
                r'"([A-Z_]+)", "([^"]+)", (\d+), (\d+) }',
                module("core", "canvas_status.c")) if name != "OK"}


def test_error_codes():
    table = {row[0].strip("`"): (int(row[1]), int(row[2] or 0), row[3])
             for row in rows(read("docs", "http.md"), "Errors")
             if row[0].startswith("`")}

    assert len(table) > 10
    assert table == codes()


def test_openapi_has_the_error_codes():
    found = re.search(r"code:\n +type: string\n +enum:\n((?: +- \w+\n)+)",
                      read("openapi.yaml"))

    assert set(re.findall(r"- (\w+)", found[1])) == set(codes())


def test_the_page_has_words_for_the_binary_codes():
    """and protocol.js knows them by the same bytes"""
    found = re.search(r"CODES = \[(.*?)\]",
                      read("web", "js", "protocol.js"), re.S)
    order = re.findall(r'"(\w+)"', found[1])

    assert {name: i for i, name in enumerate(order) if i} \
        == {name: code for name, (_, code, _) in codes().items() if code}


def routes():
    """paths that the handlers know, {x} for a variable part"""
    paths = re.findall(r'{ "(/api/[^"]+)"', module("ngx_canvas_routes.c"))
    assert paths

    paths += re.findall(r'"(/api/[^"]+)"', module("ngx_canvas_posts.c"))

    for name in ("auth", "read", "health"):
        found = re.findall(r'ngx_string\("(/[^"]+)"\)',
                           module(f"ngx_canvas_{name}.c"))
        assert found, name
        paths += found

    # those that nginx.conf.example serves as one location
    for path, directive in re.findall(
            r"location = (\S+) {[^}]*?canvas_(place|websocket|metrics) ",
            read("nginx.conf.example")):
        assert directive
        paths.append(path)

    return {path.replace("/:", "/{x}") for path in paths}


def test_openapi_has_every_route():
    paths = re.findall(r"^  (/\S+):$", read("openapi.yaml"), re.M)

    assert {re.sub(r"{\w+}", "{x}", path) for path in paths} == routes()


def test_http_has_every_route():
    table = rows(read("docs", "http.md"), "Requests")
    paths = [re.match(r"`(?:GET|POST) (\S+)`", row[0]) for row in table]

    assert {re.sub(r"{\w+}", "{x}", found[1]) for found in paths if found} \
        == routes()


def test_one_version():
    """The newest of CHANGES; nginx and helper have it from one header."""
    newest = re.search(r"^\d+\.\d+\.\d+$", read("CHANGES"), re.M)[0]
    assert f'"{newest}"' in module("core", "canvas_version.h")
    assert yaml.safe_load(read("openapi.yaml"))["info"]["version"] == newest
    assert helper("--version") == f"canvas-helper {newest}\n"


def test_openapi_is_whole():
    document = yaml.safe_load(read("openapi.yaml"))

    def walk(node):
        if isinstance(node, dict):
            if "$ref" in node:
                target = document
                for key in node["$ref"].removeprefix("#/").split("/"):
                    target = target[key]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)


def messages():
    """types of what the server sends, as the sources spell them"""
    found = set()

    for name in sorted(os.listdir(os.path.join(SOURCE, "ngx_canvas_module"))
                       ) + ["core/canvas_proto.c",
                            "core/canvas_proto_update.c"]:
        if name.endswith(".c"):
            found |= set(re.findall(r'{\\"type\\":\\"(\w+)\\"',
                                    module(*name.split("/"))))

    # notices that nginx passes on as they are
    return found | set(re.findall(r"'type', '(\w+)'", read(
        "sql", "functions", "announcements.sql")))


def test_websocket_has_every_message():
    text = read("docs", "websocket.md")

    assert set(names(rows(text, "Server to client"))) == messages()


@pytest.fixture(scope="module")
def usage():
    if not os.access(HELPER, os.X_OK):
        pytest.skip(f"there is no {HELPER}")

    return helper("--help")


def test_readme_has_every_command(usage):
    commands = dict(re.findall(r"^  ([a-z-]+) +(\S.*)$",
                               usage.split("\noptions")[0], re.M))

    assert commands
    assert {row[0].strip("`"): row[1]
            for row in rows(read("README.md"), "Commands")
            if row[1]} == commands


def test_configuration_has_every_setting(usage):
    part = usage.split("settings,")[1].split("\nexit codes")[0]
    settings = re.findall(r"^  ([a-z0-9_]+) ", part, re.M)

    assert settings
    assert names(rows(read("docs", "configuration.md"), "The helper")) \
        == settings


def test_architecture_has_every_file_of_the_module():
    text = read("docs", "architecture.md")
    table = text[text.index("Of the module:"):].split("\n## ")[0]
    told = {name for line in table.splitlines() if line.startswith("| `")
            for name in re.findall(r"`(\w+)`", line.split("|")[1])}

    assert told == {
        name.removeprefix("ngx_canvas_").removesuffix(".c")
        for name in os.listdir(os.path.join(SOURCE, "ngx_canvas_module"))
        if name.endswith(".c")}


def test_links_lead_somewhere():
    for path in ("README.md", *(os.path.join("docs", name) for name in
                                os.listdir(os.path.join(SOURCE, "docs"))
                                if name.endswith(".md"))):
        folder = os.path.join(SOURCE, os.path.dirname(path))

        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(path)):
            assert os.path.exists(os.path.join(folder, target)), \
                f"{path}: {target}"
