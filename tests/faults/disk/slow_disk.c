/* Makes each flush to the disk, and each change of a name, take PEWATCH_SLOW_DISK_MS longer, as a disk does that is busy
   or far away: for LD_PRELOAD. `PEWATCH_SLOW_DISK_MS=50 build/test STAGE` runs a stage so.
   With PEWATCH_SLOW_DISK_CALL only the call of this name is slow. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void wait_for_disk(const char *call) {
  const char *only = getenv("PEWATCH_SLOW_DISK_CALL");
  if (only != NULL && strcmp(only, call) != 0) return;
  const char *text = getenv("PEWATCH_SLOW_DISK_MS");
  long ms = text == NULL ? 0 : strtol(text, NULL, 10);
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (ms > 0 && nanosleep(&left, &left) != 0) {
  }
}

#define SLOW(name, parameters, ...)                                  \
  int name parameters {                                              \
    static int (*real) parameters;                                   \
    if (real == NULL) real = (int(*) parameters)dlsym(RTLD_NEXT, #name); \
    wait_for_disk(#name);                                              \
    return real(__VA_ARGS__);                                        \
  }

SLOW(fsync, (int file), file)
SLOW(fdatasync, (int file), file)
SLOW(rename, (const char *from, const char *to), from, to)
SLOW(renameat, (int a, const char *from, int b, const char *to), a, from, b, to)
SLOW(renameat2, (int a, const char *from, int b, const char *to, unsigned flags), a, from, b, to, flags)
SLOW(link, (const char *from, const char *to), from, to)
SLOW(linkat, (int a, const char *from, int b, const char *to, int flags), a, from, b, to, flags)
SLOW(unlink, (const char *path), path)
