"""Runs scenarios on another broker and on Wharf; prints the ratios, and what Wharf owes to itself alone."""

import argparse
import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterable

from machine import settle
from per_second import LoadRefused


@dataclasses.dataclass
class Comparison:
    """A figure is known by its scenario, its part of that, and its name: (scenario, part, figure). A target is (">=" or "<=", bound)."""

    name: str  # scripts/bench NAME
    brokers: dict  # name -> what makes one: the other, then wharf
    scenarios: Callable[[float], dict]  # how much of the load -> name -> what measures a broker: part -> figure -> value; in their order
    targets: dict  # (scenario, part, figure) -> target of the ratio Wharf / the other
    own_targets: Callable[[dict], Iterable] = lambda wharf: ()  # what is compared within Wharf: a sentence, the figure, its target
    alone: dict = dataclasses.field(default_factory=dict)  # scenarios that get a fresh broker: name -> brokers as above


def measure(broker, wanted):
    """(scenario, part, figure) -> value."""
    print(f"== {broker.name}", file=sys.stderr, flush=True)
    settle()
    try:
        broker.start()
        figures = {("start", "", "s"): broker.start_s, ("start", "idle", "MB"): broker.resident_mb()}
        for name, run in wanted.items():
            settle()
            try:
                figures |= {(name, part, figure): value for part, values in run(broker).items() for figure, value in values.items()}
            except LoadRefused as refused:
                print(f"   {broker.name} {name}: failed: {refused}", file=sys.stderr, flush=True)
                continue
            print(f"   {name}: " + ", ".join(f"{part} {figure} {value:.4g}".strip() for (at, part, figure), value in figures.items() if at == name),
                  file=sys.stderr, flush=True)
    except SystemExit:
        with open(f"{broker.folder}/log", encoding="utf-8", errors="replace") as log:
            print(log.read()[-2000:], file=sys.stderr)
        raise
    finally:
        broker.stop()
    return figures


def verdict(value, target):
    if target is None:
        return f"{value:9.3f}"
    sign, bound = target
    met = value >= bound if sign == ">=" else value <= bound
    return f"{value:9.3f} {sign} {bound:7.3f} * {'ok' if met else 'NO'}"


def report(comparison, figures):
    other = next(iter(figures))
    print(f"{'':44}" + "".join(f"{name:>12}" for name in figures) + (f"   wharf / {other}, target *" if len(figures) == 2 else ""))
    for key in dict.fromkeys(key for found in figures.values() for key in found):
        values = [found.get(key) for found in figures.values()]
        line = f"{' '.join(filter(None, key)):44}" + "".join(f"{'-' if value is None else format(value, '.4g'):>12}" for value in values)
        if len(values) == 2 and None not in values and values[0] > 0:
            line += "   " + verdict(values[1] / values[0], comparison.targets.get(key))
        print(line)
    for sentence, value, target in comparison.own_targets(figures.get("wharf", {})):
        print(f"Wharf's own {sentence}: {verdict(value, target)}")


def measured(comparison, wanted, names):
    """Broker -> its figures. The brokers' folders are there until all have run."""
    figures = {}
    with contextlib.ExitStack() as folders:
        def on_fresh(make, some):
            broker = make()
            folders.callback(broker.remove)
            return measure(broker, some)

        compared = {name: run for name, run in wanted.items() if name not in comparison.alone}
        if compared:
            figures = {name: on_fresh(comparison.brokers[name], compared) for name in names}
        for name, makes in comparison.alone.items():
            for broker, make in makes.items():
                if name in wanted and broker in names:
                    found = on_fresh(make, {name: wanted[name]})  # whose start is told if it is the first
                    figures[broker] = figures.get(broker, {}) | {key: value for key, value in found.items() if key not in figures.get(broker, {})}
    return figures


def main(comparison):
    options = argparse.ArgumentParser(prog=f"scripts/bench {comparison.name}")
    options.add_argument("scenario", nargs="*", help="those to run; without one, all")
    options.add_argument("--only", choices=comparison.brokers, help="one broker alone")
    options.add_argument("--quick", action="store_true", help="a third of the load")
    options.add_argument("--list", action="store_true", help="the scenarios' names")
    chosen = options.parse_args()
    named = comparison.scenarios(1 / 3 if chosen.quick else 1)
    if chosen.list:
        print("\n".join(named))
        return
    if unknown := [name for name in chosen.scenario if name not in named]:
        options.error(f"no scenario is called {', '.join(unknown)}; there are {', '.join(named)}")
    wanted = {name: run for name, run in named.items() if not chosen.scenario or name in chosen.scenario}
    names = list(comparison.brokers) if chosen.only is None else [chosen.only]
    report(comparison, measured(comparison, wanted, names))
