// What clients read: the newest value of each attribute, the state and the status.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "value.h"

namespace pewatch_tango {

struct StateReading {
  std::int32_t state = 0;  // Tango's DevState
  std::string status;
};

using StatePointer = std::shared_ptr<const StateReading>;

// Its lock is a leaf: nothing else is locked while it is held, so a read never waits for more than a pointer's copy.
class Cache {
 public:
  Cache();
  void clear();
  void add(ValuePointer value);
  ValuePointer value(std::size_t attribute) const;
  StatePointer state() const;
  /** Gives what was there before. */
  ValuePointer replace(std::size_t attribute, ValuePointer value);
  StatePointer replace(StatePointer state);

 private:
  mutable std::mutex mutex_;
  std::vector<ValuePointer> values_;
  StatePointer state_;
};

Cache &cache();

/** Sets a value that clients read, and reports it to the events where it differs. */
void publish(std::size_t attribute, ValuePointer value);
void publish(StatePointer state);

}  // namespace pewatch_tango
