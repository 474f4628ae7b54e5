"""Kafka's own message definitions, read out of the kafka-clients jars (common/message/*.json, JSON with // comments)."""
import json
import os
import pathlib
import re
import subprocess
import zipfile

FOREVER = 32767
NEWEST = "4.3.1"
OLDEST = "3.9.1"  # the last release line that still has the versions which 4.0 removed (KIP-896)


def artifact(group, name, version):
    """The path of a jar, resolved by its Maven coordinates once and kept."""
    folder = pathlib.Path(os.environ.get("WHARF_CACHE") or pathlib.Path.home() / ".cache" / "wharf-tests") / "jars"
    path = folder / f"{name}-{version}.jar"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={group}:{name}:{version}",
                        f"-DoutputDirectory={folder}", "-Dmdep.useBaseVersion=true"], check=True)
    return path


def clients_jar(version):
    return artifact("org.apache.kafka", "kafka-clients", version)


def run_corpus(version, arguments, output=subprocess.PIPE):
    """Runs java/MessageCorpus.java against one release's classes; what it prints, unless it goes to a file."""
    classpath = f"{clients_jar(version)}{os.pathsep}{artifact('org.slf4j', 'slf4j-api', '1.7.36')}"
    program = pathlib.Path(__file__).parent / "java" / "MessageCorpus.java"
    return subprocess.run(["java", "-cp", classpath, str(program), *arguments], check=True, stdout=output, text=True).stdout


def errors(version):
    """Kafka's error numbers, as its Errors enum has them."""
    return json.loads(run_corpus(version, ["--errors"]))


def without_comments(text):
    """JSON leaves `//` alone inside of strings, and so do we."""
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*', lambda match: match.group(1) or "", text)


def version_range(text):
    """'3+', '1-4', '2' or 'none' as (first, last); None for 'none'."""
    if text in (None, "none"):
        return None
    if text.endswith("+"):
        return int(text[:-1]), FOREVER
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def within(version, text):
    bounds = version_range(text)
    return bounds is not None and bounds[0] <= version <= bounds[1]


def snake_case(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[0].upper() + name[1:]).lower()


class Release:
    """All definitions of one release; message(name) is None where the release has no such message."""

    def __init__(self, version):
        self.version = version
        self._archive = zipfile.ZipFile(clients_jar(version))
        self._names = set(self._archive.namelist())

    def message(self, name):
        member = f"common/message/{name}.json"
        if member not in self._names:
            return None
        definition = json.loads(without_comments(self._archive.read(member).decode()))
        shared = {struct["name"]: struct["fields"] for struct in definition.get("commonStructs", [])}
        self._fill(definition["fields"], shared)
        return definition

    def _fill(self, fields, shared):
        for field in fields:
            inner = field.get("fields") or shared.get(field["type"].removeprefix("[]"))
            if inner is not None:
                field["fields"] = inner
                self._fill(inner, shared)
