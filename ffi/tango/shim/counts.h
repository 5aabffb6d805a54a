// What is counted, for tests and for whoever looks for what is slow.
#pragma once

#include <atomic>
#include <cstdint>

namespace pewatch_tango {

struct Counts {
  std::atomic<std::int64_t> reads{0}, requests{0}, refused{0}, expired{0}, events_pushed{0}, events_dropped{0};
};

Counts &counts();

}  // namespace pewatch_tango
