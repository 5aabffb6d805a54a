// One write at a time.
#pragma once

#include <condition_variable>
#include <mutex>

#include "requests.h"

namespace pewatch_tango {

// A writable attribute of cppTango keeps what is being written in itself. While a write waits for JavaScript with the
// device's monitor released, a second one would change that under it.
class WriteGate {
 public:
  /** Held by one call of a client, also where that call writes several attributes or calls itself. */
  class Pass {
   public:
    /** @throws Tango::DevFailed where the write before takes all the time that this one has */
    Pass();
    ~Pass();
    Pass(const Pass &) = delete;
    Pass &operator=(const Pass &) = delete;
  };

  /** When the answer to the write of this thread must be there. */
  static Clock::time_point deadline();
};

}  // namespace pewatch_tango
