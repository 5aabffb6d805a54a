/* The C interface of the Tango shim: all that JavaScript sees of cppTango. No pointer to anything of Tango crosses it.
 *
 * One process serves one device of one class, once: cppTango keeps its server in a singleton that cannot be made anew
 * after it has run. A start that failed can be repeated.
 *
 * Text is Latin-1, as it is on Tango's wire, and ends with a NUL; a list of texts is one text after the other, each
 * with its NUL. Numbers have the machine's byte order.
 *
 * Functions give PT_OK or something not negative, else one of PT_ERROR_*; pt_last_error then has the words, for the
 * calling thread. Functions marked [waits] are to be called on a thread that may wait; they give their words in the
 * buffer that they are passed. No function throws, and none calls back.
 */
#ifndef PEWATCH_TANGO_H
#define PEWATCH_TANGO_H

#include <stdint.h>

#ifdef _WIN32
#define PT_EXPORT __declspec(dllexport)
#else
#define PT_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised with every change that an older binding would misread. */
#define PT_INTERFACE_VERSION 1

enum {
  PT_OK = 0,
  PT_ERROR_ARGUMENT = -1, /* the caller's fault */
  PT_ERROR_STATE = -2,    /* not now: the table is frozen, the server runs or has run */
  PT_ERROR_TANGO = -3,    /* Tango's or the database's words */
  PT_ERROR_INTERNAL = -4
};

/* Types, with the numbers of Tango's own CmdArgType; a command takes and gives PT_VOID or PT_STRING. */
enum { PT_VOID = 0, PT_DOUBLE = 5, PT_USHORT = 6, PT_STRING = 8, PT_LONG64 = 23 };

enum { PT_SCALAR = 0, PT_SPECTRUM = 1, PT_IMAGE = 2 };
enum { PT_OPERATOR = 0, PT_EXPERT = 1 };

/* Flags of an attribute. */
enum {
  PT_WRITABLE = 1, /* scalars only */
  PT_EVENTS = 2,   /* each change is pushed as a change event and an archive event */
  PT_ON_DEMAND = 4 /* made when somebody reads it: see pt_take */
};

/* Texts of an attribute. */
enum { PT_LABEL = 0, PT_UNIT = 1, PT_FORMAT = 2, PT_MIN = 3, PT_MAX = 4, PT_DESCRIPTION = 5 };

/* Quality of a value, with Tango's numbers. An attribute that was never set is invalid. */
enum { PT_VALID = 0, PT_INVALID = 1 };

/* Where a server is. */
enum { PT_IDLE = 0, PT_STARTING = 1, PT_SERVING = 2, PT_STOPPING = 3, PT_STOPPED = 4, PT_FAILED = 5 };

/* Why a start failed. */
enum {
  PT_FAILURE_NONE = 0,
  PT_FAILURE_OTHER = 1,
  PT_FAILURE_DATABASE_AWAY = 2,   /* worth another try later */
  PT_FAILURE_NOT_REGISTERED = 3,  /* pt_register */
  PT_FAILURE_ELSEWHERE = 4,       /* the device belongs to another server or class */
  PT_FAILURE_ALREADY_RUNNING = 5,
  PT_FAILURE_ENDPOINT = 6 /* nothing can listen there */
};

/* What comes out of pt_take. */
enum {
  PT_WRITE = 1,   /* name: the attribute, value: what is to be written; wants an answer */
  PT_COMMAND = 2, /* name: the command, value: its argument; wants an answer */
  PT_DEMAND = 3,  /* name: an attribute on demand that somebody reads; wants pt_set and an answer */
  PT_NOTICE = 4   /* name: "serving", "failed", "stopped", "init" or "restart"; wants none */
};

/* Limits. */
enum {
  /* A longer text is refused before it enters the queue. A path on Windows has at most 32,767 characters. */
  PT_TEXT_BYTES_MAX = 65536,
  /* Writes and commands that wait at once; more are refused. omniORB serves 100 calls at once. */
  PT_REQUESTS_MAX = 64,
  /* A write or command that is not answered by then fails; clients give up after 3,000. */
  PT_ANSWER_TIME_MS = 2500,
  /* The longest that pt_take waits. */
  PT_TAKE_WAIT_MS_MAX = 500,
  /* A read of an attribute on demand waits so long for it, then gives what there is. */
  PT_DEMAND_WAIT_MS = 1000,
  /* An attribute on demand is asked for at most this often, however many read it. */
  PT_DEMAND_PERIOD_MS = 500,
  /* Events that wait to be pushed; beyond, the last of the same attribute is replaced. */
  PT_EVENTS_MAX = 20000
};

