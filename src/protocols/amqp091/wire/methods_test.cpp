#include "protocols/amqp091/wire/methods.hpp"

#include <functional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/utf8.hpp"
#include "protocols/amqp091/wire/wire_testing.hpp"

namespace wharf::amqp091 {
namespace {

/// A method frame's payload out of the frame that was written.
template <Method M>
Buffer payload_of(const M& method) {
  Writer writer;
  Outcome<void> written = write_method(method, 7, writer);
  EXPECT_TRUE(written) << written.error().message;
  ByteView frame = writer.bytes_since(0);
  EXPECT_EQ(frame.back(), kFrameEnd);
  EXPECT_EQ(load_big_endian<std::uint32_t>(frame.data() + 3), frame.size() - kFrameOverheadBytes);
  return buffer_of(frame.subspan(kFrameHeaderBytes, frame.size() - kFrameOverheadBytes));
}

/// One method type behind plain functions, so that each property is compiled once and not once for each of them.
struct MethodCase {
  MethodInfo info;
  std::span<const FieldInfo> fields;
  Outcome<Buffer> (*decode_and_encode)(ByteView payload);
  bool (*equal)(ByteView left, ByteView right);
};

const std::vector<MethodCase>& all_cases() {
  static const std::vector<MethodCase> cases = [] {
    std::vector<MethodCase> list;
    AllMethods::for_each([&]<class M> {
      list.push_back({M::kMethod, Codec<M>::fields(),
                      [](ByteView payload) -> Outcome<Buffer> {
                        Outcome<M> method = decode_method<M>(payload);
                        if (!method) return refuse(method.error());
                        return payload_of(*method);
                      },
                      [](ByteView left, ByteView right) {
                        return decode_method<M>(left).value() == decode_method<M>(right).value();
                      }});
    });
    return list;
  }();
  return cases;
}

Buffer sampled(const MethodCase& method, std::uint64_t seed) {
  SeededValues values(seed);
  Writer writer;
  writer.integer(method.info.id.class_id);
  writer.integer(method.info.id.method_id);
  values.method_fields(method.fields, writer);
  return buffer_of(writer.bytes_since(0));
}

TEST(Methods, EachIsDescribedAndEncodedAsOtherImplementationsDo) {
  auto lines = golden("method");
  EXPECT_EQ(lines.size(), AllMethods::kCount);
  for (const auto& line : lines) {
    auto found = std::ranges::find(all_cases(), line[0], [](const MethodCase& method) { return method.info.name; });
    ASSERT_NE(found, all_cases().end()) << line[0];
    EXPECT_EQ(found->info.id, (MethodId{static_cast<std::uint16_t>(std::stoi(line[1])),
                                        static_cast<std::uint16_t>(std::stoi(line[2]))}));
    EXPECT_EQ(found->info.has_content, line[3] == "1") << line[0];
    std::string responses;
    for (const MethodCase& other : all_cases()) {
      bool answers = std::ranges::count(found->info.responses, other.info.id.method_id) > 0 &&
                     other.info.id.class_id == found->info.id.class_id;
      if (answers) responses += (responses.empty() ? "" : ",") + std::string(other.info.name);
    }
    EXPECT_EQ(responses.empty() ? "-" : responses, line[4]) << line[0];
    EXPECT_EQ(found->info.is_synchronous(), line[4] != "-");
    std::string fields;
    for (const FieldInfo& field : found->fields)
      fields += fmt::format("{}{}:{}", fields.empty() ? "" : ",", field.name, field.type);
    EXPECT_EQ(fields.empty() ? "-" : fields, line[5]) << line[0];
    Outcome<Buffer> again = found->decode_and_encode(from_hex(line[6]));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_hex(*again), line[6]) << line[0];
  }
}

TEST(Methods, FieldsAndBitsStandWhereTheTableSays) {
  QueueDeclare declare{.queue = "jobs", .durable = true, .nowait = true, .arguments = {{"x", Null{}}}};
  EXPECT_EQ(to_hex(payload_of(declare)),
            "0032000a0000046a6f627312000000030178"
            "56");
  EXPECT_EQ(decode_method<QueueDeclare>(payload_of(declare)).value(), declare);
  EXPECT_FALSE(declare == QueueDeclare{});
  BasicPublish publish{.exchange = "e", .routing_key = "key", .immediate = true};
  EXPECT_EQ(to_hex(payload_of(publish)),
            "003c0028000001"
            "65"
            "036b657902");
  EXPECT_EQ(to_hex(payload_of(AccessRequest{})), "001e000a052f646174611e");
}

RC_GTEST_PROP(Methods, AnyMethodComesOutByteForByte, (std::uint64_t seed)) {
  for (const MethodCase& method : all_cases()) {
    Buffer payload = sampled(method, seed++);
    Outcome<Buffer> again = method.decode_and_encode(payload);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == payload);
  }
}

