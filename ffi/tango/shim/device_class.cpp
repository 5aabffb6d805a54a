// The device's class: what cppTango calls for each attribute and command of the table.
#include "device_class.h"

#include <cstring>
#include <utility>
#include <vector>

#include "admin_commands.h"
#include "cache.h"
#include "counts.h"
#include "device.h"
#include "monitor.h"
#include "pewatch_tango.h"
#include "requests.h"
#include "tango_value.h"
#include "write_gate.h"

namespace pewatch_tango {

namespace {

template <class T>
std::string bytes_of(T number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

template <class T>
T number_of(const std::string &bytes) {
  T number{};
  if (bytes.size() != sizeof number) {
    Tango::Except::throw_exception("PeWatch_Internal", "The answer is not of the command's type", "command");
  }
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/** Asks JavaScript with the device's monitor released. @throws Tango::DevFailed */
std::string ask(Tango::DeviceImpl &device, Request request) {
  const std::string origin = request.name;
  try {
    MonitorPause pause(device);
    std::string answer = requests().ask(std::move(request), WriteGate::deadline());
    pause.end();
    return answer;
  } catch (const Refusal &refusal) {
    Tango::Except::throw_exception(refusal.reason.c_str(), refusal.text.c_str(), origin.c_str());
  }
  return {};
}

std::string written_bytes(Tango::WAttribute &attribute, std::int32_t type) {
  const auto number = [&attribute](auto value) {
    attribute.get_write_value(value);
    return value;
  };
  switch (type) {
    case PT_BOOLEAN: return bytes_of(static_cast<std::uint8_t>(number(Tango::DevBoolean{}) ? 1 : 0));
    case PT_DOUBLE: return bytes_of(static_cast<double>(number(Tango::DevDouble{})));
    case PT_USHORT: return bytes_of(static_cast<std::uint16_t>(number(Tango::DevUShort{})));
    case PT_LONG64: return bytes_of(static_cast<std::int64_t>(number(Tango::DevLong64{})));
    default: return number(Tango::DevString{});
  }
}

template <class Base>
class CachedAttribute : public Base {
 public:
  template <class... Size>
  CachedAttribute(std::size_t number, const AttributeDefinition &definition, Size... size)
      : Base(definition.name.c_str(), static_cast<long>(definition.type),
             definition.has(PT_WRITABLE) ? Tango::READ_WRITE : Tango::READ, size...),
        number_(number),
        definition_(definition) {}

  void read(Tango::DeviceImpl *, Tango::Attribute &attribute) override {
    counts().reads++;
    const ValuePointer value = cache().value(number_);
    // At each read: whatever a write or its refusal left as the set point, this is what holds.
    if (definition_.has(PT_WRITABLE)) make_set_point(static_cast<Tango::WAttribute &>(attribute), *value);
    give_to_reader(attribute, *value);
  }

  void write(Tango::DeviceImpl *device, Tango::WAttribute &attribute) override {
    Request request;
    request.kind = PT_WRITE;
    request.name = definition_.name;
    request.type = definition_.type;
    request.value = written_bytes(attribute, definition_.type);
    ask(*device, std::move(request));
  }

 private:
  const std::size_t number_;
  const AttributeDefinition &definition_;
};

class QueuedCommand : public Tango::Command {
 public:
  explicit QueuedCommand(const CommandDefinition &definition)
      : Tango::Command(definition.name.c_str(), static_cast<Tango::CmdArgType>(definition.in_type),
                       static_cast<Tango::CmdArgType>(definition.out_type), definition.in_description.c_str(),
                       definition.out_description.c_str(), static_cast<Tango::DispLevel>(definition.level)),
        definition_(definition) {}

  CORBA::Any *execute(Tango::DeviceImpl *device, const CORBA::Any &argument) override {
    Request request;
    request.kind = PT_COMMAND;
    request.name = definition_.name;
    request.type = definition_.in_type;
    request.value = argument_bytes(argument);
    return result(ask(*device, std::move(request)));
  }

 private:
  template <class T>
  T extracted(const CORBA::Any &argument) {
    T value{};
    extract(argument, value);
    return value;
  }

  std::string argument_bytes(const CORBA::Any &argument) {
    switch (definition_.in_type) {
      case PT_VOID: return {};
      case PT_BOOLEAN: return bytes_of(static_cast<std::uint8_t>(extracted<Tango::DevBoolean>(argument) ? 1 : 0));
      case PT_DOUBLE: return bytes_of(static_cast<double>(extracted<Tango::DevDouble>(argument)));
      case PT_USHORT: return bytes_of(static_cast<std::uint16_t>(extracted<Tango::DevUShort>(argument)));
      case PT_LONG64: return bytes_of(static_cast<std::int64_t>(extracted<Tango::DevLong64>(argument)));
      default: return extracted<Tango::DevString>(argument);
    }
  }

  CORBA::Any *result(const std::string &bytes) {
    switch (definition_.out_type) {
      case PT_VOID: return insert();
      case PT_BOOLEAN: return insert(static_cast<Tango::DevBoolean>(number_of<std::uint8_t>(bytes) != 0));
      case PT_DOUBLE: return insert(static_cast<Tango::DevDouble>(number_of<double>(bytes)));
      case PT_USHORT: return insert(static_cast<Tango::DevUShort>(number_of<std::uint16_t>(bytes)));
      case PT_LONG64: return insert(static_cast<Tango::DevLong64>(number_of<std::int64_t>(bytes)));
      case PT_STATE: return insert(static_cast<Tango::DevState>(cache().state()->state));
      default: return insert(bytes.c_str());
    }
  }

  const CommandDefinition &definition_;
};

Tango::Attr *make_attribute(std::size_t number, const AttributeDefinition &definition) {
  if (definition.format == PT_SPECTRUM) {
    return new CachedAttribute<Tango::SpectrumAttr>(number, definition, definition.max_x);
  }
  if (definition.format == PT_IMAGE) {
    return new CachedAttribute<Tango::ImageAttr>(number, definition, definition.max_x, definition.max_y);
  }
  return new CachedAttribute<Tango::Attr>(number, definition);
}

void describe(Tango::Attr &attribute, const AttributeDefinition &definition) {
  Tango::UserDefaultAttrProp given;
  if (!definition.label.empty()) given.set_label(definition.label.c_str());
  if (!definition.unit.empty()) given.set_unit(definition.unit.c_str());
  // Tango's own "%6.2f" shows a latency of 4 ms as 0.00.
  if (!definition.number_format.empty()) given.set_format(definition.number_format.c_str());
  if (!definition.min.empty()) given.set_min_value(definition.min.c_str());
  if (!definition.max.empty()) given.set_max_value(definition.max.c_str());
  if (!definition.description.empty()) given.set_description(definition.description.c_str());
  attribute.set_default_properties(given);
  attribute.set_disp_level(static_cast<Tango::DispLevel>(definition.level));
}

class Class : public Tango::DeviceClass {
 public:
  explicit Class(std::string &class_name) : Tango::DeviceClass(class_name) {}

  // What is made here cppTango destroys.
  void command_factory() override {
    for (const auto &command : table().commands()) command_list.push_back(new QueuedCommand(command));
  }

  void attribute_factory(std::vector<Tango::Attr *> &made) override {
    for (std::size_t number = 0; number < table().attributes().size(); number++) {
      const auto &definition = table().attributes()[number];
      Tango::Attr *attribute = make_attribute(number, definition);
      describe(*attribute, definition);
      made.push_back(attribute);
    }
  }

  void device_factory(const Tango::DevVarStringArray *names) override {
    for (CORBA::ULong i = 0; i < names->length(); i++) {
      device_list.push_back(new Device(this, (*names)[i].in()));
      if (Tango::Util::_UseDb) export_device(device_list.back());
      else export_device(device_list.back(), (*names)[i]);
    }
  }
};

}  // namespace

void make_device_class(Tango::DServer *server) {
  // Not const: cppTango 9 wants it so.
  std::string name = table().class_name();
  server->_add_class(new Class(name));
  // Called once: nothing that cppTango offers calls it again.
  guard_admin_commands(*server);
}

}  // namespace pewatch_tango
