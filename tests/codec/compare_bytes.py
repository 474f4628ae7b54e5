#!/usr/bin/env python3
"""Holds our bytes against those of Kafka's own classes: they write every message in every version, we read and write it again.

    compare_bytes.py TABLE_DUMP CORPUS_CHECK      the programs built from table_dump.cpp and corpus_check.cpp

The newest release writes what it still knows, 3.9.1 the versions before that. CORPUS_CHECK fails where bytes differ, where bytes
are left over, and where a version that we serve was not in the corpus.
"""
import json
import subprocess
import sys
import tempfile

from kafka_definitions import NEWEST, OLDEST, run_corpus


def main():
    dump = json.loads(subprocess.run(sys.argv[1], check=True, capture_output=True, text=True).stdout)
    names = [*dump["messages"], "RequestHeader", "ResponseHeader"]
    with tempfile.TemporaryFile("w+") as corpus:
        for release in (NEWEST, OLDEST):
            run_corpus(release, names, corpus)
        corpus.seek(0)
        return subprocess.run(sys.argv[2], stdin=corpus, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
