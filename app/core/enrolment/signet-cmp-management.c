/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-cmp-management.c: CMP beside issuance: revocation (rr) and the CA certificates an authority tells (genm). Blocking, for
 * worker threads.
 */
#define G_LOG_DOMAIN "signet-cmp-management"

#include "config.h"

#include "signet-cmp-private.h"

#include <openssl/err.h>

#include "../base/signet-base-error.h"
#include "signet-enrolment-private.h"

#define CA_CERTIFICATES  "1.3.6.1.5.5.7.4.17"   /* id-it-caCerts */
#define MAX_CERTIFICATES 32

/* --- rr -------------------------------------------------------------------------------------------------------------------- */

static gboolean
set_revocation (OSSL_CMP_CTX *context, X509 *certificate, int reason)
{
  return OSSL_CMP_CTX_set1_oldCert (context, certificate) && OSSL_CMP_CTX_set_option (context, OSSL_CMP_OPT_REVOCATION_REASON, reason);
}

gboolean
_signet_cmp_revoke (const SignetCmpServer *server, X509 *certificate, int reason, GError **error)
{
  SignetCmpExchange exchange = { NULL };
  gboolean done = FALSE;

  if (!_signet_cmp_exchange_open (&exchange, server, error))
    return FALSE;
  if (set_revocation (exchange.context, certificate, reason))
    done = OSSL_CMP_exec_RR_ses (exchange.context) == 1 && exchange.answer != NULL && exchange.answer->kind == SIGNET_CMP_ANSWER_REVOKED;
  if (!done)
    _signet_cmp_exchange_fail (&exchange, error);
  _signet_cmp_exchange_close (&exchange);
  return done;
}

/* --- genm ------------------------------------------------------------------------------------------------------------------ */

static void
take_certificates (const ASN1_TYPE *value, GPtrArray *certificates)
{
  const guchar *at = value->type == V_ASN1_SEQUENCE ? value->value.sequence->data : NULL;
  STACK_OF (ASN1_TYPE) *all = at != NULL ? d2i_ASN1_SEQUENCE_ANY (NULL, &at, value->value.sequence->length) : NULL;

  for (int i = 0; all != NULL && i < sk_ASN1_TYPE_num (all) && certificates->len < MAX_CERTIFICATES; i++)
    {
      const ASN1_TYPE *one = sk_ASN1_TYPE_value (all, i);
      g_autoptr (GBytes) der = one->type == V_ASN1_SEQUENCE ? g_bytes_new (one->value.sequence->data, one->value.sequence->length) : NULL;
      g_autoptr (SignetCertificate) certificate = der != NULL ? signet_certificate_new (der, NULL) : NULL;

      if (certificate != NULL && signet_certificate_is_readable (certificate))
        g_ptr_array_add (certificates, g_steal_pointer (&certificate));
    }
  sk_ASN1_TYPE_pop_free (all, ASN1_TYPE_free);
}

static gboolean
push_question (OSSL_CMP_CTX *context)
{
  OSSL_CMP_ITAV *question = OSSL_CMP_ITAV_create (OBJ_txt2obj (CA_CERTIFICATES, 1), NULL);

  return question != NULL && OSSL_CMP_CTX_push0_genm_ITAV (context, question);
}

static GPtrArray *
read_answers (STACK_OF (OSSL_CMP_ITAV) *answers)
{
  GPtrArray *certificates = g_ptr_array_new_with_free_func (g_object_unref);
  ASN1_OBJECT *wanted = OBJ_txt2obj (CA_CERTIFICATES, 1);

  for (int i = 0; i < sk_OSSL_CMP_ITAV_num (answers); i++)
    {
      OSSL_CMP_ITAV *answer = sk_OSSL_CMP_ITAV_value (answers, i);
      ASN1_TYPE *value = OSSL_CMP_ITAV_get0_value (answer);

      if (OBJ_cmp (OSSL_CMP_ITAV_get0_type (answer), wanted) == 0 && value != NULL)
        take_certificates (value, certificates);
    }
  ASN1_OBJECT_free (wanted);
  return certificates;
}

GPtrArray *
_signet_cmp_ask_ca_certificates (const SignetCmpServer *server, GError **error)
{
  SignetCmpExchange exchange = { NULL };
  STACK_OF (OSSL_CMP_ITAV) *answers = NULL;
  GPtrArray *certificates = NULL;

  if (!_signet_cmp_exchange_open (&exchange, server, error))
    return NULL;
  if (push_question (exchange.context))
    answers = OSSL_CMP_exec_GENM_ses (exchange.context);
  if (answers != NULL)
    certificates = read_answers (answers);
  else
    _signet_cmp_exchange_fail (&exchange, error);
  sk_OSSL_CMP_ITAV_pop_free (answers, OSSL_CMP_ITAV_free);
  _signet_cmp_exchange_close (&exchange);
  return certificates;
}
