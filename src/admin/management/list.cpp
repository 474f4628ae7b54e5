#include "admin/management/list.hpp"

#include "admin/management/answers.hpp"

namespace wharf::management {

runtime::Task<http::Response> answer_list(Call* call, std::shared_ptr<ListedItems> items) {
  std::expected<ListQuestion, http::Response> asked = ListQuestion::of(call->request);
  if (!asked) co_return asked.error();
  auto question = std::make_shared<const ListQuestion>(std::move(*asked));
  co_await items->prepare(call, question.get());
  auto choose_some = [question, items] {
    items->arrange();
    return json_http::choose(*question, *items);
  };
  auto chosen = co_await runtime::run_on(call->ports.beside, call->here, std::move(choose_some));
  if (!chosen) co_return chosen.error();
  co_await items->complete(call, question.get(), &chosen->places);
  auto write = [question, items, chosen = std::move(*chosen)] {
    return json_answer(json_http::written(*question, chosen, *items));
  };
  http::Response response = co_await runtime::run_on(call->ports.beside, call->here, std::move(write));
  co_return response;
}

}  // namespace wharf::management
