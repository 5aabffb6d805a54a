// The device, as cppTango makes, restarts and destroys it.
#include "device.h"

// For init_event_cptr of cppTango 9; its tango.h only declares the class, and defines no version.
#if !defined(TANGO_VERSION_MAJOR) || TANGO_VERSION_MAJOR < 10
#include <eventsupplier.h>
#endif

#include <utility>

#include "leaked.h"
#include "monitor.h"
#include "pewatch_tango.h"
#include "requests.h"
#include "tango_value.h"
#include "words.h"

namespace pewatch_tango {

namespace {

bool made_before = false;  // only the thread that makes devices asks

}  // namespace

CurrentDevice &current_device() {
  static CurrentDevice &one = leaked<CurrentDevice>();
  return one;
}

void CurrentDevice::set(Device *device) {
  const std::lock_guard<std::mutex> lock(mutex_);
  device_ = device;
}

void CurrentDevice::unset(const Device *device) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (device_ == device) device_ = nullptr;
}

Device::Device(Tango::DeviceClass *of, const std::string &name)
    : TANGO_BASE_CLASS(of, name.c_str(), table().class_description().c_str(), Tango::INIT, "Starting") {
  for (const auto &attribute : table().attributes()) {
    if (!attribute.has(PT_EVENTS)) continue;
    auto &own = get_device_attr()->get_attr_by_name(attribute.name.c_str());
    own.set_change_event(true, false);
    own.set_archive_event(true, false);
  }
  for (const char *name_of_state : {"State", "Status"}) {
    auto &own = get_device_attr()->get_attr_by_name(name_of_state);
    own.set_change_event(true, false);
    own.set_archive_event(true, false);
  }
  count_events();
  init_device();
  constructed_ = true;
  current_device().set(this);
  if (std::exchange(made_before, true)) requests().report("restart", "A client restarted the device or the server");
}

Device::~Device() { current_device().unset(this); }

// Without a database a server of cppTango 9 makes the counter of an event under a name that it later does not find, so
// that each event carries 0; clients of cppTango 10 take every second one for a repetition. Made here under the right
// name, it is found. Later servers do not have the fault, and with a database the names are the same.
void Device::count_events() {
#if !defined(TANGO_VERSION_MAJOR) || TANGO_VERSION_MAJOR < 10
  auto *supplier = Tango::Util::instance(false)->get_zmq_event_supplier();
  if (supplier == nullptr) return;
  const auto count = [&](const std::string &name) {
    for (const char *kind : {"change", "archive"}) {
      std::string event = supplier->create_full_event_name(this, kind, lower(name), false);
      supplier->init_event_cptr(event);
    }
  };
  for (const auto &attribute : table().attributes()) {
    if (attribute.has(PT_EVENTS)) count(attribute.name);
  }
  count("State");
  count("Status");
#endif
}

void Device::init_device() {
  if (constructed_) requests().report("init", "A client called Init");
}

Tango::DevState Device::dev_state() {
  const auto state = static_cast<Tango::DevState>(cache().state()->state);
  set_state(state);
  return state;
}

Tango::ConstDevString Device::dev_status() {
  // Under the monitor, as every call of this: what it gives must outlive the call.
  shown_status_ = cache().state()->status;
  return shown_status_.c_str();
}

void Device::push_state(const StateReading &reading) {
  const MonitorHold hold(*this);
  auto state = static_cast<Tango::DevState>(reading.state);
  // cppTango sends the device's own state, whatever it is given to push.
  set_state(state);
  Value at;
  at.time_s = now_s();
  push_both(*this, "State", &state, at);
}

void Device::push_status(const StateReading &reading) {
  const MonitorHold hold(*this);
  std::string status = reading.status;
  set_status(status);
  char *text = status.data();
  Value at;
  at.time_s = now_s();
  push_both(*this, "Status", &text, at);
}

void push_event(const Event &event) {
  current_device().with([&](Device &device) {
    try {
      if (event.attribute == STATE_EVENT) device.push_state(*event.state);
      else if (event.attribute == STATUS_EVENT) device.push_status(*event.state);
      else push_value(device, table().attributes()[static_cast<std::size_t>(event.attribute)], *event.value);
    } catch (const CORBA::Exception &) {
      // The event is lost. The device's monitor was held for longer than Tango waits: only a hanging call can do that.
    } catch (const std::exception &) {
      // On this thread it would end the process.
    }
  });
}

}  // namespace pewatch_tango
