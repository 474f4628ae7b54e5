#pragma once
// The server's configuration: a value for every key of server_keys.hpp and where it came from. Built once at the start,
// then read-only; copy it or share it by reference.
//
//   config.get<"log.segment.bytes">()      std::int64_t; an unknown name does not compile
//   config.get<"log.retention.ms">()       Milliseconds
//   config.get<"kafka.listen">()           const Endpoint&
//   config.get<"log.flush">() == "sync"    one of the key's choices
//
// Order of override: the file, then the environment (WHARF_KAFKA_LISTEN for kafka.listen), then flags. An unknown key
// or a bad value is an Error of one line that names the place and, where one is near, the key that was meant.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/server_keys.hpp"
#include "model/endpoint.hpp"
#include "model/error.hpp"
#include "model/time.hpp"

namespace wharf::config {

enum class Source : std::uint8_t { kDefault, kFile, kEnvironment, kFlag };

/// One wish: a key, its value as text, and the place to name in an error ("wharf.toml:12", "--set").
struct Setting {
  std::string name;
  std::string value;
  Source source = Source::kFlag;
  std::string place;
};

/// What the program was started with. Nothing is read here: whoever calls brings the file's text and the environment.
struct Inputs {
  std::string file_name;                                         // for messages
  std::string file_text;                                         // TOML; empty when there is no file
  std::vector<std::pair<std::string, std::string>> environment;  // every variable; others than WHARF_* are passed over
  std::vector<Setting> flags;                                    // in the order given; the last wins
};

/// A string literal as a template argument.
template <std::size_t Size>
struct KeyName {
  std::array<char, Size> text{};
  consteval KeyName(const char (&literal)[Size]) {
    std::copy_n(literal, Size, text.begin());
  }  // NOLINT: implicit by design
  constexpr std::string_view view() const { return {text.data(), Size - 1}; }
};

class ServerConfig {
 public:
  /// Every key at its default.
  ServerConfig();
  static Result<ServerConfig> load(const Inputs& inputs);
  /// Defaults with a few changes, for tests: `ServerConfig::with({{"log.flush", "async"}})`. Asserts that they are
  /// valid.
  static ServerConfig with(const std::vector<std::pair<std::string, std::string>>& changes);

  template <KeyName Name>
  decltype(auto) get() const {
    constexpr std::size_t kIndex = server_key_index(Name.view());
    static_assert(kIndex < kServerKeys.size(), "no such key in server_keys.hpp");
    return read<kServerKeys[kIndex].type>(values_[kIndex]);
  }

  /// Sets one key. The error names the place and the key.
  Result<void> set(const Setting& setting);

  // By place in kServerKeys:
  /// The value as a person would write it: 1GiB, 7d, sync.
  std::string text(std::size_t index) const;
  /// The value in bare units, as Kafka's clients expect it: 1073741824, 604800000.
  std::string bare_text(std::size_t index) const;
  Source source(std::size_t index) const { return origins_[index].source; }
  const std::string& place(std::size_t index) const { return origins_[index].place; }

 private:
  using Value = std::variant<bool, std::int64_t, double, std::string, std::optional<Endpoint>>;
  struct Origin {
    Source source = Source::kDefault;
    std::string place;
  };

  Result<void> apply(const Inputs& inputs);
  static Result<Value> parse(const ServerKey& key, std::string_view text);
  Result<void> check() const;

  template <KeyType Type>
  static decltype(auto) read(const Value& value) {
    if constexpr (Type == KeyType::kBool) {
      return bool(*std::get_if<bool>(&value));
    } else if constexpr (Type == KeyType::kInteger || Type == KeyType::kBytes) {
      return std::int64_t(*std::get_if<std::int64_t>(&value));
    } else if constexpr (Type == KeyType::kDuration) {
      return Milliseconds(*std::get_if<std::int64_t>(&value));
    } else if constexpr (Type == KeyType::kRatio) {
      return double(*std::get_if<double>(&value));
    } else if constexpr (Type == KeyType::kEndpoint) {
      return static_cast<const Endpoint&>(**std::get_if<std::optional<Endpoint>>(&value));
    } else if constexpr (Type == KeyType::kOptionalEndpoint) {
      return static_cast<const std::optional<Endpoint>&>(*std::get_if<std::optional<Endpoint>>(&value));
    } else {
      return static_cast<const std::string&>(*std::get_if<std::string>(&value));
    }
  }

  std::array<Value, kServerKeys.size()> values_;
  std::array<Origin, kServerKeys.size()> origins_;
};

/// kafka.listen -> WHARF_KAFKA_LISTEN
std::string environment_name(std::string_view key);

}  // namespace wharf::config
