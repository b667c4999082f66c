/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-file.c: one open file, read by position only, so that preview, hash and copy all see the same bytes.
 *
 * Not a lock: whoever finishes a job asks check_unchanged(). Immutable after open but for the digests it remembers; any thread may read.
 */
#define G_LOG_DOMAIN "signet-document-file"

#include "config.h"

#include "signet-document-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "signet-pdf-crypt-private.h"

#define WINDOW     (256 * 1024)
#define SNIFF_SIZE 1024

/* A digest over the first bytes of the file, stopped there. */
typedef struct {
  guint64     length;
  EVP_MD_CTX *state; /* (owned) (nullable) */
} KnownPrefix;

struct _SignetDocumentFile {
  GObject      parent_instance;
  GMutex       lock;  /* of @known, @password and @keys */
  SignetSecret *password; /* (nullable) */
  SignetPdfCrypt *keys;   /* (nullable) */
  KnownPrefix  known[SIGNET_DIGEST_SM3 + 1];
  char        *path;
  int          fd;
  struct stat  status; /* as it was when opened */
  SignetFormat format;
};

G_DEFINE_FINAL_TYPE (SignetDocumentFile, signet_document_file, G_TYPE_OBJECT)

static gboolean
read_fully (int fd, guint64 offset, guint8 *buffer, gsize length, gsize *n_read, GError **error)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = pread (fd, buffer + done, length - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return signet_base_error_set_errno (error, errno, "reading a document");
      if (n == 0)
        break;
      done += (gsize) n;
    }
  *n_read = done;
  return TRUE;
}

static gboolean
is_pdf (const guint8 *head, gsize length)
{
  /* ISO 32000-1, annex H.3.4.1: readers look for the header in the first 1024 bytes. The PDF reader itself is stricter. */
  return memmem (head, length, "%PDF-", 5) != NULL;
}

/* A PDF or an archive with its header destroyed is a damaged one, not a file without signatures */
static SignetFormat
guess_by_end (int fd, guint64 size)
{
  guint8 tail[SNIFF_SIZE];
  guint64 offset = size > sizeof tail ? size - sizeof tail : 0;
  gsize n_read = 0;

  if (!read_fully (fd, offset, tail, sizeof tail, &n_read, NULL))
    return SIGNET_FORMAT_OTHER;
  if (memmem (tail, n_read, "startxref", 9) != NULL && memmem (tail, n_read, "%%EOF", 5) != NULL)
    return SIGNET_FORMAT_PDF;
  return memmem (tail, n_read, "PK\005\006", 4) != NULL ? SIGNET_FORMAT_ZIP : SIGNET_FORMAT_OTHER;
}

static gboolean
is_cms (const guint8 *head, gsize length)
{
  static const guint8 signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };
  static const char *const armours[] = { "-----BEGIN CMS-----", "-----BEGIN PKCS7-----" };

  for (guint i = 0; i < G_N_ELEMENTS (armours); i++)
    if (length > strlen (armours[i]) && memcmp (head, armours[i], strlen (armours[i])) == 0)
      return TRUE;
  return length > 20 && head[0] == 0x30 && memmem (head, 20, signed_data, sizeof signed_data) != NULL;
}

/* A declaration may be left out; then it is taken for XML when it speaks of XML signatures at once: much else begins with '<'. */
static gboolean
is_xml (const guint8 *head, gsize length)
{
  static const char *const wide[] = { "\xff\xfe<\0?\0x\0m", "\xfe\xff\0<\0?\0x\0m" };
  static const char signatures[] = "http://www.w3.org/2000/09/xmldsig#";
  gsize i = length >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  for (gsize n = 0; n < G_N_ELEMENTS (wide); n++)
    if (length >= 10 && memcmp (head, wide[n], 9) == 0)
      return TRUE;
  while (i < length && g_ascii_isspace (head[i]))
    i++;
  if (length - i > 5 && memcmp (head + i, "<?xml", 5) == 0)
    return TRUE;
  return i < length && head[i] == '<' && memmem (head + i, length - i, signatures, strlen (signatures)) != NULL;
}

