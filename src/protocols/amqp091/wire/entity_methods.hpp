#pragma once
// Classes exchange and queue: what is declared, bound, deleted. `ticket` is of AMQP 0-8 and means nothing.
#include <cstdint>
#include <string>

#include "model/property.hpp"
#include "protocols/amqp091/wire/method_table.hpp"

namespace wharf::amqp091 {

// clang-format off
struct ExchangeDeclare {
  static constexpr MethodInfo kMethod{.id = {40, 10}, .name = "exchange.declare", .responses = {11}};
  std::uint16_t ticket = 0;
  std::string exchange, type = "direct";
  bool passive = false, durable = false, auto_delete = false, internal = false, nowait = false;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&ExchangeDeclare::ticket, &ExchangeDeclare::exchange, &ExchangeDeclare::type,
      &ExchangeDeclare::passive, &ExchangeDeclare::durable, &ExchangeDeclare::auto_delete, &ExchangeDeclare::internal,
      &ExchangeDeclare::nowait, &ExchangeDeclare::arguments>;
};
struct ExchangeDeclareOk { static constexpr MethodInfo kMethod{.id = {40, 11}, .name = "exchange.declare-ok"}; };

struct ExchangeDelete {
  static constexpr MethodInfo kMethod{.id = {40, 20}, .name = "exchange.delete", .responses = {21}};
  std::uint16_t ticket = 0;
  std::string exchange;
  bool if_unused = false, nowait = false;
  static constexpr auto kFields = fields<&ExchangeDelete::ticket, &ExchangeDelete::exchange, &ExchangeDelete::if_unused,
      &ExchangeDelete::nowait>;
};
struct ExchangeDeleteOk { static constexpr MethodInfo kMethod{.id = {40, 21}, .name = "exchange.delete-ok"}; };

/// RabbitMQ's: from one exchange to another.
struct ExchangeBind {
  static constexpr MethodInfo kMethod{.id = {40, 30}, .name = "exchange.bind", .responses = {31}};
  std::uint16_t ticket = 0;
  std::string destination, source, routing_key;
  bool nowait = false;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&ExchangeBind::ticket, &ExchangeBind::destination, &ExchangeBind::source,
      &ExchangeBind::routing_key, &ExchangeBind::nowait, &ExchangeBind::arguments>;
};
struct ExchangeBindOk { static constexpr MethodInfo kMethod{.id = {40, 31}, .name = "exchange.bind-ok"}; };

struct ExchangeUnbind {
  static constexpr MethodInfo kMethod{.id = {40, 40}, .name = "exchange.unbind", .responses = {51}};
  std::uint16_t ticket = 0;
  std::string destination, source, routing_key;
  bool nowait = false;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&ExchangeUnbind::ticket, &ExchangeUnbind::destination, &ExchangeUnbind::source,
      &ExchangeUnbind::routing_key, &ExchangeUnbind::nowait, &ExchangeUnbind::arguments>;
};

/// 51, not 41: so it has always been.
struct ExchangeUnbindOk { static constexpr MethodInfo kMethod{.id = {40, 51}, .name = "exchange.unbind-ok"}; };

struct QueueDeclare {
  static constexpr MethodInfo kMethod{.id = {50, 10}, .name = "queue.declare", .responses = {11}};
  std::uint16_t ticket = 0;
  std::string queue;
  bool passive = false, durable = false, exclusive = false, auto_delete = false, nowait = false;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&QueueDeclare::ticket, &QueueDeclare::queue, &QueueDeclare::passive, &QueueDeclare::durable,
      &QueueDeclare::exclusive, &QueueDeclare::auto_delete, &QueueDeclare::nowait, &QueueDeclare::arguments>;
};

struct QueueDeclareOk {
  static constexpr MethodInfo kMethod{.id = {50, 11}, .name = "queue.declare-ok"};
  std::string queue;
  std::uint32_t message_count = 0, consumer_count = 0;
  static constexpr auto kFields = fields<&QueueDeclareOk::queue, &QueueDeclareOk::message_count, &QueueDeclareOk::consumer_count>;
};

struct QueueBind {
  static constexpr MethodInfo kMethod{.id = {50, 20}, .name = "queue.bind", .responses = {21}};
  std::uint16_t ticket = 0;
  std::string queue, exchange, routing_key;
  bool nowait = false;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&QueueBind::ticket, &QueueBind::queue, &QueueBind::exchange, &QueueBind::routing_key,
      &QueueBind::nowait, &QueueBind::arguments>;
};
struct QueueBindOk { static constexpr MethodInfo kMethod{.id = {50, 21}, .name = "queue.bind-ok"}; };

struct QueuePurge {
  static constexpr MethodInfo kMethod{.id = {50, 30}, .name = "queue.purge", .responses = {31}};
  std::uint16_t ticket = 0;
  std::string queue;
  bool nowait = false;
  static constexpr auto kFields = fields<&QueuePurge::ticket, &QueuePurge::queue, &QueuePurge::nowait>;
};

struct QueuePurgeOk {
  static constexpr MethodInfo kMethod{.id = {50, 31}, .name = "queue.purge-ok"};
  std::uint32_t message_count = 0;
  static constexpr auto kFields = fields<&QueuePurgeOk::message_count>;
};

struct QueueDelete {
  static constexpr MethodInfo kMethod{.id = {50, 40}, .name = "queue.delete", .responses = {41}};
  std::uint16_t ticket = 0;
  std::string queue;
  bool if_unused = false, if_empty = false, nowait = false;
  static constexpr auto kFields = fields<&QueueDelete::ticket, &QueueDelete::queue, &QueueDelete::if_unused, &QueueDelete::if_empty,
      &QueueDelete::nowait>;
};

struct QueueDeleteOk {
  static constexpr MethodInfo kMethod{.id = {50, 41}, .name = "queue.delete-ok"};
  std::uint32_t message_count = 0;
  static constexpr auto kFields = fields<&QueueDeleteOk::message_count>;
};

/// Without nowait.
struct QueueUnbind {
  static constexpr MethodInfo kMethod{.id = {50, 50}, .name = "queue.unbind", .responses = {51}};
  std::uint16_t ticket = 0;
  std::string queue, exchange, routing_key;
  PropertyTable arguments;
  static constexpr auto kFields = fields<&QueueUnbind::ticket, &QueueUnbind::queue, &QueueUnbind::exchange, &QueueUnbind::routing_key,
      &QueueUnbind::arguments>;
};
struct QueueUnbindOk { static constexpr MethodInfo kMethod{.id = {50, 51}, .name = "queue.unbind-ok"}; };
// clang-format on
}  // namespace wharf::amqp091
