// Writes: one at a time, and what is outside an attribute's limits is refused with the limits.
#include <cstring>

#include "answered.h"
#include "call_checks.h"
#include "device.h"
#include "write_gate.h"

namespace pewatch_tango {

namespace {

/** cppTango says "below the minimum authorized (at least element 0)", and not what that is. */
void tell_limits(Device &device, const char *name, Tango::DevErrorList &errors) {
  if (errors.length() == 0 || std::strcmp(errors[0].reason, Tango::API_WAttrOutsideLimit) != 0) return;
  Tango::DevVarStringArray names(1);
  names.length(1);
  names[0] = CORBA::string_dup(name);
  // As they are now: a client may have set others.
  Tango::AttributeConfigList_3_var found = device.get_attribute_config_3(names);
  const std::string text = std::string("Cannot set ") + name + ": a number from " + found[0].min_value.in() + " to " +
                           found[0].max_value.in() + " is needed";
  errors[0].desc = CORBA::string_dup(text.c_str());
}

template <class Call>
auto written(Device &device, const char *origin, const Call &call) -> decltype(call()) {
  return answered(origin, [&] {
    try {
      return call();
    } catch (Tango::MultiDevFailed &failure) {
      for (CORBA::ULong i = 0; i < failure.errors.length(); i++) {
        tell_limits(device, failure.errors[i].name, failure.errors[i].err_list);
      }
      throw;
    }
  });
}

}  // namespace

void Device::write_attributes(const Tango::AttributeValueList &values) {
  written(*this, "write_attributes", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    TANGO_BASE_CLASS::write_attributes(values);
  });
}

void Device::write_attributes_3(const Tango::AttributeValueList &values) {
  written(*this, "write_attributes_3", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    TANGO_BASE_CLASS::write_attributes_3(values);
  });
}

void Device::write_attributes_4(const Tango::AttributeValueList_4 &values, const Tango::ClntIdent &client) {
  written(*this, "write_attributes_4", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    TANGO_BASE_CLASS::write_attributes_4(values, client);
  });
}

Tango::AttributeValueList_4 *Device::write_read_attributes_4(const Tango::AttributeValueList_4 &values,
                                                             const Tango::ClntIdent &client) {
  return written(*this, "write_read_attributes_4", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    return TANGO_BASE_CLASS::write_read_attributes_4(values, client);
  });
}

Tango::AttributeValueList_5 *Device::write_read_attributes_5(const Tango::AttributeValueList_4 &values,
                                                             const Tango::DevVarStringArray &names,
                                                             const Tango::ClntIdent &client) {
  return written(*this, "write_read_attributes_5", [&] {
    require_some(values);
    require_different(names);
    make_what_is_read(names);
    const WriteGate::Pass pass;
    return TANGO_BASE_CLASS::write_read_attributes_5(values, names, client);
  });
}

}  // namespace pewatch_tango
