#include "config/server_config.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/toml_settings.hpp"

namespace wharf::config {
namespace {

using testing::HasSubstr;

std::string error_of(const Inputs& inputs) {
  const Result<ServerConfig> config = ServerConfig::load(inputs);
  return config ? "" : config.error().message;
}

Inputs file(std::string text) {
  return {"wharf.toml", std::move(text), {}, {}};
}
Inputs flag(std::string name, std::string value) {
  return {"", "", {}, {{std::move(name), std::move(value), Source::kFlag, "--set"}}};
}

TEST(ServerConfig, DefaultsAreTypedByTheTable) {
  const ServerConfig config;
  EXPECT_EQ(config.get<"kafka.listen">(), (Endpoint{"127.0.0.1", 9092}));
  EXPECT_EQ(config.get<"kafka.advertised">(), std::nullopt);
  EXPECT_EQ(config.get<"log.segment.bytes">(), 1 << 30);
  EXPECT_EQ(config.get<"log.retention.ms">(), std::chrono::days(7));
  EXPECT_EQ(config.get<"log.cleaner.min.cleanable.ratio">(), 0.5);
  EXPECT_EQ(config.get<"log.flush">(), "sync");
  EXPECT_FALSE(config.get<"data.memory">());
  static_assert(std::is_same_v<decltype(config.get<"log.retention.ms">()), Milliseconds>);
  static_assert(std::is_same_v<decltype(config.get<"data.memory">()), bool>);
}

TEST(ServerConfig, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  Inputs inputs = file("[log]\nflush = 'async'\nlevel = 'debug'\nformat = 'json'\n");
  inputs.environment = {{"PATH", "/bin"}, {"WHARF_LOG_LEVEL", "warn"}, {"WHARF_LOG_FORMAT", "text"}};
  inputs.flags = {{"log.format", "json", Source::kFlag, "--set"}};
  const Result<ServerConfig> config = ServerConfig::load(inputs);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->get<"log.flush">(), "async");
  EXPECT_EQ(config->get<"log.level">(), "warn");
  EXPECT_EQ(config->get<"log.format">(), "json");
  EXPECT_EQ(config->source(server_key_index("log.flush")), Source::kFile);
  EXPECT_EQ(config->place(server_key_index("log.flush")), "wharf.toml:2");
  EXPECT_EQ(config->source(server_key_index("log.level")), Source::kEnvironment);
  EXPECT_EQ(config->source(server_key_index("log.format")), Source::kFlag);
  EXPECT_EQ(config->source(server_key_index("data.dir")), Source::kDefault);
}

TEST(ServerConfig, ADottedKeyANestedKeyAndANumberMeanTheSame) {
  for (const char* text : {"kafka.listen = '[::1]:0'\nlog.segment.bytes = 1048576",
                           "[kafka]\nlisten = '[::1]:0'\n[log.segment]\nbytes = '1MiB'",
                           "'kafka.listen' = '[::1]:0'\n'log.segment.bytes' = '1024KiB'"}) {
    const Result<ServerConfig> config = ServerConfig::load(file(text));
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(config->get<"kafka.listen">(), (Endpoint{"::1", 0}));
    EXPECT_EQ(config->get<"log.segment.bytes">(), 1 << 20);
  }
}

TEST(ServerConfig, AnUnknownKeyNamesThePlaceAndTheKeyThatWasMeant) {
  EXPECT_EQ(error_of(file("\n[kafka]\nlistn = ':0'")),
            "wharf.toml:3: unknown key 'kafka.listn'; did you mean 'kafka.listen'?");
  EXPECT_EQ(error_of(flag("log.flsh", "sync")), "--set: unknown key 'log.flsh'; did you mean 'log.flush'?");
  EXPECT_EQ(error_of({"", "", {{"WHARF_KAFKA_LISTN", "x"}}, {}}),
            "environment: unknown key 'WHARF_KAFKA_LISTN'; did you mean 'kafka.listen'?");
  EXPECT_EQ(error_of(flag("zookeeper.connect", "a")),
            "--set: unknown key 'zookeeper.connect'; `wharf config` lists them all");
}

TEST(ServerConfig, ABadValueSaysWhatIsAllowed) {
  EXPECT_EQ(error_of(flag("log.flush", "maybe")), "--set: 'log.flush' must be one of sync | async, not 'maybe'");
  EXPECT_EQ(error_of(flag("log.segment.bytes", "1KiB")),
            "--set: 'log.segment.bytes' must be at least 1MiB, not '1KiB'");
  EXPECT_EQ(error_of(flag("shards", "1025")), "--set: 'shards' must be at most 1024, not '1025'");
  EXPECT_EQ(error_of(flag("log.retention.ms", "1w")),
            "--set: 'log.retention.ms' must be a number of milliseconds, or one with ms, s, m, h or d, not '1w'");
  EXPECT_EQ(error_of(flag("log.cleaner.min.cleanable.ratio", "1.5")),
            "--set: 'log.cleaner.min.cleanable.ratio' must be at most 1, not '1.5'");
  EXPECT_EQ(error_of({"", "", {{"WHARF_KAFKA_LISTEN", "9092"}}, {}}),
            "WHARF_KAFKA_LISTEN: 'kafka.listen' must be host:port or [ipv6]:port, not '9092'");
}

TEST(ServerConfig, SettingsThatContradictEachOtherAreRefused) {
  EXPECT_THAT(error_of(flag("group.min.session.timeout.ms", "1h")), HasSubstr("must not be above"));
  EXPECT_THAT(error_of(flag("log.cleaner.max.compaction.lag.ms", "1")), testing::IsEmpty());
  EXPECT_THAT(error_of(flag("data.dir", "")), HasSubstr("must not be empty"));
}

TEST(ServerConfig, VariablesOfKubernetesAndOfTestSuitesAreNoKeys) {
  const Inputs inputs{"",
                      "",
                      {{"WHARF_SERVICE_HOST", "10.0.0.1"},
                       {"WHARF_SERVICE_PORT", "1"},
                       {"WHARF_SERVICE_PORT_KAFKA", "9092"},
                       {"WHARF_PORT", "tcp://10.0.0.1:9092"},
                       {"WHARF_PORT_9092_TCP_ADDR", "10.0.0.1"},
                       {"WHARF_ADMIN_SERVICE_HOST", "10.0.0.1"},
                       {"WHARF_ADMIN_PORT_80_TCP", "tcp://10.0.0.1:80"},
                       {"WHARF_CONFIG", "a.toml"},
                       {"WHARF_ADMIN_URL", "http://a:1"},
                       {"WHARF_ADMIN_PASSWORD", "a"},
                       {"WHARF_BOOTSTRAP", "a:1"}},
                      {}};
  EXPECT_EQ(error_of(inputs), "");
}

TEST(ServerConfig, AnErrorIsOneLineWhateverWasGiven) {
  EXPECT_EQ(error_of(flag("log.flush", "a\nb\x1b[31m")).find_first_of("\n\x1b"), std::string::npos);
  EXPECT_LT(error_of(flag("log.flush", std::string(100'000, 'x'))).size(), 400u);
}

TEST(ServerConfig, EveryValuePrintsAndReadsBackTheSame) {
  const ServerConfig defaults;
  for (std::size_t i = 0; i < kServerKeys.size(); ++i) {
    ServerConfig again;
    const auto done = again.set({std::string(kServerKeys[i].name), defaults.text(i), Source::kFlag, "--set"});
    ASSERT_TRUE(done.has_value()) << done.error().message;
    EXPECT_EQ(again.bare_text(i), defaults.bare_text(i)) << kServerKeys[i].name;
  }
}

TEST(ServerKeys, NamesAreUniqueAndNoneIsTheTableOfAnother) {
  std::set<std::string> names, variables;
  for (const ServerKey& key : kServerKeys) {
    EXPECT_TRUE(names.insert(std::string(key.name)).second) << key.name;
    EXPECT_TRUE(variables.insert(environment_name(key.name)).second) << key.name;
    EXPECT_TRUE(key.sentence.ends_with('.')) << key.name;
  }
  for (const std::string& name : names) {  // "a" and "a.b" cannot both stand in one TOML file
    const auto next = names.lower_bound(name + ".");
    EXPECT_FALSE(next != names.end() && next->starts_with(name + ".")) << name << " and " << *next;
  }
}

TEST(TomlSettings, WhatIsNoSettingIsAnErrorWithItsLine) {
  EXPECT_THAT(settings_of_toml("w.toml", "a = 1\nb = [1]").error().message, HasSubstr("w.toml:2: 'b' must be a text"));
  EXPECT_THAT(settings_of_toml("w.toml", "a = 1\n[/b]\n").error().message, HasSubstr("w.toml:2: "));
  EXPECT_THAT(settings_of_toml("w.toml", "a = 1\nb = \n").error().message, HasSubstr("w.toml:2: "));
  EXPECT_THAT(settings_of_toml("w.toml", "'a.b' = 1\na.b = 2").error().message, HasSubstr("'a.b' is set twice"));
  EXPECT_THAT(settings_of_toml("w.toml", "a = 2026-01-01").error().message, HasSubstr("'a' must be a text"));
  EXPECT_EQ(settings_of_toml("w.toml", "a = 0.5\nb = true\nc = 0x10")->size(), 3u);
  EXPECT_EQ(settings_of_toml("w.toml", "")->size(), 0u);
}

TEST(TomlSettings, AControlCharacterIsAnErrorWithItsLine) {
  const std::string zero("a = 1\n[\0kafka]\nlisten = 1", 25);
  EXPECT_THAT(settings_of_toml("w.toml", zero).error().message, HasSubstr("w.toml:2: the control character 0x00"));
  EXPECT_EQ(settings_of_toml("w.toml", "a = 1\r\n\tb = 2\r\n")->size(), 2u);
}

TEST(TomlSettings, LettersBeyondAsciiStandInCommentsAndQuotesOnly) {
  const auto settings = settings_of_toml("w.toml",
                                         "# Gr\xc3\xb6sse\na = '/tmp/\xc3\xbc'  # \xc3\x9f\nb = \"\\\"\xc3\xbc\"\nc = "
                                         "\"\"\"\n\"x\"\"\"\"\nd=\"\xc3\xbc\"\ne.'f' = '\xc3\xbc'\n");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_THAT(settings->front().value, "/tmp/\xc3\xbc");
  for (const char* misplaced :
       {"a = 1\n\xc3\xbc = 1", "a = 1\nb = \xc3\xbc", "a = 1\n'b' \xc3\xbc = 1", "a = 1\nb = \"\"\xc3\xbc",
        "\na = \"\"\"x\\ \xc3\xbc\"\"\"", "\na = 5\"\xc3\xbcMiB\"", "\na = 8'8=\"5\xc3\xbc\""}) {
    EXPECT_THAT(settings_of_toml("w.toml", misplaced).error().message, HasSubstr("w.toml:2: a letter beyond ASCII"))
        << misplaced;
  }
}

TEST(TomlSettings, NumbersNeedNoQuotesWhereANumberIsMeant) {
  Result<ServerConfig> config = ServerConfig::load(
      file("shards = 2\nmessage.max.bytes = 2e6\nlog.roll.ms = 3600000\nlog.cleaner.min.cleanable.ratio = 1\n"
           "node.id = 7.0\nmemory.limit.bytes = 1_048_576\n"));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->get<"shards">(), 2);
  EXPECT_EQ(config->get<"message.max.bytes">(), 2'000'000);
  EXPECT_EQ(config->get<"log.roll.ms">(), Milliseconds(3'600'000));
  EXPECT_EQ(config->get<"log.cleaner.min.cleanable.ratio">(), 1.0);
  EXPECT_EQ(config->get<"node.id">(), 7);
  EXPECT_EQ(config->get<"memory.limit.bytes">(), 1'048'576);
  EXPECT_THAT(settings_of_toml("w.toml", "a = 2.5")->front().value, "2.5");
}

TEST(TomlSettings, DeepNestingIsAnErrorNotACrash) {
  const std::string deep = "a = " + std::string(100'000, '[');
  EXPECT_FALSE(settings_of_toml("w.toml", deep).has_value());
  std::string dotted = "a";
  for (int i = 0; i < 2'000; ++i) dotted += ".a";
  const auto settings = settings_of_toml("w.toml", dotted + " = 1");
  EXPECT_TRUE(!settings || settings->size() == 1);
}

}  // namespace
}  // namespace wharf::config
