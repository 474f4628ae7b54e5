#pragma once
// Port: values that are kept under names, for the admin port: nothing in the node itself acts on them.
// A change is answered when it is kept.
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "runtime/shard.hpp"
#include "runtime/task.hpp"

namespace wharf::broker {

enum class ParameterKind : std::uint8_t {
  kGlobal,     // RabbitMQ's global parameters, by name
  kNamespace,  // what is said of a namespace, by its name
  kToken,      // the admin port's tokens, by id (admin/json_http/tokens.hpp); never told to anybody
};

inline constexpr std::size_t kParameterNameBytesMax = 255;
inline constexpr std::size_t kParameterBytesMax = 64u << 10;

class Parameters {
 public:
  using ByName = std::map<std::string, std::string, std::less<>>;  // values as JSON

  virtual ~Parameters() = default;
  virtual runtime::Task<ByName> list(runtime::Shard& here, ParameterKind kind) = 0;
  /// None: it is not there.
  virtual runtime::Task<std::optional<std::string>> find(runtime::Shard& here, ParameterKind kind,
                                                         std::string name) = 0;
  /// Without a value it is taken away; one that is not there is already. kInvalidName: none, or too long; kTooLarge.
  virtual runtime::Task<Result<void>> set(runtime::Shard& here, ParameterKind kind, std::string name,
                                          std::optional<std::string> value) = 0;
};

}  // namespace wharf::broker
