// Properties of every message in every version that we serve.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"
#include "protocols/kafka/api/sampled_values.hpp"

namespace wharf::kafka {
namespace {

/// Calls `check.template operator()<Message>(version)` for every message and version.
template <class Check>
void for_each_message(const Check& check) {
  auto in_each_version = [&]<class Message> {
    Versions versions = Codec<Message>::versions();
    for (std::int16_t version = versions.lowest; version <= versions.highest; ++version) {
      check.template operator()<Message>(version);
    }
  };
  AllRequests::for_each([&]<class Request> {
    in_each_version.template operator()<Request>();
    in_each_version.template operator()<typename Request::Response>();
  });
  in_each_version.template operator()<ConsumerProtocolSubscription>();
  in_each_version.template operator()<ConsumerProtocolAssignment>();
}

RC_GTEST_PROP(EveryMessage, ComesBackEqualAndToTheLastByte, (std::uint64_t seed)) {
  for_each_message([&]<class Message>(std::int16_t version) {
    SeededValues values(seed++);
    Message message = sample<Message>(version, values);
    Writer writer;
    Result<void> written = encode(message, version, writer);
    if (!written) RC_FAIL(written.error().message);
    Reader reader(writer.bytes());
    Result<Message> back = decode<Message>(reader, version);
    if (!back) RC_FAIL(back.error().message);
    RC_ASSERT(reader.bytes_left() == 0u);
    RC_ASSERT(*back == message);
    Writer again;
    RC_ASSERT(encode(*back, version, again).has_value());
    RC_ASSERT(std::ranges::equal(writer.bytes(), again.bytes()));
    RC_ASSERT(encoded_size(message, version).value() == writer.size());
  });
}

/// The bytes in a buffer of exactly their size, so that the address sanitizer sees the first byte past them.
std::vector<std::byte> exact_copy(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(EveryMessage, CutAnywhereIsMalformedAndReadsNothingBeyondTheCut) {
  for_each_message([&]<class Message>(std::int16_t version) {
    SeededValues values(static_cast<std::uint64_t>(version) + 1);
    Writer writer;
    ASSERT_TRUE(encode(sample<Message>(version, values), version, writer));
    for (std::size_t size = 0; size < writer.size(); ++size) {
      std::vector<std::byte> cut = exact_copy(writer.bytes().first(size));
      Result<Message> message = decode<Message>(cut, version);
      ASSERT_FALSE(message) << "cut after " << size << " of " << writer.size();
      ASSERT_EQ(message.error().code, ErrorCode::kMalformed);
    }
  });
}

TEST(EveryMessage, WithALieInAnyByteIsReadOrRefusedWithinItsBytes) {
  for_each_message([&]<class Message>(std::int16_t version) {
    SeededValues values(static_cast<std::uint64_t>(version) + 99);
    Writer writer;
    ASSERT_TRUE(encode(sample<Message>(version, values), version, writer));
    std::vector<std::byte> bytes = exact_copy(writer.bytes());
    for (std::byte& byte : bytes) {
      std::byte truth = byte;
      for (int lie : {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF}) {
        byte = static_cast<std::byte>(lie);
        Result<Message> message = decode<Message>(bytes, version);
        if (!message) ASSERT_NE(message.error().message, "");
      }
      byte = truth;
    }
  });
}

TEST(EveryMessage, OfRandomBytesIsReadOrRefusedWithinThem) {
  SeededValues values(7);
  for_each_message([&]<class Message>(std::int16_t version) {
    for (int round = 0; round < 20; ++round) {
      std::vector<std::byte> bytes = exact_copy(values.bytes(values.number(200)));
      Result<Message> message = decode<Message>(bytes, version);
      if (!message) ASSERT_NE(message.error().message, "");
    }
  });
}

TEST(EveryMessage, PrintsAsOneLineOfJsonWithAllItsFields) {
  for_each_message([&]<class Message>(std::int16_t version) {
    SeededValues values(3);
    std::string text = print(sample<Message>(version, values));
    ASSERT_EQ(text.front(), '{');
    ASSERT_EQ(text.back(), '}');
    ASSERT_EQ(text.find('\n'), std::string::npos);
    for (const FieldInfo& field : Codec<Message>::info().fields) {
      ASSERT_NE(text.find('"' + std::string(field.name) + "\":"), std::string::npos) << field.name;
    }
  });
}

TEST(EveryMessage, OutsideOfItsVersionsIsNeitherReadNorWritten) {
  AllRequests::for_each([]<class Request> {
    Versions versions = Codec<Request>::versions();
    for (int outside : {versions.lowest - 1, versions.highest + 1, -32768, 32767}) {
      auto version = static_cast<std::int16_t>(outside);
      Writer writer;
      EXPECT_EQ(decode<Request>(ByteView{}, version).error().code, ErrorCode::kUnsupportedVersion);
      EXPECT_EQ(encode(Request{}, version, writer).error().code, ErrorCode::kUnsupportedVersion);
      EXPECT_EQ(writer.size(), 0u);
    }
  });
}

}  // namespace
}  // namespace wharf::kafka
