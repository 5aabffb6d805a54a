// Change and archive events: the queue and its thread.
#include "events.h"

#include <algorithm>
#include <utility>

#include "leaked.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

Events &events() {
  static Events &one = leaked<Events>();
  return one;
}

void Events::open(Push push) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
  }
  thread_.start([this, push = std::move(push)] { run(push); });
}

void Events::close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = false;
    waiting_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

void Events::push(Event event) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!open_) return;
    if (waiting_.size() >= PT_EVENTS_MAX) {
      const auto same = [&event](const Event &other) { return other.attribute == event.attribute; };
      const auto last = std::find_if(waiting_.rbegin(), waiting_.rend(), same);
      // One more than the limit for an attribute of which none waits: clients must get its last value at least.
      if (last != waiting_.rend()) waiting_.erase(std::next(last).base());
    }
    waiting_.push_back(std::move(event));
  }
  changed_.notify_one();
}

void Events::run(const Push &push) {
  for (;;) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !open_ || !waiting_.empty(); });
    if (!open_) return;
    const Event event = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    push(event);
  }
}

}  // namespace pewatch_tango
