#include "cli/dialect.hpp"

#include <utility>

#include <fmt/format.h>

namespace wharf::cli {

Result<void> of_key(std::string_view key, Result<void> opened) {
  if (opened) return opened;
  return fail(opened.error().code, fmt::format("{}: {}", key, opened.error().message));
}

std::unique_ptr<runtime::OpenPort> client_port(const DialectSurroundings& with, std::string_view name,
                                               runtime::OpenPort::Welcome welcome) {
  runtime::PortOptions options{.name = name,
                               .max_connections = static_cast<std::size_t>(with.config.get<"connections.limit">()),
                               .descriptors = &with.descriptors};
  return std::make_unique<runtime::OpenPort>(options, with.shards, std::move(welcome), with.network, with.logger);
}

Result<std::unique_ptr<Dialect>> open_at(std::unique_ptr<Dialect> dialect, std::string_view key,
                                         const Endpoint& endpoint) {
  Result<void> opened = of_key(key, dialect->port().open(endpoint));
  if (!opened) return fail(opened.error());
  return dialect;
}

}  // namespace wharf::cli
