/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-initialize.c: C_InitToken, which erases a token and gives it its first PINs. Blocks; any thread. */
#define G_LOG_DOMAIN "signet-token-initialize"

#include "config.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "signet-token-private.h"

/* In a process of its own: C_InitToken wants no session open on the token, and afterwards the running one knows old slots. */
char *
_signet_token_module_init_token (SignetTokenModule *module,
                                 const char *id,
                                 const char *label,
                                 SignetSecret *pin,
                                 SignetSecret *so_pin,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (SignetTokenHostRef) host = _signet_token_module_new_host (module, cancellable, error);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handles = NULL;
  g_autoptr (GError) failure = NULL;
  GVariant *floating = NULL;
  g_autoptr (GVariant) text = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, label, strlen (label), 1));
  SignetTokenHost *proxy = NULL;
  char *made = NULL;
  int deadline = 0;
  gboolean ok = FALSE;

  if (host == NULL)
    return NULL;
  fds = _signet_token_pin_list (so_pin, pin, &floating, error);
  if (fds == NULL)
    return NULL;
  handles = g_variant_ref_sink (floating);
  proxy = _signet_token_host_begin (host, SIGNET_TOKEN_DEADLINE_GENERATION, &deadline, cancellable, error);
  if (proxy == NULL)
    return NULL;
  ok = signet_token_host_call_init_token_sync (proxy, id, text, handles, G_DBUS_CALL_FLAGS_NONE, deadline, fds, &made, NULL,
                                               cancellable, &failure);
  if (!_signet_token_host_end (host, ok, g_steal_pointer (&failure), error))
    return NULL;
  _signet_token_module_forget_host (module);
  return made;
}
