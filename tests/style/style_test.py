#!/usr/bin/env python3
"""Each rule of check_style.py catches a bad example and lets a good one pass."""
import pathlib
import tempfile
import unittest

import check_style
import cpp_text

LISTS = {
    "src/model/CMakeLists.txt": "wharf_room(NAME model PATH model)",
    "src/runtime/CMakeLists.txt": "wharf_room(NAME runtime PATH runtime SHELL LINKS wharf_model)",
    "src/log/CMakeLists.txt": "wharf_room(NAME log PATH log SHELL LINKS wharf_model wharf_runtime TEST_LINKS wharf_sim)",
    "src/sim/CMakeLists.txt": "wharf_room(NAME sim PATH sim LINKS wharf_model)",
}


def rules_broken(path, text, lists=LISTS):
    """The rules that a tree of `lists` and this one file breaks."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in {**lists, path: text}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        return {rule for _, _, rule, _ in check_style.Check(root).run()}


class Rules(unittest.TestCase):
    def breaks(self, rule, text, path="src/log/segment.cpp", **more):
        self.assertIn(rule, rules_broken(path, text, **more))

    def passes(self, text, path="src/log/segment.cpp", **more):
        self.assertEqual(set(), rules_broken(path, text, **more))

    def test_a_file_is_one_idea(self):
        self.breaks("file-length", "int x;\n" * 501)
        self.breaks("file-length", "int x;\n" * 901, path="src/log/segment_test.cpp")
        self.passes("int x;\n" * 500)
        self.passes("int x;\n" * 900, path="src/log/segment_test.cpp")

    def test_a_function_fits_a_screen(self):
        long = "\n".join("  step();" for _ in range(70))
        self.breaks("function-length", f"void Segment::append(int a) const {{\n{long}\n}}\n")
        self.breaks("function-length", f"namespace a {{\nclass B {{\n  B() : x_{{1}}, y_(2) {{\n{long}\n}}\n}};\n}}\n")
        self.breaks("function-length", f"template <class T>\nResult<T> read(T t = {{}}) {{\n{long}\n}}\n")
        self.passes("void f() {\n" + "\n".join("  step();" for _ in range(60)) + "\n}\n")
        table = "\n".join("  {1, 2}," for _ in range(90))
        self.passes(f"constexpr auto kTable = std::to_array<Row>({{\n{table}\n}});\nconstexpr Row kRows[] = {{\n{table}\n}};\n")

    def test_an_include_follows_a_declared_arrow(self):
        self.breaks("arrow", '#include "log/segment.hpp"\n', path="src/runtime/shard.cpp")
        self.breaks("arrow", '#include "sim/disk.hpp"\n')
        self.passes('#include "runtime/shard.hpp"\n#include "model/ids.hpp"\n#include "log/segment.hpp"\n')
        self.passes('#include "sim/disk.hpp"\n', path="src/log/segment_test.cpp")
        self.passes('#pragma once\n#include "sim/disk.hpp"\n', path="src/log/log_testing.hpp")
        self.passes('// #include "log/segment.hpp"\n', path="src/runtime/shard.cpp")

    def test_a_door_sees_no_engine(self):
        lists = {**LISTS, "src/admin/CMakeLists.txt": "wharf_room(NAME admin PATH admin LINKS wharf_log)",
                 "src/log/publish.hpp": '#pragma once\n#include "log/log_store.hpp"\n', "src/log/values.hpp": "#pragma once\n"}
        self.breaks("engine", '#include "log/publish.hpp"\n', path="src/admin/door.cpp", lists=lists)
        self.breaks("engine", '#include "log/log_store.hpp"\n', path="src/admin/door.cpp", lists=lists)
        self.passes('#include "log/values.hpp"\n', path="src/admin/door.cpp", lists=lists)
        self.passes('#include "log/publish.hpp"\n', path="src/admin/door_test.cpp", lists=lists)
        self.passes('#include "log/publish.hpp"\n', path="src/log/publish.cpp", lists=lists)

    def test_a_core_links_model_only(self):
        lists = {**LISTS, "src/queue/core/CMakeLists.txt": "wharf_room(NAME queue_core PATH queue/core LINKS wharf_model wharf_runtime)"}
        self.breaks("core", "int x;\n", lists=lists)

    def test_a_link_names_a_room(self):
        lists = {**LISTS, "src/queue/CMakeLists.txt": "wharf_room(NAME queue PATH queue LINKS wharf_modle)"}
        self.breaks("arrow", "int x;\n", lists=lists)

    def test_includes_are_full_paths(self):
        self.breaks("short-include", '#include "segment.hpp"\n')
        self.breaks("short-include", '#include "../model/ids.hpp"\n')

    def test_the_network_library_is_runtimes(self):
        self.breaks("network-library", "#include <boost/asio/post.hpp>\n")
        self.breaks("network-library", "#include <boost/beast.hpp>\n", path="src/log/segment_test.cpp")
        self.passes("#include <boost/asio/post.hpp>\n", path="src/runtime/shard.cpp")
        self.passes("#include <boost/beast/http/parser.hpp>\n", path="src/http/request_parser.cpp")
        self.breaks("network-library", "#include <boost/beast/http/read.hpp>\n", path="src/http/request_parser.cpp")
        self.breaks("network-library", "#include <boost/beast/core/tcp_stream.hpp>\n", path="src/http/connection.cpp")
        self.breaks("network-library", "#include <boost/asio/buffer.hpp>\n", path="src/http/connection.cpp")
        self.breaks("network-library", "#include <boost/beast/http/parser.hpp>\n", path="src/admin/routes.cpp")

    def test_tasks_are_started_by_a_scope(self):
        self.breaks("task-scope", "void f() { asio::co_spawn(io, run(), asio::detached); }\n")
        self.passes("void f() { asio::co_spawn(io, run(), asio::detached); }\n", path="src/runtime/task_scope.cpp")
        self.passes("// co_spawn is the scope's\n")

    def test_time_and_randomness_come_in_as_arguments(self):
        for text in ("auto t = std::chrono::steady_clock::now();", "auto t = system_clock::now();", "std::random_device d;",
                     "std::mt19937_64 g(1);", "int r = rand();"):
            self.breaks("clock", text + "\n")
            self.passes(text + "\n", path="src/runtime/clock.cpp")

    def test_a_test_may_draw_from_its_seed(self):
        self.passes("std::mt19937_64 g(seed);\n", path="src/log/segment_test.cpp")
        self.breaks("clock", "std::random_device d;\n", path="src/log/segment_test.cpp")

    def test_tests_do_not_sleep(self):
        test = "src/log/segment_test.cpp"
        self.breaks("sleep", "void f() { std::this_thread::sleep_for(1ms); }\n", path=test)
        self.breaks("sleep", "void f() { ::sleep(1); }\n", path=test)
        self.passes("void f() { clock.sleep(1ms); sleep(shard, 1ms); }\n", path=test)
        self.breaks("sleep", "import time\ntime.sleep(1)\n", path="tests/clients/kafka/python/groups.py")
        self.breaks("sleep", "  Thread.sleep(10);\n", path="tests/clients/kafka/java/Groups.java")
        self.breaks("sleep", "\ttime.Sleep(10)\n", path="tests/clients/kafka/go/groups.go")

    def test_a_client_suite_polls_in_one_place(self):
        poll = "import time\ndef eventually(condition):\n    while not condition():\n        time.sleep(0.1)\n"
        self.passes(poll, path="tests/clients/kafka/harness/cases.py")
        self.breaks("sleep", poll, path="tests/bench/cases.py")

    def test_lambda_coroutines_capture_nothing(self):
        self.breaks("coroutine-capture", "auto f = [this]() -> Task<void> { co_return; };\n")
        self.breaks("coroutine-capture", "run([&] { co_await step(); });\n")
        self.passes("auto f = [](int a) -> Task<void> { co_return; };\n")
        self.passes("auto f = [this] { run([](int a) -> Task<void> { co_await step(); }); };\n")
        self.passes("int a = table[i]; auto g = [&] { return 1; };\n")

    def test_what_is_awaited_goes_to_a_local(self):
        self.breaks("await-inside", "Task<void> run() { if (ready && co_await step()) co_return; }\n")
        self.breaks("await-inside", "Task<void> run() { take(co_await step()); }\n")
        self.passes("Task<void> run() { bool done = co_await step(); }\n")

    def test_coroutines_take_values(self):
        self.breaks("coroutine-reference", "Task<Result<int>> read(const File& file);\n")
        self.breaks("coroutine-reference", "Task<void> Shard::run(std::string&& name) { co_return; }\n")
        self.breaks("coroutine-reference", "auto f = [](File& file) -> Task<void> { co_return; };\n")
        self.passes("Task<void> serve(runtime::Shard& here, Shard& there);\n")
        self.passes("Task<void> run(File* file, std::function<void(const Error&)> report, std::vector<int> v);\n")

    def test_nothing_is_promised_for_later(self):
        for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"):
            self.breaks("promise", f"// {word}: later\n")

    def test_no_path_of_a_machine_is_committed(self):
        for start in ("/home/anna/x", "/root/x", "/work/main", "/Users/anna"):
            self.breaks("machine-path", f'open("{start}");\n')
        self.passes('open("/etc/hosts");\n')

    def test_code_is_ascii(self):
        self.breaks("ascii", "// caf\u00e9\n")

    def test_names_say_something(self):
        self.breaks("name", "class SegmentManager {};\n")
        self.breaks("name", "struct LogHelper : Base {};\n")

    def test_a_header_is_included_once(self):
        self.breaks("pragma-once", "int x;\n", path="src/log/segment.hpp")


class Reading(unittest.TestCase):
    def test_comments_and_strings_are_blanked_in_place(self):
        text = 'int a; // { "x"\nauto s = "}{"; char c = \'{\'; auto n = 1\'000;\nauto r = R"x({)x";\n'
        masked = cpp_text.mask(text)
        self.assertEqual(len(text), len(masked))
        self.assertNotIn("{", masked)
        self.assertIn("1'000", masked)

    def test_functions_are_found_in_classes_and_namespaces(self):
        text = "namespace n {\nstruct S final : Base {\n  int f() const { return 1; }\n  S(int a) : a_{a} { go(); }\n};\nvoid g(int b) {\n}\n}\n"
        self.assertEqual(["f", "S", "g"], [function.name for function in cpp_text.functions(cpp_text.mask(text))])


if __name__ == "__main__":
    unittest.main()
