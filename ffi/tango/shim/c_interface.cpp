// The C interface: no exception leaves it, and every argument is checked before it goes further.
#include "pewatch_tango.h"

#include <tango.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "cache.h"
#include "database.h"
#include "error.h"
#include "memory.h"
#include "process.h"
#include "requests.h"
#include "server.h"
#include "table.h"
#include "words.h"

namespace {

using namespace pewatch_tango;

static_assert(int{PT_DOUBLE} == int{Tango::DEV_DOUBLE} && int{PT_USHORT} == int{Tango::DEV_USHORT} &&
              int{PT_STRING} == int{Tango::DEV_STRING} && int{PT_LONG64} == int{Tango::DEV_LONG64} &&
              int{PT_VOID} == int{Tango::DEV_VOID});
static_assert(int{PT_VALID} == int{Tango::ATTR_VALID} && int{PT_INVALID} == int{Tango::ATTR_INVALID});

thread_local std::string last_error;

/** Copies what fits, always with a NUL; gives the length of the whole. */
std::int32_t copy_text(const std::string &text, char *buffer, std::int32_t size) {
  if (buffer != nullptr && size > 0) {
    const auto count = std::min(text.size(), static_cast<std::size_t>(size) - 1);
    std::memcpy(buffer, text.data(), count);
    buffer[count] = '\0';
  }
  return static_cast<std::int32_t>(text.size());
}

std::string text_of(const char *text) { return text == nullptr ? "" : text; }

/** Calls, and turns what is thrown into a number and words. */
template <class Call>
std::int32_t guarded(std::string &words, const Call &call) {
  try {
    return call();
  } catch (const Error &error) {
    words = error.what();
    // The failures of a start have numbers of their own, above 0.
    return error.code() < 0 ? error.code() : PT_ERROR_TANGO;
  } catch (const Tango::DevFailed &failure) {
    words = words_of(failure);
    return PT_ERROR_TANGO;
  } catch (const CORBA::Exception &failure) {
    words = words_of(failure);
    return PT_ERROR_TANGO;
  } catch (const std::exception &failure) {
    words = failure.what();
    return PT_ERROR_INTERNAL;
  }
}

template <class Call>
std::int32_t guarded(const Call &call) {
  return guarded(last_error, call);
}

/** For the functions that wait: the words go to the caller's buffer, since the caller may be on another thread then. */
template <class Call>
std::int32_t guarded_waiting(char *text, std::int32_t size, const Call &call) {
  std::string words;
  const omni_thread::ensure_self known_to_omniorb;
  const std::int32_t result = guarded(words, call);
  if (result < 0) copy_text(words, text, size);
  return result;
}

}  // namespace

int32_t pt_interface_version(void) { return PT_INTERFACE_VERSION; }

int32_t pt_tango_version(char *text, int32_t size) { return copy_text(Tango::TgLibVers, text, size); }

int32_t pt_last_error(char *text, int32_t size) { return copy_text(last_error, text, size); }

int32_t pt_define_class(const char *name, const char *description) {
  return guarded([&] {
    table().define_class(text_of(name).c_str(), text_of(description).c_str());
    cache().clear();
    return PT_OK;
  });
}

int32_t pt_add_attribute(const char *name, int32_t type, int32_t format, int32_t flags, int32_t level, int32_t max_x,
                         int32_t max_y) {
  return guarded([&] {
    AttributeDefinition attribute;
    attribute.name = text_of(name);
    attribute.type = type;
    attribute.format = format;
    attribute.flags = flags;
    attribute.level = level;
    attribute.max_x = max_x;
    attribute.max_y = max_y;
    const auto number = static_cast<std::int32_t>(table().add(std::move(attribute)));
    cache().add(no_value(table().attribute(number)));
    return number;
  });
}

int32_t pt_describe_attribute(int32_t attribute, int32_t property, const char *text) {
  return guarded([&] {
    table().describe(attribute, property, text_of(text).c_str());
    return PT_OK;
  });
}

int32_t pt_add_command(const char *name, int32_t in_type, int32_t out_type, int32_t level, const char *in_description,
                       const char *out_description) {
  return guarded([&] {
    table().add(CommandDefinition{text_of(name), in_type, out_type, level, text_of(in_description),
                                  text_of(out_description)});
    return PT_OK;
  });
}

