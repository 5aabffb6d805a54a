// When each attribute of a device is read next, and with which others: one that hangs its device must not take the others'
// values, and a value that is too large loses the answer of the whole group.
#pragma once

#include <map>
#include <vector>

#include "client.h"

namespace pewatch_client {

class Schedule {
 public:
  /** @param first when all are due for the first time */
  Schedule(const std::vector<int> &attributes, Clock::time_point first, Ms period);

  Clock::time_point next() const;

  struct Due {
    /** In one call. */
    std::vector<int> together;
    /** Each by itself, after the others, and only while the device answers. */
    std::vector<int> alone;
  };
  Due due(Clock::time_point now) const;

  /** A read of these begins. */
  void begin(const std::vector<int> &attributes, Clock::time_point now);
  /** It returned values. */
  void answered(const std::vector<int> &attributes, Clock::time_point now);
  /** It timed out, or its answer could not be decoded. */
  void hung(const std::vector<int> &attributes, Clock::time_point now);
  /** Its next read is not before then. */
  void postpone(int attribute, Clock::time_point until);

  /** Whether the device answered the last read. */
  bool is_free() const { return free_; }

 private:
  enum class Trust { together, untested, alone };
  struct Plan {
    Clock::time_point due;
    Trust trust = Trust::together;
    /** How long it rests after it has hung its device. */
    Ms rest{0};
  };

  const Ms period_;
  std::map<int, Plan> plans_;
  bool free_ = true;
  Clock::time_point hung_at_;
  Ms probe_wait_;
};

}  // namespace pewatch_client
