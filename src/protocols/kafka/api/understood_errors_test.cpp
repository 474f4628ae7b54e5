#include "protocols/kafka/api/understood_errors.hpp"

#include <gtest/gtest.h>

namespace wharf::kafka {
namespace {

using enum KafkaError;

template <class Check>
void for_each_version(Check check) {
  for (const Api& api : kApis) {
    for (std::int16_t version = api.versions.lowest; version <= api.versions.highest; ++version)
      check(api.key, version);
  }
}

TEST(UnderstoodErrors, WhatIsSaidInsteadIsUnderstoodAndSaysAsMuchAboutTryingAgain) {
  for_each_version([](ApiKey key, std::int16_t version) {
    for (std::int16_t number = -1; number <= kHighestKafkaError; ++number) {
      auto error = static_cast<KafkaError>(number);
      KafkaError said = understood(key, version, error);
      EXPECT_EQ(understood(key, version, said), said);
      EXPECT_EQ(is_retriable(said), is_retriable(error)) << name_of(error) << " became " << name_of(said);
      EXPECT_EQ(said == kNone, error == kNone);
    }
  });
}

TEST(UnderstoodErrors, NoConsumerGetsACodeThatItsFetcherTakesForABug) {
  for (KafkaError error : {kRequestTimedOut, kCoordinatorNotAvailable, kCoordinatorLoadInProgress}) {
    for (std::int16_t version = 0; version <= 18; ++version) {
      EXPECT_EQ(understood(ApiKey::kFetch, version, error), kNotLeaderOrFollower);
      EXPECT_EQ(understood(ApiKey::kProduce, version, error),
                error == kRequestTimedOut ? kRequestTimedOut : kNotLeaderOrFollower);
    }
  }
}

TEST(UnderstoodErrors, OlderVersionsDoNotHearOfWhatCameLater) {
  EXPECT_EQ(understood(ApiKey::kProduce, 3, kKafkaStorageError), kNotLeaderOrFollower);
  EXPECT_EQ(understood(ApiKey::kProduce, 4, kKafkaStorageError), kKafkaStorageError);
  EXPECT_EQ(understood(ApiKey::kFetch, 5, kKafkaStorageError), kNotLeaderOrFollower);
  EXPECT_EQ(understood(ApiKey::kFetch, 6, kKafkaStorageError), kKafkaStorageError);
}

TEST(UnderstoodErrors, AFailingDiskIsLaterToAGroup) {
  for (ApiKey key : {ApiKey::kJoinGroup, ApiKey::kSyncGroup}) {  // at COORDINATOR_NOT_AVAILABLE sarama and kafkajs end
    EXPECT_EQ(understood(key, 0, kKafkaStorageError), kNotCoordinator);
    EXPECT_EQ(understood(key, 0, kCoordinatorNotAvailable), kNotCoordinator);
  }
  for (ApiKey key : {ApiKey::kHeartbeat, ApiKey::kOffsetCommit, ApiKey::kDeleteGroups}) {
    EXPECT_EQ(understood(key, 0, kKafkaStorageError), kCoordinatorNotAvailable);
  }
  EXPECT_EQ(understood(ApiKey::kOffsetFetch, 1, kKafkaStorageError), kCoordinatorLoadInProgress);
  EXPECT_EQ(understood(ApiKey::kSyncGroup, 0, kCoordinatorLoadInProgress), kNotCoordinator);
  EXPECT_EQ(understood(ApiKey::kInitProducerId, 0, kCoordinatorNotAvailable), kCoordinatorLoadInProgress);
}

TEST(UnderstoodErrors, WhatNoRetryMendsIsSaidAsItIs) {
  for_each_version([](ApiKey key, std::int16_t version) {
    for (KafkaError error : {kGroupIdNotFound, kMessageTooLarge, kInvalidConfig, kInvalidRequest})
      EXPECT_EQ(understood(key, version, error), error);
  });
}

TEST(UnderstoodErrors, WhoeverHandsTheCodeToACallerHasItAsItIs) {
  for (ApiKey key : {ApiKey::kCreateTopics, ApiKey::kDeleteRecords, ApiKey::kApiVersions, ApiKey::kDescribeConfigs}) {
    for (KafkaError error : {kKafkaStorageError, kPolicyViolation, kUnsupportedVersion, kOffsetOutOfRange})
      EXPECT_EQ(understood(key, 0, error), error);
  }
}

}  // namespace
}  // namespace wharf::kafka
