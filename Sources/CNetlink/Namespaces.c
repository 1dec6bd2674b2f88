#define _GNU_SOURCE
#include "CNetlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/magic.h>
#include <linux/sockios.h>

extern char **environ;

int cnetlink_bind_namespace(const char *path) {
  return mount("/proc/thread-self/ns/net", path, "none", MS_BIND, NULL) < 0 ? -errno : 0;
}

int cnetlink_share_folder(const char *folder) {
  if (mkdir(folder, 0755) < 0 && errno != EEXIST) return -errno;
  if (mount("", folder, "none", MS_SHARED | MS_REC, NULL) == 0) return 0;
  /* EINVAL: it is no mount yet. */
  if (errno != EINVAL) return -errno;
  if (mount(folder, folder, "none", MS_BIND | MS_REC, NULL) < 0) return -errno;
  return mount("", folder, "none", MS_SHARED | MS_REC, NULL) < 0 ? -errno : 0;
}

int cnetlink_is_namespace(int descriptor) {
  struct statfs information;
  return fstatfs(descriptor, &information) == 0 && information.f_type == NSFS_MAGIC;
}

int cnetlink_unbind(const char *path) {
  /* EINVAL: nothing is mounted there, as after a crash between making the file and mounting. */
  if (umount2(path, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT) return -errno;
  return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

int cnetlink_make_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int cnetlink_spawn(char *const arguments[], int errors) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, defaults;
  pid_t process = 0;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  /* The program must not inherit what our threads block or ignore. */
  sigemptyset(&none);
  sigfillset(&defaults);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  int code = posix_spawnp(&process, arguments[0], &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code ? -code : process;
}

int cnetlink_open_process(int process) {
  long descriptor = syscall(SYS_pidfd_open, process, 0);
  return descriptor < 0 ? -errno : (int)descriptor;
}

int cnetlink_signal_process(int descriptor, int number) {
  return syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0) < 0 ? -errno : 0;
}

int cnetlink_send_datagram(
    const char *interface, const unsigned char *address, int length, int port, const void *bytes, int count) {
  int is_v4 = length == 4, code = 0;
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
  if (!is_v4 && length != 16) return -EAFNOSUPPORT;
  memcpy(is_v4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr, address, (size_t)length);
  v6.sin6_scope_id = if_nametoindex(interface);
  const struct sockaddr *to = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
  int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface) + 1) < 0 ||
      sendto(fd, bytes, (size_t)count, 0, to, is_v4 ? sizeof v4 : sizeof v6) < 0)
    code = -errno;
  close(fd);
  return code;
}

int cnetlink_fill_checksums(const char *interface) {
  struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM, .data = 0};
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
  request.ifr_data = (void *)&off;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int code = ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : 0;
  close(fd);
  return code;
}
