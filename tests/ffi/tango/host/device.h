// The device that the tests' clients check: its table and what it does, through the C interface alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "pewatch_tango.h"

/** A request, as pt_take gives it. */
struct Taken {
  std::int64_t id;
  std::int32_t kind;
  std::int32_t type;
  std::string name;
  std::string value;
};

class TestDevice {
 public:
  /** Tells the table. @throws std::runtime_error where the shim refuses it */
  void define();
  /** Sets what a client finds at first. */
  void set_all();
  void answer(const Taken &taken);
  void join();

 private:
  void set_text(const std::string &name, const std::string &text);
  template <class T>
  void set_number(const std::string &name, T number);
  void write(const Taken &taken);
  void command(const Taken &taken);
  void make_preview();

  std::map<std::string, std::int32_t> numbers_;
  std::vector<std::thread> slow_;
  std::uint16_t previews_ = 0;
  std::int64_t counter_ = 0;
};

/** @throws std::runtime_error with the shim's words where the result is an error */
std::int32_t checked(std::int32_t result);
