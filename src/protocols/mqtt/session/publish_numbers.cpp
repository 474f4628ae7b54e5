#include "protocols/mqtt/session/publish_numbers.hpp"

#include <limits>

#include <fmt/format.h>

#include "model/number_text.hpp"

namespace wharf::mqtt {
namespace {

/// So many numbers with one note of where they end.
constexpr std::int32_t kLimitStep = 4'096;

}  // namespace

std::string encode_number(const MessageNumber& number) {
  return fmt::format("{}:{}", number.sender.value, number.number);
}

std::optional<MessageNumber> decode_number(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto sender = parse_number<std::int64_t>(text.substr(0, colon));
  auto number = parse_number<std::int32_t>(text.substr(colon + 1));
  if (!sender || !numbers_messages(ProducerId(*sender)) || !number || *number < 0) return std::nullopt;
  return MessageNumber{ProducerId(*sender), *number};
}

void PublishNumbers::restore(std::string_view limit) {
  std::optional<MessageNumber> kept = decode_number(limit);
  if (!kept) return;
  sender_ = kept->sender;
  next_ = limit_ = kept->number;
}

MessageNumber PublishNumbers::next(std::uint64_t drawn) {
  bool used_up = next_ >= std::numeric_limits<std::int32_t>::max() - kLimitStep;
  if (sender_ == kNoProducerId || used_up) {
    sender_ = numbering_sender(drawn);
    next_ = limit_ = 0;
  }
  if (next_ == limit_) {
    limit_ += kLimitStep;
    is_limit_new_ = true;
  }
  return {sender_, next_++};
}

std::optional<std::string> PublishNumbers::take_limit() {
  if (!is_limit_new_ || sender_ == kNoProducerId) return std::nullopt;
  is_limit_new_ = false;
  return encode_number({sender_, limit_});
}

std::optional<MessageNumber> PublishNumbers::again(const MessageNumber& noted) {
  auto [last, is_first] = sent_again_.emplace(noted.sender, noted.number);
  if (!is_first && last->second >= noted.number) return std::nullopt;
  last->second = noted.number;
  return noted;
}

}  // namespace wharf::mqtt
