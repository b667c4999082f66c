/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing.c: one act of signing as an object: what, with which key, how. The checks before it are in signet-signing-preflight.c, the act
 * itself in signet-signing-run.c. One thread at a time.
 */
#define G_LOG_DOMAIN "signet-signing"

#include "config.h"

#include "signet-signing-private.h"

#include <sys/stat.h>

#define MAX_READERS   4
#define WORTH_HELPERS 16    /* documents */
#define MAX_NAMES     10000 /* "-signed-2" … until we give up */

G_DEFINE_QUARK (signet-signing-error-quark, signet_signing_error)

G_DEFINE_FINAL_TYPE (SignetSigning, signet_signing, G_TYPE_OBJECT)

static void
signet_signing_finalize (GObject *object)
{
  SignetSigning *self = SIGNET_SIGNING (object);

  g_clear_object (&self->pdf);
  g_clear_object (&self->file);
  g_clear_object (&self->content);
  g_free (self->countersign);
  g_clear_pointer (&self->more, g_ptr_array_unref);
  g_clear_object (&self->key);
  g_clear_object (&self->certificate);
  g_clear_object (&self->http);
  g_clear_pointer (&self->cache, signet_evidence_cache_unref);
  g_clear_object (&self->clock);
  g_clear_object (&self->journal);
  g_ptr_array_unref (self->chain);
  g_free (self->format);
  g_free (self->level);
  signet_timestamp_servers_unref (self->servers);
  g_clear_object (&self->shelf);
  g_free (self->served);
  g_free (self->reason);
  g_free (self->location);
  g_free (self->field);
  g_clear_pointer (&self->mark, signet_mark_free);
  g_free (self->output);
  g_free (self->result);
  g_clear_pointer (&self->findings, _signet_signing_findings_unref);
  G_OBJECT_CLASS (signet_signing_parent_class)->finalize (object);
}

static void
signet_signing_class_init (SignetSigningClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_signing_finalize;
}

static void
signet_signing_init (SignetSigning *self)
{
  self->level = g_strdup ("b");
  self->chain = g_ptr_array_new_with_free_func (g_object_unref);
  self->clock = signet_clock_new_system ();
  self->findings = _signet_signing_findings_new ();
}

static void
forget_findings (SignetSigning *self)
{
  _signet_signing_findings_unref (self->findings);
  self->findings = _signet_signing_findings_new ();
}

static void
replace_text (char **place, const char *text)
{
  char *copy = g_strdup (text);

  g_free (*place);
  *place = copy;
}

/**
 * signet_signing_new:
 * @file: the document, open; every later read goes through its descriptor
 * @key: (nullable): chosen later with signet_signing_set_key()
 */
SignetSigning *
signet_signing_new (SignetDocumentFile *file, SignetTokenKey *key)
{
  SignetSigning *self = g_object_new (SIGNET_TYPE_SIGNING, NULL);

  self->file = g_object_ref (file);
  if (key != NULL)
    signet_signing_set_key (self, key);
  return self;
}

void
signet_signing_check_free (SignetSigningCheck *check)
{
  if (check == NULL)
    return;
  g_free (check->code);
  g_free (check->value);
  g_free (check->detail);
  g_free (check->document);
  g_free (check);
}

void
signet_signing_set_seams (SignetSigning *self, SignetHttp *http, SignetClock *clock, SignetJournal *journal)
{
  if (g_set_object (&self->http, http))
    forget_findings (self);
  if (clock != NULL && g_set_object (&self->clock, clock))
    forget_findings (self);
  g_set_object (&self->journal, journal);
}

void
signet_signing_set_evidence_cache (SignetSigning *self, SignetEvidenceCache *cache)
{
  if (cache == self->cache)
    return;
  g_clear_pointer (&self->cache, signet_evidence_cache_unref);
  self->cache = cache != NULL ? signet_evidence_cache_ref (cache) : NULL;
  forget_findings (self);
}

