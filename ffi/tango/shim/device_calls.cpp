// What clients call of the device: checked before cppTango's own runs.
#include "answered.h"
#include "call_checks.h"
#include "device.h"

namespace pewatch_tango {

namespace {

constexpr const char *HISTORY_TOO_OLD = "A history needs a client of Tango 7 or later";

}  // namespace

CORBA::Any *Device::command_inout(const char *command, const CORBA::Any &argument) {
  return answered("command_inout", [&] {
    return TANGO_BASE_CLASS::command_inout(command, argument);
  });
}

CORBA::Any *Device::command_inout_2(const char *command, const CORBA::Any &argument, Tango::DevSource source) {
  return answered("command_inout_2", [&] {
    return TANGO_BASE_CLASS::command_inout_2(command, argument, source);
  });
}

CORBA::Any *Device::command_inout_4(const char *command, const CORBA::Any &argument, Tango::DevSource source,
                                    const Tango::ClntIdent &client) {
  return answered("command_inout_4", [&] {
    return TANGO_BASE_CLASS::command_inout_4(command, argument, source, client);
  });
}

Tango::DevVarStringArray *Device::black_box(CORBA::Long depth) {
  return answered("black_box", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::black_box(depth);
  });
}

Tango::AttributeConfigList *Device::get_attribute_config(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config", [&] {
    require_some(names);
    return TANGO_BASE_CLASS::get_attribute_config(names);
  });
}

Tango::AttributeConfigList_2 *Device::get_attribute_config_2(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config_2", [&] {
    require_some(names);
    return TANGO_BASE_CLASS::get_attribute_config_2(names);
  });
}

Tango::AttributeConfigList_3 *Device::get_attribute_config_3(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config_3", [&] {
    require_some(names);
    return TANGO_BASE_CLASS::get_attribute_config_3(names);
  });
}

Tango::AttributeConfigList_5 *Device::get_attribute_config_5(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config_5", [&] {
    require_some(names);
    return TANGO_BASE_CLASS::get_attribute_config_5(names);
  });
}

void Device::set_attribute_config(const Tango::AttributeConfigList &wanted) {
  answered("set_attribute_config", [&] {
    require_some(wanted);
    TANGO_BASE_CLASS::set_attribute_config(wanted);
  });
}

void Device::set_attribute_config_3(const Tango::AttributeConfigList_3 &wanted) {
  answered("set_attribute_config_3", [&] {
    require_some(wanted);
    TANGO_BASE_CLASS::set_attribute_config_3(wanted);
  });
}

void Device::set_attribute_config_4(const Tango::AttributeConfigList_3 &wanted, const Tango::ClntIdent &client) {
  answered("set_attribute_config_4", [&] {
    require_some(wanted);
    TANGO_BASE_CLASS::set_attribute_config_4(wanted, client);
  });
}

void Device::set_attribute_config_5(const Tango::AttributeConfigList_5 &wanted, const Tango::ClntIdent &client) {
  answered("set_attribute_config_5", [&] {
    require_some(wanted);
    TANGO_BASE_CLASS::set_attribute_config_5(wanted, client);
  });
}

Tango::AttributeValueList *Device::read_attributes(const Tango::DevVarStringArray &names) {
  return answered("read_attributes", [&] {
    require_different(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes(names);
  });
}

Tango::AttributeValueList *Device::read_attributes_2(const Tango::DevVarStringArray &names, Tango::DevSource source) {
  return answered("read_attributes_2", [&] {
    require_different(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_2(names, source);
  });
}

Tango::AttributeValueList_3 *Device::read_attributes_3(const Tango::DevVarStringArray &names, Tango::DevSource source) {
  return answered("read_attributes_3", [&] {
    require_different(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_3(names, source);
  });
}

Tango::AttributeValueList_4 *Device::read_attributes_4(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                       const Tango::ClntIdent &client) {
  return answered("read_attributes_4", [&] {
    require_different(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_4(names, source, client);
  });
}

Tango::AttributeValueList_5 *Device::read_attributes_5(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                       const Tango::ClntIdent &client) {
  return answered("read_attributes_5", [&] {
    require_different(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_5(names, source, client);
  });
}

// cppTango takes the records of a device of later versions for others.
Tango::DevAttrHistoryList *Device::read_attribute_history_2(const char *, CORBA::Long) {
  refuse(REFUSED, HISTORY_TOO_OLD, "read_attribute_history_2");
}

Tango::DevAttrHistoryList_3 *Device::read_attribute_history_3(const char *, CORBA::Long) {
  refuse(REFUSED, HISTORY_TOO_OLD, "read_attribute_history_3");
}

Tango::DevAttrHistory_4 *Device::read_attribute_history_4(const char *name, CORBA::Long depth) {
  return answered("read_attribute_history_4", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::read_attribute_history_4(name, depth);
  });
}

Tango::DevAttrHistory_5 *Device::read_attribute_history_5(const char *name, CORBA::Long depth) {
  return answered("read_attribute_history_5", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::read_attribute_history_5(name, depth);
  });
}

Tango::DevCmdHistoryList *Device::command_inout_history_2(const char *, CORBA::Long) {
  refuse(REFUSED, HISTORY_TOO_OLD, "command_inout_history_2");
}

Tango::DevCmdHistory_4 *Device::command_inout_history_4(const char *command, CORBA::Long depth) {
  return answered("command_inout_history_4", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::command_inout_history_4(command, depth);
  });
}

Tango::PipeConfigList *Device::get_pipe_config_5(const Tango::DevVarStringArray &names) {
  return answered("get_pipe_config_5", [&] {
    require_count(names);
    return TANGO_BASE_CLASS::get_pipe_config_5(names);
  });
}

void Device::set_pipe_config_5(const Tango::PipeConfigList &wanted, const Tango::ClntIdent &client) {
  answered("set_pipe_config_5", [&] {
    require_some(wanted);
    TANGO_BASE_CLASS::set_pipe_config_5(wanted, client);
  });
}

Tango::DevPipeData *Device::read_pipe_5(const char *name, const Tango::ClntIdent &client) {
  return answered("read_pipe_5", [&] {
    return TANGO_BASE_CLASS::read_pipe_5(name, client);
  });
}

void Device::write_pipe_5(const Tango::DevPipeData &value, const Tango::ClntIdent &client) {
  answered("write_pipe_5", [&] {
    TANGO_BASE_CLASS::write_pipe_5(value, client);
  });
}

Tango::DevPipeData *Device::write_read_pipe_5(const Tango::DevPipeData &value, const Tango::ClntIdent &client) {
  return answered("write_read_pipe_5", [&] {
    return TANGO_BASE_CLASS::write_read_pipe_5(value, client);
  });
}

}  // namespace pewatch_tango
