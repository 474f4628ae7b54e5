#!/usr/bin/env python3
"""The rules of CONTRIBUTING.md that a machine can hold. `check_style.py [ROOT]` prints each breach as file:line: rule: sentence."""
import pathlib
import re
import sys

import cpp_text
import rooms as room_graph

SOURCE_LINES, TEST_LINES, FUNCTION_LINES, TEST_FUNCTION_LINES = 500, 900, 70, 120
CODE = {".hpp", ".cpp", ".py", ".sh", ".cmake", ".go", ".java", ".js", ".mjs", ".ts", ".tsx", ".css", ".txt", ".toml"}
PROMISES = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(home/\w|root/|work/|Users/\w)")
CLOCK = re.compile(r"\b(steady_clock|system_clock|high_resolution_clock)::now\b|\brandom_device\b|\bmt19937(_64)?\b|\bs?rand\s*\(")
VAGUE = re.compile(r"\b(?:class|struct)\s+(\w*(?:Manager|Helper|Util|Utils|Impl))\b\s*[:{]")
HTTP_ON_BUFFERS = re.compile(r"boost/beast/http/(error|field|message|parser|serializer|(string|empty)_body)\.hpp")
# What stands behind the ports: doors that saw it would be built anew with every change of it.
DOORS = ("src/protocols/", "src/admin/")
ENGINES = {"log/log_store.hpp", "log/partition_log.hpp", "cluster/replication/shard_logs.hpp", "queue/shell/live_queue.hpp",
           "queue/shell/live_schedule.hpp"}
