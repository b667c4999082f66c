/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-error.c: the table of error codes and their D-Bus names, compiled into the core and into the token host. Any
 * thread. */
#define G_LOG_DOMAIN "signet-token-error"

#include "config.h"

#include "signet-token-error.h"

#include <gio/gio.h>

#define NAME "org.signet.TokenHost.Error."

static const GDBusErrorEntry entries[] = {
  { SIGNET_TOKEN_ERROR_FAILED, NAME "Failed" },
  { SIGNET_TOKEN_ERROR_WRONG_PIN, NAME "WrongPin" },
  { SIGNET_TOKEN_ERROR_PIN_LOCKED, NAME "PinLocked" },
  { SIGNET_TOKEN_ERROR_PIN_INVALID, NAME "PinInvalid" },
  { SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, NAME "NotLoggedIn" },
  { SIGNET_TOKEN_ERROR_REMOVED, NAME "Removed" },
  { SIGNET_TOKEN_ERROR_NOT_FOUND, NAME "NotFound" },
  { SIGNET_TOKEN_ERROR_UNSUPPORTED, NAME "Unsupported" },
  { SIGNET_TOKEN_ERROR_READ_ONLY, NAME "ReadOnly" },
  { SIGNET_TOKEN_ERROR_FULL, NAME "Full" },
  { SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, NAME "ModuleNotLoaded" },
  { SIGNET_TOKEN_ERROR_MODULE_CRASHED, NAME "ModuleCrashed" },
  { SIGNET_TOKEN_ERROR_MODULE_HUNG, NAME "ModuleHung" },
  { SIGNET_TOKEN_ERROR_MODULE_LIED, NAME "ModuleLied" },
  { SIGNET_TOKEN_ERROR_MODULE_NOT_READY, NAME "ModuleNotReady" },
  { SIGNET_TOKEN_ERROR_ERASED, NAME "Erased" },
  { SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER, NAME "WrongUnblocker" },
  { SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED, NAME "UnblockerLocked" },
  { SIGNET_TOKEN_ERROR_LOCKED_OUT, NAME "LockedOut" },
};

GQuark
signet_token_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("signet-token-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}
