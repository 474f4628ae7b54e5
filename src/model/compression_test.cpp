#include "model/compression.hpp"

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <rapidcheck/gtest.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include "model/byte_order.hpp"

namespace wharf {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kAmple = std::size_t{1} << 26;
constexpr std::array kCodecs = {Compression::kNone, Compression::kGzip, Compression::kSnappy, Compression::kLz4,
                                Compression::kZstd};

Bytes own(ByteView view) {
  return {view.begin(), view.end()};
}
std::optional<ErrorCode> code(const Result<Bytes>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

/// Half text, half noise: several blocks of each codec.
Bytes sample(std::size_t size) {
  Bytes bytes(size);
  std::uint64_t state = 88172645463325252u;
  for (std::size_t i = 0; i < size; ++i) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    bytes[i] = static_cast<std::byte>(i / 4096 % 2 == 0 ? "the quick brown fox "[i % 20] : static_cast<char>(state));
  }
  return bytes;
}

TEST(Compression, NamesAreKafkas) {
  for (Compression codec : kCodecs) EXPECT_EQ(compression_from(to_string(codec)), codec);
  EXPECT_FALSE(compression_from("ZSTD"));
  EXPECT_FALSE(compression_from("producer"));
}

RC_GTEST_PROP(Compression, EveryCodecGivesBackWhatItTook, (std::vector<std::uint8_t> raw, std::uint8_t repeat)) {
  Bytes plain;
  for (int i = 0; i <= repeat; ++i)
    plain.insert(plain.end(), std::as_bytes(std::span(raw)).begin(), std::as_bytes(std::span(raw)).end());
  for (Compression codec : kCodecs) {
    Result<Bytes> packed = compress(codec, plain);
    RC_ASSERT(packed.has_value());
    Result<Bytes> back = decompress(codec, *packed, plain.size());
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == plain);
  }
}

