// Serves the tests' device: host SERVER INSTANCE DEVICE DATABASE ENDPOINT [FAILING_STARTS]. Says what happens, a line
// each; "stop" on its input stops it. With FAILING_STARTS it first starts so often where nothing can be started.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "device.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace {

void say(const std::string &what) {
  std::printf("%s\n", what.c_str());
  std::fflush(stdout);
}

// Tango must leave it to us.
extern "C" void on_terminate(int) {
  constexpr char WORD[] = "signal\n";
  if (write(1, WORD, sizeof WORD - 1) < 0) std::abort();
  pt_stop();
}

/** Gives false once the server has ended. */
bool take(std::vector<std::uint8_t> &buffer, Taken &taken) {
  for (;;) {
    const auto size = pt_take(buffer.data(), static_cast<std::int32_t>(buffer.size()), PT_TAKE_WAIT_MS_MAX);
    if (size == std::numeric_limits<std::int32_t>::min()) return false;
    if (size < 0) buffer.resize(static_cast<std::size_t>(-size));
    if (size <= 0) continue;
    pt_request_header header;
    std::memcpy(&header, buffer.data(), sizeof header);
    const char *name = reinterpret_cast<const char *>(buffer.data()) + sizeof header;
    const auto name_bytes = static_cast<std::size_t>(header.name_bytes);
    taken = {header.id, header.kind, header.type, std::string(name, name_bytes),
             std::string(name + name_bytes, static_cast<std::size_t>(header.value_bytes))};
    return true;
  }
}

void serve(TestDevice &device) {
  // So small that the first request does not fit: its size must be reported, and the request stay.
  std::vector<std::uint8_t> buffer(8);
  for (Taken taken; take(buffer, taken);) {
    if (taken.kind == PT_NOTICE) say(taken.name + (taken.value.empty() ? "" : " " + taken.value));
    else device.answer(taken);
  }
}

void start_in_vain(int times, const std::string &device) {
  for (int i = 0; i < times; i++) {
    // Port 1: nothing answers there, and nothing may listen on a host that is not this one.
    const bool database = i % 2 == 0;
    checked(database ? pt_start("PeWatchTest", "1", device.c_str(), "127.0.0.1:1", "")
                     : pt_start("PeWatchTest", "1", device.c_str(), "", "192.0.2.1:4711"));
    std::vector<std::uint8_t> buffer(8);
    for (Taken taken; take(buffer, taken);) continue;
    char words[1000];
    const auto code = pt_failure(words, sizeof words);
    if (pt_join() != PT_FAILED) throw std::runtime_error("a start in vain did not fail");
    if (i < 2) say("failed " + std::to_string(code) + " " + words);
  }
  say("in vain " + std::to_string(times));
}

void stop_when_told() {
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "stop") pt_stop();
    if (line == "exit") std::exit(7);
  }
}

int run(const std::vector<std::string> &given) {
  TestDevice device;
  device.define();
  device.set_all();
  if (given.size() > 5) start_in_vain(std::stoi(given[5]), given[2]);
  std::signal(SIGTERM, on_terminate);
  std::signal(SIGINT, on_terminate);
  checked(pt_start(given[0].c_str(), given[1].c_str(), given[2].c_str(), given[3].c_str(), given[4].c_str()));
  std::thread(stop_when_told).detach();
  serve(device);
  const auto phase = pt_join();
  device.join();
  if (pt_start("PeWatchTest", "1", "test/pewatch/1", "", "127.0.0.1:0") == PT_OK && phase == PT_STOPPED) {
    say("a second server started");
    return 1;
  }
  char words[1000];
  if (phase == PT_FAILED) say("code " + std::to_string(pt_failure(words, sizeof words)));
#if defined(__SANITIZE_ADDRESS__)
  // Now: the shim ends the process before the sanitizer looks for leaks.
  if (__lsan_do_recoverable_leak_check() != 0) return 23;
#endif
  return phase == PT_STOPPED ? 0 : 3;
}

}  // namespace

int main(int argc, char **argv) {
  try {
    if (argc < 6) throw std::runtime_error("SERVER INSTANCE DEVICE DATABASE ENDPOINT [FAILING_STARTS]");
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception &error) {
    std::fprintf(stderr, "host: %s\n", error.what());
    return 2;
  }
}
