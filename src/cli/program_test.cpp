#include "cli/program.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace wharf::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> arguments) {
  std::ostringstream out, err;
  arguments.insert(arguments.begin(), "wharf");
  const int code = run_program(arguments, {out, err});
  return {code, out.str(), err.str()};
}

/// A file of its own for one test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Program, HelpNamesEveryCommand) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {"--help"}, {"-h"}, {"help"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kDone);
    for (const Command& command : commands())
      EXPECT_THAT(outcome.out, HasSubstr(fmt::format("       {:<10} {}\n", command.name, command.summary)));
  }
}

TEST(Program, EveryCommandHasAManualPageOfLinesThatFitATerminal) {
  for (const Command& command : commands()) {
    const Outcome outcome = run({std::string(command.name), "--help"});
    EXPECT_EQ(outcome.code, kDone);
    for (const char* title : {"NAME\n", "SYNOPSIS\n", "DESCRIPTION\n", "OPTIONS\n", "EXIT STATUS\n", "EXAMPLES\n"}) {
      EXPECT_THAT(outcome.out, HasSubstr(title)) << command.name;
    }
    EXPECT_EQ(outcome.out, run({"help", std::string(command.name)}).out);
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100u) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Program, EveryActionOfACommandHasAPageOfItsOwn) {
  for (const Command& command : commands()) {
    CLI::App app;
    const cli::Run held = command.declare(&app);
    for (const CLI::App* action : app.get_subcommands({})) {
      const std::string name = action->get_name();
      const Outcome outcome = run({std::string(command.name), name, "--help"});
      EXPECT_EQ(outcome.code, kDone);
      EXPECT_THAT(outcome.out, StartsWith(fmt::format("NAME\n       wharf {} {} - ", command.name, name)));
      EXPECT_THAT(outcome.out, HasSubstr(fmt::format("\nEXAMPLES\n       wharf {} {}", command.name, name)));
      for (const CLI::Option* option : action->get_options()) EXPECT_THAT(outcome.out, HasSubstr(option->get_name()));
      EXPECT_THAT(outcome.out, testing::AnyOf(HasSubstr("--bootstrap BROKERS"), HasSubstr("--url URL")));
      EXPECT_EQ(outcome.out, run({"help", std::string(command.name), name}).out);
      EXPECT_THAT(run({std::string(command.name), "--help"}).out,
                  HasSubstr(fmt::format("wharf {} {} [OPTIONS]", command.name, name)));
      std::istringstream lines(outcome.out);
      for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
    }
  }
}

TEST(Program, ACommandWithActionsWantsOne) {
  EXPECT_EQ(run({"topic"}).code, kUsage);
  EXPECT_THAT(run({"topic"}).err, StartsWith("wharf: an action is missing: list, create, describe, alter, delete; "));
  EXPECT_EQ(run({"topic", "lst"}).code, kUsage);
  EXPECT_EQ(run({"topic", "create"}).err, "wharf: TOPIC is required; `wharf topic create --help` explains\n");
}

TEST(Program, AMisspeltActionOrOptionIsNamedWithTheOneThatWasMeant) {
  const auto says = [](std::vector<std::string> arguments, const std::string& sentence) {
    const Outcome outcome = run(std::move(arguments));
    EXPECT_EQ(outcome.code, kUsage);
    EXPECT_THAT(outcome.err, StartsWith("wharf: " + sentence + " `wharf "));
  };
  says({"topic", "lsit"}, "unknown action 'lsit'; did you mean 'list'?");
  says({"topic", "lsit", "--json"}, "unknown action 'lsit'; did you mean 'list'?");
  says({"help", "topic", "lsit"}, "unknown action 'lsit'; did you mean 'list'?");
  says({"consume", "--tpoic", "x"}, "unknown option '--tpoic'; did you mean '--topic'?");
  says({"consume", "--tpoic=x"}, "unknown option '--tpoic'; did you mean '--topic'?");
  says({"topic", "create", "t", "--partions", "3"}, "unknown option '--partions'; did you mean '--partitions'?");
  says({"topic", "create", "t", "--bootstap", "h:1"}, "unknown option '--bootstap'; did you mean '--bootstrap'?");
  says({"produce", "-x"}, "unknown option '-x';");
  says({"topic", "list", "extra"}, "'extra' is one argument too many;");
}

TEST(Program, AValueOutOfItsRangeIsToldWhatItMustBe) {
  EXPECT_EQ(run({"topic", "create", "t", "--partitions", "0"}).err,
            "wharf: --partitions: must be at least 1; `wharf topic create --help` explains\n");
  EXPECT_THAT(run({"topic", "create", "t", "--partitions", "99999999999999999999"}).err,
              HasSubstr("--partitions: must be at most 1000000;"));
  EXPECT_THAT(run({"consume", "-t", "t", "--count", "0"}).err, HasSubstr("--count: must be at least 1;"));
  EXPECT_THAT(run({"consume", "-t", "t", "--count", "many"}).err, HasSubstr("--count: 'many' is no whole number;"));
  EXPECT_THAT(run({"bench", "produce", "-t", "t", "--seconds", "0"}).err, HasSubstr("--seconds: must be above 0;"));
  EXPECT_THAT(run({"bench", "produce", "-t", "t", "--warmup", "-1"}).err, HasSubstr("--warmup: must be at least 0;"));
}

