/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-class.c: what a certificate is for, one generated certificate a row; what nobody said stays unknown. */
#include "config.h"

#include "../../app/core/certificate/signet-certificate.h"
#include "signet-test.h"

#define QC_ESEAL "DER:30:15:30:13:06:06:04:00:8E:46:01:06:30:09:06:07:04:00:8E:46:01:06:02"
#define QC_ESIGN "DER:30:15:30:13:06:06:04:00:8E:46:01:06:30:09:06:07:04:00:8E:46:01:06:01"

typedef struct {
  const char *name;
  const char *key_usage;
  const char *extended;   /* (nullable) */
  const char *extension;  /* (nullable) another one's name */
  const char *value;
  const char *subject;    /* (nullable) */
  gboolean    ca;
  const char *klass;
  const char *reason;
} Row;

static const Row rows[] = {
  { "signature", "critical,nonRepudiation", NULL, NULL, NULL, NULL, FALSE, "signature", "key-usage-non-repudiation" },
  { "signature-and-login", "critical,nonRepudiation,digitalSignature", "clientAuth,emailProtection", NULL, NULL, NULL, FALSE,
    "signature", "key-usage-non-repudiation" },
  { "one-key-for-all", "nonRepudiation,digitalSignature,keyEncipherment", NULL, NULL, NULL, NULL, FALSE, "signature",
    "key-usage-non-repudiation" },
  { "document-signing", "critical,digitalSignature", "1.3.6.1.5.5.7.3.36", NULL, NULL, NULL, FALSE, "signature",
    "extended-key-usage-document-signing" },
  { "document-signing-without-key-usage", "", "1.2.840.113583.1.1.5", NULL, NULL, NULL, FALSE, "signature",
    "extended-key-usage-document-signing" },
  { "qc-esign", "critical,nonRepudiation", NULL, "1.3.6.1.5.5.7.1.3", QC_ESIGN, NULL, FALSE, "signature", "key-usage-non-repudiation" },
  { "seal-by-qc-type", "critical,nonRepudiation", NULL, "1.3.6.1.5.5.7.1.3", QC_ESEAL, NULL, FALSE, "seal", "qc-type-seal" },
  { "seal-by-policy", "critical,nonRepudiation", NULL, "certificatePolicies", "0.4.0.194112.1.3", NULL, FALSE, "seal", "policy-legal-person" },
  { "seal-by-subject", "critical,nonRepudiation", NULL, NULL, NULL, "CN=Sample Ltd,O=Sample Ltd,organizationIdentifier=NTRCN-1", FALSE, "seal",
    "subject-organisation" },
  { "person-of-an-organisation", "critical,nonRepudiation", NULL, NULL, NULL, "CN=A B,GN=A,SN=B,organizationIdentifier=NTRCN-1", FALSE,
    "signature", "key-usage-non-repudiation" },
  { "name-says-seal", "critical,digitalSignature", NULL, NULL, NULL, "CN=Electronic Seal,O=Seal", FALSE, "identity-only", "no-non-repudiation" },
  { "identity", "critical,digitalSignature", NULL, NULL, NULL, NULL, FALSE, "identity-only", "no-non-repudiation" },
  { "identity-with-encipherment", "digitalSignature,keyEncipherment", NULL, NULL, NULL, NULL, FALSE, "identity-only", "no-non-repudiation" },
  { "identity-by-client-auth", "critical,digitalSignature", "clientAuth", NULL, NULL, NULL, FALSE, "identity-only",
    "extended-key-usage-login" },
  { "login-even-with-commitment", "critical,nonRepudiation,digitalSignature", "clientAuth", NULL, NULL, NULL, FALSE, "identity-only",
    "extended-key-usage-login" },
  { "tls-server", "critical,digitalSignature,keyEncipherment", "serverAuth,clientAuth", NULL, NULL, NULL, FALSE, "identity-only",
    "extended-key-usage-login" },
  { "smart-card-logon", "critical,digitalSignature", "msSmartcardLogin", NULL, NULL, NULL, FALSE, "identity-only", "extended-key-usage-login" },
  { "encryption", "critical,keyEncipherment", NULL, NULL, NULL, NULL, FALSE, "encryption", "key-usage-encipherment" },
  { "encryption-data", "dataEncipherment", "emailProtection", NULL, NULL, NULL, FALSE, "encryption", "key-usage-encipherment" },
  { "encryption-agreement", "critical,keyAgreement", NULL, NULL, NULL, NULL, FALSE, "encryption", "key-usage-encipherment" },
  { "mail", "critical,digitalSignature", "emailProtection", NULL, NULL, NULL, FALSE, "unknown", "extended-key-usage-mail" },
  { "nothing-said", "", NULL, NULL, NULL, NULL, FALSE, "unknown", "no-key-usage" },
  { "time-stamps", "critical,nonRepudiation,digitalSignature", "critical,timeStamping", NULL, NULL, NULL, FALSE, "unknown",
    "extended-key-usage-other" },
  { "ocsp-responder", "critical,digitalSignature", "OCSPSigning", NULL, NULL, NULL, FALSE, "unknown", "extended-key-usage-other" },
  { "code", "critical,digitalSignature", "codeSigning", NULL, NULL, NULL, FALSE, "unknown", "extended-key-usage-other" },
  { "authority", NULL, NULL, NULL, NULL, NULL, TRUE, "authority", "ca" },
  { "authority-that-signs", "keyCertSign,nonRepudiation", NULL, NULL, NULL, NULL, TRUE, "authority", "ca" },
  { "hidden-authority", "keyCertSign,nonRepudiation", NULL, NULL, NULL, NULL, FALSE, "authority", "ca" },
};

