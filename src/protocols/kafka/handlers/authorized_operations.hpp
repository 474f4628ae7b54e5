#pragma once
// What a client may do, as the bits that Metadata, DescribeCluster, DescribeGroups and DescribeTopicPartitions send
// when asked (KIP-430): bit n is Kafka's AclOperation n. Without access control everyone may do everything the resource
// knows.
#include <cstdint>

namespace wharf::kafka {

enum class AclOperation : std::uint8_t {
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDelete = 6,
  kAlter = 7,
  kDescribe = 8,
  kClusterAction = 9,
  kDescribeConfigs = 10,
  kAlterConfigs = 11,
  kIdempotentWrite = 12,
};

template <class... Operations>
constexpr std::int32_t operation_bits(Operations... operations) {
  return ((std::int32_t{1} << static_cast<int>(operations)) | ...);
}

inline constexpr std::int32_t kTopicOperations = operation_bits(
    AclOperation::kRead, AclOperation::kWrite, AclOperation::kCreate, AclOperation::kDelete, AclOperation::kAlter,
    AclOperation::kDescribe, AclOperation::kDescribeConfigs, AclOperation::kAlterConfigs);
inline constexpr std::int32_t kClusterOperations =
    operation_bits(AclOperation::kCreate, AclOperation::kAlter, AclOperation::kDescribe, AclOperation::kClusterAction,
                   AclOperation::kDescribeConfigs, AclOperation::kAlterConfigs, AclOperation::kIdempotentWrite);
inline constexpr std::int32_t kGroupOperations =
    operation_bits(AclOperation::kRead, AclOperation::kDelete, AclOperation::kDescribe, AclOperation::kDescribeConfigs,
                   AclOperation::kAlterConfigs);

}  // namespace wharf::kafka
