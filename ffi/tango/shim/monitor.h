// A device's monitor, which all calls of the device take: held for a push, released while JavaScript thinks.
#pragma once

#include <tango.h>

namespace pewatch_tango {

// The device's monitor for a while; the thread may have it already. cppTango's own guard asks for a serialisation model
// first, and GCC warns of what it would do with one that is none.
class MonitorHold {
 public:
  explicit MonitorHold(Tango::DeviceImpl &device) : monitor_(device.get_dev_monitor()) { monitor_.get_monitor(); }
  ~MonitorHold() { monitor_.rel_monitor(); }
  MonitorHold(const MonitorHold &) = delete;
  MonitorHold &operator=(const MonitorHold &) = delete;

 private:
  Tango::TangoMonitor &monitor_;
};

// The monitor released, so that reads and events of the same device go on while a call waits for JavaScript.
//
// Only for a write or a command: between its start and its answer cppTango keeps nothing of the device in hand. A read
// does (the values that it is about to send), so pausing in a read, as the serialisation model NO_SYNC in effect does,
// ends in a crash.
class MonitorPause {
 public:
  explicit MonitorPause(Tango::DeviceImpl &device);
  ~MonitorPause();
  MonitorPause(const MonitorPause &) = delete;
  MonitorPause &operator=(const MonitorPause &) = delete;

  /** @throws Tango::DevFailed where another call holds the monitor for longer than Tango waits for it */
  void end();

 private:
  Tango::TangoMonitor &monitor_;
  long held_ = 0;  // it counts how often its thread has taken it
};

}  // namespace pewatch_tango
