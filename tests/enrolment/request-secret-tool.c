/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * request-secret-tool.c: keeps, finds and forgets a secret of a request as the core does, for test-request-secret.py.
 *
 * keep LABEL FILE · find LABEL FILE (0: the same, 3: not there, 4: another) · forget LABEL · residue LABEL FILE (0: after keeping and forgetting, no copy
 * is in the memory of this process; 5: one is). The secret stands in FILE, each byte plus one, so that reading it leaves no copy by itself.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../app/core/enrolment/signet-enrolment-private.h"

static SignetSecret *
read_secret (const char *path)
{
  guint8 bytes[256];
  g_autofree char *text = NULL;
  SignetSecret *secret;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL) && length <= sizeof bytes);
  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) (text[i] - 1);
  secret = signet_secret_new (bytes, length);
  signet_secret_wipe (bytes, sizeof bytes);
  return secret;
}

static SignetRequest *
new_request (const char *label)
{
  SignetRequest *request = g_object_new (SIGNET_TYPE_REQUEST, NULL);

  request->label = g_strdup (label);
  request->authority = g_strdup ("sample-ca");
  return request;
}

static int
find (SignetRequest *request, const char *path)
{
  g_autoptr (SignetSecret) expected = read_secret (path);
  g_autoptr (SignetSecret) found = _signet_request_secret_find (request, "activation-code");
  gsize one, other;
  const guint8 *a, *b;

  if (found == NULL)
    return 3;
  a = signet_secret_get_bytes (expected, &one);
  b = signet_secret_get_bytes (found, &other);
  return one == other && memcmp (a, b, one) == 0 ? 0 : 4;
}

/* @shifted: the needle, each byte plus one: it must not find itself */
static gboolean
holds (const guint8 *data, gsize length, const char *shifted, gsize needle)
{
  for (gsize i = 0; i + needle <= length; i++)
    {
      gsize same = 0;

      while (same < needle && (guint8) (data[i + same] + 1) == (guint8) shifted[same])
        same++;
      if (same == needle)
        return TRUE;
    }
  return FALSE;
}

static int
search_memory (const char *shifted, gsize needle)
{
  FILE *maps = fopen ("/proc/self/maps", "r");
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  char line[512], mode[8];
  unsigned long from, to;
  int found = 0;

  g_assert_true (maps != NULL && memory >= 0);
  while (fgets (line, sizeof line, maps) != NULL)
    {
      g_autofree guint8 *data = NULL;
      ssize_t got;

      if (sscanf (line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[1] != 'w' || to - from > 256 * 1024 * 1024)
        continue;
      data = g_malloc (to - from);
      got = pread (memory, data, to - from, (off_t) from);
      if (got > 0 && holds (data, (gsize) got, shifted, needle))
        found = 5;
    }
  fclose (maps);
  close (memory);
  return found;
}

static int
residue (SignetRequest *request, const char *path)
{
  g_autofree char *shifted = NULL;
  SignetSecret *secret = read_secret (path);
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &shifted, &length, NULL));
  if (search_memory (shifted, length) == 0)
    g_message ("the secret lies where no search comes"); /* locked memory that cannot be read is as good */
  _signet_request_secret_keep (request, "activation-code", secret);
  signet_secret_unref (secret);
  _signet_request_secret_forget (request);
  return search_memory (shifted, length);
}

int
main (int argc, char **argv)
{
  g_autoptr (SignetRequest) request = NULL;

  g_assert_cmpint (argc, >=, 3);
  if (g_getenv ("SIGNET_TEST_NOBODY") != NULL)
    signet_enrolment_set_attended (FALSE);
  request = new_request (argv[2]);
  if (strcmp (argv[1], "keep") == 0)
    {
      g_autoptr (SignetSecret) secret = read_secret (argv[3]);

      _signet_request_secret_keep (request, "activation-code", secret);
      return 0;
    }
  if (strcmp (argv[1], "find") == 0)
    return find (request, argv[3]);
  if (strcmp (argv[1], "keep-own") == 0)
    {
      g_autoptr (SignetSecret) secret = read_secret (argv[3]);

      _signet_request_secret_keep (request, SIGNET_REQUEST_SECRET_OWN "sample", secret);
      return 0;
    }
  if (strcmp (argv[1], "forget-typed") == 0)
    {
      _signet_request_secret_forget_typed (request);
      return 0;
    }
  if (strcmp (argv[1], "residue") == 0)
    return residue (request, argv[3]);
  _signet_request_secret_forget (request);
  return 0;
}