static SignetFormat
sniff (const guint8 *head, gsize length)
{
  if (length == 0)
    return SIGNET_FORMAT_OTHER;
  if (length >= 4 && memcmp (head, "PK\003\004", 4) == 0)
    return SIGNET_FORMAT_ZIP;
  if (is_cms (head, length))
    return SIGNET_FORMAT_CMS;
  if (is_xml (head, length))
    return SIGNET_FORMAT_XML;
  return is_pdf (head, length) ? SIGNET_FORMAT_PDF : SIGNET_FORMAT_OTHER;
}

static void
signet_document_file_finalize (GObject *object)
{
  SignetDocumentFile *self = SIGNET_DOCUMENT_FILE (object);

  if (self->fd >= 0)
    close (self->fd);
  for (guint i = 0; i < G_N_ELEMENTS (self->known); i++)
    EVP_MD_CTX_free (self->known[i].state);
  g_clear_pointer (&self->keys, _signet_pdf_crypt_unref);
  g_clear_pointer (&self->password, signet_secret_unref);
  g_mutex_clear (&self->lock);
  g_free (self->path);

  G_OBJECT_CLASS (signet_document_file_parent_class)->finalize (object);
}

static void
signet_document_file_class_init (SignetDocumentFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_document_file_finalize;
}

static void
signet_document_file_init (SignetDocumentFile *self)
{
  self->fd = -1;
  g_mutex_init (&self->lock);
}

/**
 * signet_document_file_open:
 * @path: a path in the file system's encoding
 * @error: NOT_FOUND, DENIED and the like in %SIGNET_BASE_ERROR; UNSUPPORTED when it is a folder or device
 *
 * Returns: (transfer full) (nullable): the open file
 */
SignetDocumentFile *
signet_document_file_open (const char *path, GError **error)
{
  g_autoptr(SignetDocumentFile) self = NULL;
  guint8 head[SNIFF_SIZE];
  gsize n_read = 0;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (SIGNET_TYPE_DOCUMENT_FILE, NULL);
  self->path = g_strdup (path);
  /* O_NONBLOCK: opening a pipe or a device someone put there must not hang; it has no effect on the regular files accepted below */
  self->fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (self->fd < 0 || fstat (self->fd, &self->status) < 0)
    {
      signet_base_error_set_errno (error, errno, "opening a document");
      return NULL;
    }
  if (!S_ISREG (self->status.st_mode))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED,
                           S_ISDIR (self->status.st_mode) ? "a folder, not a file" : "not a regular file");
      return NULL;
    }
  if (!read_fully (self->fd, 0, head, sizeof head, &n_read, error))
    return NULL;

  self->format = sniff (head, n_read);
  if (self->format == SIGNET_FORMAT_OTHER)
    self->format = guess_by_end (self->fd, (guint64) self->status.st_size);
  return g_steal_pointer (&self);
}

const char *
signet_document_file_get_path (SignetDocumentFile *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), NULL);

  return self->path;
}

/**
 * signet_document_file_get_fd:
 *
 * Returns: the descriptor, owned by @self; its offset is nobody's: use pread()
 */
int
signet_document_file_get_fd (SignetDocumentFile *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), -1);

  return self->fd;
}

guint64
signet_document_file_get_size (SignetDocumentFile *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), 0);

  return (guint64) self->status.st_size;
}

gint64
signet_document_file_get_time (SignetDocumentFile *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), 0);

  return (gint64) self->status.st_mtime;
}

SignetFormat
signet_document_file_get_format (SignetDocumentFile *self)
{
  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), SIGNET_FORMAT_UNKNOWN);

  return self->format;
}

static gboolean
same_time (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/**
 * signet_document_file_check_unchanged:
 *
 * Compares the open file with what it was when it was opened. A writer that also restores every time stamp is not noticed: for that
 * the finished output is verified.
 *
 * Returns: %FALSE with %SIGNET_DOCUMENT_ERROR_CHANGED when it is not the same any more
 */
gboolean
signet_document_file_check_unchanged (SignetDocumentFile *self, GError **error)
{
  struct stat now;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), FALSE);

  if (fstat (self->fd, &now) < 0)
    return signet_base_error_set_errno (error, errno, "looking at a document again");
  if (now.st_size == self->status.st_size && now.st_ino == self->status.st_ino && now.st_dev == self->status.st_dev
      && same_time (&now.st_mtim, &self->status.st_mtim) && same_time (&now.st_ctim, &self->status.st_ctim))
    return TRUE;

  g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED, "the file changed while it was in use");
  return FALSE;
}

