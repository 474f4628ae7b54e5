#include "queue/core/dead_letter.hpp"

#include <algorithm>

#include "model/encoded_table.hpp"
#include "model/error.hpp"

namespace wharf::queue {
namespace {

constexpr std::string_view kDeaths = "x-death";

void set(PropertyTable& table, std::string_view name, PropertyValue value) {
  auto found = std::ranges::find(table, name, &Property::name);
  if (found == table.end()) {
    table.push_back({std::string(name), std::move(value)});
  } else {
    found->value = std::move(value);
  }
}

std::string_view text_of(const PropertyTable& table, std::string_view name) {
  const PropertyValue* value = find_property(table, name);
  return value != nullptr && value->text() != nullptr ? std::string_view(*value->text()) : std::string_view();
}

PropertyTable table_of(const DeathEntry& entry) {
  PropertyList keys;
  for (const std::string& key : entry.routing_keys) keys.emplace_back(key);
  PropertyTable table{{"count", std::int64_t{1}},
                      {"reason", std::string(to_string(entry.reason))},
                      {"queue", entry.queue},
                      {"time", EpochSeconds{entry.seconds}},
                      {"exchange", entry.exchange},
                      {"routing-keys", std::move(keys)}};
  if (entry.original_expiration) table.push_back({"original-expiration", *entry.original_expiration});
  return table;
}

/// Of the same queue and reason; the list's end: none.
PropertyList::iterator find_entry(PropertyList& deaths, const DeathEntry& entry) {
  return std::ranges::find_if(deaths, [&entry](const PropertyValue& death) {
    const PropertyTable* table = death.get_if<PropertyTable>();
    return table != nullptr && text_of(*table, "queue") == entry.queue && text_of(*table, "reason") == to_string(entry.reason);
  });
}

PropertyList deaths_of(const PropertyTable& headers) {
  const PropertyValue* value = find_property(headers, kDeaths);
  const PropertyList* deaths = value != nullptr ? value->get_if<PropertyList>() : nullptr;
  return deaths != nullptr ? *deaths : PropertyList();
}

}  // namespace

std::string_view to_string(DeathReason reason) {
  switch (reason) {
    case DeathReason::kRejected: return "rejected";
    case DeathReason::kExpired: return "expired";
    case DeathReason::kMaxLength: return "maxlen";
    case DeathReason::kDeliveryLimit: return "delivery_limit";
  }
  return "";
}

void add_death(PropertyTable& headers, const DeathEntry& entry) {
  PropertyList deaths = deaths_of(headers);
  auto before = find_entry(deaths, entry);
  if (before == deaths.end()) {
    deaths.insert(deaths.begin(), PropertyValue(table_of(entry)));
  } else {
    PropertyTable table = *before->get_if<PropertyTable>();
    const PropertyValue* count = find_property(table, "count");
    set(table, "count", count == nullptr ? std::int64_t{1} : integer_of(*count).value_or(0) + 1);
    deaths.erase(before);
    deaths.insert(deaths.begin(), PropertyValue(std::move(table)));
  }
  set(headers, kDeaths, std::move(deaths));
  std::string reason(to_string(entry.reason));
  if (find_property(headers, "x-first-death-reason") == nullptr) {
    set(headers, "x-first-death-exchange", entry.exchange);
    set(headers, "x-first-death-queue", entry.queue);
    set(headers, "x-first-death-reason", reason);
  }
  set(headers, "x-last-death-exchange", entry.exchange);
  set(headers, "x-last-death-queue", entry.queue);
  set(headers, "x-last-death-reason", std::move(reason));
}

std::vector<std::byte> encoded_with_death(PropertyTable& headers, const DeathEntry& entry) {
  std::vector<std::byte> encoded;
  add_death(headers, entry);
  if (encode_properties(encoded, headers) == TableFault::kNone) return encoded;
  encoded.clear();
  headers.clear();
  DeathEntry shorter = entry;  // keys of a CC header may be as many as a table holds
  if (shorter.routing_keys.size() > 1) shorter.routing_keys.resize(1);
  add_death(headers, shorter);
  TableFault fault = encode_properties(encoded, headers);
  WHARF_ASSERT(fault == TableFault::kNone);
  return encoded;
}

bool is_cycle(const PropertyTable& headers, std::string_view queue) {
  for (const PropertyValue& death : deaths_of(headers)) {
    const PropertyTable* table = death.get_if<PropertyTable>();
    if (table == nullptr) continue;
    if (text_of(*table, "reason") == to_string(DeathReason::kRejected)) return false;
    if (text_of(*table, "queue") == queue) return true;
  }
  return false;
}

}  // namespace wharf::queue
