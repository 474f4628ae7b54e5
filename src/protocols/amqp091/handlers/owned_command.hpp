#pragma once
// A command that waits: for others of its channel, or for its transaction. It keeps what it needs and no more of the
// connection's memory.
#include <vector>

#include "protocols/amqp091/wire/content.hpp"

namespace wharf::amqp091 {

class OwnedCommand {
 public:
  explicit OwnedCommand(const Command& command)
      : id_(command.id),
        content_bytes_(command.content.body_bytes),
        class_id_(command.content.class_id),
        method_(SharedBytes::copy_of(command.method)),
        properties_(SharedBytes::copy_of(command.content.properties.encoded())),
        body_(command.body) {}

  Command command() const {
    Command command{.id = id_, .method = method_.view(), .content = {class_id_, content_bytes_, {}}, .body = body_};
    if (auto parsed = PropertiesView::parse(properties_.view())) command.content.properties = *parsed;
    return command;
  }
  MethodId id() const { return id_; }
  std::size_t bytes() const { return method_.size() + properties_.size() + content_bytes_; }

 private:
  MethodId id_;
  std::uint64_t content_bytes_;
  std::uint16_t class_id_;
  SharedBytes method_;
  SharedBytes properties_;
  std::vector<SharedBytes> body_;
};

}  // namespace wharf::amqp091
