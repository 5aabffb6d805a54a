#include "reading.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

namespace pewatch_client {

namespace {

constexpr std::size_t TEXT_LENGTH_MAX = 500;

[[noreturn]] void refuse(const std::string &reason) { throw Failure{PTC_IS_REFUSED, reason}; }

[[noreturn]] void refuse_size(std::size_t bytes) {
  refuse("has " + std::to_string(bytes) + " bytes, more than " + std::to_string(Client::one().bytes_max));
}

/** A device may send another length than it says: no more than it sent is read. */
std::size_t elements_of(const Reading &reading, std::size_t sent) {
  const auto said = reading.header.format == PTC_SPECTRUM ? static_cast<std::size_t>(std::max(reading.header.x, 0)) : 1;
  if (sent > 0 && said > sent) {
    refuse("says that it has " + std::to_string(said) + " elements, but sent " + std::to_string(sent));
  }
  return std::min(said, sent);
}

template <class T, class Sequence>
void take_numbers(Reading &reading, const Sequence &sequence, int type) {
  const std::size_t count = elements_of(reading, sequence.length());
  if (count * sizeof(T) > Client::one().bytes_max) refuse_size(count * sizeof(T));
  reading.header.type = type;
  reading.header.x = static_cast<std::int32_t>(count);
  reading.value.reserve(count * sizeof(T));
  for (CORBA::ULong i = 0; i < count; i++) {
    const T one = static_cast<T>(sequence[i]);
    reading.value.append(reinterpret_cast<const char *>(&one), sizeof one);
  }
}

void take_texts(Reading &reading, const Tango::DevVarStringArray &texts) {
  const std::size_t count = elements_of(reading, texts.length());
  reading.header.type = PTC_STRING;
  reading.header.x = static_cast<std::int32_t>(count);
  for (CORBA::ULong i = 0; i < count; i++) {
    reading.value.append(texts[i].in()).push_back('\0');
    if (reading.value.size() > Client::one().bytes_max) refuse_size(reading.value.size());
  }
}

void take_state(Reading &reading, Tango::DevState state) {
  const auto number = static_cast<std::int32_t>(state);
  reading.header.type = PTC_STATE;
  reading.header.x = 1;
  reading.value.assign(reinterpret_cast<const char *>(&number), sizeof number);
}

Reading begin(int quality, int format, const Tango::TimeVal &time, int x) {
  Reading reading;
  if (format == Tango::IMAGE) refuse(IMAGE);
  reading.header.quality = quality < PTC_VALID || quality > PTC_WARNING ? PTC_INVALID : quality;
  reading.header.format = format == Tango::SPECTRUM ? PTC_SPECTRUM : PTC_SCALAR;
  reading.header.x = x;
  reading.header.time_s = static_cast<double>(time.tv_sec) + time.tv_usec * 1e-6 + time.tv_nsec * 1e-9;
  return reading;
}

/** "VALID", but without a value. */
void finish(Reading &reading) {
  if (reading.value.empty() && reading.header.format == PTC_SCALAR) reading.header.quality = PTC_INVALID;
}

void take(Reading &reading, const Tango::AttrValUnion &value, bool is_enumeration) {
  // Whatever came with INVALID is not a value.
  if (reading.header.quality == PTC_INVALID) return;
  switch (value._d()) {
    case Tango::ATT_BOOL: take_numbers<std::uint8_t>(reading, value.bool_att_value(), PTC_BOOLEAN); break;
    case Tango::ATT_SHORT:
      if (is_enumeration) take_numbers<std::int32_t>(reading, value.short_att_value(), PTC_ENUM);
      else take_numbers<std::int16_t>(reading, value.short_att_value(), PTC_INT16);
      break;
    case Tango::ATT_LONG: take_numbers<std::int32_t>(reading, value.long_att_value(), PTC_INT32); break;
    case Tango::ATT_LONG64: take_numbers<std::int64_t>(reading, value.long64_att_value(), PTC_INT64); break;
    case Tango::ATT_FLOAT: take_numbers<float>(reading, value.float_att_value(), PTC_FLOAT); break;
    case Tango::ATT_DOUBLE: take_numbers<double>(reading, value.double_att_value(), PTC_DOUBLE); break;
    case Tango::ATT_UCHAR: take_numbers<std::uint8_t>(reading, value.uchar_att_value(), PTC_UINT8); break;
    case Tango::ATT_USHORT: take_numbers<std::uint16_t>(reading, value.ushort_att_value(), PTC_UINT16); break;
    case Tango::ATT_ULONG: take_numbers<std::uint32_t>(reading, value.ulong_att_value(), PTC_UINT32); break;
    case Tango::ATT_ULONG64: take_numbers<std::uint64_t>(reading, value.ulong64_att_value(), PTC_UINT64); break;
    case Tango::ATT_STATE: take_numbers<std::int32_t>(reading, value.state_att_value(), PTC_STATE); break;
    case Tango::ATT_STRING: take_texts(reading, value.string_att_value()); break;
    case Tango::DEVICE_STATE: take_state(reading, value.dev_state_att()); break;
    case Tango::ATT_ENCODED: refuse("is encoded bytes; numbers, texts, booleans, states and enumerations are taken");
    default: break;
  }
  finish(reading);
}

template <class Sequence, class T>
void extract(Tango::DeviceAttribute &value, Reading &reading, int type) {
  Sequence *got = nullptr;
  if (!(value >> got)) return;
  const std::unique_ptr<Sequence> sequence(got);
  take_numbers<T>(reading, *sequence, type);
}

void extract_texts(Tango::DeviceAttribute &value, Reading &reading) {
  Tango::DevVarStringArray *got = nullptr;
  if (!(value >> got)) return;
  const std::unique_ptr<Tango::DevVarStringArray> texts(got);
  take_texts(reading, *texts);
}

void extract_states(Tango::DeviceAttribute &value, Reading &reading) {
  Tango::DevState state = Tango::UNKNOWN;
  if (reading.header.format == PTC_SCALAR) {
    if (value >> state) take_state(reading, state);
    return;
  }
  Tango::DevVarStateArray *got = nullptr;
  if (!(value >> got)) return;
  const std::unique_ptr<Tango::DevVarStateArray> states(got);
  take_numbers<std::int32_t>(reading, *states, PTC_STATE);
}

}  // namespace

Reading reading_of(const Tango::AttributeValue_5 &value) {
  Reading reading = begin(value.quality, value.data_format, value.time, value.r_dim.dim_x);
  take(reading, value.value, value.data_type == Tango::DEV_ENUM);
  return reading;
}

Reading reading_of(const Tango::AttributeValue_4 &value) {
  Reading reading = begin(value.quality, value.data_format, value.time, value.r_dim.dim_x);
  take(reading, value.value, false);  // devices of that version have no enumerations
  return reading;
}

Reading reading_of(Tango::DeviceAttribute &value) {
  Reading reading = begin(value.quality, value.data_format, value.time, value.dim_x);
  reading.header.flags = PTC_FROM_EVENT;
  if (reading.header.quality == PTC_INVALID) return reading;
  value.reset_exceptions(Tango::DeviceAttribute::isempty_flag);
  switch (value.get_type()) {
    case Tango::DEV_BOOLEAN: extract<Tango::DevVarBooleanArray, std::uint8_t>(value, reading, PTC_BOOLEAN); break;
    case Tango::DEV_UCHAR: extract<Tango::DevVarCharArray, std::uint8_t>(value, reading, PTC_UINT8); break;
    case Tango::DEV_ENUM: extract<Tango::DevVarShortArray, std::int32_t>(value, reading, PTC_ENUM); break;
    case Tango::DEV_SHORT: extract<Tango::DevVarShortArray, std::int16_t>(value, reading, PTC_INT16); break;
    case Tango::DEV_USHORT: extract<Tango::DevVarUShortArray, std::uint16_t>(value, reading, PTC_UINT16); break;
    case Tango::DEV_LONG: extract<Tango::DevVarLongArray, std::int32_t>(value, reading, PTC_INT32); break;
    case Tango::DEV_ULONG: extract<Tango::DevVarULongArray, std::uint32_t>(value, reading, PTC_UINT32); break;
    case Tango::DEV_LONG64: extract<Tango::DevVarLong64Array, std::int64_t>(value, reading, PTC_INT64); break;
    case Tango::DEV_ULONG64: extract<Tango::DevVarULong64Array, std::uint64_t>(value, reading, PTC_UINT64); break;
    case Tango::DEV_FLOAT: extract<Tango::DevVarFloatArray, float>(value, reading, PTC_FLOAT); break;
    case Tango::DEV_DOUBLE: extract<Tango::DevVarDoubleArray, double>(value, reading, PTC_DOUBLE); break;
    case Tango::DEV_STRING: extract_texts(value, reading); break;
    case Tango::DEV_STATE: extract_states(value, reading); break;
    default: break;
  }
  finish(reading);
  return reading;
}

std::string text_of(const Tango::DevErrorList &errors) {
  std::string text = errors.length() == 0 ? "failed without a reason" : std::string(errors[0].desc.in());
  for (auto &one : text) {
    if (static_cast<unsigned char>(one) < ' ') one = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text.size() > TEXT_LENGTH_MAX ? text.substr(0, TEXT_LENGTH_MAX) : text;
}

bool has_reason(const Tango::DevErrorList &errors, const char *reason) {
  for (CORBA::ULong i = 0; i < errors.length(); i++) {
    if (std::strcmp(errors[i].reason.in(), reason) == 0) return true;
  }
  return false;
}

Failure failure_of(const Tango::DevErrorList &errors) {
  const int status = has_reason(errors, "API_AttrNotFound")        ? PTC_IS_NO_ATTRIBUTE
                     : has_reason(errors, "API_CommandTimedOut") ? PTC_IS_TIMED_OUT
                                                                 : PTC_IS_FAILED;
  return {status, text_of(errors)};
}

bool is_timeout(const CORBA::SystemException &error) {
  const bool is_transient = CORBA::TRANSIENT::_downcast(&error) != nullptr;
  return (is_transient && error.minor() == omni::TRANSIENT_CallTimedout) || CORBA::TIMEOUT::_downcast(&error) != nullptr;
}

}  // namespace pewatch_client
