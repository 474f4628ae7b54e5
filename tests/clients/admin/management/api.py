"""Requests to the management API under test."""

import base64
import http.client
import json
import os
import urllib.parse

HOST, PORT = os.environ["WHARF_ADMIN"].rsplit(":", 1)


def escaped(*segments):
    """The path of these segments: whatever their letters."""
    return "/api/" + "/".join(urllib.parse.quote(segment, safe="") for segment in segments)


def ask(method, path, body=None, user="guest:guest", headers=None):
    """(status, answer, headers); the answer is the JSON, or None."""
    connection = http.client.HTTPConnection(HOST, int(PORT), timeout=30)
    headers = {"Content-Type": "application/json", **(headers or {})}
    if user is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
    text = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
    connection.request(method, path, text, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    is_json = (response.headers["Content-Type"] or "").startswith("application/json") and content
    return response.status, json.loads(content) if is_json else None, response.headers


def status(*arguments, **named):
    return ask(*arguments, **named)[0]


def get(path, **named):
    code, answer, _ = ask("GET", path, **named)
    if code != 200:
        raise AssertionError(f"GET {path}: {code} {answer}")
    return answer
