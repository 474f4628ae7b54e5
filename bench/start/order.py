"""Which functions a start with a new folder calls, and a first greeting in each protocol, by callgrind."""

import json
import re
import subprocess
import sys
import tempfile

import brokers
import nodes

# Callgrind writes a name once, with a number that stands for it from then on: "fn=(12) _ZN5wharf...", later "fn=(12)".
NAMED = re.compile(r"(c?fn)=\((\d+)\)(?: (.*))?$")


def called(profile):
    names, found = {}, set()
    for line in profile:
        if line_of := NAMED.match(line):
            kind, number, name = line_of.groups()
            if name:
                names[number] = name.split("'")[0]  # what is behind it counts a recursion
            if kind == "fn":
                found.add(names[number])
    return found


def main():
    program, into = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="wharf-order-") as folder:
        stripped = f"{folder}/wharf"  # valgrind 3.19 cannot read clang 19's debug information
        subprocess.run(["strip", "--strip-debug", "-o", stripped, program], check=True)
        command = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={folder}/profile", "-q", stripped, "serve",
                   "--data", f"{folder}/data", "--free-ports"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as broker:
            ready = broker.stdout.readline()
            if not ready:
                raise SystemExit("order: the broker did not start")
            ports = {door: int(address.rsplit(":", 1)[1]) for door, address in json.loads(ready)["listeners"].items()}
            greeted = brokers.answers(ports["kafka"]) and nodes.answers(ports["amqp"])
            broker.terminate()
            if not greeted:
                raise SystemExit("order: the broker did not answer")
        with open(f"{folder}/profile", encoding="utf-8") as profile:
            found = called(profile)
        symbols = subprocess.run(["nm", "--defined-only", stripped], check=True, capture_output=True, text=True).stdout
    functions = {line.split()[2] for line in symbols.splitlines() if line.split()[1] in "tTwW"}
    with open(into, "w", encoding="ascii") as out:
        out.writelines(f"{name}\n" for name in sorted(found & functions))


if __name__ == "__main__":
    main()
