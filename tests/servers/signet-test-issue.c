/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-issue.c: issues from the test PKI, with the faults that every protocol must stand. Single-threaded. */
#include "config.h"

#include "signet-test-issue.h"

const char *const test_issue_faults[] = { "wrong-key", "wrong-subject", "wrong-issuer", "ca-certificate", "identity", "expired", NULL };

/* As if another CA of the same name had signed. */
static X509 *
issue_from_stranger (TestPki *pki, EVP_PKEY *key, const X509_NAME *subject, GError **error)
{
  TestPki stranger = *pki;
  X509 *certificate;

  stranger.ca_key = EVP_EC_gen ("P-256");
  certificate = test_pki_issue (&stranger, TEST_CERTIFICATE_SIGNATURE, key, subject, 365, error);
  EVP_PKEY_free (stranger.ca_key);
  return certificate;
}

static TestCertificateKind
kind_for (const char *fault)
{
  if (g_strcmp0 (fault, "ca-certificate") == 0)
    return TEST_CERTIFICATE_CA;
  return g_strcmp0 (fault, "identity") == 0 ? TEST_CERTIFICATE_IDENTITY : TEST_CERTIFICATE_SIGNATURE;
}

X509 *
test_issue (TestPki *pki, EVP_PKEY *key, const X509_NAME *subject, const char *fault, GError **error)
{
  X509_NAME *other_subject = test_pki_name ("CN=Somebody Else (sample)");
  EVP_PKEY *other_key = EVP_EC_gen ("P-256");
  X509 *certificate;

  if (g_strcmp0 (fault, "wrong-issuer") == 0)
    certificate = issue_from_stranger (pki, key, subject, error);
  else
    certificate = test_pki_issue (pki, kind_for (fault), g_strcmp0 (fault, "wrong-key") == 0 ? other_key : key,
                                  g_strcmp0 (fault, "wrong-subject") == 0 ? other_subject : subject,
                                  g_strcmp0 (fault, "expired") == 0 ? 0 : 365, error);
  EVP_PKEY_free (other_key);
  X509_NAME_free (other_subject);
  return certificate;
}
