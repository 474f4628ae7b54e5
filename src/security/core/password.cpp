#include "security/core/password.hpp"

// The hash functions themselves: the interface above them (EVP) loads its providers and a configuration file at the
// first hash, 3 MB and some milliseconds of every start with a new folder.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>

#include "model/base64.hpp"

namespace wharf::security {
namespace {

template <class Context, auto kInit, auto kUpdate, auto kFinal>
void digest(std::string_view input, unsigned char* into) {
  Context context;
  kInit(&context);
  kUpdate(&context, input.data(), input.size());
  kFinal(into, &context);
  OPENSSL_cleanse(&context, sizeof(context));
}

struct Algorithm {
  HashingAlgorithm algorithm;
  std::string_view name;
  void (*digest)(std::string_view input, unsigned char* into);
  std::size_t bytes;
};
constexpr std::array<Algorithm, 3> kAlgorithms{{
    {HashingAlgorithm::kSha256, "rabbit_password_hashing_sha256",
     digest<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final>, SHA256_DIGEST_LENGTH},
    {HashingAlgorithm::kSha512, "rabbit_password_hashing_sha512",
     digest<SHA512_CTX, SHA512_Init, SHA512_Update, SHA512_Final>, SHA512_DIGEST_LENGTH},
    {HashingAlgorithm::kMd5, "rabbit_password_hashing_md5", digest<MD5_CTX, MD5_Init, MD5_Update, MD5_Final>,
     MD5_DIGEST_LENGTH},
}};

const Algorithm& of(HashingAlgorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

/// Salt and hash as bytes.
std::string salted(std::string_view salt, std::string_view password, const Algorithm& algorithm) {
  std::string input(salt);
  input += password;
  std::array<unsigned char, SHA512_DIGEST_LENGTH> hash;
  algorithm.digest(input, hash.data());
  OPENSSL_cleanse(input.data(), input.size());
  return std::string(salt).append(reinterpret_cast<const char*>(hash.data()), algorithm.bytes);
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
  return base64(as_bytes(salted({reinterpret_cast<const char*>(salt.data()), salt.size()}, password, of(algorithm))));
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
