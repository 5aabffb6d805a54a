// Keeps the program's signal handlers: cppTango sets its own when it starts, and has no setting against it.
#pragma once

#include <csignal>

namespace pewatch_tango {

// Restored when it goes out of scope. SIGPIPE is left as omniORB sets it (ignored), or a client that goes would end us.
class KeptSignalHandlers {
 public:
  KeptSignalHandlers();
  ~KeptSignalHandlers();
  KeptSignalHandlers(const KeptSignalHandlers &) = delete;
  KeptSignalHandlers &operator=(const KeptSignalHandlers &) = delete;

 private:
#ifdef _WIN32
  static constexpr int SIGNALS[] = {SIGINT, SIGTERM, SIGABRT, SIGBREAK};
  void (*handlers_[4])(int) = {};
#else
  static constexpr int SIGNALS[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};
  struct sigaction handlers_[4] = {};
#endif
};

}  // namespace pewatch_tango
