#include "security/core/password.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace wharf::security {
namespace {

constexpr Salt kSalt{0x90, 0x8D, 0xC6, 0x0A};

// The first is the example of RabbitMQ's documentation; a RabbitMQ 4.0 signs in with all three.
TEST(Password, HashesAreThoseOfRabbitMq) {
  EXPECT_EQ(hash_password(kSalt, "test12"), "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR");
  EXPECT_EQ(hash_password(kSalt, "test12", HashingAlgorithm::kSha512),
            "kI3GChuNuIYf8lRbCCxZjgjKwsY19ns6+uFO0zcXRBGA/XGJPYD8OWMy7EB8TaOmAzjP2azv84GbINYwX2cDWb4DHnc=");
  EXPECT_EQ(hash_password(kSalt, "test12", HashingAlgorithm::kMd5), "kI3GChNpte2FApYFXScl+0dIluk=");
}

TEST(Password, WhatRabbitMqHasHashedMatches) {
  struct {
    std::string_view hash, password;
  } const cases[] = {{"ks46LfkCesbFVaP+h6toyMS2y35+MzRd/SpDgd1sxBdui2Ko", "guest"},
                     {"PvTM945rtg96JH4zWRJTbrVYkVQ0oNpJxW3cuMyo1IA/lWnS", "p"}};
  for (const auto& [hash, password] : cases) {
    EXPECT_TRUE(check_password_hash(hash, HashingAlgorithm::kSha256));
    EXPECT_TRUE(password_matches(hash, HashingAlgorithm::kSha256, password));
    EXPECT_FALSE(password_matches(hash, HashingAlgorithm::kSha512, password));
    EXPECT_FALSE(password_matches(hash, HashingAlgorithm::kSha256, std::string(password) + "x"));
  }
}

TEST(Password, ABlankOneNeverMatches) {
  EXPECT_TRUE(check_password_hash("", HashingAlgorithm::kSha256));
  EXPECT_FALSE(password_matches("", HashingAlgorithm::kSha256, ""));
  EXPECT_FALSE(password_matches("", HashingAlgorithm::kSha256, "x"));
  EXPECT_FALSE(password_matches(hash_password(kSalt, ""), HashingAlgorithm::kSha256, ""));
}

TEST(Password, AHashThatNothingCanMatchIsRefused) {
  std::string hash = hash_password(kSalt, "test12");
  for (std::string bad : {std::string("kI3GCqW5"), hash + "AAAA", hash.substr(0, 47), hash.substr(0, 44) + "====",
                          "!!!!" + hash.substr(4), " " + hash.substr(1), hash.substr(0, 47) + "\n", std::string("===="),
                          std::string("="), std::string(100'000, 'A')}) {
    Result<void> checked = check_password_hash(bad, HashingAlgorithm::kSha256);
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(password_matches(bad, HashingAlgorithm::kSha256, "test12")) << bad;
  }
  EXPECT_TRUE(check_password_hash("kI3GChNpte2FApYFXScl+0dIluk=", HashingAlgorithm::kMd5));
  EXPECT_FALSE(check_password_hash("kI3GChNpte2FApYFXScl+0dIlul=", HashingAlgorithm::kMd5))
      << "the same bytes, otherwise";
  EXPECT_EQ(check_password_hash(hash, HashingAlgorithm::kSha512).error().message,
            "the password hash has 36 bytes, with rabbit_password_hashing_sha512 it has 68");
}

TEST(Password, AlgorithmsAreFoundByRabbitMqsNames) {
  for (HashingAlgorithm one : {HashingAlgorithm::kSha256, HashingAlgorithm::kSha512, HashingAlgorithm::kMd5}) {
    EXPECT_EQ(hashing_algorithm(to_string(one)), one);
  }
  EXPECT_EQ(hashing_algorithm("rabbit_password_hashing_foo"), std::nullopt);
}

RC_GTEST_PROP(Password, OnlyTheSamePasswordMatches, (Salt salt, std::string password, std::string other, bool md5)) {
  HashingAlgorithm algorithm = md5 ? HashingAlgorithm::kMd5 : HashingAlgorithm::kSha256;
  std::string hash = hash_password(salt, password, algorithm);
  RC_ASSERT(check_password_hash(hash, algorithm).has_value());
  RC_ASSERT(password_matches(hash, algorithm, password) == !password.empty());
  RC_ASSERT(password_matches(hash, algorithm, other) == (other == password && !password.empty()));
}

}  // namespace
}  // namespace wharf::security
