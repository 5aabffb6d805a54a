// Memory that was freed goes back to the system.
#include "memory.h"

#include <atomic>
#include <chrono>

// Which C library it is, is known only behind one of its headers.
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace pewatch_tango {

#ifdef __GLIBC__

namespace {

using Clock = std::chrono::steady_clock;

/** It takes milliseconds, in which other threads may wait for memory. */
constexpr std::chrono::seconds PERIOD{10};

}  // namespace

void give_back_memory() {
  static std::atomic<Clock::rep> last{0};
  const Clock::rep now = Clock::now().time_since_epoch().count();
  Clock::rep before = last;
  if (now - before < Clock::duration{PERIOD}.count() || !last.compare_exchange_strong(before, now)) return;
  malloc_trim(0);
}

#else

void give_back_memory() {}

#endif

}  // namespace pewatch_tango
