// One value of an attribute: what was set as one is read as one. It never changes once it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "table.h"

namespace pewatch_tango {

using Elements = std::variant<std::vector<double>, std::vector<std::uint16_t>, std::vector<std::int64_t>,
                              std::vector<std::string>>;

struct Value {
  Elements elements;
  long x = 1;
  long y = 0;
  std::int32_t quality = 0;
  double time_s = 0;

  /** Whether a client would see a change: the time alone is none. */
  bool same_as(const Value &other) const {
    return x == other.x && y == other.y && quality == other.quality && elements == other.elements;
  }
};

using ValuePointer = std::shared_ptr<const Value>;

/** Memory as the C interface has it. */
struct Bytes {
  const void *data;
  std::size_t count;
};

/** @throws Error where bytes, shape and type do not fit */
ValuePointer make_value(const AttributeDefinition &attribute, Bytes bytes, const Value &shape);

/** What an attribute has before it is set. */
ValuePointer no_value(const AttributeDefinition &attribute);

double now_s();

}  // namespace pewatch_tango
