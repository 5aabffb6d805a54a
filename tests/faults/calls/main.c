/**
 * Runs a program and sees every system call by which it changes files below given folders; tells of each on a socket,
 * and makes those fail that it is asked to.
 *
 * usage: calls SOCKET DATA FOLDER… -- PROGRAM ARGS…
 *
 * SOCKET is a Unix socket that somebody listens on, DATA a file for the bytes that are written ("-": they are not kept).
 * The program keeps this process's number; who watches is a process of its own, which ends with the program. The calls
 * are held by seccomp, in the kernel: a library that is preloaded would not see those that go past it.
 *
 * Lines to the socket, separated by tabs: `call NUMBER NAME WHAT PATH PATH2 OFFSET LENGTH DATA_AT FLAGS`, in the order of
 * the calls, each before the program goes on. WHAT is "" or what was done to it; LENGTH bytes of DATA from DATA_AT on are
 * what is written, and of a sync the whole file. Lines from it: `fail NTH CALL WHAT GLOB` for the NTH of the calls that fit from now on, and `clear`; each is
 * answered by `done`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

#define FOLDERS_MAX 16

struct watcher {
  int listener, socket, data;
  int64_t data_end;
  char *folders[FOLDERS_MAX];
  int folder_count;
  long number;
  pid_t program;
  struct rule rule;
  char line[LINE_BYTES_MAX];
  size_t line_length;
};

static void give_up(const char *what) {
  fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void send_line(const struct watcher *watcher, const char *line, size_t length) {
  for (size_t done = 0; done < length;) {
    const ssize_t sent = send(watcher->socket, line + done, length - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) exit(1); // nobody listens any more: the program's calls fail from now on
    done += (size_t)sent;
  }
}

static bool is_below(const struct watcher *watcher, const char *path) {
  for (int index = 0; index < watcher->folder_count; index++) {
    const size_t length = strlen(watcher->folders[index]);
    if (strncmp(path, watcher->folders[index], length) == 0 && (path[length] == '/' || path[length] == 0)) return true;
  }
  return false;
}

/** Adds bytes to the data. */
static void keep(struct watcher *watcher, const char *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    const ssize_t wrote = write(watcher->data, bytes + done, length - done);
    if (wrote <= 0) give_up("the file of data");
    done += (size_t)wrote;
  }
  watcher->data_end += (int64_t)length;
}

static void keep_written(struct watcher *watcher, const struct call *call) {
  char *bytes = malloc((size_t)call->length);
  if (bytes == NULL || read_memory(call, bytes, (size_t)call->length) != (size_t)call->length) give_up("a write's bytes");
  keep(watcher, bytes, (size_t)call->length);
  free(bytes);
}

/** The whole file, as its sync finds it: a mapping or a copy within the kernel changes it without a word here. */
static void keep_file(struct watcher *watcher, struct call *call) {
  char path[64], block[65536];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)call->pid, call->fd);
  struct stat info;
  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) give_up("a file that is synced");
  call->length = 0;
  for (ssize_t got; (got = read(fd, block, sizeof block)) > 0; call->length += got) keep(watcher, block, (size_t)got);
  close(fd);
}

/** Keeps what a call is about. @return where that begins among the data, or -1 */
static int64_t keep_data(struct watcher *watcher, struct call *call) {
  if (watcher->data < 0) return -1;
  const int64_t at = watcher->data_end;
  if (call->type->kind == KIND_WRITE && call->length > 0) keep_written(watcher, call);
  else if (call->type->kind == KIND_SYNC) keep_file(watcher, call);
  return watcher->data_end > at ? at : -1;
}

/** Writes the first half of what was to be written, as the program's own call would. @return how much, or -1 */
static int64_t write_half(const struct watcher *watcher, const struct call *call) {
  const int64_t half = call->length / 2;
  char *bytes = malloc((size_t)half);
  if (bytes == NULL) give_up("malloc");
  const int pidfd = (int)syscall(SYS_pidfd_open, watcher->program, 0);
  const int fd = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, call->fd, 0);
  int64_t done = -1;
  if (fd >= 0 && read_memory(call, bytes, (size_t)half) == (size_t)half) {
    const bool at = call->type->number == SYS_pwrite64 || call->type->number == SYS_pwritev;
    done = at ? pwrite(fd, bytes, (size_t)half, call->offset) : write(fd, bytes, (size_t)half);
  }
  if (fd >= 0) close(fd);
  if (pidfd >= 0) close(pidfd);
  free(bytes);
  return done;
}

static void tell(struct watcher *watcher, struct call *call, const char *what) {
  char line[LINE_BYTES_MAX];
  const int64_t data_at = keep_data(watcher, call);
  const int length = snprintf(line, sizeof line, "call\t%ld\t%s\t%s\t%s\t%s\t%lld\t%lld\t%lld\t%d\n", ++watcher->number,
                              call->type->name, what, call->path, call->path2, (long long)call->offset,
                              (long long)call->length, (long long)data_at, call->flags);
  if (length < 0 || (size_t)length >= sizeof line) give_up("a path is too long");
  send_line(watcher, line, (size_t)length);
}

