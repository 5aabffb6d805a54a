/* The C interface of the Tango client: it reads attributes of other devices. No pointer to anything of Tango crosses it.
 * It runs in a process of its own (`pewatch tango client`, hidden), with one list until the process ends. It cannot share
 * a process with the server of a device, whose start destroys the client's ORB and whose stop waits for its calls.
 *
 * Texts are as devices send them (Latin-1, or UTF-8 of PyTango) and end with a NUL. Numbers have the machine's byte order.
 * No function throws or calls back; only ptc_take waits.
 */
#ifndef PEWATCH_TANGO_CLIENT_H
#define PEWATCH_TANGO_CLIENT_H
#include <stdint.h>
#ifdef _WIN32
#define PTC_EXPORT __declspec(dllexport)
#else
#define PTC_EXPORT __attribute__((visibility("default")))
#endif
#ifdef __cplusplus
extern "C" {
#endif

#define PTC_INTERFACE_VERSION 1

enum { PTC_OK = 0, PTC_ERROR_ARGUMENT = -1, PTC_ERROR_STATE = -2, PTC_ERROR_INTERNAL = -3 };

/* Flags of ptc_add: change events too; while they come, the attribute is read only every reread_ms. */
enum { PTC_EVENTS = 1 };

/* Kinds of record. */
enum {
  PTC_VALUE = 1,   /* type, format, quality, x, y, time_s, and the value; no value (0 bytes) where quality is PTC_INVALID */
  PTC_STATUS = 2,  /* type: one of PTC_IS_*; value: the reason, a text */
  PTC_CONFIG = 3,  /* value: unit, label, display unit, format, enumeration labels; each with its NUL */
  PTC_HEARTBEAT = 4 /* written by the process, not by ptc_take */
};

/* The state of an attribute. */
enum {
  PTC_IS_WAITING = 0,      /* not read yet */
  PTC_IS_READ = 1,         /* the last read returned a value (its quality may be INVALID) */
  PTC_IS_NO_DATABASE = 2,  /* its database does not answer */
  PTC_IS_NOT_DEFINED = 3,  /* the database, or the server, does not know the device or alias */
  PTC_IS_NOT_RUNNING = 4,  /* its server is not running, or its host does not answer */
  PTC_IS_TIMED_OUT = 5,    /* its server is there, but did not answer in time */
  PTC_IS_NO_ATTRIBUTE = 6, /* the device has no such attribute */
  PTC_IS_FAILED = 7,       /* the device answered with an error: its text */
  PTC_IS_REFUSED = 8       /* an image, encoded bytes, too large, not decodable, or a device of Tango 7 and before */
};

/* Types of values, independent of cppTango's version. Booleans have one byte each; states and enumerations are int32. */
enum {
  PTC_BOOLEAN = 1, PTC_UINT8 = 2, PTC_INT16 = 3, PTC_UINT16 = 4, PTC_INT32 = 5, PTC_UINT32 = 6, PTC_INT64 = 7,
  PTC_UINT64 = 8, PTC_FLOAT = 9, PTC_DOUBLE = 10, PTC_STRING = 11, PTC_STATE = 12, PTC_ENUM = 13
};

enum { PTC_SCALAR = 0, PTC_SPECTRUM = 1 };

/* Tango's qualities. */
enum { PTC_VALID = 0, PTC_INVALID = 1, PTC_ALARM = 2, PTC_CHANGING = 3, PTC_WARNING = 4 };

/* Flags of a value. */
enum {
  PTC_FROM_EVENT = 1,
  PTC_ODD_TIME = 2 /* the attribute's time stamp is before 2000 or lies ahead: use read_s */
};

/* In front of each record; `bytes` includes it and is a multiple of 8. */
typedef struct ptc_record {
  int32_t bytes, attribute, kind, type, format, quality, x, flags;
  int32_t value_bytes, reserved;
  double time_s; /* the attribute's own, since 1970 */
  double read_s; /* this computer's, when it arrived */
} ptc_record;

PTC_EXPORT int32_t ptc_interface_version(void);
PTC_EXPORT int32_t ptc_last_error(char *text, int32_t size);
/* Before anything else. database: "host:port" for names without one, or "". bytes_max: of one value. */
PTC_EXPORT int32_t ptc_configure(const char *database, int32_t period_ms, int32_t reread_ms, int32_t timeout_ms,
                                 int32_t bytes_max);
/* "a/b/c/position", "alias/position", "tango://host:port/a/b/c/position", and that with "#dbase=no" for a server without
 * a database. Returns the attribute's number, from 0. */
PTC_EXPORT int32_t ptc_add(const char *name, int32_t flags);
PTC_EXPORT int32_t ptc_start(void);
/* [waits] Copies the records that arrived; returns their bytes, 0 where none arrived within wait_ms, -N where the buffer
 * must have N bytes. Of an attribute that nobody takes, the newest value stays. */
PTC_EXPORT int32_t ptc_take(uint8_t *buffer, int32_t size, int32_t wait_ms);
/* Ends the process without destructors: threads of Tango may still run. */
PTC_EXPORT void ptc_exit(int32_t code);

#ifdef __cplusplus
}
#endif
#endif
