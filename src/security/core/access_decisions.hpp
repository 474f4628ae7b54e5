#pragma once
// What one connection has asked before: a decision costs a hash lookup, and forgets itself when the table has changed.
// Of one principal in one namespace; give it the same shard's table each time.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/error.hpp"
#include "security/core/access_table.hpp"

namespace wharf::security {

class AccessDecisions {
 public:
  /// At the limit all are forgotten: who uses so many names pays for each.
  static constexpr std::size_t kDefaultLimit = 512;

  AccessDecisions(Principal principal, std::string name_space, std::size_t limit = kDefaultLimit)
      : principal_(std::move(principal)), name_space_(std::move(name_space)), limit_(limit) {}

  bool may(const AccessTable& table, Verb verb, const Resource& resource);
  /// The same, with the refusal for the client (refusals.hpp).
  Result<void> check(const AccessTable& table, Verb verb, const Resource& resource);

  const Principal& principal() const { return principal_; }
  const std::string& name_space() const { return name_space_; }
  std::size_t size() const { return known_ ? known_->answers.size() : 0; }

 private:
  /// Made with the first question: connections that are idle often have none.
  struct Known {
    std::uint64_t version = 0;  // of the table that all below is from
    std::shared_ptr<const NamespaceAccess> access;
    std::map<std::string, ResolvedTopicRules, std::less<>> topics;  // by exchange
    std::unordered_map<std::string, bool> answers;
    std::string question;  // the key of answers, kept for its memory
  };
  void look_again(const AccessTable& table);
  bool decide(Verb verb, const Resource& resource) const;

  Principal principal_;
  std::string name_space_;
  std::size_t limit_;
  std::unique_ptr<Known> known_;
};

}  // namespace wharf::security
