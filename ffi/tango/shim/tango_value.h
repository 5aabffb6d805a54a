// Values that are passed to cppTango: read by a client, pushed as an event, or as the set point of a write.
#pragma once

#include <tango.h>

#include "value.h"

namespace pewatch_tango {

struct timeval to_timeval(double time_s);

/** Hands a copy of the value to an attribute that is being read. */
void give_to_reader(Tango::Attribute &attribute, const Value &value);

/** Makes the value the set point too. Needs the device's monitor. */
void make_set_point(Tango::WAttribute &attribute, const Value &value);

/** Pushes the value as change and archive event. Takes the device's monitor. */
void push_value(Tango::DeviceImpl &device, const AttributeDefinition &attribute, const Value &value);

/** Pushes the same data as both events. */
template <class T>
void push_both(Tango::DeviceImpl &device, const std::string &name, T *data, const Value &value) {
  struct timeval time = to_timeval(value.time_s);
  const auto quality = static_cast<Tango::AttrQuality>(value.quality);
  device.push_change_event(name, data, time, quality, value.x, value.y, false);
  device.push_archive_event(name, data, time, quality, value.x, value.y, false);
}

}  // namespace pewatch_tango
