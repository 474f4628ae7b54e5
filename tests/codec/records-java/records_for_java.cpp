// Writes record batches and message sets of ours for Kafka's own classes to read: records_for_java FOLDER. The files'
// names say what is in them (src/main/java/wharf/records/Reader.java).
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "model/record_control.hpp"
#include "model/testdata/corpus.hpp"
#include "protocols/kafka/legacy/downconvert.hpp"
#include "protocols/kafka/legacy/upconvert.hpp"

namespace wharf {
namespace {

namespace legacy = kafka::legacy;
using Bytes = std::vector<std::byte>;
constexpr Offset kBase{100};
constexpr std::size_t kLimit = 1 << 20;

class Files {
 public:
  explicit Files(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& name, ByteView bytes) const {
    std::ofstream file(folder_ / (name + ".bin"), std::ios::binary);
    file << as_text(bytes);
    WHARF_ASSERT(file.good());
  }

  /// A batch of ours as it is, as old consumers get it, and as it comes back from an old producer.
  void write_all(const std::string& records, const std::vector<corpus::OwnedRecord>& what, BatchOptions options) const {
    options.base_offset = kBase;
    std::string suffix =
        fmt::format("{}{}", to_string(options.compression), options.log_append_time ? "-append-time" : "");
    Bytes batch = *corpus::build(options, what);
    write(fmt::format("{}-v2-{}", records, suffix), batch);
    if (options.compression == Compression::kZstd) return;
    for (legacy::Magic magic : {legacy::Magic::kV0, legacy::Magic::kV1}) {
      Bytes set = legacy::downconvert(batch, {.magic = magic, .first_offset = kBase})->bytes;
      write(fmt::format("{}-v{}-{}", records, static_cast<int>(magic), suffix), set);
    }
  }

 private:
  std::filesystem::path folder_;
};

void write_files(const Files& files) {
  for (int codec = 0; codec <= kLastCompression; ++codec) {
    BatchOptions options{.compression = static_cast<Compression>(codec)};
    files.write_all("many", corpus::many(), options);
    files.write_all("few", corpus::few(true), options);
    options.log_append_time = corpus::kAppendTime;
    files.write_all("few", corpus::few(true), options);
  }
  Bytes marker =
      build_end_txn_batch({ControlType::kCommit, 17}, ProducerId(4711), ProducerEpoch(3), Timestamp{corpus::kTime});
  stamp_base_offset(marker, kBase);
  files.write("marker-v2-none", marker);
  // And what an old producer sent, converted.
  Bytes many = *corpus::build({.base_offset = kBase, .compression = Compression::kLz4}, corpus::many());
  Bytes converted = *legacy::upconvert(
      legacy::downconvert(many, {.magic = legacy::Magic::kV1, .first_offset = kBase})->bytes, kLimit);
  stamp_base_offset(converted, kBase);
  files.write("many-v2-lz4-converted", converted);
}

}  // namespace
}  // namespace wharf

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: records_for_java FOLDER\n");
    return 2;
  }
  wharf::write_files(wharf::Files(arguments[1]));
  return 0;
}
