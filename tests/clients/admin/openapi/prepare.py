"""Something to ask about: topics with messages, groups with offsets."""

import base64
import json
import os
import urllib.request

ROOT = f"http://{os.environ['WHARF_ADMIN']}/api/wharf/v1"


def post(path, body):
    headers = {"Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()}
    with urllib.request.urlopen(urllib.request.Request(ROOT + path, json.dumps(body).encode(), headers)) as response:
        return json.load(response)


for topic, partitions in (("one", 1), ("three", 3)):
    post("/topics", {"name": topic, "partitions": partitions})
    for number in range(20):
        post(f"/topics/{topic}/messages", {"key": f"k{number % 4}", "value": json.dumps({"number": number}),
                                           "headers": [{"name": "shop", "value": "north"}]})
for group in ("readers", "writers"):
    post(f"/groups/{group}/offsets/reset", {"to": "offset", "offset": 2, "topics": [{"topic": "one"}, {"topic": "three"}]})
