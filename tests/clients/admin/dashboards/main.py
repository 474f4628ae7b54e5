"""What dashboards and alerts ask for is there, under that name and with those labels."""

import json
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS / "kafka" / "harness"))
sys.path.insert(0, str(TESTS / "admin" / "python"))

import yaml

import admin_metrics
import cases
import door
from cases import equal, eventually, unique

SUITE = "dashboards"
FOLDER = TESTS.parents[1] / "docs" / "dashboards"
NAME = re.compile(r"\b(?:wharf|rabbitmq|process)_[a-z0-9_]+")
SELECTOR = re.compile(r"\b((?:wharf|rabbitmq|process)_[a-z0-9_]+)(?:\{([^}]*)\})?")
# What Prometheus adds to every series.
ADDED = {"instance", "job"}


def dashboard_expressions():
    def targets(panels):
        for panel in panels:
            yield from (target["expr"] for target in panel.get("targets", []))
            yield from targets(panel.get("panels", []))
    return list(targets(json.loads((FOLDER / "wharf.json").read_text())["panels"]))


def alerts():
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def with_something_of_everything(bootstrap):
    """A topic, a group that is behind, and a queue."""
    topic = unique("dashboard")
    admin_metrics.make_topic(bootstrap, topic)
    admin_metrics.produce(bootstrap, topic, 3)
    admin_metrics.consume(bootstrap, topic, 1, unique("readers"), commit_after=1)
    status, _, _ = door.ask(f"/api/queues/%2F/{unique('dashboard')}", method="PUT", body=b"{}",
                            headers={"Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q=", "Content-Type": "application/json"})
    equal(status, 201)


def served():
    """Names of samples, and the labels they come with."""
    labels = {}
    for path in ("/metrics", "/metrics?top=20"):
        for family in admin_metrics.scrape(path).values():
            for sample in family.samples:
                labels.setdefault(sample.name, set()).update(sample.labels)
            labels.setdefault(family.name, set())
    return labels


def test_every_metric_that_is_named_is_on_the_page(bootstrap):
    with_something_of_everything(bootstrap)
    eventually(lambda: "wharf_group_lag_seconds" in served() and served()["wharf_group_lag_seconds"], "the lag is known")
    there = served()
    expressions = dashboard_expressions() + [rule["expr"] for rule in alerts()]
    assert len(expressions) > 40, len(expressions)
    for expression in expressions:
        names = NAME.findall(expression)
        assert names or expression.startswith("up{"), expression
        for name in names:
            family = re.sub(r"_total$", "", name)
            assert name in there or family in there, f"{name} is on no page: {expression}"


def test_every_label_that_is_selected_by_is_one_of_the_metric(bootstrap):
    with_something_of_everything(bootstrap)
    there = served()
    for expression in dashboard_expressions() + [rule["expr"] for rule in alerts()]:
        for name, selector in SELECTOR.findall(expression):
            wanted = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector)) - ADDED
            known = there.get(name, set()) | there.get(re.sub(r"_total$", "", name), set())
            assert wanted <= known, f"{name} has no {wanted - known}: {expression}"


def test_an_alert_says_what_is_wrong_and_how_bad(_):
    names = [rule["alert"] for rule in alerts()]
    equal(len(names), len(set(names)))
    for rule in alerts():
        equal(set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, True, rule["alert"])
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        assert rule["annotations"]["summary"] and rule["annotations"]["description"], rule["alert"]


def test_panels_have_places_of_their_own(_):
    panels = json.loads((FOLDER / "wharf.json").read_text())["panels"]
    equal(len({panel["id"] for panel in panels}), len(panels))
    taken = set()
    for panel in panels:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


if __name__ == "__main__":
    cases.main(sys.modules["__main__"])
