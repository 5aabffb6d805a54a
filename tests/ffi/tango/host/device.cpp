// The device that the tests' clients check.
#include "device.h"

#include <chrono>
#include <cstring>
#include <stdexcept>

namespace {

template <class T>
T number_in(const std::string &bytes) {
  T number{};
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

constexpr std::int32_t STATE_ON = 0;
constexpr std::int32_t STATE_RUNNING = 10;
constexpr int PREVIEW_SIDE = 512;

}  // namespace

std::int32_t checked(std::int32_t result) {
  if (result >= 0) return result;
  char words[1000];
  pt_last_error(words, sizeof words);
  throw std::runtime_error(words);
}

void TestDevice::define() {
  checked(pt_define_class("PeWatchTest", "For the tests of the shim"));
  const auto add = [this](const char *name, int type, int flags, int format = PT_SCALAR, int x = 1, int y = 0) {
    const auto number = checked(pt_add_attribute(name, type, format, flags, PT_OPERATOR, x, y));
    numbers_[name] = number;
    checked(pt_describe_attribute(number, PT_DESCRIPTION, (std::string("What ") + name + " is").c_str()));
    return number;
  };
  add("Text", PT_STRING, PT_WRITABLE | PT_EVENTS);
  const auto max_proc = add("MaxProc", PT_LONG64, PT_WRITABLE | PT_EVENTS);
  checked(pt_describe_attribute(max_proc, PT_MIN, "1"));
  checked(pt_describe_attribute(max_proc, PT_MAX, "9"));
  add("Big", PT_LONG64, PT_WRITABLE | PT_EVENTS);
  const auto gain = add("Gain", PT_DOUBLE, PT_WRITABLE | PT_EVENTS);
  checked(pt_describe_attribute(gain, PT_UNIT, "s"));
  checked(pt_describe_attribute(gain, PT_FORMAT, "%.6g"));
  add("Port", PT_USHORT, PT_WRITABLE | PT_EVENTS);
  add("Counter", PT_LONG64, PT_EVENTS);
  add("Latency", PT_DOUBLE, PT_EVENTS);
  add("Lines", PT_STRING, 0, PT_SPECTRUM, 100);
  add("Histogram", PT_DOUBLE, 0, PT_SPECTRUM, 4096);
  add("Preview", PT_USHORT, PT_ON_DEMAND, PT_IMAGE, PREVIEW_SIDE, PREVIEW_SIDE);
  checked(pt_add_command("Start", PT_VOID, PT_VOID, PT_OPERATOR, "none", "none"));
  checked(pt_add_command("Echo", PT_STRING, PT_STRING, PT_OPERATOR, "a text", "the same text"));
  checked(pt_add_command("Slow", PT_STRING, PT_STRING, PT_EXPERT, "seconds to wait", "the same seconds"));
  checked(pt_add_command("Silent", PT_VOID, PT_VOID, PT_EXPERT, "none", "never comes"));
  checked(pt_add_command("Burst", PT_STRING, PT_STRING, PT_EXPERT, "changes to make", "what Counter is then"));
}

void TestDevice::set_text(const std::string &name, const std::string &text) {
  checked(pt_set(numbers_.at(name), text.c_str(), text.size() + 1, 1, 0, PT_VALID, 0));
}

template <class T>
void TestDevice::set_number(const std::string &name, T number) {
  checked(pt_set(numbers_.at(name), &number, sizeof number, 1, 0, PT_VALID, 0));
}

void TestDevice::set_all() {
  set_text("Text", "first");
  set_number<std::int64_t>("MaxProc", 5);
  set_number<std::int64_t>("Big", 0);
  set_number<double>("Gain", 0.25);
  set_number<std::uint16_t>("Port", 8099);
  set_number<std::int64_t>("Counter", 0);
  const std::string lines("one\0\xb5m\0", 7);
  checked(pt_set(numbers_.at("Lines"), lines.data(), lines.size(), 2, 0, PT_VALID, 0));
  std::vector<double> histogram(1000);
  for (std::size_t i = 0; i < histogram.size(); i++) histogram[i] = static_cast<double>(i);
  checked(pt_set(numbers_.at("Histogram"), histogram.data(), histogram.size() * sizeof(double), 1000, 0, PT_VALID, 0));
  checked(pt_set_state(STATE_ON, "Stopped"));
}

void TestDevice::make_preview() {
  previews_++;
  const std::vector<std::uint16_t> pixels(std::size_t{PREVIEW_SIDE} * PREVIEW_SIDE, previews_);
  checked(pt_set(numbers_.at("Preview"), pixels.data(), pixels.size() * sizeof(std::uint16_t), PREVIEW_SIDE,
                 PREVIEW_SIDE, PT_VALID, 0));
}

void TestDevice::write(const Taken &taken) {
  if (taken.name == "Text") {
    if (taken.value == "silence") return;
    if (taken.value.rfind("no ", 0) == 0) {
      pt_refuse(taken.id, "PeWatch_Refused", ("There is " + taken.value).c_str());
      return;
    }
    set_text(taken.name, taken.value);
  } else if (taken.type == PT_LONG64) {
    set_number(taken.name, number_in<std::int64_t>(taken.value));
  } else if (taken.type == PT_DOUBLE) {
    set_number(taken.name, number_in<double>(taken.value));
  } else {
    set_number(taken.name, number_in<std::uint16_t>(taken.value));
  }
  pt_answer(taken.id, nullptr, 0);
}

void TestDevice::command(const Taken &taken) {
  const auto give = [](std::int64_t id, const std::string &text) {
    pt_answer(id, reinterpret_cast<const std::uint8_t *>(text.data()), static_cast<std::int32_t>(text.size()));
  };
  if (taken.name == "Echo") {
    give(taken.id, taken.value);
  } else if (taken.name == "Start") {
    checked(pt_set_state(STATE_RUNNING, "Waiting for frames"));
    give(taken.id, "");
  } else if (taken.name == "Burst") {
    for (auto left = std::stoll(taken.value); left > 0; left--) set_number("Counter", ++counter_);
    give(taken.id, std::to_string(counter_));
  } else if (taken.name == "Slow") {
    slow_.emplace_back([give, id = taken.id, seconds = taken.value] {
      std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(seconds)));
      give(id, seconds);
    });
  }
}

void TestDevice::answer(const Taken &taken) {
  if (taken.kind == PT_WRITE) write(taken);
  if (taken.kind == PT_COMMAND) command(taken);
  if (taken.kind == PT_DEMAND) {
    make_preview();
    pt_answer(taken.id, nullptr, 0);
  }
}

void TestDevice::join() {
  for (auto &thread : slow_) thread.join();
}
