// The process: its end without destructors, and its environment. Apart from the rest because of <windows.h>.
#include "process.h"

#include <cstdlib>
#include <utility>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace pewatch_tango {

void exit_now(std::int32_t code) {
#ifdef _WIN32
  TerminateProcess(GetCurrentProcess(), static_cast<UINT>(code));
  std::abort();  // not reached; TerminateProcess is not declared so
#else
  _exit(code);
#endif
}

#ifdef _WIN32

// Nothing is called with the exit code before a DLL is released; by then its threads are gone. Whoever ends the program
// calls pt_exit.
void exit_without_destructors(bool (*)()) {}

void lower_priority() { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_LOWEST); }

void set_environment(const char *name, const std::string &value) { _putenv_s(name, value.c_str()); }

#else

namespace {

bool (*needed)() = nullptr;

#ifdef __linux__
constexpr int NICENESS_MAX = 19;
#endif

}  // namespace

void exit_without_destructors(bool (*is_needed)()) {
  if (std::exchange(needed, is_needed) != nullptr) return;
  // Handlers run in reverse order: before the destructors of libtango and omniORB, which were loaded earlier and which
  // hang or abort while threads of the server wait.
  on_exit(
      [](int status, void *) {
        if (needed()) exit_now(status);
      },
      nullptr);
}

void lower_priority() {
#ifdef __linux__
  // Here a thread has a niceness of its own, in spite of POSIX, and 0 is the calling thread.
  setpriority(PRIO_PROCESS, 0, NICENESS_MAX);
#endif
}

void set_environment(const char *name, const std::string &value) { setenv(name, value.c_str(), 1); }

#endif

}  // namespace pewatch_tango