/* What stands in front of each request: name and value follow without a NUL. The value of a PT_STRING is its bytes. */
typedef struct pt_request_header {
  int64_t id;
  int32_t kind;
  int32_t type; /* of the value; PT_VOID where there is none */
  int32_t name_bytes;
  int32_t value_bytes;
} pt_request_header;

PT_EXPORT int32_t pt_interface_version(void);
/* "9.3.4": of cppTango. Gives the length of the whole text. */
PT_EXPORT int32_t pt_tango_version(char *text, int32_t size);
PT_EXPORT int32_t pt_last_error(char *text, int32_t size);

/* The table. Defining a class forgets the one before; nothing can be defined once a server is started. */
PT_EXPORT int32_t pt_define_class(const char *name, const char *description);
/* Gives the attribute's number. max_x and max_y are of a spectrum or image. */
PT_EXPORT int32_t pt_add_attribute(const char *name, int32_t type, int32_t format, int32_t flags, int32_t level,
                                   int32_t max_x, int32_t max_y);
PT_EXPORT int32_t pt_describe_attribute(int32_t attribute, int32_t property, const char *text);
PT_EXPORT int32_t pt_add_command(const char *name, int32_t in_type, int32_t out_type, int32_t level,
                                 const char *in_description, const char *out_description);

/* Starts in threads of its own and gives at once; "serving" or "failed" comes as a notice.
 * database: "host:port", or "" for none. endpoint: "host:port" (port 0: any free one); may be "" with a database.
 * Sets the environment variable TANGO_HOST where there is a database: cppTango takes it from there alone. */
PT_EXPORT int32_t pt_start(const char *server, const char *instance, const char *device, const char *database,
                           const char *endpoint);
/* Why the last start failed: one of PT_FAILURE_*, with its words. */
PT_EXPORT int32_t pt_failure(char *text, int32_t size);
/* Asks the server to end, as the admin device's Kill does; "stopped" comes as a notice. Requests that wait are failed. */
PT_EXPORT int32_t pt_stop(void);
/* [waits] Until the threads of the server have ended; gives the phase. */
PT_EXPORT int32_t pt_join(void);
/* Ends the process here and now: static destructors of omniORB hang where its threads still wait. */
PT_EXPORT void pt_exit(int32_t code);

/* Sets what clients read, as one; x and y count elements (1, 0 for a scalar; width, height for an image).
 * time_s: seconds since 1970, 0 for now. It is the set point too, where the attribute is writable. */
PT_EXPORT int32_t pt_set(int32_t attribute, const void *value, uint64_t bytes, int32_t x, int32_t y, int32_t quality,
                         double time_s);
/* state: Tango's DevState. */
PT_EXPORT int32_t pt_set_state(int32_t state, const char *status);

/* [waits] Takes the next request: its bytes; 0 where none came within wait_ms; -N where the buffer must have N bytes
 * (the request stays); INT32_MIN once the server has ended and nothing is left. */
PT_EXPORT int32_t pt_take(uint8_t *buffer, int32_t size, int32_t wait_ms);
/* Gives 1 where the client still waits, 0 where it has given up. value: the text that a command gives. */
PT_EXPORT int32_t pt_answer(int64_t id, const uint8_t *value, int32_t bytes);
PT_EXPORT int32_t pt_refuse(int64_t id, const char *reason, const char *text);

/* The database. Texts that come back (also those of an error) are in `text`.
 * [waits] Writes server, class and device into it; a device that belongs to another server stays there: an error. */
PT_EXPORT int32_t pt_register(const char *database, const char *server, const char *instance, const char *class_name,
                              const char *device, char *text, int32_t size);
/* [waits] Takes them out again; a server that runs is an error. */
PT_EXPORT int32_t pt_unregister(const char *database, const char *server, const char *instance, const char *device,
                                char *text, int32_t size);
/* [waits] Whether the server could start as the database is now: one of PT_FAILURE_*, with its words. */
PT_EXPORT int32_t pt_check(const char *database, const char *server, const char *instance, const char *class_name,
                           const char *device, char *text, int32_t size);
/* [waits] Properties of the device: name, number of values, values, each a text. Gives the number of bytes; where that
 * is above size nothing is written. */
PT_EXPORT int32_t pt_properties(const char *database, const char *device, char *text, int32_t size);

#ifdef __cplusplus
}
#endif

#endif
