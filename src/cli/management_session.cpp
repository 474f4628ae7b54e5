#include "cli/management_session.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/client_loop.hpp"
#include "cli/value_checks.hpp"
#include "client/cluster.hpp"
#include "http/client.hpp"
#include "model/base64.hpp"

namespace wharf::cli {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:15672";

/// "http://host:port", with or without "http://" and a slash behind it.
Result<Endpoint> server_of(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://")) return fail(ErrorCode::kInvalidArgument, "--url: https is not spoken yet");
  if (url.starts_with(kScheme)) url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.contains('/') || url.contains('@') || url.contains(','))
    return fail(ErrorCode::kInvalidArgument, fmt::format("--url: '{}' is not http://HOST:PORT", url));
  Result<std::vector<Endpoint>> endpoint = client::parse_bootstrap(url);
  if (!endpoint) return fail(ErrorCode::kInvalidArgument, "--url: " + endpoint.error().message);
  const bool has_port = url.ends_with(fmt::format(":{}", endpoint->front().port));
  if (!has_port) return fail(ErrorCode::kInvalidArgument, fmt::format("--url: '{}': the port is missing", url));
  return endpoint->front();
}

std::string reason_in(const boost::json::value& answer) {
  const boost::json::object* fields = answer.if_object();
  const boost::json::value* reason = fields == nullptr ? nullptr : fields->if_contains("reason");
  if (reason == nullptr && fields != nullptr) reason = fields->if_contains("error");
  if (reason == nullptr) return "";
  return reason->is_string() ? std::string(reason->as_string()) : boost::json::serialize(*reason);
}

Error failure_of(unsigned status, const boost::json::value& answer, const std::string& about) {
  std::string reason = reason_in(answer);
  const bool signed_in = reason != "Not_Authorized" && reason != "Login failed" && !reason.empty();
  if (status == 401 && !signed_in)
    return {ErrorCode::kSignInRefused, "the server does not let this user in: check --user and --password"};
  if (status == 401 || status == 403) return {ErrorCode::kAccessRefused, "not allowed: " + reason};
  if (status == 404 && (reason == "Not Found" || reason.empty() || reason.ends_with("_not_found")))
    return {ErrorCode::kNotFound, about.empty() ? "there is no such thing" : fmt::format("there is no {}", about)};
  if (status == 404) return {ErrorCode::kNotFound, reason};
  if (status == 503) return {ErrorCode::kUnavailable, reason.empty() ? "the server is not ready" : reason};
  return {ErrorCode::kInvalidRequest, reason.empty() ? fmt::format("the server answered {}", status) : reason};
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                       (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '.' || letter == '_';
    out += plain ? std::string(1, letter) : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  }
  return out;
}

std::string path(std::initializer_list<std::string_view> segments) {
  std::string text = "/api";
  for (const std::string_view segment : segments) text += "/" + escaped(segment);
  return text;
}

std::shared_ptr<ManagementOptions> ManagementOptions::declare(CLI::App* app, std::string command) {
  auto options = std::make_shared<ManagementOptions>();
  options->command = std::move(command);
  options->url = kDefaultUrl;
  options->user = options->password = "guest";
  app->add_option("--url", options->url,
                  "The broker's admin address, http://HOST:PORT. Otherwise what WHARF_ADMIN_URL names, or "
                  "http://127.0.0.1:15672.")
      ->type_name("URL")
      ->envname("WHARF_ADMIN_URL");
  app->add_option("--user", options->user, "Who asks. Otherwise WHARF_ADMIN_USER, or guest.")
      ->type_name("NAME")
      ->envname("WHARF_ADMIN_USER");
  app->add_option(
         "--password", options->password,
         "Its password, which others on this machine can see: WHARF_ADMIN_PASSWORD is better. Otherwise guest.")
      ->type_name("PASSWORD")
      ->envname("WHARF_ADMIN_PASSWORD");
  app->add_option("--timeout", options->timeout_ms, "Give up after so many milliseconds without an answer (30000).")
      ->type_name("MS")
      ->check(whole_number(1, 86'400'000));
  return options;
}

runtime::Task<Result<boost::json::value>> ManagementSession::ask(Request request) {
  Result<std::unique_ptr<runtime::Stream>> stream = co_await network.connect(shard, server);
  if (!stream) co_return fail(stream.error());
  http::Question question{.method = std::move(request.method),
                          .target = std::move(request.target),
                          .authority = server.text(),
                          .headers = {{"Authorization", authorization}, {"Content-Type", "application/json"}},
                          .body = request.body.is_null() ? std::string() : boost::json::serialize(request.body)};
  bool late = false;
  runtime::Stream* open = stream->get();
  const auto timer = shard.set_timer(shard.now() + timeout, [&late, open] {
    late = true;
    open->close();
  });
  Result<http::Response> response = co_await http::ask(open, std::move(question));
  shard.cancel_timer(timer);
  open->close();
  if (late) co_return fail(ErrorCode::kTimedOut, fmt::format("{} has not answered in time", server.text()));
  if (!response) co_return fail(response.error().code, fmt::format("{}: {}", server.text(), response.error().message));
  boost::system::error_code error;
  boost::json::value answer = boost::json::parse(response->body, error);
  if (error) answer = nullptr;
  if (response->status >= 300) co_return fail(failure_of(response->status, answer, request.about));
  co_return answer;
}

runtime::Task<Result<void>> ManagementSession::tell(Request request) {
  Result<boost::json::value> answer = co_await ask(std::move(request));
  if (!answer) co_return fail(answer.error());
  co_return Result<void>();
}

int run_client(Streams streams, const ManagementOptions& options, const ManagementWork& work) {
  Result<Endpoint> server = server_of(options.url);
  if (!server) {
    streams.err << options.command << ": " << server.error().message << '\n';
    return kUsage;
  }
  const Milliseconds timeout(options.timeout_ms);
  ClientLoop loop(timeout);
  ManagementSession session{
      loop.shard(), loop.network(), *server,        "Basic " + base64(as_bytes(options.user + ":" + options.password)),
      timeout,      streams,        options.command};
  return loop.run(streams, options.command, work(&session));
}

}  // namespace wharf::cli
