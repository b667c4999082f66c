/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-network.c: whether any way leads out of this computer. Asks the kernel for its interfaces and nobody on any network; that there is one does
 * not say that anybody answers. Any thread.
 */
#define G_LOG_DOMAIN "signet-network"

#include "config.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <gio/gio.h>

#include "signet-network.h"

static gboolean
leads_out (const struct ifaddrs *interface)
{
  return interface->ifa_addr != NULL && (interface->ifa_flags & IFF_UP) != 0 && (interface->ifa_flags & IFF_LOOPBACK) == 0
         && (interface->ifa_addr->sa_family == AF_INET || interface->ifa_addr->sa_family == AF_INET6);
}

/**
 * signet_network_is_there:
 *
 * Returns: %TRUE also when it cannot be told
 */
gboolean
signet_network_is_there (void)
{
  struct ifaddrs *interfaces = NULL;
  gboolean found = FALSE;

  if (getifaddrs (&interfaces) != 0)
    return TRUE;
  for (const struct ifaddrs *one = interfaces; one != NULL && !found; one = one->ifa_next)
    found = leads_out (one);
  freeifaddrs (interfaces);
  return found;
}

/**
 * signet_network_is_local:
 * @url: with the name or address of a server
 */
gboolean
signet_network_is_local (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autoptr (GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return host != NULL && (g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost"));
}
