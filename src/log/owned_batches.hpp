#pragma once
// Record batches on their way into a log, and whose they are: what everybody passes on who appends, or asks for it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/bytes.hpp"
#include "model/message_number.hpp"
#include "model/time.hpp"

namespace wharf::log {

/// Whole batches of a producer, one after the other, on their way into a log. `bytes` is the log's to stamp in place
/// (base offset, leader epoch, append time); `owner` keeps it alive.
struct OwnedBatches {
  std::shared_ptr<std::byte[]> owner;
  MutableBytes bytes;
  bool prepared =
      false;  // by prepare_batches(), with the configuration of the topic: checksums match, records can be read
  Timestamp oldest = kNoTimestamp;  // record in them, of those that prepare_batches() looked into
  /// A single batch that several logs take. Nobody writes into `bytes`, also not on other shards.
  bool is_shared = false;
  /// Of a shared batch, once it is a log's: that log's copy of its header, stamped in place of the one in `bytes`.
  std::shared_ptr<std::byte[]> own_header;

  /// Of a sender that numbers its messages (model/message_number.hpp); none.
  std::optional<MessageNumber> number() const;
  /// Of a single batch that is on its way nowhere yet.
  void set_number(const MessageNumber& number);
  ByteView header_apart() const;  // own_header; empty: none
  MutableBytes stamped_part();    // what the log writes its stamps to
  /// Into memory of their own, where they are shared.
  void unshare();
  /// Gives a shared batch a header of its own.
  void separate_header();
};

/// Batches that we have made ourselves: nobody needs to look into them.
OwnedBatches own(std::vector<std::byte> batches);
/// A single batch, made by ourselves, for several logs.
OwnedBatches share(std::vector<std::byte> batch);

}  // namespace wharf::log
