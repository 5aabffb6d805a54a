// The thread that reads one device.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "connection.h"
#include "schedule.h"

namespace pewatch_client {

class Reader {
 public:
  /** @param number spreads the first reads of the devices over a period */
  Reader(Device &device, unsigned number);

  /** Until the process ends. */
  [[noreturn]] void run();

 private:
  Clock::time_point next() const;
  bool is_config_due() const;
  void read_configs();
  void read_configs_of(const std::vector<int> &attributes);
  void read_due();
  void read(const std::vector<int> &attributes);
  void fail(const std::vector<int> &attributes, const Failure &failure);
  void disconnected();

  Device &device_;
  Connection connection_;
  Schedule schedule_;
  /** After the first connection. */
  Clock::time_point configs_due_ = Clock::time_point::max();
  /** What was posted of each. */
  std::map<int, std::string> configs_;
  std::set<int> without_config_;
  bool was_read_ = false;
};

}  // namespace pewatch_client
