"""Prepares a broker as rabbit-hole's bin/ci does, runs its tests (RABBIT_HOLE is the compiled program) and tells how they went."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

SUITE = "RabbitMQ HTTP API client"  # what nearly all of them are in: not part of a name here
DEADLINE_S = 150


def put(*segments, **body):
    path = "/".join(urllib.parse.quote(segment, safe="") for segment in segments)
    headers = {"Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode()}
    url = f"http://{os.environ['WHARF_ADMIN']}/api/{path}"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT")).close()


def prepare():
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    put("vhosts", "rabbit/hole")
    put("permissions", "rabbit/hole", "guest", **everything)
    put("users", "policymaker", password="policymaker", tags="policymaker")
    put("permissions", "/", "policymaker", **everything)
    put("permissions", "rabbit/hole", "policymaker", **everything)
    put("cluster-name", name="rabbitmq@localhost")


def run_tests(report):
    arguments = [f"-ginkgo.json-report={report}", f"-ginkgo.timeout={DEADLINE_S}s", "-ginkgo.succinct", "-ginkgo.no-color"]
    if wanted := os.environ.get("WHARF_TEST_FILTER"):
        arguments.append("-ginkgo.focus=" + re.escape(wanted))
    environment = dict(os.environ, GOMEGA_DEFAULT_EVENTUALLY_TIMEOUT="5s")  # as bin/ci has it
    subprocess.run([os.environ["RABBIT_HOLE"], *arguments], env=environment, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=2 * DEADLINE_S)


def not_yet():
    """Names of tests that the broker is known to fail, from the file that was named: a name a line, '#' before why. Each must fail."""
    if len(sys.argv) < 2:
        return set()
    with open(sys.argv[1], encoding="utf-8") as lines:
        return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def name_of(test):
    around = [text for text in test["ContainerHierarchyTexts"] or [] if text != SUITE]
    return " ".join([*around, test["LeafNodeText"]])


def complaint_of(test, expected):
    """Why this test fails the suite; None if it does not."""
    if test["State"] == "passed":
        return "passes now: take its line out of the list of what does not work yet" if name_of(test) in expected else None
    if name_of(test) in expected:
        return None
    failure = test.get("Failure", {})
    where = failure.get("Location", {})
    return f"{where.get('FileName', '').rsplit('/', 1)[-1]}:{where.get('LineNumber')}: {failure.get('Message')}"


def main():
    prepare()
    with tempfile.TemporaryDirectory() as work:
        run_tests(os.path.join(work, "report.json"))
        with open(os.path.join(work, "report.json"), encoding="utf-8") as text:
            tests = [test for suite in json.load(text) for test in suite["SpecReports"] if test["LeafNodeType"] == "It"]
    expected = not_yet()
    passed = failed = known = 0
    for test in tests:
        if test["State"] == "skipped":
            if "Message" in test.get("Failure", {}):
                print(f"skips itself: {name_of(test)}: {test['Failure']['Message']}")
            continue
        complaint = complaint_of(test, expected)
        word = "FAIL" if complaint else "ok  " if test["State"] == "passed" else "not yet"
        print(f"{word} {name_of(test)} ({test['RunTime'] / 1e9:.1f} s)")
        if complaint:
            print("     " + complaint.rstrip().replace("\n", "\n     "))
        failed += complaint is not None
        known += word == "not yet"
        passed += word == "ok  "
    if not os.environ.get("WHARF_TEST_FILTER"):
        for name in sorted(expected - {name_of(test) for test in tests}):
            print(f"FAIL {name}\n     there is no test of this name")
            failed += 1
    print(f"{known} fail as they are known to")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


sys.exit(main())
