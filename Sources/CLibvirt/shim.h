#pragma once
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>
/* statfs: Swift's Glibc module leaves this header out. */
#include <sys/vfs.h>

/* VIR_DOMAIN_EVENT_CALLBACK is a cast in a macro, which Swift does not import. The cast is the documented way to hand a
   callback to a function that takes callbacks of every kind. */
static inline int clv_register_lifecycle(
    virConnectPtr connection, virConnectDomainEventCallback callback, void *context, virFreeCallback release) {
  return virConnectDomainEventRegisterAny(
      connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(callback), context, release);
}

/* Both kinds of event about devices have callbacks of one type: (connection, guest, alias of the device, context). */
static inline int clv_register_device(
    virConnectPtr connection, int event, virConnectDomainEventDeviceRemovedCallback callback, void *context,
    virFreeCallback release) {
  return virConnectDomainEventRegisterAny(
      connection, NULL, event, VIR_DOMAIN_EVENT_CALLBACK(callback), context, release);
}

/* fallocate: Swift's Glibc module leaves it out, with the rest of what takes _GNU_SOURCE. */
static inline int clv_fallocate(int file, int mode, long long offset, long long length) {
  return syscall(SYS_fallocate, file, mode, offset, length) < 0 ? errno : 0;
}
