// A header frame's payload, from any bytes: view and decoder agree, an edit of nothing changes no value.
#include <algorithm>
#include <cstdint>

#include "model/error.hpp"
#include "protocols/amqp091/wire/content.hpp"

using namespace wharf;           // NOLINT
using namespace wharf::amqp091;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Outcome<ContentHeader> header = decode_content_header(std::as_bytes(std::span(data, size)));
  if (!header) return 0;
  const PropertiesView& view = header->properties;
  Outcome<BasicProperties> properties = decode_properties(view.encoded());
  WHARF_ASSERT(properties.has_value());
  WHARF_ASSERT(properties->delivery_mode == view.delivery_mode());
  WHARF_ASSERT(properties->expiration == view.text(BasicProperty::kExpiration));
  WHARF_ASSERT(properties->cluster_id == view.text(BasicProperty::kClusterId));
  WHARF_ASSERT(properties->headers.has_value() == view.headers().has_value());

  auto edited = edit_properties(view, {});
  WHARF_ASSERT(edited.has_value() && edited->size() <= view.encoded().size());  // empty further flags are gone
  Outcome<PropertiesView> again = PropertiesView::parse(*edited);
  WHARF_ASSERT(again.has_value());
  if (view.headers()) WHARF_ASSERT(std::ranges::equal(*again->headers(), *view.headers()));
  const FieldEdit headers[] = {{"x-death", PropertyList{}}, {"BCC", std::nullopt}};
  const TextEdit texts[] = {{BasicProperty::kExpiration, std::nullopt}};
  auto dead = edit_properties(view, headers, texts);
  // A header more may be one above the limit of values.
  if (dead && PropertiesView::parse(*dead))
    WHARF_ASSERT(find_field(*PropertiesView::parse(*dead)->headers(), "x-death").has_value());
  return 0;
}
