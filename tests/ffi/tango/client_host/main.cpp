// host SECONDS DATABASE PERIOD_MS TIMEOUT_MS NAME[!]…: runs the Tango client and prints a line for each record. "!" behind a
// name asks for events. Ends early when its input ends.
#include <pewatch_tango_client.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int fail(const char *what) {
  char text[600];
  ptc_last_error(text, sizeof text);
  std::printf("%s: %s\n", what, text);
  return 1;
}

void print(const ptc_record &record, const std::uint8_t *value, const char *name) {
  std::printf("%s kind %d type %d format %d quality %d x %d flags %d bytes %d", name, record.kind, record.type,
              record.format, record.quality, record.x, record.flags, record.value_bytes);
  if (record.kind == PTC_VALUE && record.type == PTC_DOUBLE && record.value_bytes >= 8) {
    double number = 0;
    std::memcpy(&number, value, sizeof number);
    std::printf(" value %.17g", number);
  }
  if (record.kind == PTC_STATUS) {
    std::printf(" reason %s", std::string(reinterpret_cast<const char *>(value),
                                          static_cast<std::size_t>(record.value_bytes)).c_str());
  }
  std::printf("\n");
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 6) return 2;
  const double seconds = std::atof(arguments[1]);
  const int period_ms = std::atoi(arguments[3]);
  if (ptc_configure(arguments[2], period_ms, 10 * period_ms, std::atoi(arguments[4]), 1 << 20) < 0) return fail("configure");
  std::vector<std::string> names;
  for (int i = 5; i < count; i++) {
    std::string name = arguments[i];
    const bool events = name.back() == '!';
    if (events) name.pop_back();
    if (ptc_add(name.c_str(), events ? PTC_EVENTS : 0) < 0) return fail("add");
    names.push_back(name);
  }
  if (ptc_start() < 0) return fail("start");
  std::vector<std::uint8_t> buffer(1 << 21);
  const double end_s = now_s() + seconds;
  while (now_s() < end_s) {
    const int bytes = ptc_take(buffer.data(), static_cast<std::int32_t>(buffer.size()), 200);
    for (int at = 0; at < bytes;) {
      ptc_record record;
      std::memcpy(&record, &buffer[static_cast<std::size_t>(at)], sizeof record);
      print(record, &buffer[static_cast<std::size_t>(at) + sizeof record],
            names[static_cast<std::size_t>(record.attribute)].c_str());
      at += record.bytes;
    }
    std::fflush(stdout);
  }
  ptc_exit(0);
}
