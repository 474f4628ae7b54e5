#include "runtime/work_beside.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wharf::runtime {

BesideThread::BesideThread() {
  constexpr int kGivesWay = 10;
  thread_.submit([] {
    pthread_setname_np(pthread_self(), "wharf-beside");
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kGivesWay);  // of this thread alone, on Linux
  });
}

}  // namespace wharf::runtime
