// What clients read, and how a change becomes an event.
#include "cache.h"

#include <utility>

#include "events.h"
#include "leaked.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

constexpr std::int32_t TANGO_STATE_INIT = 9;

// Setting and queueing are one step, or two threads that set one attribute could be seen in different orders.
std::mutex &publishing() {
  static std::mutex &one = leaked<std::mutex>();
  return one;
}

}  // namespace

Cache &cache() {
  static Cache &one = leaked<Cache>();
  return one;
}

Cache::Cache() : state_(std::make_shared<StateReading>(StateReading{TANGO_STATE_INIT, "Starting"})) {}

void Cache::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  values_.clear();
}

void Cache::add(ValuePointer value) {
  const std::lock_guard<std::mutex> lock(mutex_);
  values_.push_back(std::move(value));
}

ValuePointer Cache::value(std::size_t attribute) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return values_.at(attribute);
}

StatePointer Cache::state() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

ValuePointer Cache::replace(std::size_t attribute, ValuePointer value) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(values_.at(attribute), std::move(value));
}

StatePointer Cache::replace(StatePointer state) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(state_, std::move(state));
}

void publish(std::size_t attribute, ValuePointer value) {
  const std::lock_guard<std::mutex> lock(publishing());
  const ValuePointer before = cache().replace(attribute, value);
  if (!table().attributes()[attribute].has(PT_EVENTS) || before->same_as(*value)) return;
  events().push({static_cast<int>(attribute), std::move(value), nullptr});
}

void publish(StatePointer state) {
  const std::lock_guard<std::mutex> lock(publishing());
  const StatePointer before = cache().replace(state);
  if (before->state != state->state) events().push({STATE_EVENT, nullptr, state});
  if (before->status != state->status) events().push({STATUS_EVENT, nullptr, state});
}

}  // namespace pewatch_tango
