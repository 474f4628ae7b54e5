#!/usr/bin/env python3
"""Holds our message tables against Kafka's own definitions, field by field and version by version.

    compare_tables.py TABLE_DUMP      the program built from table_dump.cpp

For each version that we serve, both sides are reduced to the fields of that version in wire order (name, type, nullable, tag);
versions that Kafka 4.3.1 no longer has are taken from 3.9.1. Defaults and `ignorable` are compared over all versions. Nothing
is skipped: without the jars or without Maven this test fails.
"""
import json
import subprocess
import sys

from kafka_definitions import FOREVER, NEWEST, OLDEST, Release, errors, snake_case, version_range, within

# Kafka renamed this API between the releases; on the wire it is the same.
OLD_NAMES = {"ListConfigResourcesRequest": "ListClientMetricsResourcesRequest",
             "ListConfigResourcesResponse": "ListClientMetricsResourcesResponse"}
# Not stable in 4.3.1 ("latestVersionUnstable"), so its brokers do not offer it and neither do we.
UNSTABLE = {"InitProducerIdRequest": 6, "InitProducerIdResponse": 6}
PROTOCOLS = ("ConsumerProtocolSubscription", "ConsumerProtocolAssignment")


class Comparison:
    def __init__(self, ours):
        self.ours = ours
        self.newest, self.oldest = Release(NEWEST), Release(OLDEST)
        self.differences = []
        self.fields_compared = 0

    def differ(self, where, what):
        self.differences.append(f"{where}: {what}")

    def run(self):
        self.compare_keys()
        for name, table in self.ours["messages"].items():
            new, old = self.newest.message(name), self.oldest.message(OLD_NAMES.get(name, name))
            if new is None:
                self.differ(name, f"Kafka {NEWEST} has no such message")
                continue
            self.compare_range(name, table, new, old)
            for version in range(table["lowest"], table["highest"] + 1):
                definition = new if within(version, new["validVersions"]) else old
                where = f"{name} v{version}"
                mine = our_fields(table["fields"], version)
                theirs = their_fields(definition["fields"], version, definition)
                self.compare_version(where, mine, theirs)
            self.compare_rules(name, table["fields"], new["fields"], old["fields"] if old else [])
        self.compare_errors()

    def compare_keys(self):
        for name, api in self.ours["apis"].items():
            definition = self.newest.message(f"{name}Request")
            if definition["apiKey"] != api["key"]:
                self.differ(name, f"key {api['key']}, Kafka has {definition['apiKey']}")
            flexible = version_range(definition["flexibleVersions"]) is not None
            response_header = 0 if name == "ApiVersions" or not flexible else 1
            if (api["highest_request_header"], api["highest_response_header"]) != (1 + flexible, response_header):
                self.differ(name, "another header version than Kafka's")

    def compare_range(self, name, table, new, old):
        lowest = min(version_range(d["validVersions"])[0] for d in (new, old) if d)
        highest = UNSTABLE.get(name, version_range(new["validVersions"])[1] + 1) - 1
        if (table["lowest"], table["highest"]) != (lowest, highest):
            self.differ(name, f"serves {table['lowest']}-{table['highest']}, Kafka has {lowest}-{highest}")
        flexible = (version_range(new["flexibleVersions"]) or (FOREVER,))[0]
        if table["flexible"] != flexible:
            self.differ(name, f"flexible from {table['flexible']}, Kafka from {flexible}")

    def compare_version(self, where, mine, theirs):
        for ours, kafkas in zip(mine, theirs):
            self.fields_compared += 1
            facts, kafka_facts = ours["facts"], kafkas["facts"]
            if facts != kafka_facts:
                self.differ(where, f"{facts}, Kafka has {kafka_facts}")
            elif "fields" in ours or "fields" in kafkas:
                self.compare_version(f"{where} {facts[0]}", ours.get("fields", []), kafkas.get("fields", []))
        if len(mine) != len(theirs):
            names = sorted({field["facts"][0] for field in mine} ^ {field["facts"][0] for field in theirs})
            self.differ(where, f"fields on one side only: {names}")

    def compare_rules(self, where, fields, new, old):
        kafkas = {snake_case(field["name"]): field for field in old}
        kafkas.update({snake_case(field["name"]): field for field in new})
        olds = {snake_case(field["name"]): field.get("fields", []) for field in old}
        for field in fields:
            kafka = kafkas.get(field["name"])
            if kafka is None:
                self.differ(where, f"Kafka has no field {field['name']}")
                continue
            here = f"{where} {field['name']}"
            if field["ignorable"] != bool_of(kafka.get("ignorable", False)):
                self.differ(here, f"ignorable {field['ignorable']}, Kafka has {kafka.get('ignorable', False)}")
            if not same_default(field, kafka):
                self.differ(here, f"default {field['default']!r}, Kafka has {kafka_default(kafka)!r}")
            if "fields" in field:
                self.compare_rules(here, field["fields"], kafka["fields"], olds.get(field["name"], []))

    def compare_errors(self):
        kafkas = errors(NEWEST)
        if self.ours["errors"] != kafkas:
            for number in sorted(set(self.ours["errors"]) | set(kafkas), key=int):
                mine, theirs = self.ours["errors"].get(number), kafkas.get(number)
                if mine != theirs:
                    self.differ(f"error {number}", f"{mine}, Kafka has {theirs}")


