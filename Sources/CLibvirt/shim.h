#pragma once
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stddef.h>
/* statfs: Swift's Glibc module leaves this header out. */
#include <sys/vfs.h>

/* VIR_DOMAIN_EVENT_CALLBACK is a cast in a macro, which Swift does not import. The cast is the documented way to hand a
   lifecycle callback to a function that takes callbacks of every kind. */
static inline int clv_register_lifecycle(
    virConnectPtr connection, virConnectDomainEventCallback callback, void *context, virFreeCallback release) {
  return virConnectDomainEventRegisterAny(
      connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(callback), context, release);
}
