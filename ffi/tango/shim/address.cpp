// Host and port out of texts and CORBA references.
#include "address.h"

#include <cctype>
#include <cstddef>
#include <vector>

#include "error.h"
#include "pewatch_tango.h"

namespace pewatch_tango {

namespace {

// CDR, the encoding of CORBA 3.3 part 2, 9.3: numbers at multiples of their size, counted from the encapsulation's start.
class Encapsulation {
 public:
  explicit Encapsulation(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) { little_ = octet() == 1; }

  std::uint8_t octet() { return bytes_.at(at_++); }
  std::uint16_t ushort() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t ulong() { return number(4); }
  std::vector<std::uint8_t> octets() {
    const std::size_t count = ulong();
    std::vector<std::uint8_t> some;
    for (std::size_t i = 0; i < count; i++) some.push_back(octet());
    return some;
  }
  std::string text() {
    const auto bytes = octets();
    return std::string(bytes.begin(), bytes.empty() ? bytes.end() : bytes.end() - 1);  // without its NUL
  }

 private:
  std::uint32_t number(std::size_t size) {
    at_ = (at_ + size - 1) / size * size;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; i++) {
      const std::uint32_t byte = octet();
      value = little_ ? value | byte << (8 * i) : value << 8 | byte;
    }
    return value;
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool little_ = true;
};

std::uint8_t nibble(char digit) {
  const int lower = std::tolower(static_cast<unsigned char>(digit));
  return static_cast<std::uint8_t>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
}

}  // namespace

Address parse_address(const std::string &text, std::int32_t code) {
  const auto colon = text.rfind(':');
  const std::string digits = colon == std::string::npos ? "" : text.substr(colon + 1);
  unsigned long port = 65536;
  if (!digits.empty() && digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string::npos) {
    port = std::stoul(digits);
  }
  if (port > 65535) throw Error(code, "Cannot take \"" + text + "\" for an address: it is not host:port");
  return {text.substr(0, colon), static_cast<std::uint16_t>(port)};
}

Address address_of_reference(const std::string &ior) {
  constexpr std::uint32_t TAG_INTERNET_IOP = 0;
  try {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 4; i + 1 < ior.size(); i += 2) {
      bytes.push_back(static_cast<std::uint8_t>(nibble(ior[i]) << 4 | nibble(ior[i + 1])));
    }
    Encapsulation reference(std::move(bytes));
    reference.text();  // the type's name
    for (std::uint32_t profiles = reference.ulong(); profiles > 0; profiles--) {
      const std::uint32_t tag = reference.ulong();
      Encapsulation profile(reference.octets());
      if (tag != TAG_INTERNET_IOP) continue;
      profile.octet();  // version, major and minor
      profile.octet();
      std::string host = profile.text();
      return {std::move(host), profile.ushort()};
    }
  } catch (const std::out_of_range &) {
    // Reported below.
  }
  throw Error(PT_ERROR_INTERNAL, "Cannot read the address out of a reference");
}

}  // namespace pewatch_tango
