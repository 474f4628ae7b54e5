#pragma once
// Every method, as a list of types: for what walks all of them (dispatch by id, tests, fuzzers).
#include "protocols/amqp091/wire/connection_methods.hpp"
#include "protocols/amqp091/wire/entity_methods.hpp"
#include "protocols/amqp091/wire/message_methods.hpp"
#include "protocols/amqp091/wire/method_codec.hpp"

namespace wharf::amqp091 {

template <Method... Methods>
struct MethodList {
  static constexpr std::size_t kCount = sizeof...(Methods);

  /// Calls `visit.template operator()<M>()` for each of them.
  template <class Visit>
  static void for_each(Visit&& visit) {
    (visit.template operator()<Methods>(), ...);
  }

  /// Calls it for the one with this id; false where there is none.
  template <class Visit>
  static bool with(MethodId id, Visit&& visit) {
    return ((Methods::kMethod.id == id ? (visit.template operator()<Methods>(), true) : false) || ...);
  }
};

using AllMethods = MethodList<
    ConnectionStart, ConnectionStartOk, ConnectionSecure, ConnectionSecureOk, ConnectionTune, ConnectionTuneOk,
    ConnectionOpen, ConnectionOpenOk, ConnectionClose, ConnectionCloseOk, ConnectionBlocked, ConnectionUnblocked,
    ConnectionUpdateSecret, ConnectionUpdateSecretOk, ChannelOpen, ChannelOpenOk, ChannelFlow, ChannelFlowOk,
    ChannelClose, ChannelCloseOk, AccessRequest, AccessRequestOk, ExchangeDeclare, ExchangeDeclareOk, ExchangeDelete,
    ExchangeDeleteOk, ExchangeBind, ExchangeBindOk, ExchangeUnbind, ExchangeUnbindOk, QueueDeclare, QueueDeclareOk,
    QueueBind, QueueBindOk, QueuePurge, QueuePurgeOk, QueueDelete, QueueDeleteOk, QueueUnbind, QueueUnbindOk, BasicQos,
    BasicQosOk, BasicConsume, BasicConsumeOk, BasicCancel, BasicCancelOk, BasicPublish, BasicReturn, BasicDeliver,
    BasicGet, BasicGetOk, BasicGetEmpty, BasicAck, BasicReject, BasicRecoverAsync, BasicRecover, BasicRecoverOk,
    BasicNack, ConfirmSelect, ConfirmSelectOk, TxSelect, TxSelectOk, TxCommit, TxCommitOk, TxRollback, TxRollbackOk>;

}  // namespace wharf::amqp091
