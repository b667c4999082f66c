/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-token-wire.c: what a token host puts on the wire, byte by byte: the greeting and the answers to four calls. Input: those
 * bytes. */
#include "config.h"

#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../app/core/token/signet-token-private.h"

#define PATIENCE 1000 /* milliseconds; what is not there is never coming, and the end of the connection says so at once */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* An answer or an error; what is an answer is what its type says. */
static void
check (gboolean ok, GVariant *answer, GError *error)
{
  g_assert_true (ok == (error == NULL));
  g_assert_true (!ok || g_variant_is_normal_form (answer));
  g_clear_pointer (&answer, g_variant_unref);
  g_clear_error (&error);
}

static void
call (SignetTokenHost *host)
{
  GVariant *module = NULL;
  GVariant *answer = NULL;
  GError *error = NULL;
  char *state = NULL;
  guint number = 0;
  gboolean ok = signet_token_host_call_list_tokens_sync (host, PATIENCE, &module, &answer, NULL, &error);

  check (ok, answer, error);
  g_clear_pointer (&module, g_variant_unref);
  error = NULL;
  ok = signet_token_host_call_get_state_sync (host, PATIENCE, &state, NULL, &error);
  g_assert_true (!ok || g_utf8_validate (state, -1, NULL));
  check (ok, ok ? g_variant_ref_sink (g_variant_new_string (state)) : NULL, error);
  g_free (state);
  error = NULL;
  answer = NULL;
  ok = signet_token_host_call_login_sync (host, "mock/1", NULL, PATIENCE, &number, &answer, NULL, &error);
  check (ok, answer, error);
  error = NULL;
  ok = signet_token_host_call_settle_sync (host, PATIENCE, NULL, &error);
  check (ok, g_variant_ref_sink (g_variant_new_boolean (ok)), error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  SignetTokenHost *host = NULL;
  int pair[2];

  /* what a socket takes without anybody who reads */
  if (size > 65536 || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return 0;
  g_assert_cmpint (send (pair[1], data, size, MSG_NOSIGNAL), ==, (gssize) size);
  shutdown (pair[1], SHUT_WR);
  host = _signet_token_wire_new (pair[0]);
  g_assert_true (_signet_token_wire_greet (host, PATIENCE, NULL, &error) == (error == NULL));
  call (host);
  _signet_token_wire_unref (host);
  close (pair[1]);
  return 0;
}
