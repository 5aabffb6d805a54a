/** The parts of `calls`, which sees, reports and fails each system call of a program that changes files. */
#ifndef PEWATCH_CALLS_H
#define PEWATCH_CALLS_H

#include <limits.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/** Two paths and some numbers fit well into a line. */
#define LINE_BYTES_MAX (2 * PATH_MAX + 512)

enum call_kind { KIND_OPEN, KIND_WRITE, KIND_COPY, KIND_SYNC, KIND_SIZE, KIND_NAME, KIND_MAP, KIND_RING };

/** A system call that is watched, and where its arguments are. */
struct call_type {
  int number;
  const char *name;
  enum call_kind kind;
  /** Index of the argument that is a path or a descriptor; -1 where there is none. */
  int path, fd;
  /** Index of the folder's descriptor that a relative path counts from; -1 for the working folder. */
  int folder;
  /** The same of a second path. */
  int path2, folder2;
};

/** One call as it was made; empty texts for what it has not. */
struct call {
  const struct call_type *type;
  pid_t pid;
  int fd;
  char path[PATH_MAX], path2[PATH_MAX];
  /** Of what it writes: where it goes, how much it is, where it lies in the program's memory. */
  int64_t offset, length;
  uint64_t data;
  /** Open flags, of an open. */
  int flags;
};

/** @return the type of a system call, or NULL where it is none that is watched */
const struct call_type *call_type_of(int number);
const struct call_type *call_types(size_t *count);

/** Fills in what a notification speaks of. @return false where the program is gone or the call cannot be read */
bool read_call(const struct seccomp_notif *notif, struct call *call);
/** Copies what is to be written out of the program's memory. @return how many bytes could be had */
size_t read_memory(const struct call *call, void *to, size_t length);
/** The position of an open file. @return -1 where it is unknown */
int64_t position_of(pid_t pid, int fd);

/**
 * From now on every call of this process and its descendants that changes files waits for an answer.
 * @return the descriptor that reports them, or -1
 */
int watch_calls(void);

enum action { ACTION_NONE, ACTION_ERROR, ACTION_SHORT, ACTION_KILL };

/** What is to happen to one call; the test sends it as a line: `fail NTH CALL WHAT GLOB`. */
struct rule {
  enum action action;
  int error;
  /** So many calls that fit pass before. */
  long left;
  char call[32];
  char glob[PATH_MAX];
};

/** @return false where the line is no rule */
bool parse_rule(const char *line, struct rule *rule);
/** Whether the rule is for this call, the last of its count; a rule holds once. */
bool rule_applies(struct rule *rule, const struct call *call);

#endif