def our_fields(fields, version):
    result = []
    for field in fields:
        if not field["since"] <= version <= field["until"]:
            continue
        entry = {"facts": (field["name"], field["type"], version >= field["nullable_since"], field["tag"])}
        if "fields" in field:
            entry["fields"] = our_fields(field["fields"], version)
        result.append(entry)
    return result


def their_fields(fields, version, message):
    result = []
    for field in fields:
        tagged = "tag" in field and within(version, field["taggedVersions"])
        if not within(version, field["versions"]) and not tagged:
            continue
        array, element = field["type"].startswith("[]"), field["type"].removeprefix("[]")
        kind = ("[]" if array else "") + ("struct" if "fields" in field else element)
        nullable = within(version, field.get("nullableVersions"))
        entry = {"facts": (snake_case(field["name"]), kind, nullable, field["tag"] if tagged else -1)}
        if "fields" in field:
            entry["fields"] = their_fields(field["fields"], version, message)
        result.append(entry)
    return result


def bool_of(value):
    return value in (True, "true")


def kafka_default(field):
    """The default as our dump prints it. Where a definition names none, it is zero, empty or false."""
    default, kind = field.get("default"), field["type"]
    if kind == "records" or default == "null":
        return None
    if kind.startswith("[]"):
        return []
    if kind == "string":
        return default or ""
    if kind == "bytes":
        return "<0 bytes>"
    if kind == "uuid":
        return "A" * 22
    if kind == "bool":
        return str(default).lower() == "true"
    if "fields" in field:
        return {snake_case(inner["name"]): kafka_default(inner) for inner in field["fields"]}
    return int(str(default or 0), 0)


def same_default(field, kafka):
    """Equal, or our null for Kafka's empty string in a field that may be null wherever it exists: what nobody sets is null."""
    expected = kafka_default(kafka)
    if field["default"] == expected:
        return True
    always_nullable = field["nullable_since"] <= field["since"] and field["tag"] == -1
    return kafka["type"] == "string" and expected == "" and field["default"] is None and always_nullable


def main():
    comparison = Comparison(json.loads(subprocess.run(sys.argv[1], check=True, capture_output=True, text=True).stdout))
    comparison.run()
    for difference in comparison.differences:
        print(difference)
    print(f"{len(comparison.ours['messages'])} messages, {comparison.fields_compared} fields of single versions compared, "
          f"{len(comparison.differences)} differences")
    return 1 if comparison.differences or comparison.fields_compared < 3000 else 0


if __name__ == "__main__":
    sys.exit(main())
