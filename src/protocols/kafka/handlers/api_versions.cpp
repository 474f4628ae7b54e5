#include "protocols/kafka/handlers/handlers.hpp"

namespace wharf::kafka {

runtime::Task<ApiVersionsResponse> handle([[maybe_unused]] RequestContext context, [[maybe_unused]] ApiVersionsRequest request) {
  ApiVersionsResponse response;
  for (const Api& api : kApis) response.api_keys.push_back({api.key, api.versions.lowest, api.versions.highest});
  co_return response;
}

}  // namespace wharf::kafka
