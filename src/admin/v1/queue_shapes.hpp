#pragma once
// What the paths about queues ask and answer, which the management API serves (admin/management).
#include "admin/v1/shape.hpp"

namespace wharf::v1::shapes {

using namespace fields;

inline constexpr Field kHolderFields[] = {
    text("consumer_tag", "Empty: somebody who got it without consuming."),
    text("connection", "Its name; empty: not known any more."),
    count("held_for_ms", "Since it was handed out."),
};
inline constexpr Shape kHolder{"Holder", "Who has a message and has not settled it.", kHolderFields};

inline constexpr Field kOldestMessageFields[] = {
    text("position", "Where it is."),
    text("state", "ready, unacknowledged, waiting_for_retry or dead_lettering."),
    integer("arrived_ms", "When it came."),
    integer("age_ms", "Since then."),
    object("held_by", kHolder, "Null: nobody has it.").nullable(),
};
inline constexpr Shape kOldestMessage{"OldestMessage", "All behind it stays on disk until it is settled.",
                                      kOldestMessageFields};

inline constexpr Field kQueueStorageFields[] = {
    text("name", "Of the queue."),
    text("vhost", "Where it is."),
    count("disk_bytes", "What it keeps on disk."),
    count("live_bytes", "Bodies of messages that are not settled."),
    object("oldest", kOldestMessage, "Null: it is empty.").nullable(),
};
inline constexpr Shape kQueueStorage{"QueueStorage", "What a queue keeps on disk, and because of what.",
                                     kQueueStorageFields};

inline constexpr Field kQueueMessageFields[] = {
    text("position", "Where it is: 12, or 5:12 of priority 5."),
    text("state", "ready, unacknowledged, waiting_for_retry or dead_lettering."),
    count("delivery_count", "Earlier tries."),
    integer("arrived_ms", "When it came."),
    count("payload_bytes", "Of the whole body."),
    flag("redelivered", "It was handed out before."),
    text("exchange", "By which it came."),
    text("routing_key", "By which it came."),
    anything("properties", "AMQP's, with headers; an empty list where there are none."),
    text("payload", "The body, or its beginning."),
    text("payload_encoding", "base64 where it is no UTF-8, or where it was asked for.").one_of("string|base64"),
};
inline constexpr Shape kQueueMessage{"QueueMessage", "A message in a queue.", kQueueMessageFields};

inline constexpr Field kQueueMessagesFields[] = {
    objects("messages", kQueueMessage, "The oldest first, of the highest priority first."),
    text("next", "Where to go on (from=); null: the queue's end.").nullable(),
};
inline constexpr Shape kQueueMessages{"QueueMessages", "Some messages; none is taken.", kQueueMessagesFields};

inline constexpr Field kDroppedFields[] = {count("dropped", "Messages.")};
inline constexpr Shape kDropped{"Dropped", "They are gone.", kDroppedFields};

inline constexpr Field kMessageMoveFields[] = {text("queue", "Of the same virtual host.")};
inline constexpr Shape kMessageMove{"MessageMove", "Where a message shall go.", kMessageMoveFields};

inline constexpr Field kMessagesMoveFields[] = {text("queue", "Of the same virtual host."),
                                                text("where", "A selector (docs/selectors.md).")};
inline constexpr Shape kMessagesMove{"MessagesMove", "Which messages shall go where.", kMessagesMoveFields};

inline constexpr Field kMovedFields[] = {count("moved", "Messages.")};
inline constexpr Shape kMoved{"Moved", "They are in the other queue.", kMovedFields};

inline constexpr Field kDelayedMessageFields[] = {
    text("id", "By which it is cancelled."), integer("due_ms", "When it goes on."),
    text("exchange", "That holds it back."), text("routing_key", "By which it goes on."),
    count("payload_bytes", "Of its body."),
};
inline constexpr Shape kDelayedMessage{"DelayedMessage", "A message that waits for its time.", kDelayedMessageFields};

inline constexpr Field kDelayedMessagesFields[] = {
    objects("messages", kDelayedMessage, "By their times."),
    text("next", "Where to go on (after=); null: the end.").nullable(),
};
inline constexpr Shape kDelayedMessages{"DelayedMessages", "Some delayed messages.", kDelayedMessagesFields};

}  // namespace wharf::v1::shapes
