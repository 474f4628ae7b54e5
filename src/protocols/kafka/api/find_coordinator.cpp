#include "protocols/kafka/api/find_coordinator.hpp"

#include "protocols/kafka/wire/message_codec.hpp"

namespace wharf::kafka {

// One field, one line.
// clang-format off
template <>
inline constexpr auto kTable<FindCoordinatorRequest> = message(
    versions_of(ApiKey::kFindCoordinator),
    Field<&FindCoordinatorRequest::key>{.until = 3},
    Field<&FindCoordinatorRequest::key_type>{.since = 1},
    Field<&FindCoordinatorRequest::coordinator_keys>{.since = 4});

template <>
inline constexpr auto kTable<FindCoordinatorResponse::Coordinator> = fields(
    Field<&FindCoordinatorResponse::Coordinator::key>{.since = 4},
    Field<&FindCoordinatorResponse::Coordinator::node_id>{.since = 4},
    Field<&FindCoordinatorResponse::Coordinator::host>{.since = 4},
    Field<&FindCoordinatorResponse::Coordinator::port>{.since = 4},
    Field<&FindCoordinatorResponse::Coordinator::error_code>{.since = 4},
    Field<&FindCoordinatorResponse::Coordinator::error_message>{.since = 4, .nullable_since = 4, .ignorable = true});

template <>
inline constexpr auto kTable<FindCoordinatorResponse> = message(
    versions_of(ApiKey::kFindCoordinator),
    Field<&FindCoordinatorResponse::throttle_time_ms>{.since = 1, .ignorable = true},
    Field<&FindCoordinatorResponse::error_code>{.until = 3},
    Field<&FindCoordinatorResponse::error_message>{.since = 1, .until = 3, .nullable_since = 1, .ignorable = true},
    Field<&FindCoordinatorResponse::node_id>{.until = 3},
    Field<&FindCoordinatorResponse::host>{.until = 3},
    Field<&FindCoordinatorResponse::port>{.until = 3},
    Field<&FindCoordinatorResponse::coordinators>{.since = 4});

// clang-format on
template struct Codec<FindCoordinatorRequest>;
template struct Codec<FindCoordinatorResponse>;

}  // namespace wharf::kafka
