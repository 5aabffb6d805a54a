// Why an attribute has no value: one of PTC_IS_* with its text. Thrown within the client, never across the C interface.
#pragma once

#include <string>

namespace pewatch_client {

struct Failure {
  int status;
  std::string text;
};

}  // namespace pewatch_client
