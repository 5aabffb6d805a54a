#include "client.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "failure.h"

namespace pewatch_client {

namespace {

/** A batch is taken so long after its first record: one write to the parent for all devices that answer together. */
constexpr Ms GATHER{100};
/** A time stamp that lies further ahead of this computer's clock is wrong: clocks that are set agree to milliseconds. */
constexpr double AHEAD_S_MAX = 2;
/** 2000-01-01: a clock that was never set begins in 1970. */
constexpr double TIME_S_MIN = 946684800;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string record(ptc_record header, const std::string &value) {
  const std::size_t bytes = (sizeof header + value.size() + 7) / 8 * 8;
  header.value_bytes = static_cast<std::int32_t>(value.size());
  header.bytes = static_cast<std::int32_t>(bytes);
  std::string all(bytes, '\0');
  std::memcpy(&all[0], &header, sizeof header);
  std::memcpy(&all[sizeof header], value.data(), value.size());
  return all;
}

}  // namespace

void Device::set_real_name(const std::string &real) {
  const std::lock_guard<std::mutex> lock(mutex_);
  real_name_ = real;
}

std::string Device::real_name() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return real_name_;
}

Client &Client::one() {
  static Client &client = *new Client;
  return client;
}

bool Client::has(const Name &name) const {
  return std::any_of(attributes.begin(), attributes.end(), [&](const Attribute &one) { return one.name.is_same(name); });
}

int Client::add(const Name &name, bool events) {
  const int index = static_cast<int>(attributes.size());
  attributes.emplace_back();
  attributes.back().name = name;
  attributes.back().events = events;
  const auto found = std::find_if(devices.begin(), devices.end(),
                                  [&](const Device &one) { return one.name.device_key() == name.device_key(); });
  if (found == devices.end()) {
    devices.emplace_back();
    devices.back().name = name;
  }
  (found == devices.end() ? devices.back() : *found).attributes.push_back(index);
  return index;
}

void Client::enqueue(int index) {
  Attribute &attribute = attributes[static_cast<std::size_t>(index)];
  if (attribute.queued_) return;
  attribute.queued_ = true;
  queue_.push_back(index);
  if (queue_.size() == 1) arrived_.notify_one();
}

void Client::post_status(int index, int status, const std::string &reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Attribute &attribute = attributes[static_cast<std::size_t>(index)];
  if (attribute.status_ == status && attribute.reason_ == reason) return;
  attribute.status_ = status;
  attribute.reason_ = reason;
  attribute.status_is_new_ = true;
  enqueue(index);
}

void Client::post_value(int index, Reading reading) {
  ptc_record &header = reading.header;
  header.attribute = index;
  header.kind = PTC_VALUE;
  header.read_s = seconds_now();
  const double latest_s = header.read_s + AHEAD_S_MAX;
  if (!(header.time_s >= TIME_S_MIN && header.time_s <= latest_s)) header.flags |= PTC_ODD_TIME;
  const std::lock_guard<std::mutex> lock(mutex_);
  Attribute &attribute = attributes[static_cast<std::size_t>(index)];
  // An event that a read has overtaken. A clock that ran ahead once must not silence an attribute.
  const bool is_overtaken = header.time_s < attribute.last_time_ && attribute.last_time_ <= latest_s;
  if ((header.flags & PTC_FROM_EVENT) != 0 && is_overtaken) return;
  attribute.last_time_ = header.time_s;
  attribute.value_record_ = record(header, reading.value);
  enqueue(index);
}

void Client::post_config(int index, const std::string &texts) {
  ptc_record header{};
  header.attribute = index;
  header.kind = PTC_CONFIG;
  header.read_s = seconds_now();
  const std::lock_guard<std::mutex> lock(mutex_);
  attributes[static_cast<std::size_t>(index)].config_record_ = record(header, texts);
  enqueue(index);
}

std::int32_t Client::take(std::uint8_t *buffer, std::int32_t size, Ms wait) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!arrived_.wait_for(lock, wait, [&] { return !queue_.empty(); })) return 0;
  lock.unlock();
  std::this_thread::sleep_for(GATHER);
  lock.lock();
  std::size_t used = 0;
  while (!queue_.empty()) {
    const int index = queue_.front();
    Attribute &attribute = attributes[static_cast<std::size_t>(index)];
    std::string all = attribute.config_record_;
    if (attribute.status_is_new_) {
      ptc_record header{};
      header.attribute = index;
      header.kind = PTC_STATUS;
      header.type = attribute.status_;
      header.read_s = seconds_now();
      all += record(header, attribute.reason_);
    }
    all += attribute.value_record_;
    if (size < 0 || used + all.size() > static_cast<std::size_t>(size)) {
      return used > 0 ? static_cast<std::int32_t>(used) : -static_cast<std::int32_t>(all.size());
    }
    std::memcpy(buffer + used, all.data(), all.size());
    used += all.size();
    attribute.config_record_.clear();
    attribute.value_record_.clear();
    attribute.queued_ = attribute.status_is_new_ = false;
    queue_.pop_front();
  }
  return static_cast<std::int32_t>(used);
}

}  // namespace pewatch_client