/**
 * signet_document_file_read:
 * @offset: position of the first byte
 * @buffer: room for @length bytes
 *
 * Returns: %TRUE when all @length bytes were read; %FALSE with CHANGED when the file ends earlier than it did
 */
gboolean
signet_document_file_read (SignetDocumentFile *self, guint64 offset, void *buffer, gsize length, GError **error)
{
  gsize n_read = 0;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), FALSE);

  if (!read_fully (self->fd, offset, buffer, length, &n_read, error))
    return FALSE;
  if (n_read == length)
    return TRUE;

  g_set_error (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_CHANGED, "the file ends at byte %" G_GUINT64_FORMAT,
               offset + n_read);
  return FALSE;
}

static gboolean
digest_range (SignetDocumentFile *self, EVP_MD_CTX *context, guint64 offset, guint64 length, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *window = g_malloc (MIN (length, WINDOW) + 1);

  while (length > 0)
    {
      gsize step = MIN (length, WINDOW);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !signet_document_file_read (self, offset, window, step, error))
        return FALSE;
      if (EVP_DigestUpdate (context, window, step) != 1)
        return signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "hashing a document");
      offset += step;
      length -= step;
    }
  return TRUE;
}

void
signet_document_file_set_known_prefix (SignetDocumentFile *self, SignetDigest digest, guint64 length, EVP_MD_CTX *state)
{
  KnownPrefix *known = &self->known[digest];
  EVP_MD_CTX *copy = EVP_MD_CTX_new ();

  g_return_if_fail (SIGNET_IS_DOCUMENT_FILE (self));
  g_return_if_fail (digest < G_N_ELEMENTS (self->known));

  g_mutex_lock (&self->lock);
  if (length >= known->length && EVP_MD_CTX_copy_ex (copy, state) == 1)
    {
      EVP_MD_CTX_free (known->state);
      known->state = g_steal_pointer (&copy);
      known->length = length;
    }
  g_mutex_unlock (&self->lock);
  EVP_MD_CTX_free (copy);
}

guint64
signet_document_file_resume_digest (SignetDocumentFile *self, SignetDigest digest, guint64 most, EVP_MD_CTX *context)
{
  const KnownPrefix *known = &self->known[digest];
  guint64 length = 0;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), 0);
  g_return_val_if_fail (digest < G_N_ELEMENTS (self->known), 0);

  g_mutex_lock (&self->lock);
  if (known->state != NULL && known->length <= most && signet_document_file_check_unchanged (self, NULL)
      && EVP_MD_CTX_copy_ex (context, known->state) == 1)
    length = known->length;
  g_mutex_unlock (&self->lock);
  return length;
}

/* A whole file is asked about again: by the check of what was written, and by each further signature over it. */
static GBytes *
finish (SignetDocumentFile *self, SignetDigest digest, guint64 prefix_length, EVP_MD_CTX *context)
{
  guint8 value[EVP_MAX_MD_SIZE];
  unsigned int value_length = 0;

  if (prefix_length > 0 && prefix_length == signet_document_file_get_size (self))
    signet_document_file_set_known_prefix (self, digest, prefix_length, context);
  return EVP_DigestFinal_ex (context, value, &value_length) == 1 ? g_bytes_new (value, value_length) : NULL;
}

/**
 * signet_document_file_digest:
 * @digest: which one
 * @offset: first byte
 * @length: number of bytes
 *
 * Returns: (transfer full) (nullable): the digest of [@offset, @offset + @length), read in windows of 256 kB
 */