int32_t pt_start(const char *server_name, const char *instance, const char *device, const char *database,
                 const char *endpoint) {
  return guarded([&] {
    Registration registration;
    registration.server = text_of(server_name);
    registration.instance = text_of(instance);
    registration.device = text_of(device);
    registration.database = text_of(database);
    server().start(std::move(registration), text_of(endpoint));
    return PT_OK;
  });
}

int32_t pt_failure(char *text, int32_t size) {
  const auto [code, words] = server().failure();
  copy_text(words, text, size);
  return code;
}

int32_t pt_stop(void) {
  return guarded([] {
    server().stop();
    return PT_OK;
  });
}

int32_t pt_join(void) { return server().join(); }

void pt_exit(int32_t code) { exit_now(code); }

int32_t pt_set(int32_t attribute, const void *value, uint64_t bytes, int32_t x, int32_t y, int32_t quality,
               double time_s) {
  return guarded([&] {
    Value shape;
    shape.x = x;
    shape.y = y;
    shape.quality = quality;
    shape.time_s = time_s;
    const AttributeDefinition &definition = table().attribute(attribute);
    publish(static_cast<std::size_t>(attribute),
            make_value(definition, {value, static_cast<std::size_t>(bytes)}, shape));
    return PT_OK;
  });
}

int32_t pt_set_state(int32_t state, const char *status) {
  return guarded([&] {
    if (state < int{Tango::ON} || state > int{Tango::UNKNOWN}) throw Error(PT_ERROR_ARGUMENT, "There is no such state");
    publish(std::make_shared<StateReading>(StateReading{state, text_of(status)}));
    return PT_OK;
  });
}

int32_t pt_take(uint8_t *buffer, int32_t size, int32_t wait_ms) {
  const int wait = std::clamp(wait_ms, 0, int{PT_TAKE_WAIT_MS_MAX});
  // Here is a thread that is about to wait anyway, and comes by every half second.
  give_back_memory();
  return requests().take(buffer, size, std::chrono::milliseconds(wait));
}

int32_t pt_answer(int64_t id, const uint8_t *value, int32_t bytes) {
  return guarded([&] {
    if (bytes < 0) throw Error(PT_ERROR_ARGUMENT, "Cannot answer with fewer than no bytes");
    std::string copy;
    if (bytes > 0) copy.assign(value, value + bytes);
    return requests().settle(id, std::move(copy)) ? 1 : 0;
  });
}

int32_t pt_refuse(int64_t id, const char *reason, const char *text) {
  return guarded([&] { return requests().settle(id, Refusal{text_of(reason), text_of(text)}) ? 1 : 0; });
}

int32_t pt_register(const char *database, const char *server_name, const char *instance, const char *class_name,
                    const char *device, char *text, int32_t size) {
  return guarded_waiting(text, size, [&] {
    register_device({text_of(database), text_of(server_name), text_of(instance), text_of(class_name), text_of(device)});
    return PT_OK;
  });
}

int32_t pt_unregister(const char *database, const char *server_name, const char *instance, const char *device,
                      char *text, int32_t size) {
  return guarded_waiting(text, size, [&] {
    unregister_device({text_of(database), text_of(server_name), text_of(instance), "", text_of(device)});
    return PT_OK;
  });
}

int32_t pt_check(const char *database, const char *server_name, const char *instance, const char *class_name,
                 const char *device, char *text, int32_t size) {
  return guarded_waiting(text, size, [&]() -> std::int32_t {
    try {
      require_startable(
          {text_of(database), text_of(server_name), text_of(instance), text_of(class_name), text_of(device)});
      return PT_FAILURE_NONE;
    } catch (const Error &failure) {
      if (failure.code() < 0) throw;
      copy_text(failure.what(), text, size);
      return failure.code();
    }
  });
}

int32_t pt_properties(const char *database, const char *device, char *text, int32_t size) {
  return guarded_waiting(text, size, [&] {
    std::string list;
    const auto add = [&list](const std::string &one) { list.append(one).push_back('\0'); };
    for (const auto &property : device_properties(text_of(database), text_of(device))) {
      add(property.name);
      add(std::to_string(property.values.size()));
      for (const auto &value : property.values) add(value);
    }
    if (size >= 0 && list.size() <= static_cast<std::size_t>(size)) std::memcpy(text, list.data(), list.size());
    return static_cast<std::int32_t>(list.size());
  });
}
