// The device, as cppTango makes, restarts and destroys it.
#include "device.h"

// For init_event_cptr of cppTango 9; its tango.h only declares the class, and defines no version.
#if !defined(TANGO_VERSION_MAJOR) || TANGO_VERSION_MAJOR < 10
#include <eventsupplier.h>
#endif

#include <algorithm>
#include <cctype>
#include <utility>

#include "counts.h"
#include "leaked.h"
#include "monitor.h"
#include "pewatch_tango.h"
#include "requests.h"
#include "tango_value.h"
#include "write_gate.h"

namespace pewatch_tango {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
  return text;
}

/** Names that stand for all attributes: "All attributes" of IDL 2, "All attributes_3" of later ones. */
bool is_all(const std::string &name) { return name == Tango::AllAttr || name == Tango::AllAttr_3; }

// Clients of one attribute on demand wait here, outside of the monitor, so that the reads of others go on.
void make_what_is_read(const Tango::DevVarStringArray &names) {
  for (const auto &attribute : table().attributes()) {
    if (!attribute.has(PT_ON_DEMAND)) continue;
    const std::string wanted = lower(attribute.name);
    for (CORBA::ULong i = 0; i < names.length(); i++) {
      const std::string name = names[i].in();
      if (!is_all(name) && lower(name) != wanted) continue;
      requests().demand(attribute.name);
      break;
    }
  }
}

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
  if (std::exchange(made_before, true)) requests().tell("restart", "A client restarted the device or the server");
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
  if (constructed_) requests().tell("init", "A client called Init");
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

Tango::AttributeValueList_3 *Device::read_attributes_3(const Tango::DevVarStringArray &names, Tango::DevSource source) {
  make_what_is_read(names);
  return TANGO_BASE_CLASS::read_attributes_3(names, source);
}

Tango::AttributeValueList_4 *Device::read_attributes_4(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                       const Tango::ClntIdent &client) {
  make_what_is_read(names);
  return TANGO_BASE_CLASS::read_attributes_4(names, source, client);
}

Tango::AttributeValueList_5 *Device::read_attributes_5(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                       const Tango::ClntIdent &client) {
  make_what_is_read(names);
  return TANGO_BASE_CLASS::read_attributes_5(names, source, client);
}

void Device::write_attributes(const Tango::AttributeValueList &values) {
  const WriteGate::Pass pass;
  TANGO_BASE_CLASS::write_attributes(values);
}

void Device::write_attributes_3(const Tango::AttributeValueList &values) {
  const WriteGate::Pass pass;
  TANGO_BASE_CLASS::write_attributes_3(values);
}

void Device::write_attributes_4(const Tango::AttributeValueList_4 &values, const Tango::ClntIdent &client) {
  const WriteGate::Pass pass;
  TANGO_BASE_CLASS::write_attributes_4(values, client);
}

Tango::AttributeValueList_4 *Device::write_read_attributes_4(const Tango::AttributeValueList_4 &values,
                                                             const Tango::ClntIdent &client) {
  const WriteGate::Pass pass;
  return TANGO_BASE_CLASS::write_read_attributes_4(values, client);
}

Tango::AttributeValueList_5 *Device::write_read_attributes_5(const Tango::AttributeValueList_4 &values,
                                                             const Tango::DevVarStringArray &names,
                                                             const Tango::ClntIdent &client) {
  const WriteGate::Pass pass;
  return TANGO_BASE_CLASS::write_read_attributes_5(values, names, client);
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
      counts().events_pushed++;
    } catch (const Tango::DevFailed &) {
      // The device's monitor was held for longer than Tango waits: only a hanging call can do that.
      counts().events_dropped++;
    } catch (const CORBA::Exception &) {
      counts().events_dropped++;
    }
  });
}

}  // namespace pewatch_tango
