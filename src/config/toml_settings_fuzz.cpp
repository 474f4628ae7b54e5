// Any bytes as a configuration file: an error of one line, or a configuration that prints and reads back the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "config/server_config.hpp"
#include "model/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wharf::config;
  Inputs inputs;
  inputs.file_name = "wharf.toml";
  inputs.file_text.assign(reinterpret_cast<const char*>(data), size);
  const wharf::Result<ServerConfig> config = ServerConfig::load(inputs);
  if (!config) {
    WHARF_ASSERT(!config.error().message.empty());
    return 0;
  }
  for (std::size_t i = 0; i < kServerKeys.size(); ++i) {
    ServerConfig again;
    const auto done = again.set({std::string(kServerKeys[i].name), config->text(i), Source::kFlag, "--set"});
    WHARF_ASSERT(done.has_value());
    WHARF_ASSERT(again.bare_text(i) == config->bare_text(i));
  }
  return 0;
}