# A client's own state can only be polled from outside: once per suite, in a function of this name with a deadline.
POLL = re.compile(r"^\s*(async\s+)?(def|func|function|(public\s+)?static\b.*|const)\s+eventually\b", re.M)
SLEEPS = {
    ".cpp": re.compile(r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|\bnanosleep\s*\(|(?<![.>\w])sleep\s*\(\s*\d"),
    ".py": re.compile(r"\btime\.sleep\s*\("),
    ".go": re.compile(r"\btime\.Sleep\s*\("),
    ".java": re.compile(r"\bThread\.sleep\s*\("),
    ".sh": re.compile(r"^\s*sleep\s+\S"),
}


class Check:
    """One run over a tree; `breaches` collects (path, line, rule, sentence)."""

    def __init__(self, root):
        self.root = root
        self.rooms = room_graph.load(root / "src")
        self.breaches = []
        self.engines_seen = {}

    def run(self):
        self._check_rooms()
        for path in self._files():
            text = path.read_text(errors="replace")
            self.check_file(path.relative_to(self.root).as_posix(), text)
        return self.breaches

    def _files(self):
        for folder in ("src", "console", "bench", "tests", "scripts", "cmake", ".ci"):
            for path in sorted((self.root / folder).rglob("*")):
                passed_over = {"node_modules", "target", "__pycache__", ".venv", "build", "fuzz", "testdata"} & set(path.parts)
                if path.is_file() and not path.is_symlink() and not passed_over and (path.suffix in CODE or is_script(path)):
                    yield path

    def breach(self, path, line, rule, sentence):
        self.breaches.append((path, line, rule, sentence))

    def check_file(self, path, text):
        if path.startswith("tests/style/"):  # the rules' own bad examples
            return
        self._check_text(path, text)
        if path.endswith((".hpp", ".cpp")):
            code = cpp_text.mask(text)
            self._check_lengths(path, text, code)
            self._check_includes(path, text)
            self._check_words(path, code)
            self._check_coroutines(path, code)
        self._check_sleeps(path, text)

    # --- every file

    def _check_text(self, path, text):
        for number, line in enumerate(text.splitlines(), 1):
            if match := PROMISES.search(line):
                self.breach(path, number, "promise", f"'{match.group(0)}': do it now or file an issue")
            if match := MACHINE_PATH.search(line):
                self.breach(path, number, "machine-path", f"'{match.group(0)}' is somebody's machine")
            if not line.isascii() and not path.endswith(".txt"):
                self.breach(path, number, "ascii", "a character outside ASCII: write it escaped")

    def _check_sleeps(self, path, text):
        suffix = pathlib.PurePosixPath(path).suffix
        if not is_test(path) or suffix not in SLEEPS:
            return
        code = cpp_text.mask(text) if suffix in (".cpp", ".go", ".java") else text
        lines = code.splitlines()
        for number, line in enumerate(lines, 1):
            polls = path.startswith("tests/clients/") and POLL.search("\n".join(lines[max(0, number - 15):number]))
            if SLEEPS[suffix].search(line) and not polls:
                self.breach(path, number, "sleep", "tests wait for an event or move a virtual clock, they do not sleep")

    # --- C++

    def _check_lengths(self, path, text, code):
        lines, most = text.count("\n"), TEST_LINES if is_test(path) else SOURCE_LINES
        if lines > most:
            self.breach(path, most, "file-length", f"{lines} lines, at most {most}: which second idea is in it?")
        most = TEST_FUNCTION_LINES if is_test(path) else FUNCTION_LINES
        for function in cpp_text.functions(code):
            if function.lines > most:
                self.breach(path, function.first_line, "function-length", f"{function.name}: {function.lines} lines, at most {most}")

    def _check_includes(self, path, text):
        inside = path.removeprefix("src/")
        room = room_graph.room_of(self.rooms, inside) if path.startswith("src/") else None
        if path.endswith(".hpp") and "#pragma once" not in text:
            self.breach(path, 1, "pragma-once", "a header begins with #pragma once")
        for number, line in enumerate(cpp_text.mask(text, keep_strings=True).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            kind, target = match.groups()
            if re.match(r"boost/(asio|beast)\b", target) and not may_include_network(path, target):
                self.breach(path, number, "network-library", f"<{target}> is runtime's alone; http may have Beast's parser")
            if kind == '"':
                self._check_arrow(path, number, room, target)
            if kind == '"' and path.startswith(DOORS) and not is_test(path) and (engine := self._engine_in(target)):
                self.breach(path, number, "engine", f'"{target}" brings {engine}: a port speaks values')

    def _engine_in(self, target):
        """The engine's header that `target` is or includes, however far down; none: None."""
        if target in ENGINES:
            return target
        if target not in self.engines_seen:
            self.engines_seen[target] = None
            header = self.root / "src" / target
            included = re.findall(r'^\s*#\s*include\s*"([^"]+)"', header.read_text(), re.M) if header.is_file() else []
            self.engines_seen[target] = next(filter(None, map(self._engine_in, included)), None)
        return self.engines_seen[target]

    def _check_arrow(self, path, number, room, target):
        if "/" not in target or target.startswith("."):
            self.breach(path, number, "short-include", f'"{target}": write the path from src, "room/file.hpp"')
            return
        other = room_graph.room_of(self.rooms, target)
        if other is None or room is None or other.name == room.name:
            return
        allowed = room.links | (room.test_links if is_test(path) else set())
        if other.name not in allowed:
            self.breach(path, number, "arrow", f"room {room.name} does not link wharf_{other.name}")

    def _check_words(self, path, code):
        in_task_scope = re.match(r"src/runtime/task_scope[_.]", path)
        owns_time = path.startswith(("src/runtime/", "src/sim/", "bench/")) or path.endswith("_bench.cpp")
        for number, line in enumerate(code.splitlines(), 1):
            if not in_task_scope and not re.match(r"\s*#", line) and (match := re.search(r"\b(co_spawn|detached)\b", line)):
                self.breach(path, number, "task-scope", f"{match.group(1)}: tasks are started by a TaskScope only")
            if not owns_time and (match := CLOCK.search(line)) and not (is_test(path) and match.group(0).startswith("mt19937")):
                self.breach(path, number, "clock", f"'{match.group(0)}': time and randomness come in as arguments")
        if match := VAGUE.search(code):
            self.breach(path, cpp_text.line_of(code, match.start()), "name", f"{match.group(1)} says nothing: use the field's own term")

    def _check_coroutines(self, path, code):
        for name, parameters, line in cpp_text.coroutines(code):
            if takes_reference(parameters):
                self.breach(path, line, "coroutine-reference", f"{name}: a coroutine takes values or pointers to what outlives it")
        for inner in cpp_text.lambdas(code):
            suspends = "Task<" in inner.result or re.search(r"\bco_(await|return|yield)\b", cpp_text.without_lambdas(inner.body))
            if not suspends:
                continue
            if inner.captures:
                self.breach(path, inner.line, "coroutine-capture", f"[{inner.captures}]: captures die with the lambda; pass arguments")
            if takes_reference(inner.parameters):
                self.breach(path, inner.line, "coroutine-reference", "a lambda coroutine takes values or pointers to what outlives it")
        for inside in [] if is_test(path) else re.finditer(r"(&&|\|\||[?(,!])\s*co_await\b", code):
            line = code.count("\n", 0, inside.start()) + 1
            self.breach(path, line, "await-inside", "co_await inside of an expression: its result goes to a named local first")

    # --- the graph

    def _check_rooms(self):
        for room in self.rooms.values():
            if room.name.endswith("_core"):
                for other in sorted(room.links - {"model"}):
                    self.breach(f"src/{room.path}/CMakeLists.txt", 1, "core", f"{room.name} links {other}: a core links model only")
            for other in sorted((room.links | room.test_links) - {known.name for known in self.rooms.values()} - {"asio", "flags"}):
                self.breach(f"src/{room.path}/CMakeLists.txt", 1, "arrow", f"{room.name} links {other}, which is no room")


def is_test(path):
    return path.startswith("tests/") or re.search(r"_((test|bench|fuzz)\.cpp|testing\.[ch]pp)$", path) is not None


def may_include_network(path, target):
    """Beast's messages, parser and serializer work on buffers: src/http has these, and no socket."""
    return path.startswith("src/runtime/") or (path.startswith("src/http/") and HTTP_ON_BUFFERS.fullmatch(target) is not None)


def is_script(path):
    with path.open("rb") as file:
        return path.suffix == "" and file.read(2) == b"#!"


def takes_reference(parameters):
    """Whether a parameter itself is a reference; `std::function<void(const T&)>` is not. A Shard outlives its tasks."""
    parameters = re.sub(r"\b(runtime::)?Shard\s*&", "", parameters)
    depth, flat = 0, []
    for at in parameters:
        depth += at in "<("
        if depth == 0:
            flat.append(at)
        depth -= at in ">)"
    return "&" in "".join(flat).replace("&&", "&")


def main():
    here = pathlib.Path(__file__).resolve().parent
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here.parent.parent
    check = Check(root)
    for path, line, rule, sentence in sorted(check.run()):
        print(f"{path}:{line}: {rule}: {sentence}")
    if check.breaches:
        print(f"style: {len(check.breaches)} breaches")
        return 1
    print("style: clean")
    return 0


if __name__ == "__main__":
    sys.exit(main())
