#include "log/recovery_cases.hpp"

#include "model/error.hpp"

namespace wharf::log {
namespace {

constexpr std::nullopt_t kAny = std::nullopt;

constexpr PartitionCase kPartitionCases[] = {
    {Vouching::kNewest, true, PartitionAction::kTrust},
    {Vouching::kNewest, false, PartitionAction::kScanBehindCheckpoint},
    {Vouching::kStale, kAny, PartitionAction::kScanBehindCheckpoint},
    {Vouching::kNone, kAny, PartitionAction::kScanAll},
};

constexpr PlaceCase kPlaceCases[] = {
    {Here::kSound, kAny, WalHere::kNone, WalHere::kSame, PlaceAction::kTake},
    {Here::kSound, kAny, WalHere::kOther, kAny, PlaceAction::kCutForReplay},
    {Here::kBroken, kAny, WalHere::kOther, WalHere::kSame, PlaceAction::kCutForReplay},
    {Here::kBroken, true, WalHere::kNone, kAny, PlaceAction::kKeepAsDamage},
    {Here::kBroken, false, WalHere::kNone, kAny, PlaceAction::kCutTornTail},
    {Here::kNothing, kAny, kAny, kAny, PlaceAction::kNextSegment},
};

template <class Cases, class Facts>
auto decide_by(const Cases& cases, const Facts& facts) {
  for (const auto& row : cases) {
    if (matches(row, facts)) return row.action;
  }
  constexpr bool kEveryCaseIsInTheTable = false;
  WHARF_ASSERT(kEveryCaseIsInTheTable);
  return cases[0].action;
}

}  // namespace

std::span<const PartitionCase> partition_cases() { return kPartitionCases; }
std::span<const PlaceCase> place_cases() { return kPlaceCases; }

bool matches(const PartitionCase& row, const PartitionFacts& facts) {
  return row.entry == facts.entry && (!row.clean_stop || *row.clean_stop == facts.clean_stop);
}

bool matches(const PlaceCase& row, const PlaceFacts& facts) {
  bool wal = !row.wal || *row.wal == facts.wal || (row.wal_or && *row.wal_or == facts.wal);
  return wal && (!row.here || *row.here == facts.here) && (!row.more_behind || *row.more_behind == facts.more_behind);
}

PartitionAction decide(const PartitionFacts& facts) { return decide_by(kPartitionCases, facts); }
PlaceAction decide(const PlaceFacts& facts) { return decide_by(kPlaceCases, facts); }

}  // namespace wharf::log
