// The state that the readers, the subscriber and the C interface share: the list, and the records that wait.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "name.h"
#include "pewatch_tango_client.h"

namespace pewatch_client {

using Clock = std::chrono::steady_clock;
using Ms = std::chrono::milliseconds;

struct Attribute {
  Name name;
  bool events = false;
  /** Events come: the reader reads it rarely. False again when the connection or the events fail. */
  std::atomic<bool> live{false};

 private:
  friend class Client;
  // Under the client's mutex.
  int status_ = PTC_IS_WAITING;
  std::string reason_, value_record_, config_record_;
  bool queued_ = false, status_is_new_ = false;
  double last_time_ = 0;
};

/** All attributes of one device: read together, by one thread. */
class Device {
 public:
  Name name;
  std::vector<int> attributes;

  /** Whether the last read was answered; only then is it subscribed to. */
  std::atomic<bool> answers{false};
  void set_real_name(const std::string &name);
  /** The device's name, where the list has an alias. */
  std::string real_name() const;

 private:
  mutable std::mutex mutex_;
  std::string real_name_;
};

/** A value as it came. */
struct Reading {
  ptc_record header{};
  std::string value;
};

/** One for the process; never destroyed, since threads may wait in it when the process ends. */
class Client {
 public:
  static Client &one();

  std::string database;
  Ms period{1000}, reread{10000}, timeout{1000};
  std::size_t bytes_max = 1 << 20;
  // Filled before the start, and not changed after it.
  std::deque<Attribute> attributes;
  std::deque<Device> devices;

  bool has(const Name &name) const;
  int add(const Name &name, bool events);

  void post_status(int attribute, int status, const std::string &reason);
  void post_value(int attribute, Reading reading);
  void post_config(int attribute, const std::string &texts);
  std::int32_t take(std::uint8_t *buffer, std::int32_t size, Ms wait);

 private:
  void enqueue(int attribute);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<int> queue_;
};

}  // namespace pewatch_client
