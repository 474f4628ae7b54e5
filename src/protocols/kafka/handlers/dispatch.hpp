#pragma once
// A request frame -> its handler -> a response frame. What does not parse ends the connection, as Kafka does; an
// ApiVersions of any version is answered.
#include <memory>

#include "protocols/kafka/handlers/door.hpp"
#include "protocols/kafka/handlers/reply.hpp"

namespace wharf::kafka {

/// What a request may take of memory until its response is sent: its own bytes, and records that are copied for it.
std::size_t memory_of(const Door& door, ByteView frame);

runtime::Task<Reply> dispatch(const Door* door, ClientSession* client, std::shared_ptr<std::byte[]> owner, MutableBytes frame);

}  // namespace wharf::kafka
