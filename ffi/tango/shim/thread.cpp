// The shim's own threads.
#include "thread.h"

#include <omnithread.h>

#include <utility>

namespace pewatch_tango {

class Thread::Runner : public omni_thread {
 public:
  explicit Runner(std::function<void()> work) : work_(std::move(work)) { start_undetached(); }

 private:
  void *run_undetached(void *) override {
    work_();
    return nullptr;
  }

  std::function<void()> work_;
};

void Thread::start(std::function<void()> work) { runner_ = new Runner(std::move(work)); }

void Thread::join() {
  // This deletes it too.
  if (runner_ != nullptr) std::exchange(runner_, nullptr)->join(nullptr);
}

}  // namespace pewatch_tango
