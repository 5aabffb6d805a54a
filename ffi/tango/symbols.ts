/** The functions of the Tango shim (shim/pewatch_tango.h): only the table, each parameter with its C declaration. */

const int32_t = "i32";
const int64_t = "i64";
const uint64_t = "u64";
const double = "f64";
/** Memory that JavaScript owns; a text is Latin-1 with a NUL. */
const memory = "buffer";

export const SYMBOLS = {
  pt_interface_version: { parameters: [], result: int32_t },
  pt_tango_version: {
    parameters: [
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
  },
  pt_last_error: {
    parameters: [
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
  },
  pt_define_class: {
    parameters: [
      memory, // const char *name
      memory, // const char *description
    ],
    result: int32_t,
  },
  pt_add_attribute: {
    parameters: [
      memory, // const char *name
      int32_t, // int32_t type
      int32_t, // int32_t format
      int32_t, // int32_t flags
      int32_t, // int32_t level
      int32_t, // int32_t max_x
      int32_t, // int32_t max_y
    ],
    result: int32_t,
  },
  pt_describe_attribute: {
    parameters: [
      int32_t, // int32_t attribute
      int32_t, // int32_t property
      memory, // const char *text
    ],
    result: int32_t,
  },
  pt_add_command: {
    parameters: [
      memory, // const char *name
      int32_t, // int32_t in_type
      int32_t, // int32_t out_type
      int32_t, // int32_t level
      memory, // const char *in_description
      memory, // const char *out_description
    ],
    result: int32_t,
  },
  pt_start: {
    parameters: [
      memory, // const char *server
      memory, // const char *instance
      memory, // const char *device
      memory, // const char *database
      memory, // const char *endpoint
    ],
    result: int32_t,
  },
  pt_phase: { parameters: [], result: int32_t },
  pt_failure: {
    parameters: [
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
  },
  pt_stop: { parameters: [], result: int32_t },
  pt_join: { parameters: [], result: int32_t, nonblocking: true },
  pt_exit: {
    parameters: [
      int32_t, // int32_t code
    ],
    result: "void",
  },
  pt_set: {
    parameters: [
      int32_t, // int32_t attribute
      memory, // const void *value
      uint64_t, // uint64_t bytes
      int32_t, // int32_t x
      int32_t, // int32_t y
      int32_t, // int32_t quality
      double, // double time_s
    ],
    result: int32_t,
  },
  pt_set_state: {
    parameters: [
      int32_t, // int32_t state
      memory, // const char *status
    ],
    result: int32_t,
  },
  pt_take: {
    parameters: [
      memory, // uint8_t *buffer
      int32_t, // int32_t size
      int32_t, // int32_t wait_ms
    ],
    result: int32_t,
    nonblocking: true,
  },
  pt_answer: {
    parameters: [
      int64_t, // int64_t id
      memory, // const uint8_t *value
      int32_t, // int32_t bytes
    ],
    result: int32_t,
  },
  pt_refuse: {
    parameters: [
      int64_t, // int64_t id
      memory, // const char *reason
      memory, // const char *text
    ],
    result: int32_t,
  },
  pt_get_counts: {
    parameters: [
      memory, // pt_counts *counts
    ],
    result: "void",
  },
  pt_register: {
    parameters: [
      memory, // const char *database
      memory, // const char *server
      memory, // const char *instance
      memory, // const char *class_name
      memory, // const char *device
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
    nonblocking: true,
  },
  pt_unregister: {
    parameters: [
      memory, // const char *database
      memory, // const char *server
      memory, // const char *instance
      memory, // const char *device
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
    nonblocking: true,
  },
  pt_check: {
    parameters: [
      memory, // const char *database
      memory, // const char *server
      memory, // const char *instance
      memory, // const char *class_name
      memory, // const char *device
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
    nonblocking: true,
  },
  pt_properties: {
    parameters: [
      memory, // const char *database
      memory, // const char *device
      memory, // char *text
      int32_t, // int32_t size
    ],
    result: int32_t,
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