TEST(Program, ABadAddressIsAUsageError) {
  const Outcome outcome = run({"topic", "list", "--bootstrap", "host:port"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_EQ(outcome.err, "wharf topic: --bootstrap: 'host:port': the port is no number from 1 to 65535\n");
}

TEST(Program, ABrokerThatIsNotThereIsAFailureInOneLine) {
  const Outcome outcome = run({"consume", "--topic", "t", "--bootstrap", "127.0.0.1:1"});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.err, "wharf consume: cannot connect to 127.0.0.1:1: Connection refused\n");
}

TEST(Program, AnAdminAddressIsHttpAndHasAPort) {
  const auto says = [](const std::string& url, const std::string& sentence) {
    const Outcome outcome = run({"user", "list", "--url", url});
    EXPECT_EQ(outcome.code, kUsage);
    EXPECT_EQ(outcome.err, "wharf user: --url: " + sentence + "\n");
  };
  says("https://host:1", "https is not spoken yet");
  says("http://host", "'host': the port is missing");
  says("http://host:port", "'host:port': the port is no number from 1 to 65535");
  says("http://me:secret@host:1", "'me:secret@host:1' is not http://HOST:PORT");
}

TEST(Program, AnAdminPortThatIsNotThereIsAFailureInOneLine) {
  for (const std::string command : {"user", "vhost", "queue", "exchange", "binding"}) {
    const Outcome outcome = run({command, "list", "--url", "http://127.0.0.1:1"});
    EXPECT_EQ(outcome.code, kFailed);
    EXPECT_EQ(outcome.err, "wharf " + command + ": cannot connect to 127.0.0.1:1: Connection refused\n");
  }
}

TEST(Program, AnArgumentThatIsNoneIsAUsageError) {
  const Outcome outcome = run({"queue", "create", "q", "--argument", "x-max-length"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_EQ(outcome.err, "wharf queue: --argument: 'x-max-length' is not KEY=VALUE\n");
}

TEST(Program, ExamplesOfTheManualPagesAreUnderstood) {
  for (const Command& command : commands()) {
    std::istringstream lines{std::string(command.examples)};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(' ')) continue;
      for (std::string more; line.ends_with('\\') && std::getline(lines, more);)
        line = line.substr(0, line.size() - 1) + more;
      const std::string start = fmt::format("wharf {}", command.name);
      ASSERT_THAT(line, StartsWith(start));
      CLI::App app;
      const cli::Run held = command.declare(&app);  // holds what the options write to
      EXPECT_NO_THROW(app.parse(line.substr(start.size(), std::min(line.find(" > "), line.find(" < ")) - start.size())))
          << line;
    }
  }
}

TEST(Program, WhatIsNotUnderstoodEndsWithTwoAndOneLine) {
  EXPECT_EQ(run({"confg"}).code, kUsage);
  EXPECT_EQ(run({"confg"}).err, "wharf: unknown command 'confg'; did you mean 'config'?\n");
  EXPECT_EQ(run({"frobnicate"}).err, "wharf: unknown command 'frobnicate'; `wharf --help` lists them\n");
  EXPECT_EQ(run({"help", "frobnicate"}).code, kUsage);
  EXPECT_EQ(run({"--data", "x", "config"}).code, kUsage);
  EXPECT_EQ(run({"config", "--bad"}).code, kUsage);
  EXPECT_THAT(run({"config", "--bad"}).err, HasSubstr("`wharf config --help` explains"));
}

TEST(Program, VersionIsOneLine) {
  EXPECT_THAT(run({"--version"}).out, testing::MatchesRegex("wharf [0-9.]+\n"));
}

TEST(ConfigCommand, PrintsEveryKeyWithItsValueAndOrigin) {
  const TemporaryFile file("[log]\nflush = 'async'\n");
  const Outcome outcome = run({"config", "--config", file.path(), "--set", "shards=2", "--set", "node.id=7"});
  EXPECT_EQ(outcome.code, kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{:<42} {:<22} {}:2\n", "log.flush", "async", file.path())));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{:<42} {:<22} --set\n", "node.id", "7")));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{:<42} {:<22} default\n", "log.segment.bytes", "1GiB")));
}

TEST(ConfigCommand, ChangedLeavesTheDefaultsOut) {
  EXPECT_EQ(run({"config", "--changed"}).out, "");
  const Outcome outcome = run({"config", "--changed", "--memory", "--data", "d"});
  EXPECT_THAT(outcome.out, HasSubstr("--memory"));
  EXPECT_THAT(outcome.out, HasSubstr("--data"));
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 2);
}

