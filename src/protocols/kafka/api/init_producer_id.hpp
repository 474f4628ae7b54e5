#pragma once
// InitProducerId (key 22): gives an idempotent producer its id and epoch. Version 6 is not stable in Kafka 4.3 and
// not served.
#include <cstdint>
#include <optional>
#include <string>

#include "model/ids.hpp"
#include "protocols/kafka/api/api_key.hpp"
#include "protocols/kafka/api/error_code.hpp"
#include "protocols/kafka/wire/codec.hpp"

namespace wharf::kafka {

struct InitProducerIdResponse {
  static constexpr ApiKey kKey = ApiKey::kInitProducerId;

  std::int32_t throttle_time_ms = 0;
  KafkaError error_code = KafkaError::kNone;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch;

  friend bool operator==(const InitProducerIdResponse&, const InitProducerIdResponse&) = default;
};

struct InitProducerIdRequest {
  using Response = InitProducerIdResponse;
  static constexpr ApiKey kKey = ApiKey::kInitProducerId;

  std::optional<std::string> transactional_id;
  std::int32_t transaction_timeout_ms = 0;
  ProducerId producer_id = kNoProducerId;  // from 3 on the one to go on with (KIP-360)
  ProducerEpoch producer_epoch = kNoProducerEpoch;

  friend bool operator==(const InitProducerIdRequest&, const InitProducerIdRequest&) = default;
};

}  // namespace wharf::kafka
