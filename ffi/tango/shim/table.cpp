// What the device has: checks each declaration.
#include "table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "error.h"
#include "leaked.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

// cppTango would take any name, but the ends of it (database, archiver, Jive) do not.
void require_name(const std::string &name, const char *of) {
  const bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char character) {
    return character < 128 && (std::isalnum(character) != 0 || character == '_');
  });
  if (!fits) throw Error(PT_ERROR_ARGUMENT, std::string("Cannot define ") + of + " \"" + name + "\": not a name");
}

bool is_value_type(std::int32_t type) {
  constexpr std::array types = {PT_DOUBLE, PT_USHORT, PT_STRING, PT_LONG64};
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

Table &table() {
  static Table &one = leaked<Table>();
  return one;
}

void Table::require_open() const {
  if (frozen_) throw Error(PT_ERROR_STATE, "Cannot change the table: a server was started with it");
}

void Table::define_class(const char *name, const char *description) {
  require_open();
  require_name(name, "class");
  class_name_ = name;
  class_description_ = description;
  attributes_.clear();
  commands_.clear();
}

std::size_t Table::add(AttributeDefinition attribute) {
  require_open();
  require_name(attribute.name, "attribute");
  const std::string what = "Cannot define attribute " + attribute.name + ": ";
  if (!is_value_type(attribute.type)) throw Error(PT_ERROR_ARGUMENT, what + "no attribute has this type");
  if (attribute.format < PT_SCALAR || attribute.format > PT_IMAGE) throw Error(PT_ERROR_ARGUMENT, what + "format");
  if (attribute.format != PT_SCALAR && attribute.has(PT_WRITABLE)) {
    throw Error(PT_ERROR_ARGUMENT, what + "only a scalar can be writable");
  }
  if (attribute.format == PT_SCALAR) {
    attribute.max_x = 1;
    attribute.max_y = 0;
  } else if (attribute.max_x < 1 || (attribute.format == PT_IMAGE && attribute.max_y < 1)) {
    throw Error(PT_ERROR_ARGUMENT, what + "it has no size");
  }
  for (const auto &other : attributes_) {
    if (other.name == attribute.name) throw Error(PT_ERROR_ARGUMENT, what + "it is there already");
  }
  attributes_.push_back(std::move(attribute));
  return attributes_.size() - 1;
}

void Table::describe(std::int32_t number, std::int32_t property, const char *text) {
  require_open();
  attribute(number);
  auto &described = attributes_[static_cast<std::size_t>(number)];
  const std::array texts = {&described.label, &described.unit, &described.number_format,
                            &described.min,   &described.max,  &described.description};
  if (property < 0 || static_cast<std::size_t>(property) >= texts.size()) {
    throw Error(PT_ERROR_ARGUMENT, "Cannot describe attribute " + described.name + ": no such property");
  }
  *texts[static_cast<std::size_t>(property)] = text;
}

void Table::add(CommandDefinition command) {
  require_open();
  require_name(command.name, "command");
  const auto fits = [](std::int32_t type) { return type == PT_VOID || type == PT_STRING; };
  if (!fits(command.in_type) || !fits(command.out_type)) {
    throw Error(PT_ERROR_ARGUMENT, "Cannot define command " + command.name + ": no command has these types");
  }
  commands_.push_back(std::move(command));
}

void Table::freeze() {
  if (class_name_.empty()) throw Error(PT_ERROR_STATE, "Cannot start: no class is defined");
  frozen_ = true;
}

const AttributeDefinition &Table::attribute(std::int32_t number) const {
  if (number < 0 || static_cast<std::size_t>(number) >= attributes_.size()) {
    throw Error(PT_ERROR_ARGUMENT, "There is no attribute number " + std::to_string(number));
  }
  return attributes_[static_cast<std::size_t>(number)];
}

}  // namespace pewatch_tango
