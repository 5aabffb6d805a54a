// The device's class: what cppTango calls for each attribute and command of the table.
#include "device_class.h"

#include <cstring>
#include <utility>
#include <vector>

#include "admin_commands.h"
#include "cache.h"
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
    if (definition_.in_type == PT_STRING) {
      Tango::DevString text = nullptr;
      extract(argument, text);
      request.value = text;
    }
    const std::string answer = ask(*device, std::move(request));
    return definition_.out_type == PT_STRING ? insert(answer.c_str()) : insert();
  }

 private:
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
