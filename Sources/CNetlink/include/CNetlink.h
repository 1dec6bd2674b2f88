#pragma once

/* What Netlink needs of the kernel's headers, and the few calls that Swift cannot make itself. They are functions of a C
   file and no inline ones, so that the address sanitizer sees them. */

/* Before the kernel's if.h, which leaves out what the C library's has declared. */
#include <net/if.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/gen_stats.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

/* The answers are >= 0, or -errno: a caller in Swift need not be in time to read errno. */

/* Opens a socket to NETLINK_ROUTE that listens to the multicast groups of the mask (RTMGRP_...). The kernel picks the port
   id, so a process may have many. sockaddr_nl must be passed as sockaddr, for which Swift has no cast. */
int cnetlink_open(unsigned int groups);

/* The same for NETLINK_NETFILTER, over which conntrack is asked. */
int cnetlink_open_netfilter(void);

/* TUNSETIFF and TUNSETPERSIST are macros over _IOW, and ioctl is variadic: Swift imports neither. */
int cnetlink_set_tap(int fd, const char *name);
int cnetlink_set_persistent(int fd, int persistent);

/* setns and unshare of the calling thread; both are declared only with _GNU_SOURCE. */
int cnetlink_enter_namespace(int fd);
int cnetlink_new_namespace(void);

/* Gives the namespace of the calling thread a name: path is an empty file that it is mounted on. */
int cnetlink_bind_namespace(const char *path);
/* Makes folder a mount of its own, shared with the other mount namespaces, as `ip netns` does. */
int cnetlink_share_folder(const char *folder);
/* Whether the descriptor stands for a namespace, and not for a file that nothing is mounted on. */
int cnetlink_is_namespace(int descriptor);
/* Unmounts whatever is mounted on path, however busy, and removes the file. */
int cnetlink_unbind(const char *path);

/* Starts a program in the network namespace of the calling thread, in a session of its own and with nothing of ours open
   but errors as its standard error output. The answer is its process id. */
int cnetlink_spawn(char *const arguments[], int errors);
/* The ends of a pipe, the reading one first, both closed in programs that are started. pipe2 needs _GNU_SOURCE. */
int cnetlink_make_pipe(int ends[2]);
/* A descriptor that becomes readable when the process ends, be it ours or not. */
int cnetlink_open_process(int process);
int cnetlink_signal_process(int descriptor, int number);

/* Sends bytes over UDP from a socket of the calling thread's namespace that is tied to an interface; the address is in
   the order of the wire, 4 octets long or 16. */
int cnetlink_send_datagram(
    const char *interface, const unsigned char *address, int length, int port, const void *bytes, int count);

/* Has the checksums of packets that an interface of the calling thread's namespace sends filled in by the kernel, and not
   by whoever sends them on. */
int cnetlink_fill_checksums(const char *interface);