void
signet_signing_set_chain (SignetSigning *self, GPtrArray *certificates)
{
  g_ptr_array_set_size (self->chain, 0);
  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    g_ptr_array_add (self->chain, g_object_ref (g_ptr_array_index (certificates, i)));
  forget_findings (self);
}

void
signet_signing_set_level (SignetSigning *self, const char *level)
{
  replace_text (&self->level, level != NULL ? level : "b");
}

void
signet_signing_set_scheme (SignetSigning *self, SignetSignatureScheme scheme)
{
  self->scheme = scheme;
}

void
signet_signing_set_pdf (SignetSigning *self, const char *reason, const char *location, const char *field, guint certify)
{
  replace_text (&self->reason, reason);
  replace_text (&self->location, location);
  replace_text (&self->field, field);
  self->certify = MIN (certify, 3);
}

void
signet_signing_set_output (SignetSigning *self, const char *path, gboolean overwrite)
{
  replace_text (&self->output, path);
  self->place[0] = self->place[1] = 0;
  self->overwrite = overwrite;
}

void
_signet_signing_set_certificate (SignetSigning *self, SignetCertificate *certificate)
{
  if (g_set_object (&self->certificate, certificate))
    forget_findings (self);
}

void
signet_signing_set_key (SignetSigning *self, SignetTokenKey *key)
{
  g_set_object (&self->key, key);
  _signet_signing_set_certificate (self, key != NULL ? signet_token_key_get_certificate (key) : NULL);
}

const char *
signet_signing_get_result_path (SignetSigning *self)
{
  return self->result;
}

gint64
_signet_signing_now (SignetSigning *self)
{
  return signet_clock_now (self->clock);
}

gboolean
_signet_signing_is_pades (SignetSigning *self)
{
  return g_str_equal (signet_signing_get_format (self), "pades");
}

gboolean
_signet_signing_wants_timestamp (SignetSigning *self)
{
  return !g_str_equal (self->level, "b");
}

SignetDocumentPdf *
_signet_signing_get_pdf (SignetSigning *self, GError **error)
{
  if (self->pdf == NULL)
    self->pdf = signet_document_pdf_open (self->file, NULL, error);
  return self->pdf;
}

typedef struct {
  GPtrArray *signings;
  gint       next; /* (atomic) */
} ReadAhead;

/* Each document is one thread's. What is wrong with one is said when it is needed. */
static gpointer
read_some (gpointer data)
{
  ReadAhead *self = data;
  guint index = 0;

  while ((index = (guint) g_atomic_int_add (&self->next, 1)) < self->signings->len)
    {
      SignetSigning *signing = g_ptr_array_index (self->signings, index);

      if (_signet_signing_is_pades (signing))
        _signet_signing_get_pdf (signing, NULL);
    }
  return NULL;
}

/**
 * signet_signing_read_ahead:
 * @signings: (element-type SignetSigning): in nobody else's hands meanwhile
 *
 * Reads what the pre-flight will ask for, on as many threads as are worth it. For whoever waits for something else anyway.
 */
void
signet_signing_read_ahead (GPtrArray *signings)
{
  ReadAhead self = { .signings = signings };
  guint n_helpers = MIN (g_get_num_processors (), MAX_READERS) - 1;
  GThread *helpers[MAX_READERS];

  if (signings->len < WORTH_HELPERS)
    n_helpers = 0;
  for (guint i = 0; i < n_helpers; i++)
    helpers[i] = g_thread_new ("signet-read-ahead", read_some, &self);
  read_some (&self);
  for (guint i = 0; i < n_helpers; i++)
    g_thread_join (helpers[i]);
}

/* --- names ------------------------------------------------------------------------------------------------------------------ */

/**
 * signet_signing_dup_output:
 *
 * Returns: (transfer full): where the signed file would go now: the path that was set, else the first free name beside the document
 */
