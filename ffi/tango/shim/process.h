// The process: its end without destructors, and its environment.
#pragma once

#include <cstdint>
#include <string>

namespace pewatch_tango {

/** Ends the process here and now. */
[[noreturn]] void exit_now(std::int32_t code);

/** From now on, a process that exits while `is_needed` says so ends before any static destructor runs. */
void exit_without_destructors(bool (*is_needed)());

/** Lets every other thread go first where they want the processor: for the thread that calls it. */
void lower_priority();

void set_environment(const char *name, const std::string &value);

}  // namespace pewatch_tango
