/** The functions of the Tango shim (shim/pewatch_tango.h): only the table, each parameter with its C declaration. */

import { fn } from "../function.ts";

const int32_t = "i32";
const int64_t = "i64";
const uint64_t = "u64";
const double = "f64";
/** Memory that JavaScript owns; a text is Latin-1 with a NUL. */
const memory = "buffer";

export const SYMBOLS = {
  // int32_t pt_interface_version(void)
  pt_interface_version: fn([], int32_t),
  // int32_t pt_tango_version(char *text, int32_t size)
  pt_tango_version: fn([memory, int32_t], int32_t),
  // int32_t pt_last_error(char *text, int32_t size)
  pt_last_error: fn([memory, int32_t], int32_t),
  // int32_t pt_define_class(const char *name, const char *description)
  pt_define_class: fn([memory, memory], int32_t),
  // int32_t pt_add_attribute(const char *name, int32_t type, int32_t format, int32_t flags, int32_t level, int32_t max_x, int32_t max_y)
  pt_add_attribute: fn([memory, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t], int32_t),
  // int32_t pt_describe_attribute(int32_t attribute, int32_t property, const char *text)
  pt_describe_attribute: fn([int32_t, int32_t, memory], int32_t),
  // int32_t pt_add_command(const char *name, int32_t in_type, int32_t out_type, int32_t level, const char *in_description, const char *out_description)
  pt_add_command: fn([memory, int32_t, int32_t, int32_t, memory, memory], int32_t),
  // int32_t pt_start(const char *server, const char *instance, const char *device, const char *database, const char *endpoint)
  pt_start: fn([memory, memory, memory, memory, memory], int32_t),
  // int32_t pt_failure(char *text, int32_t size)
  pt_failure: fn([memory, int32_t], int32_t),
  // int32_t pt_stop(void)
  pt_stop: fn([], int32_t),
  // int32_t pt_join(void)
  pt_join: { nonblocking: true, ...fn([], int32_t) },
  // void pt_exit(int32_t code)
  pt_exit: fn([int32_t], "void"),
  // int32_t pt_set(int32_t attribute, const void *value, uint64_t bytes, int32_t x, int32_t y, int32_t quality, double time_s)
  pt_set: fn([int32_t, memory, uint64_t, int32_t, int32_t, int32_t, double], int32_t),
  // int32_t pt_set_state(int32_t state, const char *status)
  pt_set_state: fn([int32_t, memory], int32_t),
  // int32_t pt_take(uint8_t *buffer, int32_t size, int32_t wait_ms)
  pt_take: { nonblocking: true, ...fn([memory, int32_t, int32_t], int32_t) },
  // int32_t pt_answer(int64_t id, const uint8_t *value, int32_t bytes)
  pt_answer: fn([int64_t, memory, int32_t], int32_t),
  // int32_t pt_refuse(int64_t id, const char *reason, const char *text)
  pt_refuse: fn([int64_t, memory, memory], int32_t),
  // int32_t pt_register(const char *database, const char *server, const char *instance, const char *class_name, const char *device, char *text, int32_t size)
  pt_register: { nonblocking: true, ...fn([memory, memory, memory, memory, memory, memory, int32_t], int32_t) },
  // int32_t pt_unregister(const char *database, const char *server, const char *instance, const char *device, char *text, int32_t size)
  pt_unregister: { nonblocking: true, ...fn([memory, memory, memory, memory, memory, int32_t], int32_t) },
  // int32_t pt_check(const char *database, const char *server, const char *instance, const char *class_name, const char *device, char *text, int32_t size)
  pt_check: { nonblocking: true, ...fn([memory, memory, memory, memory, memory, memory, int32_t], int32_t) },
  // int32_t pt_properties(const char *database, const char *device, char *text, int32_t size)
  pt_properties: { nonblocking: true, ...fn([memory, memory, memory, int32_t], int32_t) },
} as const satisfies Deno.ForeignLibraryInterface;
