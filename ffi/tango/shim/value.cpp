// One value of an attribute: made from the bytes of the C interface.
#include "value.h"

#include <chrono>
#include <cstring>

#include "error.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

[[noreturn]] void misfit(const AttributeDefinition &attribute, const std::string &why) {
  throw Error(PT_ERROR_ARGUMENT, "Cannot set " + attribute.name + ": " + why);
}

std::size_t count_elements(const AttributeDefinition &attribute, const Value &shape) {
  if (attribute.format == PT_SCALAR) {
    if (shape.x != 1 || shape.y != 0) misfit(attribute, "it is a scalar");
    return 1;
  }
  const bool image = attribute.format == PT_IMAGE;
  if (shape.x < 0 || shape.x > attribute.max_x || shape.y < 0 || (image ? shape.y > attribute.max_y : shape.y != 0)) {
    misfit(attribute, std::to_string(shape.x) + " x " + std::to_string(shape.y) + " elements do not fit");
  }
  return static_cast<std::size_t>(shape.x) * static_cast<std::size_t>(image ? shape.y : 1);
}

template <class T>
std::vector<T> numbers(const AttributeDefinition &attribute, Bytes bytes, std::size_t count) {
  if (bytes.count != count * sizeof(T)) misfit(attribute, std::to_string(bytes.count) + " bytes were given");
  std::vector<T> copies(count);
  if (count > 0) std::memcpy(copies.data(), bytes.data, bytes.count);
  return copies;
}

std::vector<std::string> texts(const AttributeDefinition &attribute, Bytes bytes, std::size_t count) {
  std::vector<std::string> copies;
  copies.reserve(count);
  const char *next = static_cast<const char *>(bytes.data);
  const char *const end = next + bytes.count;
  while (copies.size() < count) {
    const void *nul = next < end ? std::memchr(next, 0, static_cast<std::size_t>(end - next)) : nullptr;
    if (nul == nullptr) misfit(attribute, "a text does not end");
    copies.emplace_back(next, static_cast<const char *>(nul));
    next = static_cast<const char *>(nul) + 1;
  }
  if (next != end) misfit(attribute, "more texts than elements were given");
  return copies;
}

Elements make_elements(const AttributeDefinition &attribute, Bytes bytes, std::size_t count) {
  switch (attribute.type) {
    case PT_DOUBLE: return numbers<double>(attribute, bytes, count);
    case PT_USHORT: return numbers<std::uint16_t>(attribute, bytes, count);
    case PT_LONG64: return numbers<std::int64_t>(attribute, bytes, count);
    default: return texts(attribute, bytes, count);
  }
}

}  // namespace

ValuePointer make_value(const AttributeDefinition &attribute, Bytes bytes, const Value &shape) {
  if (shape.quality < PT_VALID || shape.quality > PT_INVALID) misfit(attribute, "there is no such quality");
  auto value = std::make_shared<Value>(shape);
  value->elements = make_elements(attribute, bytes, count_elements(attribute, shape));
  if (value->time_s <= 0) value->time_s = now_s();
  return value;
}

ValuePointer no_value(const AttributeDefinition &attribute) {
  auto value = std::make_shared<Value>();
  const bool scalar = attribute.format == PT_SCALAR;
  value->x = scalar ? 1 : 0;
  value->quality = PT_INVALID;
  value->time_s = now_s();
  const std::vector<char> zeros(scalar ? sizeof(double) : 0);
  const std::size_t width = attribute.type == PT_STRING   ? 1
                            : attribute.type == PT_USHORT ? sizeof(std::uint16_t)
                                                          : sizeof(double);
  value->elements = make_elements(attribute, {zeros.data(), scalar ? width : 0}, scalar ? 1 : 0);
  return value;
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace pewatch_tango
