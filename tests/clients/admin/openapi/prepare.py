"""Something to ask about: topics and queues with messages, groups with offsets."""

import base64
import json
import os
import urllib.request

ROOT = f"http://{os.environ['WHARF_ADMIN']}/api/wharf/v1"


def ask(method, url, body):
    headers = {"Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)) as response:
        text = response.read()
        return json.loads(text) if text else None


def post(path, body):
    return ask("POST", ROOT + path, body)


def management(method, path, body):
    return ask(method, f"http://{os.environ['WHARF_ADMIN']}/api" + path, body)


for topic, partitions in (("one", 1), ("three", 3)):
    post("/topics", {"name": topic, "partitions": partitions})
    for number in range(20):
        post(f"/topics/{topic}/messages", {"key": f"k{number % 4}", "value": json.dumps({"number": number}),
                                           "headers": [{"name": "shop", "value": "north"}]})
for queue in ("jobs", "dead"):
    management("PUT", f"/queues/%2F/{queue}", {"durable": False})
    for number in range(10):
        management("POST", "/exchanges/%2F/amq.default/publish", {"properties": {"headers": {"n": number}}, "routing_key": queue,
                                                                  "payload": str(number), "payload_encoding": "string"})
for group in ("readers", "writers"):
    post(f"/groups/{group}/offsets/reset", {"to": "offset", "offset": 2, "topics": [{"topic": "one"}, {"topic": "three"}]})