TEST(Methods, CutAnywhereIsRefusedWithTheCulpritsId) {
  for (const MethodCase& method : all_cases()) {
    Buffer whole = sampled(method, method.info.id.method_id);
    for (std::size_t size = 4; size < whole.size(); ++size) {
      Outcome<Buffer> cut =
          method.decode_and_encode(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
      ASSERT_FALSE(cut) << method.info.name << " cut after " << size << " of " << whole.size();
      ASSERT_EQ(cut.error().code, ReplyCode::kSyntaxError);
      ASSERT_EQ(cut.error().method, method.info.id);
    }
    whole.push_back(std::byte{0});
    ASSERT_EQ(method.decode_and_encode(whole).error().code, ReplyCode::kSyntaxError) << method.info.name;
  }
}

TEST(Methods, WithALieInAnyByteIsReadOrRefusedWithinItsBytes) {
  for (const MethodCase& method : all_cases()) {
    Buffer bytes = sampled(method, method.info.id.method_id + 1000u);
    for (std::size_t i = 4; i < bytes.size(); ++i) {
      std::byte truth = bytes[i];
      for (int lie : {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF}) {
        bytes[i] = static_cast<std::byte>(lie);
        Outcome<Buffer> again = method.decode_and_encode(bytes);
        if (!again) ASSERT_NE(again.error().message, "");
      }
      bytes[i] = truth;
    }
  }
}

TEST(Methods, TheErrorNamesMethodAndField) {
  Outcome<QueueDeclare> cut = decode_method<QueueDeclare>(from_hex("0032000a0000ff6a"));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().reply_text(), "SYNTAX_ERROR - queue.declare: queue reaches past the end of the frame");
  Outcome<QueueDelete> spurious = decode_method<QueueDelete>(from_hex("003200280000000099"));
  EXPECT_EQ(spurious.error().reply_text(), "SYNTAX_ERROR - queue.delete has bytes left over");
}

TEST(Methods, ANameHasToBeUtf8) {
  auto refused = [](std::string name) {
    Outcome<QueueDeclare> declare = decode_method<QueueDeclare>(payload_of(QueueDeclare{.queue = std::move(name)}));
    return !declare && declare.error().code == ReplyCode::kFrameError;
  };
  for (const char* good :
       {"", "jobs", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x90\x87", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"})
    EXPECT_FALSE(refused(good));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE2\x82", "\xC3\x28"}) {
    EXPECT_TRUE(refused(bad)) << to_hex(as_bytes(bad));
  }
}

TEST(Methods, AStringThatIsTooLongIsNotWrittenAndLeavesNothingBehind) {
  Writer writer;
  ASSERT_TRUE(write_method(BasicAck{.delivery_tag = 1}, 1, writer));
  std::size_t before = writer.position();
  Outcome<void> written = write_method(QueueDeclareOk{.queue = std::string(256, 'q')}, 1, writer);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "queue.declare-ok: queue is longer than the 255 bytes of a short string");
  EXPECT_EQ(writer.position(), before);
  EXPECT_TRUE(write_method(BasicAck{.delivery_tag = 2}, 1, writer));
}

TEST(Methods, AreFoundByTheirIdAndUnknownOnesAreNot) {
  std::string_view name;
  EXPECT_TRUE(AllMethods::with({50, 51}, [&]<class M> { name = M::kMethod.name; }));
  EXPECT_EQ(name, "queue.unbind-ok");
  EXPECT_FALSE(AllMethods::with({40, 41}, []<class M> {}));
  EXPECT_EQ(unknown_method({40, 41}).reply_text(), "NOT_IMPLEMENTED - there is no method 41 in class 40");
  EXPECT_EQ(peek_method_id(from_hex("003c0028")).value(), (MethodId{60, 40}));
  EXPECT_EQ(peek_method_id(from_hex("003c00")).error().code, ReplyCode::kFrameError);
}

TEST(ReplyText, IsCutBetweenCharactersToWhatAShortStringHolds) {
  ProtocolError error{ReplyCode::kNotFound, std::string(400, 'x'), {}};
  EXPECT_EQ(error.reply_text().size(), 255u);
  std::string euros;
  for (int i = 0; i < 100; ++i) euros += "\xE2\x82\xAC";
  std::string text = ProtocolError{ReplyCode::kNotFound, euros, {}}.reply_text();
  EXPECT_LE(text.size(), 255u);
  EXPECT_TRUE(is_utf8(text));
  EXPECT_FALSE(closes_connection(ReplyCode::kPreconditionFailed));
  EXPECT_TRUE(closes_connection(ReplyCode::kConnectionForced));
}

}  // namespace
}  // namespace wharf::amqp091
