#include "protocols/kafka/handlers/handlers.hpp"

namespace wharf::kafka {
namespace {

constexpr std::int16_t kFirstVersionWithSoftware = 3;

/// KIP-511: letters, digits, dots and dashes, the first and the last neither dot nor dash.
bool is_software_name(std::string_view text) {
  auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (text.empty() || !is_plain(text.front()) || !is_plain(text.back())) return false;
  return std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '.' || c == '-'; });
}

}  // namespace

runtime::Task<ApiVersionsResponse> handle(RequestContext context, ApiVersionsRequest request) {
  ApiVersionsResponse response;
  if (context.header.api_version >= kFirstVersionWithSoftware &&
      !(is_software_name(request.client_software_name) && is_software_name(request.client_software_version))) {
    response.error_code = KafkaError::kInvalidRequest;
    co_return response;
  }
  for (const Api& api : kApis) response.api_keys.push_back({api.key, api.versions.lowest, api.versions.highest});
  co_return response;
}

}  // namespace wharf::kafka
