#include "cli/client_loop.hpp"

#include "runtime/task_scope.hpp"

namespace wharf::cli {
namespace {

runtime::Task<void> keep(runtime::Task<Result<void>> work, Result<void>* outcome) {
  *outcome = co_await std::move(work);
}

}  // namespace

int ClientLoop::run(Streams streams, const std::string& command, runtime::Task<Result<void>> work) {
  Result<void> outcome;
  runtime::TaskScope scope(shard_);
  scope.spawn("command", keep(std::move(work), &outcome));
  scope.when_idle([this] { shard_.stop(); });
  shard_.run();
  streams.out.flush();
  if (outcome && !streams.out) outcome = fail(ErrorCode::kStorage, "cannot write to standard output");
  if (outcome) return kDone;
  streams.err << command << ": " << outcome.error().message << '\n';
  return outcome.error().code == ErrorCode::kInvalidArgument ? kUsage : kFailed;
}

}  // namespace wharf::cli
