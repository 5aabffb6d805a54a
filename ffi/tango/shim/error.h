// The shim's own error: a number of the C interface and words.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace pewatch_tango {

class Error : public std::runtime_error {
 public:
  /** code: one of PT_ERROR_*, or of PT_FAILURE_* where a start fails */
  Error(std::int32_t code, const std::string &text) : std::runtime_error(text), code_(code) {}
  std::int32_t code() const { return code_; }

 private:
  std::int32_t code_;
};

}  // namespace pewatch_tango
