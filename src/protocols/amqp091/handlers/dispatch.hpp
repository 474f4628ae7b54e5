#pragma once
// A client's frames -> its methods.
#include "protocols/amqp091/handlers/client.hpp"
#include "protocols/amqp091/wire/frame_buffer.hpp"

namespace wharf::amqp091 {

/// One frame, of those that came with one read. Nothing suspends: a method that has to is done by a task of the client.
void take_frame(Client& client, const Frame& frame, const FrameBuffer& frames);
/// What the frames of one read have gathered goes to the ports: all publishes at once, one call to each port, and one
/// per consumer for its settlements. At the end of a read, and before whatever suspends.
void end_turn(Client& client);

}  // namespace wharf::amqp091
