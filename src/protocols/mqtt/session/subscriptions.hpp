#pragma once
// What one client has subscribed to, and which of it a message is for. No I/O.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wharf::mqtt {

class FilterIndex;

/// SUBSCRIBE's options (5.0, 3.8.3.1) as bits.
enum SubscriptionOption : std::uint8_t {
  kQosBits = 0x03,
  kNoLocal = 0x04,
  kRetainAsPublished = 0x08,
  kRetainHandling = 0x30,
  kReservedOptions = 0xC0
};

/// Ours, in a bit that is reserved: by a subscription to the same filter it has changed its lane, and the messages that
/// wait in the other one are not lost for that [MQTT-3.8.4-4].
inline constexpr std::uint8_t kChangedLane = 0x40;

struct Subscription {
  std::string filter;  // as the client wrote it
  std::uint8_t options = 0;
  std::optional<std::uint32_t> id;

  std::uint8_t qos() const { return options & kQosBits; }
  bool no_local() const { return (options & kNoLocal) != 0; }
  bool changed_lane() const { return (options & kChangedLane) != 0; }
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

/// Where a subscription's messages wait.
enum class Lane : std::uint8_t {
  kConnection,  // of QoS 0: with the connection
  kSession,     // of QoS 1 and 2: with the session
  kGroup,       // shared: with its group
};

class Subscriptions {
 public:
  /// `hash_seed`: random, as filters come from outside.
  explicit Subscriptions(std::uint64_t hash_seed);
  ~Subscriptions();

  /// The same filter again takes the place of the one before; returns that one. What its lane was is kept in mind.
  std::optional<Subscription> put(Subscription subscription);
  std::optional<Subscription> erase(std::string_view filter);
  const Subscription* find(std::string_view filter) const;
  std::size_t size() const { return by_filter_.size(); }
  /// Any that leaves out what the client publishes itself?
  bool any_no_local() const { return no_local_ > 0; }
  /// Any that has messages in this lane?
  bool any(Lane lane) const;
  const std::map<std::string, Subscription, std::less<>>& all() const { return by_filter_; }

  static Lane lane_of(const Subscription& subscription);

  struct Match {
    std::uint8_t qos = 0;  // the highest
    bool retain_as_published = false;
    bool only_no_local = true;
    std::vector<std::uint32_t> ids;
  };
  /// Of those in this lane, or that were, not kGroup, that the topic matches; none: nobody wants it.
  std::optional<Match> match(std::string_view topic, Lane lane) const;

 private:
  static bool has_messages_in(const Subscription& subscription, Lane lane);
  static void add(std::optional<Match>& match, const Subscription& subscription);
  void put_wildcard(const Subscription& subscription);

  std::uint64_t hash_seed_;
  std::map<std::string, Subscription, std::less<>> by_filter_;
  std::map<std::string_view, const Subscription*> wildcards_;  // of by_filter_, not shared
  std::unique_ptr<FilterIndex> index_;                         // of them, once there are many
  std::size_t no_local_ = 0;
};

/// As a session keeps it.
std::string encode_subscription(const Subscription& subscription);
/// None: it is none.
std::optional<Subscription> decode_subscription(std::string_view filter, std::string_view encoded);

}  // namespace wharf::mqtt
