// The server: its start, its threads and its end.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "database.h"
#include "pewatch_tango.h"
#include "thread.h"

namespace pewatch_tango {

class Server {
 public:
  /** Gives at once. @throws Error where one runs or has run */
  void start(Registration registration, std::string endpoint);
  void stop();
  std::int32_t join();
  std::int32_t phase() const { return phase_; }
  /** One of PT_FAILURE_* and its words. */
  std::pair<std::int32_t, std::string> failure() const;
  std::string full_name() const;

 private:
  void run(const Registration &registration, const std::string &endpoint);
  void serve(const Registration &registration);
  void fail(std::int32_t code, const std::string &text);

  std::atomic<std::int32_t> phase_{PT_IDLE};
  std::atomic<bool> stop_wanted_{false};
  /** cppTango's singleton stands: never again in this process. */
  bool used_up_ = false;
  mutable std::mutex mutex_;
  std::int32_t failure_ = PT_FAILURE_NONE;
  std::string failure_text_, full_name_;
  /** As main has them; cppTango may keep the pointers, so they live until the next start. */
  std::vector<std::string> arguments_;
  std::vector<char *> argv_;
  std::mutex joining_;
  Thread thread_;
};

Server &server();

}  // namespace pewatch_tango
