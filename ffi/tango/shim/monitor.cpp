// A device's monitor, released for a while.
#include "monitor.h"

namespace pewatch_tango {

MonitorPause::MonitorPause(Tango::DeviceImpl &device) : monitor_(device.get_dev_monitor()) {
  if (monitor_.get_locking_thread_id() != omni_thread::self()->id()) return;
  held_ = monitor_.get_locking_ctr();
  for (long i = 0; i < held_; i++) monitor_.rel_monitor();
}

void MonitorPause::end() {
  for (; held_ > 0; held_--) monitor_.get_monitor();
}

MonitorPause::~MonitorPause() {
  try {
    end();
  } catch (const Tango::DevFailed &) {
    // cppTango's guards release only what their thread has: without it they do nothing.
  }
}

}  // namespace pewatch_tango
