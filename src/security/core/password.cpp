#include "security/core/password.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace wharf::security {
namespace {

struct Algorithm {
  HashingAlgorithm algorithm;
  std::string_view name;
  const char* digest;  // OpenSSL's name
  std::size_t bytes;
};
constexpr std::array<Algorithm, 3> kAlgorithms{{
    {HashingAlgorithm::kSha256, "rabbit_password_hashing_sha256", "SHA256", 32},
    {HashingAlgorithm::kSha512, "rabbit_password_hashing_sha512", "SHA512", 64},
    {HashingAlgorithm::kMd5, "rabbit_password_hashing_md5", "MD5", 16},
}};

const Algorithm& of(HashingAlgorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a zero
  int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::size_t kMost = 4 * ((sizeof(Salt) + EVP_MAX_MD_SIZE + 2) / 3);
  if (text.size() % 4 != 0 || text.size() > kMost) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  int written = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (written < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(written));
  // OpenSSL decodes '=' as zero bits and passes over white space: take the padding off, and take only what it would
  // write.
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '=' && text.size() - i < 2; --i) bytes.pop_back();
  return base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

/// Salt and hash as bytes.
std::string salted(std::string_view salt, std::string_view password, const Algorithm& algorithm) {
  std::string input(salt);
  input += password;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  std::size_t length = 0;
  int done = EVP_Q_digest(nullptr, algorithm.digest, nullptr, input.data(), input.size(), digest.data(), &length);
  OPENSSL_cleanse(input.data(), input.size());
  if (done != 1) return {};  // a machine whose rules forbid MD5
  return std::string(salt).append(reinterpret_cast<const char*>(digest.data()), length);
}

}  // namespace

std::string_view to_string(HashingAlgorithm algorithm) {
  return of(algorithm).name;
}

std::optional<HashingAlgorithm> hashing_algorithm(std::string_view name) {
  auto found = std::ranges::find(kAlgorithms, name, &Algorithm::name);
  return found == kAlgorithms.end() ? std::nullopt : std::optional(found->algorithm);
}

std::string hash_password(Salt salt, std::string_view password, HashingAlgorithm algorithm) {
  return base64(salted({reinterpret_cast<const char*>(salt.data()), salt.size()}, password, of(algorithm)));
}

Result<void> check_password_hash(std::string_view hash, HashingAlgorithm algorithm) {
  if (hash.empty()) return {};
  std::optional<std::string> bytes = from_base64(hash);
  if (!bytes) return fail(ErrorCode::kInvalidArgument, "the password hash is not base64 of a salt and a hash");
  std::size_t expected = sizeof(Salt) + of(algorithm).bytes;
  if (bytes->size() != expected) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the password hash has {} bytes, with {} it has {}",
                                                         bytes->size(), to_string(algorithm), expected));
  }
  return {};
}

bool password_matches(std::string_view hash, HashingAlgorithm algorithm, std::string_view password) {
  std::optional<std::string> kept = from_base64(hash);
  if (!kept || kept->size() != sizeof(Salt) + of(algorithm).bytes || password.empty()) return false;
  std::string given = salted(std::string_view(*kept).substr(0, sizeof(Salt)), password, of(algorithm));
  return given.size() == kept->size() && CRYPTO_memcmp(given.data(), kept->data(), kept->size()) == 0;
}

}  // namespace wharf::security