TEST(Compression, BuffersOfAnySizeAroundABlockGoThroughEveryLevel) {
  for (std::size_t size : {0, 1, 32 * 1024 - 1, 32 * 1024, 64 * 1024, 64 * 1024 + 1, 300'000}) {
    Bytes plain = sample(size);
    auto check = [&](Compression codec, std::optional<int> level) {
      Result<Bytes> packed = compress(codec, plain, level);
      ASSERT_TRUE(packed) << packed.error().message;
      Result<Bytes> back = decompress(codec, *packed, size);
      ASSERT_TRUE(back) << to_string(codec) << " " << size << ": " << back.error().message;
      EXPECT_EQ(*back, plain);
    };
    for (Compression codec : kCodecs) check(codec, {});
    for (int level : {1, 9}) check(Compression::kGzip, level);
    for (int level : {1, 9, 17}) check(Compression::kLz4, level);
    for (int level : {-5, 1, 12}) check(Compression::kZstd, level);
  }
}

TEST(Compression, ALevelThatTheCodecDoesNotHaveIsInvalid) {
  using C = Compression;
  for (auto [codec, level] : {std::pair(C::kNone, 1),
                              {C::kSnappy, 1},
                              {C::kGzip, 0},
                              {C::kGzip, 10},
                              {C::kLz4, 0},
                              {C::kLz4, 18},
                              {C::kZstd, 23}}) {
    EXPECT_EQ(code(compress(codec, as_bytes("x"), level)), ErrorCode::kInvalidArgument) << to_string(codec) << level;
  }
}

TEST(Compression, TheLimitIsExact) {
  Bytes plain = sample(100'000);
  for (Compression codec : kCodecs) {
    Bytes packed = *compress(codec, plain);
    EXPECT_TRUE(decompress(codec, packed, plain.size()));
    for (std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{50'000}, plain.size() - 1}) {
      EXPECT_EQ(code(decompress(codec, packed, limit)), ErrorCode::kTooLarge) << to_string(codec) << " " << limit;
    }
  }
}

TEST(Compression, BombsStopAtTheLimit) {
  Bytes zeros(std::size_t{64} << 20);
  for (Compression codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Bytes bomb = *compress(codec, zeros);
    EXPECT_LT(bomb.size(), zeros.size() / 15);
    EXPECT_EQ(code(decompress(codec, bomb, std::size_t{1} << 20)), ErrorCode::kTooLarge) << to_string(codec);
  }
}

TEST(Compression, CutAnywhereIsCorruptNeverShorter) {
  Bytes plain = sample(9000);
  for (Compression codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Bytes packed = *compress(codec, plain);
    for (std::size_t size = 0; size < packed.size(); ++size) {
      Result<Bytes> back = decompress(codec, ByteView(packed).first(size), kAmple);
      // xerial has no end mark: cut between two blocks it is a shorter stream, which the batch's record count tells
      bool between_blocks = codec == Compression::kSnappy && size == 16;
      EXPECT_EQ(code(back), between_blocks ? std::nullopt : std::optional(ErrorCode::kCorruptMessage))
          << to_string(codec) << " " << size;
    }
  }
}

TEST(Compression, FlippedBitsNeverPassTheLimit) {
  Bytes plain = sample(3000);
  for (Compression codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4, Compression::kZstd}) {
    Bytes packed = *compress(codec, plain);
    for (std::size_t bit = 0; bit < std::min<std::size_t>(packed.size(), 600) * 8; ++bit) {
      Bytes bad = packed;
      bad[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      Result<Bytes> back = decompress(codec, bad, 10'000);
      if (back) EXPECT_LE(back->size(), 10'000u);
    }
  }
}

TEST(Compression, KeptDecodersReadOnAfterAFrameThatEndedAnywhere) {
  Bytes plain = sample(200'000);
  // With the size in its header, which liblz4 1.9.4 would go on expecting of the next frame.
  LZ4F_preferences_t sized{};
  sized.frameInfo.contentSize = plain.size();
  Bytes lz4(LZ4F_compressFrameBound(plain.size(), &sized));
  lz4.resize(LZ4F_compressFrame(lz4.data(), lz4.size(), plain.data(), plain.size(), &sized));
  Decoders decoders;
  auto read = [&](Compression codec, ByteView packed, std::size_t limit) {
    std::size_t got = 0;
    auto take = [&got](ByteView piece) {
      got += piece.size();
      return Result<void>();
    };
    return decompress_in_pieces(codec, packed, limit, decoders, take).has_value() && got == plain.size();
  };
  for (Compression codec : {Compression::kLz4, Compression::kZstd}) {
    Bytes good = *compress(codec, plain);
    Bytes other = codec == Compression::kLz4 ? lz4 : good;
    for (std::size_t size = 0; size < other.size(); size += 1009) {
      EXPECT_FALSE(read(codec, ByteView(other).first(size), kAmple)) << size;
      EXPECT_TRUE(read(codec, good, kAmple)) << to_string(codec) << " after one cut at " << size;
      EXPECT_FALSE(read(codec, other, size)) << size;
      EXPECT_TRUE(read(codec, good, kAmple)) << to_string(codec) << " after one given up at " << size;
    }
  }
}

TEST(Snappy, IsWrittenAsXerialsStreamInBigEndian) {
  Bytes packed = *compress(Compression::kSnappy, as_bytes("hello hello hello hello"));
  const unsigned char header[] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};
  ASSERT_GT(packed.size(), 20u);
  EXPECT_EQ(own(ByteView(packed).first(16)), own(std::as_bytes(std::span(header))));
  EXPECT_EQ(load_big_endian<std::uint32_t>(packed.data() + 16), packed.size() - 20);
}

TEST(Snappy, ARawBlockAndConcatenatedStreamsAreRead) {
  std::string raw;
  snappy::Compress("hello hello hello", 17, &raw);
  EXPECT_EQ(as_text(*decompress(Compression::kSnappy, as_bytes(raw), 17)), "hello hello hello");
  Bytes twice = *compress(Compression::kSnappy, as_bytes("one "));
  Bytes second = *compress(Compression::kSnappy, as_bytes("two"));
  twice.insert(twice.end(), second.begin(), second.end());
  EXPECT_EQ(as_text(*decompress(Compression::kSnappy, twice, 100)), "one two");
}

TEST(Snappy, ABlocksClaimIsNotBelieved) {
  for (ByteView lie : {as_bytes("\xFF\xFF\xFF\xFF\x0F"), as_bytes("\xFF\xFF\xFF\x7F\x04zz"), as_bytes("")}) {
    EXPECT_EQ(code(decompress(Compression::kSnappy, lie, kAmple)), ErrorCode::kCorruptMessage);
  }
}

TEST(Gzip, MembersMayFollowEachOther) {
  Bytes twice = *compress(Compression::kGzip, as_bytes("one "));
  Bytes second = *compress(Compression::kGzip, as_bytes("two"));
  twice.insert(twice.end(), second.begin(), second.end());
  EXPECT_EQ(as_text(*decompress(Compression::kGzip, twice, 100)), "one two");
  EXPECT_EQ(code(decompress(Compression::kGzip, ByteView(twice).first(twice.size() - 1), 100)),
            ErrorCode::kCorruptMessage);
}

TEST(Lz4, FramesHaveIndependentBlocksAsTheJavaClientNeeds) {
  Bytes packed = *compress(Compression::kLz4, sample(200'000));
  auto flags = static_cast<unsigned>(packed[4]);
  EXPECT_EQ(flags >> 6, 1u) << "frame version";
  EXPECT_TRUE(flags & 0x20u) << "independent blocks";
  EXPECT_EQ(static_cast<unsigned>(packed[5]), 0x40u) << "blocks of 64 KiB";
}

TEST(Lz4, FramesOfOtherClientsAreRead) {
  Bytes plain = sample(200'000);
  LZ4F_preferences_t preferences{};  // librdkafka's: dependent blocks, a checksum, the size
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.frameInfo.contentSize = plain.size();
  Bytes packed(LZ4F_compressFrameBound(plain.size(), &preferences));
  packed.resize(LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), &preferences));
  EXPECT_EQ(*decompress(Compression::kLz4, packed, plain.size()), plain);
}

TEST(Zstd, FramesMayFollowEachOtherAndNeedNotTellTheirSize) {
  Bytes plain = sample(50'000);
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  Bytes packed(ZSTD_compressBound(plain.size()));
  packed.resize(ZSTD_compress2(context.get(), packed.data(), packed.size(), plain.data(), plain.size()));
  Bytes twice = packed;
  twice.insert(twice.end(), packed.begin(), packed.end());
  Bytes expected = plain;
  expected.insert(expected.end(), plain.begin(), plain.end());
  EXPECT_EQ(*decompress(Compression::kZstd, twice, expected.size()), expected);
}

}  // namespace
}  // namespace wharf
