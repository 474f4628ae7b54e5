#include "model/message.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/encoded_table.hpp"
#include "model/message_properties.hpp"
#include "model/record_batch_reader.hpp"

namespace wharf {
namespace {

TEST(Message, IsReadFromTheRecordItBecame) {
  BatchBuilder builder({});
  append_message(builder,
                 {.origin = Protocol::kAmqp091, .routing_key = "jobs", .delivery_mode = 2, .body = as_bytes("body")},
                 Timestamp{5});
  auto batch = builder.finish().value();
  auto view = read_batch(batch).value();
  RecordReader reader(view.header, view.records());
  Record record;
  ASSERT_TRUE(reader.next(record).value());
  auto message = message_of(record);
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->routing_key, "jobs");
  EXPECT_EQ(message->delivery_mode, 2);
}

}  // namespace
}  // namespace wharf
