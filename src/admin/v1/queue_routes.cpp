// Paths about queues and delayed messages below this root, for the document: the management API serves them, since they
// speak of AMQP's properties. That it has each of them a test of the admin room says.
#include "admin/v1/queue_shapes.hpp"
#include "admin/v1/routes.hpp"

namespace wharf::v1 {
namespace {

using namespace fields;
using namespace shapes;

constexpr Field kPeekFields[] = {
    text("from", "Begin at this position, such as an answer's next.").optional(),
    count("count", "Messages at most (20).").between(0, 1000).optional(),
    text("where", "Only messages that match this selector (docs/selectors.md).").optional(),
    count("truncate", "Bodies are cut to so many bytes.").between(0, 16 << 20).optional(),
    text("encoding", "base64: all bodies so; else those that are no UTF-8.").one_of("auto|base64").optional(),
};
constexpr Field kDropFields[] = {
    count("oldest", "So many of the oldest.").optional(),
    text("where", "Those that match this selector. One of the two is given.").optional(),
};
constexpr Field kDelayedFields[] = {
    count("count", "Messages at most (100).").between(1, 1000).optional(),
    text("after", "Go on behind this id.").optional(),
};

constexpr Route kRoutes[] = {
    {"GET",
     "/queues/{vhost}/{name}/storage",
     Right::kSignedIn,
     nullptr,
     "getQueueStorage",
     "What a queue keeps on disk, and which message keeps it there.",
     {},
     nullptr,
     200,
     &kQueueStorage,
     Paging::kNone,
     "404 503"},
    {"GET", "/queues/{vhost}/{name}/messages", Right::kSignedIn, nullptr, "peekMessages",
     "Looks at messages in a queue, taking none. Needs its read permission.", kPeekFields, nullptr, 200,
     &kQueueMessages, Paging::kNone, "404 503"},
    {"DELETE", "/queues/{vhost}/{name}/messages", Right::kSignedIn, nullptr, "dropMessages",
     "Drops messages that nobody holds: the oldest, or those that match. Needs the queue's read permission.",
     kDropFields, nullptr, 200, &kDropped, Paging::kNone, "404 409 503"},
    {"POST",
     "/queues/{vhost}/{name}/messages/move",
     Right::kSignedIn,
     nullptr,
     "moveMessages",
     "Moves messages that match to the end of another queue. Needs read here, and write there.",
     {},
     &kMessagesMove,
     200,
     &kMoved,
     Paging::kNone,
     "404 409 503"},
    {"DELETE",
     "/queues/{vhost}/{name}/messages/{position}",
     Right::kSignedIn,
     nullptr,
     "dropMessage",
     "Drops one message that nobody holds.",
     {},
     nullptr,
     204,
     nullptr,
     Paging::kNone,
     "404 409 503"},
    {"POST",
     "/queues/{vhost}/{name}/messages/{position}/move",
     Right::kSignedIn,
     nullptr,
     "moveMessage",
     "Moves one message to the end of another queue, as it is.",
     {},
     &kMessageMove,
     204,
     nullptr,
     Paging::kNone,
     "404 409 503"},
    {"GET", "/delayed/{vhost}", Right::kSignedIn, nullptr, "listDelayed",
     "Messages that delaying exchanges hold back, by their times.", kDelayedFields, nullptr, 200, &kDelayedMessages,
     Paging::kNone, "404 503"},
    {"DELETE",
     "/delayed/{vhost}/{id}",
     Right::kSignedIn,
     nullptr,
     "cancelDelayed",
     "Cancels a delayed message. Needs the configure permission of its exchange.",
     {},
     nullptr,
     204,
     nullptr,
     Paging::kNone,
     "404 503"},
};

}  // namespace

std::span<const Route> management_routes() {
  return kRoutes;
}

}  // namespace wharf::v1
