#pragma once
// Whether definitions can be carried out on top of what there is, tried without touching anything: what is refused
// is refused before the first change. On a thread of its own; looks at nothing but what it is given.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "admin/management/definitions.hpp"

namespace wharf::management {

/// What there is, as far as definitions can run into it.
struct KnownVhost {
  std::vector<routing::Exchange> exchanges;
  std::set<std::string, std::less<>> queues, log_topics;
};
struct KnownThings {
  std::set<std::string, std::less<>> users;
  std::map<std::string, KnownVhost, std::less<>> vhosts;
};

/// The first thing that cannot be, in a sentence; none: all can. Fills in what queues' arguments mean, and which
/// destinations of bindings are log topics; what there is already is left out of the definitions.
std::optional<std::string> check_definitions(Definitions& definitions, const KnownThings& known,
                                             std::uint64_t stream_batch_bytes);

}  // namespace wharf::management