TEST(ConfigCommand, FreePortsAreThoseThatNothingElseNames) {
  const Outcome outcome =
      run({"config", "--changed", "--free-ports", "--set", "amqp.listen=127.0.0.1:5673", "--set", "mqtt.listen="});
  EXPECT_EQ(outcome.code, kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{:<42} {:<22} --free-ports\n", "kafka.listen", "127.0.0.1:0")));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{:<42} {:<22} --free-ports\n", "stomp.ws_listen", "127.0.0.1:0")));
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{:<42} {:<22} --set\n", "amqp.listen", "127.0.0.1:5673")));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("mqtt.listen +--set\n"));
}

TEST(ConfigCommand, ItsOwnFileReadsBackTheSame) {
  const std::vector<std::string> changes{"--set", "log.flush=async",    "--set", R"(data.dir=a "quoted" \ folder)",
                                         "--set", "log.retention.ms=2d"};
  std::vector<std::string> print{"config", "--toml"};
  print.insert(print.end(), changes.begin(), changes.end());
  const TemporaryFile file(run(print).out);
  const Outcome outcome = run({"config", "--config", file.path(), "--changed"});
  EXPECT_EQ(outcome.code, kDone) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(R"(a "quoted" \ folder)"));
  EXPECT_THAT(outcome.out, HasSubstr("2d"));
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 3);
}

TEST(ConfigCommand, CheckSaysWhatTheServerWouldSay) {
  EXPECT_EQ(run({"config", "--check"}).out, "the configuration is valid\n");
  const Outcome outcome = run({"config", "--check", "--set", "log.flush=maybe"});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.err, "--set: 'log.flush' must be one of sync | async, not 'maybe'\n");
  EXPECT_EQ(run({"config", "--set", "log.flsh=async"}).code, kUsage);
  EXPECT_EQ(run({"config", "--set", "log.flush"}).err, "--set: 'log.flush' is not KEY=VALUE\n");
  EXPECT_THAT(run({"config", "--config", "no/such.toml"}).err, HasSubstr("no/such.toml: cannot be read: "));
  EXPECT_EQ(run({"config", "--config", "."}).code, kFailed);
}

TEST(ConfigCommand, ExplainsOneKey) {
  EXPECT_THAT(run({"config", "log.flush", "--set", "log.flush=async"}).out,
              HasSubstr("value        async (--set)\ndefault      sync\n"));
  const Outcome outcome = run({"config", "log.flsh"});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_EQ(outcome.err, "wharf config: unknown key 'log.flsh'; did you mean 'log.flush'?\n");
}

TEST(ConfigCommand, ExplainsATopicsKeyWithItsDefaultHere) {
  const std::string explained = run({"config", "retention.ms", "--set", "log.retention.ms=2d"}).out;
  EXPECT_THAT(explained, HasSubstr("retention.ms (a topic's setting)\n"));
  EXPECT_THAT(explained, HasSubstr("default      172800000 (from log.retention.ms)\n"));
  EXPECT_THAT(explained, HasSubstr("wharf topic alter NAME --set retention.ms=..."));
  EXPECT_THAT(run({"config", "cleanup.policy"}).out, HasSubstr("choices      "));
}

TEST(ConfigCommand, SaysWhatAMachinesOwnNumberIs) {
  EXPECT_THAT(run({"config", "shards"}).out,
              testing::ContainsRegex("value        0 \\(here: [1-9][0-9]*\\) \\(default\\)"));
  EXPECT_THAT(run({"config"}).out, testing::ContainsRegex("memory.limit.bytes +0 \\(here: [1-9][0-9]*MiB\\)"));
  EXPECT_THAT(run({"config", "shards", "--set", "shards=3"}).out, HasSubstr("value        3 (--set)"));
}

TEST(ServeCommand, AFolderAndNoFolderIsAMistake) {
  const Outcome outcome = run({"serve", "--memory", "--data", "no/such"});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_EQ(
      outcome.err,
      "wharf serve: --memory keeps nothing on disk, --data names a folder to keep everything in: give one of them\n");
}

TEST(DoctorCommand, LeavesNothingBehindAndMakesNoFolder) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "doctor";
  std::filesystem::create_directories(folder);
  const Outcome outcome = run({"doctor", "--data", (folder / "not" / "yet").string(), "--free-ports"});
  EXPECT_THAT(outcome.out, HasSubstr(folder.string()));
  EXPECT_THAT(outcome.out, HasSubstr("kafka.listen: any free port of 127.0.0.1"));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

TEST(DoctorCommand, InMemoryNoDiskIsLookedAt) {
  const Outcome outcome = run({"doctor", "--memory", "--free-ports"});
  EXPECT_THAT(outcome.out, testing::Not(HasSubstr("data folder")));
}

}  // namespace
}  // namespace wharf::cli
