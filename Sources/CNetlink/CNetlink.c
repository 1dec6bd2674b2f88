#define _GNU_SOURCE
#include "CNetlink.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_tun.h>

static int open_socket(int protocol, unsigned int groups) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) return -errno;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    int code = errno;
    close(fd);
    return -code;
  }
  return fd;
}

int cnetlink_open(unsigned int groups) { return open_socket(NETLINK_ROUTE, groups); }

int cnetlink_open_netfilter(void) { return open_socket(NETLINK_NETFILTER, 0); }

int cnetlink_set_tap(int fd, const char *name) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  if (strlen(name) >= sizeof request.ifr_name) return -ENAMETOOLONG;
  strcpy(request.ifr_name, name);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  return ioctl(fd, TUNSETIFF, &request) < 0 ? -errno : 0;
}

int cnetlink_set_persistent(int fd, int persistent) {
  return ioctl(fd, TUNSETPERSIST, persistent) < 0 ? -errno : 0;
}

int cnetlink_enter_namespace(int fd) { return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0; }

int cnetlink_new_namespace(void) { return unshare(CLONE_NEWNET) < 0 ? -errno : 0; }
