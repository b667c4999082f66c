/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-certificate-class.c: what a certificate is for, from key usage, extended key usage, QC statements, policy and subject.
 *
 * Never from a name, and never a guess: what the extensions do not say is UNKNOWN with the reason why. The table is in the
 * README of this room. A policy OID that only its authority can explain is read by the authority room. Pure, any thread.
 */
#define G_LOG_DOMAIN "signet-certificate-class"

#include "config.h"

#include "signet-certificate-private.h"

#define OID_QC_TYPE_ESEAL      "0.4.0.1862.1.6.2"    /* EN 319 412-5, 4.2.3 */
#define OID_QCP_LEGAL          "0.4.0.194112.1.1"    /* EN 319 411-2, 5.3: QCP-l */
#define OID_QCP_LEGAL_QSCD     "0.4.0.194112.1.3"    /* QCP-l-qscd */

typedef enum {
  USE_DOCUMENT = 1 << 0, /* RFC 9336, and the older ones of two vendors */
  USE_MAIL     = 1 << 1,
  USE_LOGIN    = 1 << 2, /* TLS client or server, smart card log-on */
  USE_ANY      = 1 << 3,
  USE_SERVICE  = 1 << 4, /* time-stamps, OCSP, code */
  USE_OTHER    = 1 << 5,
} Use;

static const struct {
  const char *oid;
  Use         use;
} uses[] = {
  { "1.3.6.1.5.5.7.3.36",       USE_DOCUMENT },
  { "1.3.6.1.4.1.311.10.3.12",  USE_DOCUMENT },
  { "1.2.840.113583.1.1.5",     USE_DOCUMENT },
  { "1.3.6.1.5.5.7.3.4",        USE_MAIL },
  { "1.3.6.1.5.5.7.3.1",        USE_LOGIN },
  { "1.3.6.1.5.5.7.3.2",        USE_LOGIN },
  { "1.3.6.1.4.1.311.20.2.2",   USE_LOGIN },
  { "1.3.6.1.5.2.3.4",          USE_LOGIN },
  { "2.5.29.37.0",              USE_ANY },
  { "1.3.6.1.5.5.7.3.3",        USE_SERVICE },
  { "1.3.6.1.5.5.7.3.8",        USE_SERVICE },
  { "1.3.6.1.5.5.7.3.9",        USE_SERVICE },
};

static Use
use_of (const ASN1_OBJECT *object)
{
  g_autofree char *oid = _signet_oid_to_text (object);

  for (gsize i = 0; i < G_N_ELEMENTS (uses); i++)
    if (g_str_equal (uses[i].oid, oid))
      return uses[i].use;
  return USE_OTHER;
}

static Use
extended_uses (X509 *x509)
{
  g_autoptr(EXTENDED_KEY_USAGE) usage = X509_get_ext_d2i (x509, NID_ext_key_usage, NULL, NULL);
  Use all = 0;

  for (int i = 0; i < sk_ASN1_OBJECT_num (usage); i++)
    all |= use_of (sk_ASN1_OBJECT_value (usage, i));
  return all;
}

static gboolean
has_subject_part (X509 *x509, int nid)
{
  return X509_NAME_get_index_by_NID (X509_get_subject_name (x509), nid, -1) >= 0;
}

/* EN 319 412-3, 4.2: a legal person has an organizationIdentifier; a natural person has a name or a pseudonym. */
static gboolean
subject_is_organisation (X509 *x509)
{
  return has_subject_part (x509, NID_organizationIdentifier) && !has_subject_part (x509, NID_givenName) &&
         !has_subject_part (x509, NID_surname) && !has_subject_part (x509, NID_pseudonym);
}

static SignetCertificateClassification
signature_or_seal (X509 *x509, const char *signature_reason, const char **reason)
{
  if (_signet_x509_has_qc_type (x509, OID_QC_TYPE_ESEAL))
    *reason = "qc-type-seal";
  else if (_signet_x509_has_policy (x509, OID_QCP_LEGAL) || _signet_x509_has_policy (x509, OID_QCP_LEGAL_QSCD))
    *reason = "policy-legal-person";
  else if (subject_is_organisation (x509))
    *reason = "subject-organisation";
  else
    {
      *reason = signature_reason;
      return SIGNET_CERTIFICATE_CLASS_SIGNATURE;
    }
  return SIGNET_CERTIFICATE_CLASS_SEAL;
}

