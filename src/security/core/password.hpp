#pragma once
// Passwords as RabbitMQ keeps them: base64 of four random bytes of salt and the hash of salt and password. Its exports
// can be taken over, and ours be given to it. https://www.rabbitmq.com/docs/passwords#computing-password-hash
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace wharf::security {

/// New passwords are kSha256; the others are for what was taken over.
enum class HashingAlgorithm : std::uint8_t { kSha256, kSha512, kMd5 };

/// RabbitMQ's name: "rabbit_password_hashing_sha256".
std::string_view to_string(HashingAlgorithm algorithm);
std::optional<HashingAlgorithm> hashing_algorithm(std::string_view name);

/// Random, from the caller.
using Salt = std::array<std::uint8_t, 4>;

std::string hash_password(Salt salt, std::string_view password, HashingAlgorithm algorithm = HashingAlgorithm::kSha256);

/// kInvalidArgument for what no password can ever match: no base64, or a length that is not this algorithm's. "" is
/// fine: a user who cannot sign in with a password.
Result<void> check_password_hash(std::string_view hash, HashingAlgorithm algorithm);

/// Takes as long for a wrong password as for the right one. "" never matches, neither as a hash nor as a password.
bool password_matches(std::string_view hash, HashingAlgorithm algorithm, std::string_view password);

}  // namespace wharf::security
