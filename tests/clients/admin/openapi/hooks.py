"""Requests that hit something, and that do not fill the machine: names are mostly those of prepare.py, numbers of partitions are small."""

import schemathesis

KNOWN = {"topic": ["one", "three", "__consumer_offsets"], "group": ["readers", "writers"], "partition": ["0", "1"], "offset": ["0", "7"],
         "vhost": ["/"], "name": ["jobs", "dead"], "position": ["0", "3", "5"]}
MOST = 6  # partitions of a topic


def is_allowed(name, value):
    """What the document forbids stays as it is: it is to be refused."""
    text = str(value)
    if name in ("partition", "offset"):
        return text.isdigit() and int(text) < 2**31
    return 1 <= len(text) <= {"vhost": 255, "name": 255, "position": 100}.get(name, 1000)


def known(name, value):
    """Two of three are names that there are, chosen by the value, so that a failure repeats."""
    if name not in KNOWN or not is_allowed(name, value):
        return value
    place = sum(str(value).encode(errors="replace"))
    return KNOWN[name][place % len(KNOWN[name])] if place % 3 else value


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if path_parameters and context.operation.method.upper() != "DELETE":
        return {name: known(name, value) for name, value in path_parameters.items()}
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict):
        for name, most in (("partitions", 10_000), ("total", 1_000_000)):
            if is_number(body.get(name)) and 1 <= body[name] <= most:
                body[name] = 1 + body[name] % MOST
    return body
