"""What an operator sees: the admin port, as guest, and the broker's memory."""

import base64
import json
import time
import urllib.request

_GUEST = "Basic " + base64.b64encode(b"guest:guest").decode()


def api(broker, path, body=None, method=None):
    """The answer's JSON; None where there is none."""
    request = urllib.request.Request(f"http://{broker.admin}/api/{path}", None if body is None else json.dumps(body).encode(),
                                     {"Authorization": _GUEST, "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def seconds_of(broker, path):
    """How long a GET takes, any path of the admin port."""
    begin = time.monotonic()
    request = urllib.request.Request(f"http://{broker.admin}/{path}", headers={"Authorization": _GUEST})
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()
    return time.monotonic() - begin


def resident_mb(broker):
    with open(f"/proc/{broker.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024
