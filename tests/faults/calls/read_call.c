/** Reads what a call is about out of the program that makes it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "calls.h"

static ssize_t read_at(pid_t pid, uint64_t address, void *to, size_t length) {
  struct iovec local = {.iov_base = to, .iov_len = length};
  struct iovec remote = {.iov_base = (void *)(uintptr_t)address, .iov_len = length}; // NOLINT: an address elsewhere
  return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

/** A text that ends before the next page, which may not be there, or in the one behind it. */
static bool read_text(pid_t pid, uint64_t address, char *to) {
  const size_t page = 4096;
  size_t done = 0;
  while (done < PATH_MAX) {
    size_t piece = page - (address + done) % page;
    if (piece > PATH_MAX - done) piece = PATH_MAX - done;
    const ssize_t got = read_at(pid, address + done, to + done, piece);
    if (got <= 0) return false;
    if (memchr(to + done, 0, (size_t)got) != NULL) return true;
    done += (size_t)got;
  }
  return false;
}

/** Where a link of /proc leads. */
static bool link_of(pid_t pid, const char *what, char *to) {
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/%s", (int)pid, what);
  const ssize_t length = readlink(link, to, PATH_MAX - 1);
  if (length < 0) return false;
  to[length] = 0;
  return true;
}

static bool path_of_fd(pid_t pid, int fd, char *to) {
  char what[32];
  snprintf(what, sizeof what, "fd/%d", fd);
  return link_of(pid, what, to);
}

static bool path_of_argument(const struct seccomp_notif *notif, int path, int folder, char *to) {
  char text[PATH_MAX];
  const pid_t pid = (pid_t)notif->pid;
  if (!read_text(pid, notif->data.args[path], text)) return false;
  if (text[0] == '/') {
    memcpy(to, text, strlen(text) + 1);
    return true;
  }
  char base[PATH_MAX];
  const int fd = folder < 0 ? AT_FDCWD : (int)notif->data.args[folder];
  if (!(fd == AT_FDCWD ? link_of(pid, "cwd", base) : path_of_fd(pid, fd, base))) return false;
  return snprintf(to, PATH_MAX, "%s/%s", base, text) < PATH_MAX;
}

/** A field of /proc/PID/fdinfo/FD. */
static int64_t fd_info(pid_t pid, int fd, const char *field, int base) {
  char path[64], line[128];
  snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)pid, fd);
  FILE *file = fopen(path, "re");
  if (file == NULL) return -1;
  int64_t value = -1;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, field, strlen(field)) == 0) value = strtoll(line + strlen(field), NULL, base);
  }
  fclose(file);
  return value;
}

int64_t position_of(pid_t pid, int fd) {
  const int64_t flags = fd_info(pid, fd, "flags:", 8);
  if (flags < 0 || (flags & O_APPEND) == 0) return fd_info(pid, fd, "pos:", 10);
  char path[64];
  struct stat info;
  snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
  return stat(path, &info) == 0 ? info.st_size : -1;
}

/** Of several pieces the first that holds anything: the program goes on with the rest where it hears of less. */
static void read_pieces(const struct seccomp_notif *notif, struct call *call) {
  struct iovec pieces[16];
  uint64_t count = notif->data.args[2];
  if (count > sizeof pieces / sizeof pieces[0]) count = sizeof pieces / sizeof pieces[0];
  if (read_at(call->pid, notif->data.args[1], pieces, count * sizeof pieces[0]) <= 0) return;
  for (uint64_t index = 0; index < count; index++) {
    if (pieces[index].iov_len == 0) continue;
    call->data = (uint64_t)(uintptr_t)pieces[index].iov_base;
    call->length = (int64_t)pieces[index].iov_len;
    return;
  }
}

static void read_write(const struct seccomp_notif *notif, struct call *call) {
  const __u64 *args = notif->data.args;
  const int number = call->type->number;
  call->offset = number == SYS_write || number == SYS_writev ? position_of(call->pid, call->fd) : (int64_t)args[3];
  if (number == SYS_write || number == SYS_pwrite64) {
    call->data = args[1];
    call->length = (int64_t)args[2];
  } else {
    read_pieces(notif, call);
  }
}

bool read_call(const struct seccomp_notif *notif, struct call *call) {
  const struct call_type *type = call_type_of(notif->data.nr);
  if (type == NULL) return false;
  const __u64 *args = notif->data.args;
  *call = (struct call){.type = type, .pid = (pid_t)notif->pid, .fd = -1, .offset = -1};
  if (type->path >= 0 && !path_of_argument(notif, type->path, type->folder, call->path)) return false;
  if (type->path2 >= 0 && !path_of_argument(notif, type->path2, type->folder2, call->path2)) return false;
  if (type->fd >= 0) {
    call->fd = (int)args[type->fd];
    if (call->fd < 0 || !path_of_fd(call->pid, call->fd, call->path)) return false;
  }
  if (type->kind == KIND_WRITE) read_write(notif, call);
  if (type->number == SYS_ftruncate || type->number == SYS_truncate) call->length = (int64_t)args[1];
  if (type->number == SYS_fallocate) call->length = (int64_t)(args[2] + args[3]);
  if (type->kind == KIND_COPY) {
    call->offset = position_of(call->pid, call->fd);
    call->length = (int64_t)(type->number == SYS_sendfile ? args[3] : args[4]);
  }
  if (type->kind == KIND_OPEN) {
    struct open_how how = {0};
    if (type->number != SYS_openat2) call->flags = (int)args[type->path + 1];
    else if (read_at(call->pid, args[2], &how, sizeof how) > 0) call->flags = (int)how.flags;
#ifdef SYS_creat
    if (type->number == SYS_creat) call->flags = O_CREAT | O_WRONLY | O_TRUNC;
#endif
  }
  return true;
}

size_t read_memory(const struct call *call, void *to, size_t length) {
  const ssize_t got = read_at(call->pid, call->data, to, length);
  return got < 0 ? 0 : (size_t)got;
}
