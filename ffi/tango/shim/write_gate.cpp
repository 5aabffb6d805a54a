// One write at a time.
#include "write_gate.h"

#include <tango.h>

#include "leaked.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

// A condition variable, since the thread sanitizer does not know timed locks of a mutex.
struct Gate {
  std::mutex mutex;
  std::condition_variable freed;
  bool taken = false;
};

Gate &gate() {
  static Gate &one = leaked<Gate>();
  return one;
}

thread_local int passes = 0;
thread_local Clock::time_point thread_deadline;

}  // namespace

WriteGate::Pass::Pass() {
  if (passes++ > 0) return;
  thread_deadline = Clock::now() + std::chrono::milliseconds(PT_ANSWER_TIME_MS);
  std::unique_lock<std::mutex> lock(gate().mutex);
  if (gate().freed.wait_until(lock, thread_deadline, [] { return !gate().taken; })) {
    gate().taken = true;
    return;
  }
  passes--;
  Tango::Except::throw_exception("PeWatch_Timeout", "Another write still waits; nothing was changed", "write");
}

WriteGate::Pass::~Pass() {
  if (--passes > 0) return;
  {
    const std::lock_guard<std::mutex> lock(gate().mutex);
    gate().taken = false;
  }
  gate().freed.notify_one();
}

Clock::time_point WriteGate::deadline() {
  return passes > 0 ? thread_deadline : Clock::now() + std::chrono::milliseconds(PT_ANSWER_TIME_MS);
}

}  // namespace pewatch_tango