static SignetCertificateClassification
say (SignetCertificateClassification klass, const char *code, const char **reason)
{
  *reason = code;
  return klass;
}

/* RFC 5280, 4.2.1.12: with both extensions, only a purpose consistent with both is allowed. */
static SignetCertificateClassification
classify_with_commitment (X509 *x509, Use use, const char **reason)
{
  if (use != 0 && (use & ~USE_LOGIN) == 0)
    return say (SIGNET_CERTIFICATE_CLASS_IDENTITY, "extended-key-usage-login", reason);
  return signature_or_seal (x509, "key-usage-non-repudiation", reason);
}

static SignetCertificateClassification
classify_without_commitment (X509 *x509, Use use, const char **reason)
{
  /* RFC 9336, 3.1: document signing goes with digitalSignature as well as with contentCommitment. */
  if (use & USE_DOCUMENT)
    return signature_or_seal (x509, "extended-key-usage-document-signing", reason);
  /* S/MIME signs with digitalSignature alone; whether that is a commitment, nobody said. */
  if (use & USE_MAIL)
    return say (SIGNET_CERTIFICATE_CLASS_UNKNOWN, "extended-key-usage-mail", reason);
  return say (SIGNET_CERTIFICATE_CLASS_IDENTITY, use == 0 ? "no-non-repudiation" : "extended-key-usage-login", reason);
}

static SignetCertificateClassification
classify_without_key_usage (X509 *x509, Use use, const char **reason)
{
  if (use & USE_DOCUMENT)
    return signature_or_seal (x509, "extended-key-usage-document-signing", reason);
  if (use != 0 && (use & ~USE_LOGIN) == 0)
    return say (SIGNET_CERTIFICATE_CLASS_IDENTITY, "extended-key-usage-login", reason);
  return say (SIGNET_CERTIFICATE_CLASS_UNKNOWN, "no-key-usage", reason);
}

static SignetCertificateClassification
classify_end_entity (X509 *x509, const char **reason)
{
  const guint32 commit = KU_NON_REPUDIATION, sign = KU_DIGITAL_SIGNATURE;
  const guint32 encipher = KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT;
  guint32 usage = X509_get_key_usage (x509);
  Use use = extended_uses (x509);

  if (use != 0 && (use & ~(USE_SERVICE | USE_OTHER)) == 0)
    return say (SIGNET_CERTIFICATE_CLASS_UNKNOWN, "extended-key-usage-other", reason);
  if (usage == G_MAXUINT32)
    return classify_without_key_usage (x509, use, reason);
  if (usage & commit)
    return classify_with_commitment (x509, use, reason);
  if (usage & sign)
    return classify_without_commitment (x509, use, reason);
  if (usage & encipher)
    return say (SIGNET_CERTIFICATE_CLASS_ENCRYPTION, "key-usage-encipherment", reason);
  return say (SIGNET_CERTIFICATE_CLASS_UNKNOWN, "key-usage-other", reason);
}

SignetCertificateClassification
_signet_x509_classify (X509 *x509, const char **reason)
{
  guint32 flags;

  if (x509 == NULL)
    return say (SIGNET_CERTIFICATE_CLASS_UNKNOWN, "unreadable", reason);
  flags = X509_get_extension_flags (x509);
  if (flags & EXFLAG_INVALID)
    return say (SIGNET_CERTIFICATE_CLASS_UNKNOWN, "extensions-invalid", reason);
  if ((flags & EXFLAG_CA) || ((flags & EXFLAG_KUSAGE) && (X509_get_key_usage (x509) & KU_KEY_CERT_SIGN)))
    return say (SIGNET_CERTIFICATE_CLASS_AUTHORITY, "ca", reason);
  return classify_end_entity (x509, reason);
}
