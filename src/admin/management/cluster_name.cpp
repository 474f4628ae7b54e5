#include "admin/management/cluster_name.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "admin/management/answers.hpp"
#include "admin/management/body.hpp"
#include "admin/management/resources.hpp"

namespace wharf::management {
namespace {

/// RabbitMQ keeps it as a global parameter, and so in definitions.
constexpr std::string_view kParameter = "cluster_name";

}  // namespace

runtime::Task<std::string> cluster_name_of(Call* call) {
  std::optional<std::string> kept =
      co_await call->ports.parameters.find(call->here, broker::ParameterKind::kGlobal, std::string(kParameter));
  boost::system::error_code error;
  boost::json::value name = kept ? boost::json::parse({kept->data(), kept->size()}, error) : boost::json::value();
  if (error || !name.is_string()) co_return call->about.cluster_name;
  co_return std::string(name.get_string());
}

Answer get_cluster_name(Call* call) {
  std::string name = co_await cluster_name_of(call);
  co_return json_answer(boost::json::object{{"name", json_text(name)}});
}

Answer put_cluster_name(Call* call) {
  Body body(call->request.body);
  boost::json::string name = json_text(body.required_text("name"));
  if (body.refusal()) co_return *body.refusal();
  Result<void> kept = co_await call->ports.parameters.set(call->here, broker::ParameterKind::kGlobal,
                                                          std::string(kParameter), boost::json::serialize(name));
  if (!kept) co_return answer_of(kept.error());
  co_return no_content();
}

}  // namespace wharf::management
