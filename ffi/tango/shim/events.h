// Change and archive events: queued by whoever sets a value, pushed by a thread of their own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "cache.h"
#include "thread.h"

namespace pewatch_tango {

constexpr int STATE_EVENT = -1;
constexpr int STATUS_EVENT = -2;

struct Event {
  int attribute;  // or STATE_EVENT, STATUS_EVENT
  ValuePointer value;
  StatePointer state;
};

// Every value is an event, in order; only where PT_EVENTS_MAX wait is a value left out. Pushing takes the device's
// monitor, which a write holds while it waits for JavaScript: on JavaScript's own thread it would be a deadlock.
class Events {
 public:
  using Push = std::function<void(const Event &)>;

  /** Starts the thread; nothing is queued before. */
  void open(Push push);
  /** Releases what waits, and waits for the thread. */
  void close();
  void push(Event event);

 private:
  void run(const Push &push);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> waiting_;
  bool open_ = false;
  Thread thread_;
};

Events &events();

}  // namespace pewatch_tango