GBytes *
signet_document_file_digest (SignetDocumentFile *self, SignetDigest digest, guint64 offset, guint64 length,
                             GCancellable *cancellable, GError **error)
{
  const EVP_MD *md = signet_digest_get_md (digest);
  g_autoptr(GBytes) result = NULL;
  EVP_MD_CTX *context = NULL;
  guint64 known = 0;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), NULL);

  if (md == NULL)
    {
      g_set_error_literal (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_UNSUPPORTED, "unknown digest algorithm");
      return NULL;
    }
  context = EVP_MD_CTX_new ();
  if (EVP_DigestInit_ex (context, md, NULL) != 1)
    signet_base_error_set_openssl (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "starting a digest");
  else
    {
      known = offset == 0 ? signet_document_file_resume_digest (self, digest, length, context) : 0;
      if (digest_range (self, context, offset + known, length - known, cancellable, error))
        result = finish (self, digest, offset == 0 ? length : 0, context);
    }
  EVP_MD_CTX_free (context);
  return g_steal_pointer (&result);
}

gboolean
signet_document_write_at (int fd, guint64 offset, const void *data, gsize length, GError **error)
{
  for (gsize done = 0; done < length;)
    {
      gssize n = pwrite (fd, (const guint8 *) data + done, length - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return signet_base_error_set_errno (error, n < 0 ? errno : EIO, "writing the signed document");
      done += (gsize) n;
    }
  return TRUE;
}

/* --- passwords ----------------------------------------------------------------------------------------------------------- */

static void
set_password_and_keys (SignetDocumentFile *self, SignetSecret *password, SignetPdfCrypt *keys)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->password, signet_secret_unref);
  g_clear_pointer (&self->keys, _signet_pdf_crypt_unref);
  self->password = password;
  self->keys = keys;
  g_mutex_unlock (&self->lock);
}

/**
 * signet_document_file_set_password:
 * @password: (nullable): user's or owner's; the first 127 bytes count
 *
 * Whoever reads the document from now on reads it with this password. Whether it is the right one shows then.
 */
void
signet_document_file_set_password (SignetDocumentFile *self, SignetSecret *password)
{
  g_return_if_fail (SIGNET_IS_DOCUMENT_FILE (self));

  set_password_and_keys (self, password != NULL ? signet_secret_ref (password) : NULL, NULL);
}

void
signet_document_file_share_password (SignetDocumentFile *self, SignetDocumentFile *from)
{
  SignetSecret *password = NULL;
  SignetPdfCrypt *keys = NULL;

  g_return_if_fail (SIGNET_IS_DOCUMENT_FILE (self));
  g_return_if_fail (SIGNET_IS_DOCUMENT_FILE (from));

  password = _signet_document_file_dup_given_password (from);
  keys = _signet_document_file_dup_keys (from);
  set_password_and_keys (self, password, keys);
}

void
signet_document_file_try_password_of (SignetDocumentFile *self, SignetDocumentFile *from)
{
  g_return_if_fail (SIGNET_IS_DOCUMENT_FILE (self));
  g_return_if_fail (SIGNET_IS_DOCUMENT_FILE (from));

  set_password_and_keys (self, _signet_document_file_dup_given_password (from), NULL);
}

/**
 * signet_document_file_dup_password:
 *
 * Returns: (transfer full) (nullable): what opened the document, with a NUL behind it
 */
SignetSecret *
signet_document_file_dup_password (SignetDocumentFile *self)
{
  g_autoptr(SignetPdfCrypt) keys = NULL;

  g_return_val_if_fail (SIGNET_IS_DOCUMENT_FILE (self), NULL);

  keys = _signet_document_file_dup_keys (self);
  return keys != NULL ? signet_secret_ref (_signet_pdf_crypt_get_password (keys)) : NULL;
}

SignetSecret *
_signet_document_file_dup_given_password (SignetDocumentFile *self)
{
  SignetSecret *password = NULL;

  g_mutex_lock (&self->lock);
  password = self->password != NULL ? signet_secret_ref (self->password) : NULL;
  g_mutex_unlock (&self->lock);
  return password;
}

SignetPdfCrypt *
_signet_document_file_dup_keys (SignetDocumentFile *self)
{
  SignetPdfCrypt *keys = NULL;

  g_mutex_lock (&self->lock);
  keys = self->keys != NULL ? _signet_pdf_crypt_ref (self->keys) : NULL;
  g_mutex_unlock (&self->lock);
  return keys;
}

void
_signet_document_file_set_keys (SignetDocumentFile *self, SignetPdfCrypt *keys)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->keys, _signet_pdf_crypt_unref);
  self->keys = _signet_pdf_crypt_ref (keys);
  g_mutex_unlock (&self->lock);
}
