#pragma once
// Classes basic, confirm and tx: messages, and when they count. `ticket` is of AMQP 0-8 and means nothing.
#include <cstdint>
#include <string>
#include <string_view>

#include "model/property.hpp"
#include "protocols/amqp091/wire/method_table.hpp"

namespace wharf::amqp091 {

// clang-format off
struct BasicQos {
  static constexpr MethodInfo kMethod{.id = {60, 10}, .name = "basic.qos", .responses = {11}};
  std::uint32_t prefetch_size = 0;
  std::uint16_t prefetch_count = 0;
  bool global = false;
  static constexpr auto kFields = fields<&BasicQos::prefetch_size, &BasicQos::prefetch_count, &BasicQos::global>;
};
struct BasicQosOk { static constexpr MethodInfo kMethod{.id = {60, 11}, .name = "basic.qos-ok"}; };

struct BasicConsume {
  static constexpr MethodInfo kMethod{.id = {60, 20}, .name = "basic.consume", .responses = {21}};
  std::uint16_t ticket = 0;
  std::string queue, consumer_tag;
  bool no_local = false, no_ack = false, exclusive = false, nowait = false;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&BasicConsume::ticket, &BasicConsume::queue, &BasicConsume::consumer_tag,
      &BasicConsume::no_local, &BasicConsume::no_ack, &BasicConsume::exclusive, &BasicConsume::nowait, &BasicConsume::arguments>;
};

struct BasicConsumeOk {
  static constexpr MethodInfo kMethod{.id = {60, 21}, .name = "basic.consume-ok"};
  std::string consumer_tag;
  static constexpr auto kFields = fields<&BasicConsumeOk::consumer_tag>;
};

/// From the broker too: the consumer's queue is gone.
struct BasicCancel {
  static constexpr MethodInfo kMethod{.id = {60, 30}, .name = "basic.cancel", .responses = {31}};
  std::string consumer_tag;
  bool nowait = false;
  static constexpr auto kFields = fields<&BasicCancel::consumer_tag, &BasicCancel::nowait>;
};

struct BasicCancelOk {
  static constexpr MethodInfo kMethod{.id = {60, 31}, .name = "basic.cancel-ok"};
  std::string consumer_tag;
  static constexpr auto kFields = fields<&BasicCancelOk::consumer_tag>;
};

struct BasicPublish {
  static constexpr MethodInfo kMethod{.id = {60, 40}, .name = "basic.publish", .has_content = true};
  std::uint16_t ticket = 0;
  std::string_view exchange, routing_key;
  bool mandatory = false, immediate = false;
  static constexpr auto kFields = fields<&BasicPublish::ticket, &BasicPublish::exchange, &BasicPublish::routing_key,
      &BasicPublish::mandatory, &BasicPublish::immediate>;
};

/// A mandatory message that no queue took.
struct BasicReturn {
  static constexpr MethodInfo kMethod{.id = {60, 50}, .name = "basic.return", .has_content = true};
  std::uint16_t reply_code = 0;
  std::string_view reply_text, exchange, routing_key;
  static constexpr auto kFields = fields<&BasicReturn::reply_code, &BasicReturn::reply_text, &BasicReturn::exchange,
      &BasicReturn::routing_key>;
};

struct BasicDeliver {
  static constexpr MethodInfo kMethod{.id = {60, 60}, .name = "basic.deliver", .has_content = true};
  std::string_view consumer_tag;
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string_view exchange, routing_key;
  static constexpr auto kFields = fields<&BasicDeliver::consumer_tag, &BasicDeliver::delivery_tag, &BasicDeliver::redelivered,
      &BasicDeliver::exchange, &BasicDeliver::routing_key>;
};

struct BasicGet {
  static constexpr MethodInfo kMethod{.id = {60, 70}, .name = "basic.get", .responses = {71, 72}};
  std::uint16_t ticket = 0;
  std::string queue;
  bool no_ack = false;
  static constexpr auto kFields = fields<&BasicGet::ticket, &BasicGet::queue, &BasicGet::no_ack>;
};

struct BasicGetOk {
  static constexpr MethodInfo kMethod{.id = {60, 71}, .name = "basic.get-ok", .has_content = true};
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string_view exchange, routing_key;
  std::uint32_t message_count = 0;
  static constexpr auto kFields = fields<&BasicGetOk::delivery_tag, &BasicGetOk::redelivered, &BasicGetOk::exchange,
      &BasicGetOk::routing_key, &BasicGetOk::message_count>;
};

/// The answer to basic.get when there is no message.
struct BasicGetEmpty {
  static constexpr MethodInfo kMethod{.id = {60, 72}, .name = "basic.get-empty"};
  std::string cluster_id;
  static constexpr auto kFields = fields<&BasicGetEmpty::cluster_id>;
};

/// From consumers for deliveries; from the broker for publishes that count (confirms).
struct BasicAck {
  static constexpr MethodInfo kMethod{.id = {60, 80}, .name = "basic.ack"};
  std::uint64_t delivery_tag = 0;
  bool multiple = false;
  static constexpr auto kFields = fields<&BasicAck::delivery_tag, &BasicAck::multiple>;
};

struct BasicReject {
  static constexpr MethodInfo kMethod{.id = {60, 90}, .name = "basic.reject"};
  std::uint64_t delivery_tag = 0;
  bool requeue = true;
  static constexpr auto kFields = fields<&BasicReject::delivery_tag, &BasicReject::requeue>;
};

/// Without an answer; deprecated.
struct BasicRecoverAsync {
  static constexpr MethodInfo kMethod{.id = {60, 100}, .name = "basic.recover-async"};
  bool requeue = false;
  static constexpr auto kFields = fields<&BasicRecoverAsync::requeue>;
};

struct BasicRecover {
  static constexpr MethodInfo kMethod{.id = {60, 110}, .name = "basic.recover", .responses = {111}};
  bool requeue = false;
  static constexpr auto kFields = fields<&BasicRecover::requeue>;
};
struct BasicRecoverOk { static constexpr MethodInfo kMethod{.id = {60, 111}, .name = "basic.recover-ok"}; };

/// RabbitMQ's: reject for many; from the broker, a publish that does not count.
struct BasicNack {
  static constexpr MethodInfo kMethod{.id = {60, 120}, .name = "basic.nack"};
  std::uint64_t delivery_tag = 0;
  bool multiple = false, requeue = true;
  static constexpr auto kFields = fields<&BasicNack::delivery_tag, &BasicNack::multiple, &BasicNack::requeue>;
};

/// RabbitMQ's: publishes are confirmed from here on.
struct ConfirmSelect {
  static constexpr MethodInfo kMethod{.id = {85, 10}, .name = "confirm.select", .responses = {11}};
  bool nowait = false;
  static constexpr auto kFields = fields<&ConfirmSelect::nowait>;
};
struct ConfirmSelectOk { static constexpr MethodInfo kMethod{.id = {85, 11}, .name = "confirm.select-ok"}; };

struct TxSelect { static constexpr MethodInfo kMethod{.id = {90, 10}, .name = "tx.select", .responses = {11}}; };
struct TxSelectOk { static constexpr MethodInfo kMethod{.id = {90, 11}, .name = "tx.select-ok"}; };
struct TxCommit { static constexpr MethodInfo kMethod{.id = {90, 20}, .name = "tx.commit", .responses = {21}}; };
struct TxCommitOk { static constexpr MethodInfo kMethod{.id = {90, 21}, .name = "tx.commit-ok"}; };
struct TxRollback { static constexpr MethodInfo kMethod{.id = {90, 30}, .name = "tx.rollback", .responses = {31}}; };
struct TxRollbackOk { static constexpr MethodInfo kMethod{.id = {90, 31}, .name = "tx.rollback-ok"}; };
// clang-format on
}  // namespace wharf::amqp091
