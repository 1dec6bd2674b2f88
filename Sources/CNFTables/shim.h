/* libnftables.h defines it without asking whether somebody else has. */
#ifdef _GNU_SOURCE
#undef _GNU_SOURCE
#endif
#include <nftables/libnftables.h>
