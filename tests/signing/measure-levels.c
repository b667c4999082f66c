/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * measure-levels.c: what level LT costs when three answers (time-stamp, revocation of the signer, revocation of the time-stamp authority) are each
 * so many milliseconds away, against the slowest of them asked alone. For ./dev bench levels.
 */
#include "config.h"

#include <stdlib.h>

#include <glib/gstdio.h>

#include "../../app/core/signing/signet-extension-private.h"
#include "extension-fixture.h"

#define ROUNDS 15

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static double
median_of (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

/* One question alone: the time-stamp, on a connection of its own. */
static void
ask_slowest (ExtensionFixture *self)
{
  g_autoptr (SignetHttp) http = signet_http_new ();
  g_autoptr (GBytes) data = g_bytes_new_static ("sample", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) token = signet_evidence_fetch_timestamp (http, self->tsa->url, SIGNET_DIGEST_SHA256, data, NULL, &error);

  g_assert_no_error (error);
}

static void
remember (ExtensionFixture *self)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("sample", 6);
  g_autoptr (GBytes) token = signet_evidence_fetch_timestamp (self->http, self->tsa->url, SIGNET_DIGEST_SHA256, data, NULL, NULL);

  _signet_extension_remember_authority (self->cache, self->tsa->url, token, self->now);
}

static void
renew_cache (ExtensionFixture *self, gboolean met)
{
  g_autofree char *folder = signet_test_make_dir ();

  g_clear_pointer (&self->cache, signet_evidence_cache_unref);
  self->cache = signet_evidence_cache_new (folder, 0);
  g_clear_object (&self->http);
  self->http = signet_http_new ();
  if (met)
    remember (self);
  g_clear_object (&self->http);
  self->http = signet_http_new ();
}

static void
extend (ExtensionFixture *self, const char *path)
{
  g_autofree char *result = extension_fixture_extend (self, path, SIGNET_LEVEL_LT);

  g_unlink (result);
}

/* The act alone: the pre-flight has asked about the certificate while the person was looking at it. */
static double
sign (ExtensionFixture *self)
{
  g_autoptr (SignetDocumentFile) file = signet_document_file_open (self->document, NULL);
  g_autoptr (SignetSigning) signing = signet_signing_new (file, NULL);
  g_autoptr (GPtrArray) checks = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began;

  _signet_signing_set_certificate (signing, self->certificate);
  signet_signing_set_seams (signing, self->http, self->clock, NULL);
  signet_signing_set_evidence_cache (signing, self->cache);
  signet_signing_set_chain (signing, self->chain);
  signet_signing_set_level (signing, "lt");
  signet_signing_set_tsa (signing, self->tsa->url);
  checks = signet_signing_preflight (signing, NULL, &error);
  g_assert_no_error (error);
  began = g_get_monotonic_time ();
  signet_signing_run (signing, SIGNET_SIGNER (self->signer), NULL, NULL, &error);
  g_assert_no_error (error);
  g_unlink (signet_signing_get_result_path (signing));
  return (double) (g_get_monotonic_time () - began) / 1000;
}

int
main (int argc, char **argv)
{
  ExtensionFixture fixture = { 0 };
  double slowest[ROUNDS], first[ROUNDS], met[ROUNDS], signing[ROUNDS];
  g_autofree char *path = NULL;
  double floor_ms = 0;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  g_setenv ("SIGNET_TEST_DELAY_MS", argc > 1 ? argv[1] : "100", TRUE);
  extension_fixture_set_up (&fixture, NULL);
  path = extension_fixture_sign (&fixture, "b", NULL);
  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 began = g_get_monotonic_time ();

      ask_slowest (&fixture);
      slowest[i] = (double) (g_get_monotonic_time () - began) / 1000;
      renew_cache (&fixture, FALSE);
      began = g_get_monotonic_time ();
      extend (&fixture, path);
      first[i] = (double) (g_get_monotonic_time () - began) / 1000;
      renew_cache (&fixture, TRUE);
      began = g_get_monotonic_time ();
      extend (&fixture, path);
      met[i] = (double) (g_get_monotonic_time () - began) / 1000;
      renew_cache (&fixture, TRUE);
      signing[i] = sign (&fixture);
    }
  floor_ms = median_of (slowest);
  g_print ("the slowest answer alone                          %6.1f ms\n", floor_ms);
  g_print ("B-B extended to B-LT, server met before           %6.1f ms   %.2f x   (aim 1.1)\n", median_of (met), median_of (met) / floor_ms);
  g_print ("B-B extended to B-LT, server never met            %6.1f ms   %.2f x   (its certificate comes with its answer)\n", median_of (first),
           median_of (first) / floor_ms);
  g_print ("signed at B-LT after its pre-flight, server met   %6.1f ms   %.2f x   (aim 1.1)\n", median_of (signing), median_of (signing) / floor_ms);
  extension_fixture_tear_down (&fixture, NULL);
  return 0;
}
