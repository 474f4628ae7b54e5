#pragma once
// Where tokens are kept, in memory: a disk that refuses, or takes its time.
#include <memory>
#include <utility>
#include <vector>

#include "broker/parameters.hpp"
#include "runtime/signal.hpp"

namespace wharf::json_http {

class ParametersInMemory final : public broker::Parameters {
 public:
  ByName kept;
  int refuses = 0;          // so many changes
  bool is_holding = false;  // until let_go(): a change is neither kept nor answered

  void let_go() {
    is_holding = false;
    for (auto& one : waiting_) one->notify();
  }
  runtime::Task<ByName> list(runtime::Shard&, broker::ParameterKind) override { co_return kept; }
  runtime::Task<std::optional<std::string>> find(runtime::Shard&, broker::ParameterKind, std::string name) override {
    auto found = kept.find(name);
    co_return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  runtime::Task<Result<void>> set(runtime::Shard& here, broker::ParameterKind, std::string name,
                                  std::optional<std::string> value) override {
    if (is_holding) {
      runtime::Signal* turn = waiting_.emplace_back(std::make_unique<runtime::Signal>(here)).get();
      co_await turn->wait();
    }
    if (refuses > 0) {
      --refuses;
      co_return fail(ErrorCode::kDiskFull, "no room");
    }
    if (value) {
      kept.insert_or_assign(std::move(name), std::move(*value));
    } else {
      kept.erase(name);
    }
    co_return Result<void>();
  }

 private:
  std::vector<std::unique_ptr<runtime::Signal>> waiting_;
};

}  // namespace wharf::json_http
