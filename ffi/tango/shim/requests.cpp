// Writes, commands and demands: the queue.
#include "requests.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "leaked.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

/** A demand that nobody answered for so long is forgotten, and made again by the next read. */
constexpr std::chrono::seconds DEMAND_FORGOTTEN{5};
/** Notices that nobody takes are no more than clients can cause by calling Init for ever. */
constexpr std::size_t QUEUE_MAX = 1000;

const char *const STOPPING = "The server is stopping";

}  // namespace

Requests &requests() {
  static Requests &one = leaked<Requests>();
  return one;
}

void Requests::open() {
  const std::lock_guard<std::mutex> lock(mutex_);
  queue_.clear();
  demands_.clear();
  refusing_ = closed_ = false;
}

void Requests::refuse_all() {
  const std::lock_guard<std::mutex> lock(mutex_);
  refusing_ = true;
  for (const auto &[id, waiting] : unanswered_) waiting->answered.notify_all();
}

void Requests::close() {
  refuse_all();
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  arrived_.notify_all();
}

Requests::WaitingPointer Requests::enqueue(Request request) {
  auto waiting = std::make_shared<Waiting>();
  waiting->id = ++last_id_;
  waiting->request = std::move(request);
  queue_.push_back(waiting);
  arrived_.notify_one();
  return waiting;
}

void Requests::forget(const WaitingPointer &waiting) {
  unanswered_.erase(waiting->id);
  const auto place = std::find(queue_.begin(), queue_.end(), waiting);
  if (place != queue_.end()) queue_.erase(place);
}

std::string Requests::ask(Request request, Clock::time_point deadline) {
  if (request.value.size() > PT_TEXT_BYTES_MAX) {
    throw Refusal{"PeWatch_TooLong", "Cannot take a text of " + std::to_string(request.value.size()) +
                                         " bytes: at most " + std::to_string(PT_TEXT_BYTES_MAX) + " are taken"};
  }
  std::unique_lock<std::mutex> lock(mutex_);
  if (refusing_) throw Refusal{"PeWatch_Stopping", STOPPING};
  if (unanswered_.size() >= PT_REQUESTS_MAX) {
    throw Refusal{"PeWatch_Busy", std::to_string(PT_REQUESTS_MAX) + " writes and commands wait already"};
  }
  const std::string name = request.name;
  const auto waiting = enqueue(std::move(request));
  unanswered_.emplace(waiting->id, waiting);
  waiting->answered.wait_until(lock, deadline, [&] { return waiting->outcome || refusing_; });
  forget(waiting);
  if (waiting->outcome) {
    if (auto *value = std::get_if<std::string>(&*waiting->outcome)) return std::move(*value);
    throw std::get<Refusal>(*waiting->outcome);
  }
  if (refusing_) throw Refusal{"PeWatch_Stopping", STOPPING};
  // What was not taken never will be, so the client may know which of the two it is.
  throw Refusal{"PeWatch_Timeout", name + (waiting->taken ? " was not answered in time; it may still take effect"
                                                          : " was not accepted in time; nothing was changed")};
}

void Requests::demand(const std::string &attribute) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (refusing_) return;
  Demand &demand = demands_[attribute];
  const auto now = Clock::now();
  if (demand.waiting && now - demand.asked > DEMAND_FORGOTTEN) {
    forget(demand.waiting);
    demand.waiting = nullptr;
  }
  if (!demand.waiting) {
    if (now - demand.answered < std::chrono::milliseconds(PT_DEMAND_PERIOD_MS)) return;
    Request request;
    request.kind = PT_DEMAND;
    request.name = attribute;
    demand.waiting = enqueue(std::move(request));
    demand.asked = now;
    unanswered_.emplace(demand.waiting->id, demand.waiting);
  }
  // From when it was asked for, not from now: while JavaScript hangs, only the first reads wait.
  const auto waiting = demand.waiting;
  const auto until = demand.asked + std::chrono::milliseconds(PT_DEMAND_WAIT_MS);
  waiting->answered.wait_until(lock, until, [&] { return waiting->outcome || refusing_; });
}

void Requests::report(const std::string &name, const std::string &text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_ || queue_.size() >= QUEUE_MAX) return;
  Request request;
  request.kind = PT_NOTICE;
  request.name = name;
  request.type = PT_STRING;
  request.value = text;
  enqueue(std::move(request));
}

std::int32_t Requests::take(std::uint8_t *buffer, std::int32_t size, std::chrono::milliseconds wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  arrived_.wait_for(lock, wait, [this] { return closed_ || !queue_.empty(); });
  if (queue_.empty()) return closed_ ? std::numeric_limits<std::int32_t>::min() : 0;
  const auto waiting = queue_.front();
  const Request &request = waiting->request;
  const std::size_t needed = sizeof(pt_request_header) + request.name.size() + request.value.size();
  if (size < 0 || static_cast<std::size_t>(size) < needed) return -static_cast<std::int32_t>(needed);
  const pt_request_header header{waiting->id, request.kind, request.type,
                                 static_cast<std::int32_t>(request.name.size()),
                                 static_cast<std::int32_t>(request.value.size())};
  std::memcpy(buffer, &header, sizeof header);
  std::memcpy(buffer + sizeof header, request.name.data(), request.name.size());
  std::memcpy(buffer + sizeof header + request.name.size(), request.value.data(), request.value.size());
  queue_.pop_front();
  waiting->taken = true;
  return static_cast<std::int32_t>(needed);
}

bool Requests::settle(std::int64_t id, Outcome outcome) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = unanswered_.find(id);
  if (found == unanswered_.end() || found->second->outcome) return false;
  const WaitingPointer waiting = found->second;
  waiting->outcome = std::move(outcome);
  waiting->answered.notify_all();
  if (waiting->request.kind == PT_DEMAND) {
    Demand &demand = demands_[waiting->request.name];
    demand.waiting = nullptr;
    demand.answered = Clock::now();
    unanswered_.erase(found);
  }
  return true;
}

}  // namespace pewatch_tango
