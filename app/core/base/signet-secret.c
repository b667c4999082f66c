/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-secret.c: secret bytes in pages of their own: locked, left out of core dumps and of forked children, wiped when
 * the last reference goes. What it cannot do: protect bytes before they come here or after a caller copied them.
 * Any thread.
 */
#define G_LOG_DOMAIN "signet-secret"

#include "config.h"

#include "signet-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signet-base-error.h"

struct _SignetSecret
{
  gatomicrefcount references;
  gsize mapped; /* bytes of the mapping */
  gsize length;
  guint8 *bytes;
};

static gsize
round_to_pages (gsize length)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  return (MAX (length, 1) + page - 1) / page * page;
}

/* An mlock that fails (RLIMIT_MEMLOCK) is no reason to refuse a PIN; the other measures still hold. */
static SignetSecret *
allocate (gsize capacity)
{
  SignetSecret *secret = g_new0 (SignetSecret, 1);

  g_atomic_ref_count_init (&secret->references);
  secret->mapped = round_to_pages (capacity);
  secret->bytes = mmap (NULL, secret->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secret->bytes == MAP_FAILED)
    g_error ("no memory for a secret of %" G_GSIZE_FORMAT " bytes", capacity);
  if (mlock (secret->bytes, secret->mapped) != 0)
    g_debug ("cannot lock memory: %s", g_strerror (errno));
  madvise (secret->bytes, secret->mapped, MADV_DONTDUMP);
  madvise (secret->bytes, secret->mapped, MADV_DONTFORK);
  return secret;
}

/**
 * signet_secret_wipe:
 *
 * Overwrites memory in a way the compiler does not remove.
 */
void
signet_secret_wipe (void *data, gsize length)
{
  if (data != NULL && length > 0)
    OPENSSL_cleanse (data, length);
}

/**
 * signet_secret_new:
 * @data: the bytes, copied; the caller wipes its own copy
 *
 * Returns: (transfer full): a secret
 */
SignetSecret *
signet_secret_new (const guint8 *data, gsize length)
{
  SignetSecret *secret = allocate (length);

  if (length > 0)
    memcpy (secret->bytes, data, length);
  secret->length = length;
  return secret;
}

/**
 * signet_secret_new_filled:
 * @length: how many bytes
 * @bytes: (out): where to put them, at once: a secret does not change once it was handed on
 *
 * Returns: (transfer full): a secret of zeros, for what is put together of parts
 */
SignetSecret *
signet_secret_new_filled (gsize length, guint8 **bytes)
{
  SignetSecret *secret = allocate (length);

  secret->length = length;
  *bytes = secret->bytes;
  return secret;
}

/**
 * signet_secret_new_take:
 * @text: (transfer full): wiped and freed
 *
 * Returns: (transfer full): a secret
 */
SignetSecret *
signet_secret_new_take (char *text)
{
  gsize length = strlen (text);
  SignetSecret *secret = signet_secret_new ((const guint8 *) text, length);

  signet_secret_wipe (text, length);
  g_free (text);
  return secret;
}

static void
drop_line_end (SignetSecret *secret)
{
  if (secret->length > 0 && secret->bytes[secret->length - 1] == '\n')
    secret->length--;
  if (secret->length > 0 && secret->bytes[secret->length - 1] == '\r')
    secret->length--;
}

/* Up to @most bytes. (nullable) with an error */
static SignetSecret *
read_to_end (int fd, gsize most, GError **error)
{
  g_autoptr (SignetSecret) secret = allocate (most);

  while (secret->length < most)
    {
      gssize n = read (fd, secret->bytes + secret->length, most - secret->length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          signet_base_error_set_errno (error, errno, "reading a secret");
          return NULL;
        }
      if (n == 0)
        break;
      secret->length += (gsize) n;
    }
  return g_steal_pointer (&secret);
}

/* (transfer full): takes over @secret */
static SignetSecret *
refuse_longer (SignetSecret *secret, gsize max_length, GError **error)
{
  if (secret->length <= max_length)
    return secret;
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "a secret is longer than %" G_GSIZE_FORMAT " bytes",
               max_length);
  signet_secret_unref (secret);
  return NULL;
}

/**
 * signet_secret_new_from_fd:
 * @fd: read from its current position to the end; stays open
 * @max_length: more bytes than this are refused
 * @error: return location
 *
 * For what a person typed or keeps in a file.
 *
 * Returns: (transfer full) (nullable): a secret, one line end at its end dropped
 */
SignetSecret *
signet_secret_new_from_fd (int fd, gsize max_length, GError **error)
{
  SignetSecret *secret = read_to_end (fd, max_length + 3, error);

  if (secret == NULL)
    return NULL;
  drop_line_end (secret);
  return refuse_longer (secret, max_length, error);
}

/**
 * signet_secret_new_exactly_from_fd:
 * @fd: read from its current position to the end; stays open
 * @max_length: more bytes than this are refused
 * @error: return location
 *
 * For keys and other bytes that mean nothing to a person.
 *
 * Returns: (transfer full) (nullable): a secret, every byte of it
 */
SignetSecret *
signet_secret_new_exactly_from_fd (int fd, gsize max_length, GError **error)
{
  SignetSecret *secret = read_to_end (fd, max_length + 1, error);

  return secret != NULL ? refuse_longer (secret, max_length, error) : NULL;
}

SignetSecret *
signet_secret_ref (SignetSecret *secret)
{
  g_atomic_ref_count_inc (&secret->references);
  return secret;
}

void
signet_secret_unref (SignetSecret *secret)
{
  if (secret == NULL || !g_atomic_ref_count_dec (&secret->references))
    return;
  signet_secret_wipe (secret->bytes, secret->mapped);
  munmap (secret->bytes, secret->mapped);
  g_free (secret);
}

gsize
signet_secret_get_length (SignetSecret *secret)
{
  return secret->length;
}

const guint8 *
signet_secret_get_bytes (SignetSecret *secret, gsize *length)
{
  if (length != NULL)
    *length = secret->length;
  return secret->bytes;
}

static gboolean
write_all (int fd, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/**
 * signet_secret_to_fd:
 * @error: return location
 *
 * Returns: a sealed, close-on-exec memfd positioned at its start; -1 on error. The caller closes it.
 */
int
signet_secret_to_fd (SignetSecret *secret, GError **error)
{
  int fd = memfd_create ("signet-secret", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0 || !write_all (fd, secret->bytes, secret->length) || lseek (fd, 0, SEEK_SET) != 0 ||
      fcntl (fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    {
      signet_base_error_set_errno (error, errno, "making an anonymous file for a secret");
      if (fd >= 0)
        close (fd);
      return -1;
    }
  return fd;
}
