/** Which system calls change files, and the filter that holds them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the architecture's number for seccomp is not known here"
#endif

/** So many instructions ask for one call; an open is asked for its flags too. */
#define INSTRUCTIONS_PER_CALL 8

static const struct call_type types[] = {
#ifdef SYS_open
    {SYS_open, "open", KIND_OPEN, 0, -1, -1, -1, -1},
    {SYS_creat, "creat", KIND_OPEN, 0, -1, -1, -1, -1},
    {SYS_rename, "rename", KIND_NAME, 0, -1, -1, 1, -1},
    {SYS_link, "link", KIND_NAME, 0, -1, -1, 1, -1},
    {SYS_unlink, "unlink", KIND_NAME, 0, -1, -1, -1, -1},
    {SYS_rmdir, "rmdir", KIND_NAME, 0, -1, -1, -1, -1},
    {SYS_mkdir, "mkdir", KIND_NAME, 0, -1, -1, -1, -1},
    {SYS_chmod, "chmod", KIND_NAME, 0, -1, -1, -1, -1},
#endif
    {SYS_openat, "openat", KIND_OPEN, 1, -1, 0, -1, -1},
    {SYS_openat2, "openat2", KIND_OPEN, 1, -1, 0, -1, -1},
#ifdef SYS_renameat
    {SYS_renameat, "renameat", KIND_NAME, 1, -1, 0, 3, 2},
#endif
    {SYS_renameat2, "renameat2", KIND_NAME, 1, -1, 0, 3, 2},
    {SYS_linkat, "linkat", KIND_NAME, 1, -1, 0, 3, 2},
    {SYS_unlinkat, "unlinkat", KIND_NAME, 1, -1, 0, -1, -1},
    {SYS_mkdirat, "mkdirat", KIND_NAME, 1, -1, 0, -1, -1},
    {SYS_fchmodat, "fchmodat", KIND_NAME, 1, -1, 0, -1, -1},
    {SYS_fchmod, "fchmod", KIND_NAME, -1, 0, -1, -1, -1},
    {SYS_write, "write", KIND_WRITE, -1, 0, -1, -1, -1},
    {SYS_pwrite64, "pwrite64", KIND_WRITE, -1, 0, -1, -1, -1},
    {SYS_writev, "writev", KIND_WRITE, -1, 0, -1, -1, -1},
    {SYS_pwritev, "pwritev", KIND_WRITE, -1, 0, -1, -1, -1},
    {SYS_pwritev2, "pwritev2", KIND_WRITE, -1, 0, -1, -1, -1},
    {SYS_sendfile, "sendfile", KIND_COPY, -1, 0, -1, -1, -1},
    {SYS_copy_file_range, "copy_file_range", KIND_COPY, -1, 2, -1, -1, -1},
    {SYS_fsync, "fsync", KIND_SYNC, -1, 0, -1, -1, -1},
    {SYS_fdatasync, "fdatasync", KIND_SYNC, -1, 0, -1, -1, -1},
    {SYS_ftruncate, "ftruncate", KIND_SIZE, -1, 0, -1, -1, -1},
    {SYS_truncate, "truncate", KIND_SIZE, 0, -1, -1, -1, -1},
    {SYS_fallocate, "fallocate", KIND_SIZE, -1, 0, -1, -1, -1},
    {SYS_mmap, "mmap", KIND_MAP, -1, 4, -1, -1, -1},
    {SYS_io_uring_setup, "io_uring_setup", KIND_RING, -1, -1, -1, -1, -1},
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

const struct call_type *call_types(size_t *count) {
  *count = TYPE_COUNT;
  return types;
}

const struct call_type *call_type_of(int number) {
  for (size_t index = 0; index < TYPE_COUNT; index++) {
    if (types[index].number == number) return &types[index];
  }
  return NULL;
}

/** An argument's lower half; both architectures are little-endian. */
static struct sock_filter load_argument(int index) {
  return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (size_t)index);
}

/** Adds what asks for one call. @return how many instructions */
static size_t add_type(struct sock_filter *to, const struct call_type *type) {
  const struct sock_filter load_number = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  const struct sock_filter notify = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  const struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const unsigned number = (unsigned)type->number;
  size_t count = 0;
  to[count++] = load_number;
  const bool asks_flags = (type->kind == KIND_OPEN && (type->number == SYS_openat || strcmp(type->name, "open") == 0));
  if (asks_flags) {
    // Reading changes nothing, and is most of what a program opens.
    to[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
    to[count++] = load_argument(type->path + 1);
    to[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1);
    to[count++] = notify;
    to[count++] = pass;
  } else if (type->kind == KIND_MAP) {
    to[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 6);
    to[count++] = load_argument(2);
    to[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_WRITE, 0, 3);
    to[count++] = load_argument(3);
    to[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 0, 1);
    to[count++] = notify;
    to[count++] = pass;
  } else {
    to[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
    to[count++] = notify;
  }
  return count;
}

int watch_calls(void) {
  struct sock_filter code[4 + TYPE_COUNT * INSTRUCTIONS_PER_CALL];
  size_t count = 0;
  // A program of another architecture has other numbers: it is let alone.
  code[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  code[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
  code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  for (size_t index = 0; index < TYPE_COUNT; index++) count += add_type(code + count, &types[index]);
  code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const struct sock_fprog program = {.len = (unsigned short)count, .filter = code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
#ifdef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
  // Else a signal makes a call that was reported already be made, and reported, once more.
  int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
  if (fd >= 0 || errno != EINVAL) return fd;
#endif
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}
