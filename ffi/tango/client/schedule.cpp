#include "schedule.h"

#include <algorithm>

namespace pewatch_client {

namespace {

/** Between tries of a device that does not answer; doubled each time. */
constexpr Ms PROBE_MIN{1000}, PROBE_MAX{10000};
/** An attribute that hangs its device rests so long; doubled each time. */
constexpr Ms REST_MIN{60000}, REST_MAX{600000};
/** It may hang its device for one part in so many of the time. */
constexpr int REST_FACTOR = 10;

}  // namespace

Schedule::Schedule(const std::vector<int> &attributes, Clock::time_point first, Ms period)
    : period_(period), hung_at_(first), probe_wait_(PROBE_MIN) {
  for (const int attribute : attributes) plans_[attribute].due = first;
}

Clock::time_point Schedule::next() const {
  auto when = Clock::time_point::max();
  for (const auto &[attribute, plan] : plans_) when = std::min(when, plan.due);
  return when;
}

Schedule::Due Schedule::due(Clock::time_point now) const {
  Due due;
  for (const auto &[attribute, plan] : plans_) {
    if (plan.due <= now) (plan.trust == Trust::together ? due.together : due.alone).push_back(attribute);
  }
  std::sort(due.alone.begin(), due.alone.end(),
            [this](int one, int other) { return plans_.at(one).due < plans_.at(other).due; });
  return due;
}

void Schedule::begin(const std::vector<int> &attributes, Clock::time_point now) {
  for (const int attribute : attributes) {
    Plan &plan = plans_[attribute];
    plan.due = std::max(plan.due + period_, now + period_ / 2);
  }
}

void Schedule::answered(const std::vector<int> &attributes, Clock::time_point now) {
  for (auto &[attribute, plan] : plans_) {
    if (!free_ && plan.trust == Trust::alone) {
      plan.due = std::max(plan.due, now + std::min<Clock::duration>((now - hung_at_) * REST_FACTOR, REST_MAX));
    }
  }
  free_ = true;
  probe_wait_ = PROBE_MIN;
  for (const int attribute : attributes) {
    plans_[attribute].trust = Trust::together;
    plans_[attribute].rest = Ms{0};
  }
  for (auto &[attribute, plan] : plans_) {
    if (plan.trust == Trust::untested) plan.due = now;
  }
}

void Schedule::hung(const std::vector<int> &attributes, Clock::time_point now) {
  if (free_) hung_at_ = now;
  if (attributes.size() == 1 && free_ && plans_.size() > 1) {
    // It hung the device right after that had answered: it is the one.
    Plan &plan = plans_[attributes[0]];
    plan.trust = Trust::alone;
    plan.rest = std::min(std::max(plan.rest * 2, REST_MIN), REST_MAX);
    plan.due = now + plan.rest;
  } else {
    // While the device hangs anyway, nobody is to blame: each is tried by itself.
    for (const int attribute : attributes) {
      if (plans_[attribute].trust != Trust::alone) plans_[attribute].trust = Trust::untested;
    }
    for (auto &[attribute, plan] : plans_) {
      if (plan.trust != Trust::alone) plan.due = std::max(plan.due, now + probe_wait_);
    }
    plans_[attributes.back()].due += Ms{1};  // the next probe is another one
    probe_wait_ = std::min(probe_wait_ * 2, PROBE_MAX);
  }
  free_ = false;
}

void Schedule::postpone(int attribute, Clock::time_point until) {
  plans_[attribute].due = std::max(plans_[attribute].due, until);
}

}  // namespace pewatch_client