/** Decides about one call; what is not failed goes on in the kernel as if nobody had looked. */
static void decide(struct watcher *watcher, const struct seccomp_notif *notif, struct seccomp_notif_resp *response) {
  static struct call call;
  response->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  if (call_type_of(notif->data.nr)->kind == KIND_RING) {
    // Its writes could not be seen; without it a program falls back on plain calls.
    response->flags = 0;
    response->error = -ENOSYS;
    return;
  }
  if (!read_call(notif, &call)) return;
  if (!is_below(watcher, call.path) && !(call.path2[0] != 0 && is_below(watcher, call.path2))) return;
  const bool fails = rule_applies(&watcher->rule, &call);
  const struct rule rule = watcher->rule;
  if (fails) watcher->rule.action = ACTION_NONE;
  if (!fails) return tell(watcher, &call, "");
  if (rule.action == ACTION_KILL) {
    kill(watcher->program, SIGKILL);
    return tell(watcher, &call, "KILL");
  }
  response->flags = 0;
  if (rule.action == ACTION_SHORT) {
    response->val = write_half(watcher, &call);
    if (response->val < 0) give_up("a short write");
    return tell(watcher, &call, "SHORT");
  }
  response->error = -rule.error;
  tell(watcher, &call, strerrorname_np(rule.error));
}

static void take_line(struct watcher *watcher, const char *line) {
  if (strcmp(line, "clear") == 0) watcher->rule.action = ACTION_NONE;
  else if (!parse_rule(line, &watcher->rule)) {
    fprintf(stderr, "calls: this is no rule: %s\n", line);
    exit(2);
  }
  send_line(watcher, "done\n", 5);
}

static void hear(struct watcher *watcher) {
  const size_t room = sizeof watcher->line - watcher->line_length - 1;
  const ssize_t got = recv(watcher->socket, watcher->line + watcher->line_length, room, 0);
  if (got <= 0) exit(1);
  watcher->line_length += (size_t)got;
  watcher->line[watcher->line_length] = 0;
  for (char *end; (end = strchr(watcher->line, '\n')) != NULL;) {
    *end = 0;
    take_line(watcher, watcher->line);
    watcher->line_length -= (size_t)(end + 1 - watcher->line);
    memmove(watcher->line, end + 1, watcher->line_length + 1);
  }
}

static void answer_one(struct watcher *watcher) {
  struct seccomp_notif notif;
  struct seccomp_notif_resp response;
  memset(&notif, 0, sizeof notif);
  memset(&response, 0, sizeof response);
  if (ioctl(watcher->listener, SECCOMP_IOCTL_NOTIF_RECV, &notif) != 0) return; // it was killed meanwhile
  response.id = notif.id;
  decide(watcher, &notif, &response);
  ioctl(watcher->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static void watch(struct watcher *watcher) {
  struct pollfd fds[] = {{.fd = watcher->listener, .events = POLLIN}, {.fd = watcher->socket, .events = POLLIN}};
  for (;;) {
    if (poll(fds, 2, -1) < 0 && errno != EINTR) give_up("poll");
    // What the test says comes first: a rule holds from the moment that it was answered.
    if (fds[1].revents != 0) hear(watcher);
    if ((fds[0].revents & POLLIN) != 0) answer_one(watcher);
    else if ((fds[0].revents & POLLHUP) != 0) exit(0);
  }
}

/** Hands an open file to another process, or takes it there. */
static void send_fd(int socket, int fd) {
  char byte = 'x', control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec iov = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket, &message, 0) < 0) give_up("sendmsg");
}

static int receive_fd(int socket) {
  int fd = -1;
  char byte, control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec iov = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0) exit(1); // the program could not be watched, and said why
  const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL) exit(1);
  memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) give_up(path);
  return fd;
}

int main(int argc, char **argv) {
  static struct watcher watcher = {.data = -1};
  int at = 3;
  for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
    if (watcher.folder_count < FOLDERS_MAX) watcher.folders[watcher.folder_count++] = argv[at];
  }
  if (at + 1 >= argc || watcher.folder_count == 0) {
    fprintf(stderr, "usage: calls SOCKET DATA FOLDER... -- PROGRAM ARGS...\n");
    return 2;
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) give_up("socketpair");
  watcher.program = getpid();
  const pid_t between = fork();
  if (between < 0) give_up("fork");
  if (between == 0) {
    // Not the program's child, which would be left to it to wait for.
    if (fork() != 0) _exit(0);
    close(pair[0]);
    watcher.socket = connect_to(argv[1]);
    if (strcmp(argv[2], "-") != 0) watcher.data = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    watcher.listener = receive_fd(pair[1]);
    watch(&watcher);
  }
  waitpid(between, NULL, 0);
  close(pair[1]);
#ifdef PR_SET_PTRACER
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); // a child may not read its parent's memory everywhere
#endif
  const int listener = watch_calls();
  if (listener < 0) give_up("seccomp");
  send_fd(pair[0], listener);
  close(listener);
  close(pair[0]);
  execvp(argv[at + 1], argv + at + 1);
  give_up(argv[at + 1]);
}
