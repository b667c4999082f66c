/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-token-vendor.c: one file of data/modules, and the ATR patterns in it. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "../../app/core/token/signet-token-vendor-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_entry (const SignetVendorEntry *entry, const uint8_t *data, size_t size)
{
  g_assert_nonnull (entry->source);
  g_assert_cmpuint (strlen (entry->name), <=, 512);
  g_assert_true (g_utf8_validate (entry->subject, -1, NULL));
  g_assert_true (entry->kind != SIGNET_VENDOR_MODULE || g_path_is_absolute (entry->subject));
  if (entry->kind == SIGNET_VENDOR_CARD)
    _signet_token_vendor_atr_fits (entry->subject, data, MIN (size, 33));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetTokenVendor) vendor = _signet_token_vendor_parse ("fuzz", (const char *) data, size, &error);

  g_assert_true ((vendor == NULL) == (error != NULL));
  for (guint i = 0; vendor != NULL && i < vendor->entries->len; i++)
    check_entry (vendor->entries->pdata[i], data, size);
  return 0;
}
