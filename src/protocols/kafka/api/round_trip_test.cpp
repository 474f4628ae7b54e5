// Properties of every message in every version that we serve.
#include <functional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/kafka/api/all_messages.hpp"
#include "protocols/kafka/api/consumer_protocol.hpp"
#include "protocols/kafka/api/sampled_values.hpp"

namespace wharf::kafka {
namespace {

using Buffer =
    std::vector<std::byte>;  // of exactly the bytes' size: the address sanitizer sees the first byte past them

/// One message type behind plain functions, so that each property is compiled once and not once for each of 62 types.
struct MessageCase {
  const StructInfo* info;
  Buffer (*sampled_bytes)(std::int16_t version, std::uint64_t seed);
  std::string (*sampled_print)(std::int16_t version, std::uint64_t seed);
  /// What is wrong with a made-up message's way through bytes and back; empty if nothing.
  std::string (*round_trip)(std::int16_t version, std::uint64_t seed);
  /// Nothing, or why the bytes were refused.
  std::optional<Error> (*refusal)(ByteView bytes, std::int16_t version);
  /// Nothing, or why an untouched message cannot be written.
  std::optional<Error> (*write_refusal)(std::int16_t version);
};

template <class Message>
std::string round_trip(std::int16_t version, std::uint64_t seed) {
  SeededValues values(seed);
  auto message = sample<Message>(version, values);
  Writer writer;
  if (Result<void> written = encode(message, version, writer); !written) return written.error().message;
  Reader reader(writer.bytes());
  Result<Message> back = decode<Message>(reader, version);
  if (!back) return back.error().message;
  if (reader.bytes_left() > 0) return "bytes left over";
  if (*back != message) return "another message came back: " + print(message) + " " + print(*back);
  Writer again;
  if (Result<void> written = encode(*back, version, again); !written) return written.error().message;
  if (!std::ranges::equal(writer.bytes(), again.bytes())) return "other bytes the second time";
  if (encoded_size(message, version) != writer.size()) return "another size than bytes";
  return {};
}

template <class Message>
MessageCase case_of() {
  return {
      .info = &Codec<Message>::info(),
      .sampled_bytes =
          [](std::int16_t version, std::uint64_t seed) {
            SeededValues values(seed);
            Writer writer;
            EXPECT_TRUE(encode(sample<Message>(version, values), version, writer));
            return Buffer(writer.bytes().begin(), writer.bytes().end());
          },
      .sampled_print =
          [](std::int16_t version, std::uint64_t seed) {
            SeededValues values(seed);
            return print(sample<Message>(version, values));
          },
      .round_trip = round_trip<Message>,
      .refusal = [](ByteView bytes, std::int16_t version) -> std::optional<Error> {
        Result<Message> message = decode<Message>(bytes, version);
        if (message) return std::nullopt;
        return message.error();
      },
      .write_refusal = [](std::int16_t version) -> std::optional<Error> {
        Writer writer;
        Result<void> written = encode(Message{}, version, writer);
        EXPECT_EQ(writer.size() == 0, !written);
        if (written) return std::nullopt;
        return written.error();
      },
  };
}

const std::vector<MessageCase>& all_cases() {
  static const std::vector<MessageCase> cases = [] {
    std::vector<MessageCase> list{case_of<ConsumerProtocolSubscription>(), case_of<ConsumerProtocolAssignment>()};
    AllRequests::for_each([&]<class Request> {
      list.push_back(case_of<Request>());
      list.push_back(case_of<typename Request::Response>());
    });
    return list;
  }();
  return cases;
}

void for_each_message(const std::function<void(const MessageCase&, std::int16_t)>& check) {
  for (const MessageCase& message : all_cases()) {
    Versions versions = message.info->versions;
    for (std::int16_t version = versions.lowest; version <= versions.highest; ++version) check(message, version);
  }
}

RC_GTEST_PROP(EveryMessage, ComesBackEqualAndToTheLastByte, (std::uint64_t seed)) {
  for_each_message([&](const MessageCase& message, std::int16_t version) {
    std::string wrong = message.round_trip(version, seed++);
    if (!wrong.empty()) RC_FAIL(wrong);
  });
}

TEST(EveryMessage, CutAnywhereIsMalformedAndReadsNothingBeyondTheCut) {
  for_each_message([](const MessageCase& message, std::int16_t version) {
    Buffer whole = message.sampled_bytes(version, static_cast<std::uint64_t>(version) + 1);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      std::optional<Error> refusal = message.refusal(cut, version);
      ASSERT_TRUE(refusal) << "cut after " << size << " of " << whole.size();
      ASSERT_EQ(refusal->code, ErrorCode::kMalformed);
    }
  });
}

TEST(EveryMessage, WithALieInAnyByteIsReadOrRefusedWithinItsBytes) {
  for_each_message([](const MessageCase& message, std::int16_t version) {
    Buffer bytes = message.sampled_bytes(version, static_cast<std::uint64_t>(version) + 99);
    for (std::byte& byte : bytes) {
      std::byte truth = byte;
      for (int lie : {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF}) {
        byte = static_cast<std::byte>(lie);
        std::optional<Error> refusal = message.refusal(bytes, version);
        if (refusal) ASSERT_NE(refusal->message, "");
      }
      byte = truth;
    }
  });
}

TEST(EveryMessage, OfRandomBytesIsReadOrRefusedWithinThem) {
  SeededValues values(7);
  for_each_message([&](const MessageCase& message, std::int16_t version) {
    for (int round = 0; round < 20; ++round) {
      ByteView random = values.bytes(values.number(200));
      std::optional<Error> refusal = message.refusal(Buffer(random.begin(), random.end()), version);
      if (refusal) ASSERT_NE(refusal->message, "");
    }
  });
}

TEST(EveryMessage, PrintsAsOneLineOfJsonWithAllItsFields) {
  for_each_message([](const MessageCase& message, std::int16_t version) {
    std::string text = message.sampled_print(version, 3);
    ASSERT_EQ(text.front(), '{');
    ASSERT_EQ(text.back(), '}');
    ASSERT_EQ(text.find('\n'), std::string::npos);
    for (const FieldInfo& field : message.info->fields) {
      ASSERT_NE(text.find('"' + std::string(field.name) + "\":"), std::string::npos) << field.name;
    }
  });
}

TEST(EveryMessage, OutsideOfItsVersionsIsNeitherReadNorWritten) {
  for (const MessageCase& message : all_cases()) {
    Versions versions = message.info->versions;
    for (int outside : {versions.lowest - 1, versions.highest + 1, -32768, 32767}) {
      auto version = static_cast<std::int16_t>(outside);
      EXPECT_EQ(message.refusal(ByteView{}, version).value().code, ErrorCode::kUnsupportedVersion);
      EXPECT_EQ(message.write_refusal(version).value().code, ErrorCode::kUnsupportedVersion);
    }
  }
}

}  // namespace
}  // namespace wharf::kafka
