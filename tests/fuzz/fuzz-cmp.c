/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-cmp.c: a CMP server's answer, a stored transaction, a name for a certificate. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/enrolment/signet-cmp-private.h"
#include "../../app/core/enrolment/signet-enrolment-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) name_error = NULL;
  g_autoptr (SignetCmpAnswer) answer = _signet_cmp_answer_parse (data, size, &error);
  g_autoptr (GBytes) header = _signet_cmp_header_of (data, size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (SignetCmpTransaction) transaction = _signet_cmp_transaction_parse (text);
  X509_NAME *name = _signet_enrolment_name_parse (text, &name_error);

  g_assert ((answer != NULL) != (error != NULL));
  g_assert ((name != NULL) != (name_error != NULL));
  g_assert (answer == NULL || answer->kind != SIGNET_CMP_ANSWER_ISSUED || answer->certificate != NULL);
  X509_NAME_free (name);
  return 0;
}
