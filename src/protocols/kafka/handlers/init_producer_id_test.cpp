#include <gtest/gtest.h>

#include "protocols/kafka/handlers/door_testing.hpp"

namespace wharf::kafka {
namespace {

/// At COORDINATOR_NOT_AVAILABLE the Java client looks for the coordinator of a transactional id that it does not have,
/// and its producer ends.
TEST(InitProducerId, WhereNoIdCanBeKeptTheClientIsToldToTryAgainAndNotToLookElsewhere) {
  DoorUnderTest door;
  for (std::int16_t version = 0; version <= 4; ++version) {
    door.catalogue.next_failure = Error{ErrorCode::kStorage, "the disk fails"};
    InitProducerIdResponse refused =
        door.ask(InitProducerIdRequest{.transactional_id = {}, .transaction_timeout_ms = 1000}, version);
    EXPECT_EQ(refused.error_code, KafkaError::kCoordinatorLoadInProgress);
    InitProducerIdResponse given =
        door.ask(InitProducerIdRequest{.transactional_id = {}, .transaction_timeout_ms = 1000}, version);
    EXPECT_EQ(given.error_code, KafkaError::kNone);
    EXPECT_EQ(given.producer_id, ProducerId(1));
  }
}

}  // namespace
}  // namespace wharf::kafka
