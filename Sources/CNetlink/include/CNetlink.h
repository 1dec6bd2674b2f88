#pragma once

/* What Netlink needs of the kernel's headers, and the few calls that Swift cannot make itself. They are functions of a C
   file and no inline ones, so that the address sanitizer sees them. */

/* Before the kernel's if.h, which leaves out what the C library's has declared. */
#include <net/if.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

/* The answers are >= 0, or -errno: a caller in Swift need not be in time to read errno. */

/* Opens a socket to NETLINK_ROUTE that listens to the multicast groups of the mask (RTMGRP_...). The kernel picks the port
   id, so a process may have many. sockaddr_nl must be passed as sockaddr, for which Swift has no cast. */
int cnetlink_open(unsigned int groups);

/* TUNSETIFF and TUNSETPERSIST are macros over _IOW, and ioctl is variadic: Swift imports neither. */
int cnetlink_set_tap(int fd, const char *name);
int cnetlink_set_persistent(int fd, int persistent);

/* setns and unshare of the calling thread; both are declared only with _GNU_SOURCE. */
int cnetlink_enter_namespace(int fd);
int cnetlink_new_namespace(void);
