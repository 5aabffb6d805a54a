// What clients call of the device, before cppTango's own runs: it takes much for granted, as lists that are not empty.
#include "answered.h"
#include "device.h"
#include "pewatch_tango.h"
#include "requests.h"
#include "words.h"
#include "write_gate.h"

namespace pewatch_tango {

namespace {

constexpr const char *REFUSED = "PeWatch_Refused";
/** So often a call can name each attribute: an answer with a thousand images would take all memory. */
constexpr std::size_t TIMES_MAX = 2;

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

template <class List>
void require_count(const List &list) {
  // State and Status are Tango's own.
  const std::size_t most = TIMES_MAX * (table().attributes().size() + 2);
  if (list.length() > most) {
    refuse(REFUSED, std::to_string(list.length()) + " names are too many for one call: at most " + std::to_string(most),
           "Device");
  }
}

template <class List>
void require_some(const List &list) {
  if (list.length() == 0) refuse(REFUSED, "The call names no attribute", "Device");
  require_count(list);
}

// cppTango takes a negative one for a length.
void require_depth(CORBA::Long depth) {
  if (depth < 1) refuse(REFUSED, "The number of records must be 1 or more, not " + std::to_string(depth), "Device");
}

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
    require_count(names);
    return TANGO_BASE_CLASS::get_attribute_config(names);
  });
}

Tango::AttributeConfigList_2 *Device::get_attribute_config_2(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config_2", [&] {
    require_count(names);
    return TANGO_BASE_CLASS::get_attribute_config_2(names);
  });
}

Tango::AttributeConfigList_3 *Device::get_attribute_config_3(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config_3", [&] {
    require_count(names);
    return TANGO_BASE_CLASS::get_attribute_config_3(names);
  });
}

Tango::AttributeConfigList_5 *Device::get_attribute_config_5(const Tango::DevVarStringArray &names) {
  return answered("get_attribute_config_5", [&] {
    require_count(names);
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
    require_count(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes(names);
  });
}

Tango::AttributeValueList *Device::read_attributes_2(const Tango::DevVarStringArray &names, Tango::DevSource source) {
  return answered("read_attributes_2", [&] {
    require_count(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_2(names, source);
  });
}

Tango::AttributeValueList_3 *Device::read_attributes_3(const Tango::DevVarStringArray &names, Tango::DevSource source) {
  return answered("read_attributes_3", [&] {
    require_count(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_3(names, source);
  });
}

Tango::AttributeValueList_4 *Device::read_attributes_4(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                       const Tango::ClntIdent &client) {
  return answered("read_attributes_4", [&] {
    require_count(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_4(names, source, client);
  });
}

Tango::AttributeValueList_5 *Device::read_attributes_5(const Tango::DevVarStringArray &names, Tango::DevSource source,
                                                       const Tango::ClntIdent &client) {
  return answered("read_attributes_5", [&] {
    require_count(names);
    make_what_is_read(names);
    return TANGO_BASE_CLASS::read_attributes_5(names, source, client);
  });
}

void Device::write_attributes(const Tango::AttributeValueList &values) {
  answered("write_attributes", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    TANGO_BASE_CLASS::write_attributes(values);
  });
}

void Device::write_attributes_3(const Tango::AttributeValueList &values) {
  answered("write_attributes_3", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    TANGO_BASE_CLASS::write_attributes_3(values);
  });
}

void Device::write_attributes_4(const Tango::AttributeValueList_4 &values, const Tango::ClntIdent &client) {
  answered("write_attributes_4", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    TANGO_BASE_CLASS::write_attributes_4(values, client);
  });
}

Tango::AttributeValueList_4 *Device::write_read_attributes_4(const Tango::AttributeValueList_4 &values,
                                                             const Tango::ClntIdent &client) {
  return answered("write_read_attributes_4", [&] {
    require_some(values);
    const WriteGate::Pass pass;
    return TANGO_BASE_CLASS::write_read_attributes_4(values, client);
  });
}

Tango::AttributeValueList_5 *Device::write_read_attributes_5(const Tango::AttributeValueList_4 &values,
                                                             const Tango::DevVarStringArray &names,
                                                             const Tango::ClntIdent &client) {
  return answered("write_read_attributes_5", [&] {
    require_some(values);
    require_count(names);
    const WriteGate::Pass pass;
    return TANGO_BASE_CLASS::write_read_attributes_5(values, names, client);
  });
}

Tango::DevAttrHistoryList *Device::read_attribute_history_2(const char *name, CORBA::Long depth) {
  return answered("read_attribute_history_2", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::read_attribute_history_2(name, depth);
  });
}

Tango::DevAttrHistoryList_3 *Device::read_attribute_history_3(const char *name, CORBA::Long depth) {
  return answered("read_attribute_history_3", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::read_attribute_history_3(name, depth);
  });
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

Tango::DevCmdHistoryList *Device::command_inout_history_2(const char *command, CORBA::Long depth) {
  return answered("command_inout_history_2", [&] {
    require_depth(depth);
    return TANGO_BASE_CLASS::command_inout_history_2(command, depth);
  });
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
