// Values that are passed to cppTango.
#include "tango_value.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "monitor.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

template <class T>
struct OfTango;
template <>
struct OfTango<double> {
  using Type = Tango::DevDouble;
};
template <>
struct OfTango<std::uint16_t> {
  using Type = Tango::DevUShort;
};
template <>
struct OfTango<std::int64_t> {
  using Type = Tango::DevLong64;
};

/** Elements as cppTango has them: numbers of the same size, of which "long" and "long long" are not one type. */
template <class T>
auto converted(const std::vector<T> &elements) {
  using Type = typename OfTango<T>::Type;
  // Never none: an empty list has an address too. Not cleared before: an image has half a megabyte.
  std::unique_ptr<Type[]> copy(new Type[std::max<std::size_t>(elements.size(), 1)]);
  static_assert(sizeof(Type) == sizeof(T) && std::is_integral_v<Type> == std::is_integral_v<T>);
  if (!elements.empty()) std::memcpy(copy.get(), elements.data(), elements.size() * sizeof(T));
  return copy;
}

auto converted(const std::vector<std::string> &elements) {
  auto copy = std::make_unique<Tango::DevString[]>(std::max<std::size_t>(elements.size(), 1));
  std::transform(elements.begin(), elements.end(), copy.get(),
                 [](const std::string &text) { return CORBA::string_dup(text.c_str()); });
  return copy;
}

}  // namespace

struct timeval to_timeval(double time_s) {
  const double whole = std::floor(time_s);
  struct timeval time {};
  time.tv_sec = static_cast<decltype(time.tv_sec)>(whole);
  time.tv_usec = static_cast<decltype(time.tv_usec)>((time_s - whole) * 1e6);
  return time;
}

void give_to_reader(Tango::Attribute &attribute, const Value &value) {
  struct timeval time = to_timeval(value.time_s);
  const auto quality = static_cast<Tango::AttrQuality>(value.quality);
  std::visit(
      [&](const auto &elements) {
        auto copy = converted(elements);
        // cppTango frees it, once the answer is sent or where it does not accept it: a scalar by delete, the others
        // by delete[].
        const bool scalar = attribute.get_data_format() == Tango::SCALAR;
        auto *given = scalar ? new auto(copy[0]) : copy.release();
        attribute.set_value_date_quality(given, time, quality, value.x, value.y, true);
      },
      value.elements);
}

void make_set_point(Tango::WAttribute &attribute, const Value &value) {
  if (value.quality == PT_INVALID) return;
  try {
    std::visit(
        [&](const auto &elements) {
          using Element = typename std::decay_t<decltype(elements)>::value_type;
          if constexpr (std::is_same_v<Element, std::string>) {
            std::string text = elements.front();
            attribute.set_write_value(text);
          } else {
            const auto copy = converted(elements);
            attribute.set_write_value(copy[0]);
          }
        },
        value.elements);
  } catch (const Tango::DevFailed &) {
    // Outside its own minimum and maximum: it can be read, but is no set point.
  }
}

void push_value(Tango::DeviceImpl &device, const AttributeDefinition &attribute, const Value &value) {
  // One hold for both: the event carries the set point too.
  const MonitorHold hold(device);
  if (attribute.has(PT_WRITABLE)) {
    make_set_point(device.get_device_attr()->get_w_attr_by_name(attribute.name.c_str()), value);
  }
  std::visit(
      [&](const auto &elements) {
        using Element = typename std::decay_t<decltype(elements)>::value_type;
        if constexpr (std::is_same_v<Element, std::string>) {
          // Lent, not given: cppTango copies it while it pushes, and frees nothing.
          std::vector<Tango::DevString> lent;
          for (const auto &text : elements) lent.push_back(const_cast<char *>(text.c_str()));
          if (lent.empty()) lent.push_back(nullptr);
          push_both(device, attribute.name, lent.data(), value);
        } else {
          const auto copy = converted(elements);
          push_both(device, attribute.name, copy.get(), value);
        }
      },
      value.elements);
}

}  // namespace pewatch_tango
