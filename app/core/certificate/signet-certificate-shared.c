/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-shared.c: certificates that come again and again are decoded once: the same few stand in every signature of a batch, of a
 * document, of a folder. Not a store and no judge: a certificate from here is worth what its bytes are. Any thread.
 */
#define G_LOG_DOMAIN "signet-certificate-shared"

#include "config.h"

#include "signet-certificate-private.h"

#define MOST 64 /* kept; more than that are not the same few */

static GMutex lock;
static GHashTable *shared; /* DER to SignetCertificate */

/* Called with the lock held. */
static void
keep (SignetCertificate *certificate)
{
  if (shared == NULL)
    shared = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, g_object_unref);
  else if (g_hash_table_size (shared) >= MOST)
    g_hash_table_remove_all (shared);
  g_hash_table_replace (shared, signet_certificate_get_der (certificate), g_object_ref (certificate));
}

/**
 * signet_certificate_new_shared:
 * @der: as for signet_certificate_new_lazy()
 *
 * Returns: (transfer full): a certificate of these bytes, perhaps one that others have too
 */
SignetCertificate *
signet_certificate_new_shared (GBytes *der)
{
  SignetCertificate *certificate = NULL;

  g_mutex_lock (&lock);
  if (shared != NULL)
    certificate = g_hash_table_lookup (shared, der);
  if (certificate != NULL)
    g_object_ref (certificate);
  else
    {
      certificate = signet_certificate_new_lazy (der);
      keep (certificate);
    }
  g_mutex_unlock (&lock);
  return certificate;
}

/**
 * signet_certificate_share:
 *
 * Who reads these bytes next, with signet_certificate_new_shared(), gets this certificate.
 */
void
signet_certificate_share (SignetCertificate *self)
{
  g_return_if_fail (SIGNET_IS_CERTIFICATE (self));

  g_mutex_lock (&lock);
  if (shared == NULL || !g_hash_table_contains (shared, signet_certificate_get_der (self)))
    keep (self);
  g_mutex_unlock (&lock);
}