char *
signet_signing_dup_output (SignetSigning *self)
{
  const SignetSigningFormat *format = _signet_signing_get_format (self);

  if (self->output != NULL)
    return g_strdup (self->output);
  for (guint i = 1; i < MAX_NAMES; i++)
    {
      g_autofree char *name = format->propose_name (signet_document_file_get_path (self->file), i);

      if (!g_file_test (name, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        return g_steal_pointer (&name);
    }
  return format->propose_name (signet_document_file_get_path (self->file), 1);
}

char *
_signet_signing_move_name (const char *path, const char *folder)
{
  g_autofree char *name = g_path_get_basename (path);

  return g_build_filename (folder, name, NULL);
}

/**
 * signet_signing_set_output_folder:
 *
 * The signed file goes to @folder, under the name it would have had beside the document. Call it when the format is settled.
 */
void
signet_signing_set_output_folder (SignetSigning *self, const char *folder, gboolean overwrite)
{
  g_autofree char *beside = NULL;
  g_autofree char *path = NULL;

  signet_signing_set_output (self, NULL, overwrite);
  beside = signet_signing_dup_output (self);
  path = _signet_signing_move_name (beside, folder);
  signet_signing_set_output (self, path, overwrite);
}

/* --- keys ------------------------------------------------------------------------------------------------------------------- */

/* Read from the OID alone: lists ask it of every certificate. */
static int
key_kind (SignetCertificate *certificate)
{
  ASN1_OBJECT *algorithm = NULL;

  if (X509_PUBKEY_get0_param (&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY (signet_certificate_get_x509 (certificate))) != 1)
    return NID_undef;
  return OBJ_obj2nid (algorithm);
}

static gboolean
key_signs_documents (SignetCertificate *certificate)
{
  switch (key_kind (certificate))
    {
    case NID_rsaEncryption:
    case NID_rsassaPss:
    case NID_X9_62_id_ecPublicKey:
    case NID_ED25519:
      return TRUE;
    default:
      return FALSE;
    }
}

/* docs/decisions/0019-ed25519-signs-with-a-warning.md */
gboolean
_signet_signing_key_is_rarely_known (SignetCertificate *certificate)
{
  return key_kind (certificate) == NID_ED25519;
}

const char *
_signet_signing_why_unusable (SignetCertificate *certificate, gint64 now)
{
  if (certificate == NULL || !signet_certificate_is_readable (certificate))
    return "no-certificate";
  switch (signet_certificate_get_class (certificate, NULL))
    {
    case SIGNET_CERTIFICATE_CLASS_IDENTITY:
      return "identity-only";
    case SIGNET_CERTIFICATE_CLASS_ENCRYPTION:
      return "encryption";
    case SIGNET_CERTIFICATE_CLASS_AUTHORITY:
      return "ca";
    case SIGNET_CERTIFICATE_CLASS_SIGNATURE:
    case SIGNET_CERTIFICATE_CLASS_SEAL:
    case SIGNET_CERTIFICATE_CLASS_UNKNOWN:
    default:
      break;
    }
  if (!key_signs_documents (certificate))
    return "key-kind";
  if (now < signet_certificate_get_not_before (certificate))
    return "not-yet-valid";
  return now > signet_certificate_get_not_after (certificate) ? "expired" : NULL;
}

/**
 * signet_signing_key_is_usable:
 * @now: seconds since 1970
 * @reason: (out) (optional) (nullable): a code; %NULL when the key can sign documents
 */
gboolean
signet_signing_key_is_usable (SignetTokenKey *key, gint64 now, const char **reason)
{
  const char *why = _signet_signing_why_unusable (signet_token_key_get_certificate (key), now);

  if (why == NULL && !signet_token_key_has_private (key))
    why = "no-private-key";
  if (why == NULL && signet_key_block_is_blocked (signet_token_key_get_sha256 (key)))
    why = "blocked";
  if (reason != NULL)
    *reason = why;
  return why == NULL;
}