static EVP_PKEY *key;

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  const char *extensions[5] = { NULL };
  guint n = 0;
  SignetTestCertificate what = { .subject = row->subject, .key_usage = row->key_usage, .ca = row->ca, .extensions = extensions };
  g_autoptr (SignetCertificate) certificate = NULL;
  SignetCertificateClassification klass;
  const char *reason = NULL;
  X509 *x509;

  if (row->extended != NULL)
    {
      extensions[n++] = "extendedKeyUsage";
      extensions[n++] = row->extended;
    }
  if (row->extension != NULL)
    {
      extensions[n++] = row->extension;
      extensions[n++] = row->value;
    }
  x509 = signet_test_new_certificate (&what, key, NULL, key);
  certificate = signet_certificate_new_x509 (x509);
  klass = signet_certificate_get_class (certificate, &reason);
  g_assert_cmpstr (signet_certificate_class_get_id (klass), ==, row->klass);
  g_assert_cmpstr (reason, ==, row->reason);
  g_assert_cmpint (signet_certificate_is_ca (certificate), ==, g_str_equal (row->klass, "authority"));
  X509_free (x509);
}

/* Two key usages contradict each other: nobody shall choose between them. */
static void
test_twice (void)
{
  const char *extensions[] = { "keyUsage", "digitalSignature", NULL };
  SignetTestCertificate what = { .key_usage = "nonRepudiation", .extensions = extensions };
  X509 *x509 = signet_test_new_certificate (&what, key, NULL, key);
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_x509 (x509);
  const char *reason = NULL;

  g_assert_cmpint (signet_certificate_get_class (certificate, &reason), ==, SIGNET_CERTIFICATE_CLASS_UNKNOWN);
  g_assert_cmpstr (reason, ==, "extensions-invalid");
  X509_free (x509);
}

static void
test_unreadable (void)
{
  g_autoptr (GBytes) junk = g_bytes_new_static ("junk", 4);
  g_autoptr (SignetCertificate) certificate = signet_certificate_new_lazy (junk);
  const char *reason = NULL;

  g_assert_cmpint (signet_certificate_get_class (certificate, &reason), ==, SIGNET_CERTIFICATE_CLASS_UNKNOWN);
  g_assert_cmpstr (reason, ==, "unreadable");
}

int
main (int argc, char **argv)
{
  int status;

  signet_test_home ();
  g_test_init (&argc, &argv, NULL);
  key = signet_test_new_key ("ec-p256");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/certificate/class/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/certificate/class/usage-twice", test_twice);
  g_test_add_func ("/certificate/class/unreadable", test_unreadable);
  status = g_test_run ();
  EVP_PKEY_free (key);
  return status;
}
