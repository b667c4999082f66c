/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-error.c: the error codes and their names, compiled into the core and into the token host. Any thread. */
#define G_LOG_DOMAIN "signet-token-error"

#include "config.h"

#include "signet-token-error.h"

static const char *const names[] = {
  [SIGNET_TOKEN_ERROR_FAILED] = "Failed",
  [SIGNET_TOKEN_ERROR_WRONG_PIN] = "WrongPin",
  [SIGNET_TOKEN_ERROR_PIN_LOCKED] = "PinLocked",
  [SIGNET_TOKEN_ERROR_PIN_INVALID] = "PinInvalid",
  [SIGNET_TOKEN_ERROR_NOT_LOGGED_IN] = "NotLoggedIn",
  [SIGNET_TOKEN_ERROR_REMOVED] = "Removed",
  [SIGNET_TOKEN_ERROR_NOT_FOUND] = "NotFound",
  [SIGNET_TOKEN_ERROR_UNSUPPORTED] = "Unsupported",
  [SIGNET_TOKEN_ERROR_READ_ONLY] = "ReadOnly",
  [SIGNET_TOKEN_ERROR_FULL] = "Full",
  [SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED] = "ModuleNotLoaded",
  [SIGNET_TOKEN_ERROR_MODULE_CRASHED] = "ModuleCrashed",
  [SIGNET_TOKEN_ERROR_MODULE_HUNG] = "ModuleHung",
  [SIGNET_TOKEN_ERROR_MODULE_LIED] = "ModuleLied",
  [SIGNET_TOKEN_ERROR_MODULE_NOT_READY] = "ModuleNotReady",
  [SIGNET_TOKEN_ERROR_ERASED] = "Erased",
  [SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER] = "WrongUnblocker",
  [SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED] = "UnblockerLocked",
  [SIGNET_TOKEN_ERROR_LOCKED_OUT] = "LockedOut",
  [SIGNET_TOKEN_ERROR_PIN_EXPIRED] = "PinExpired",
  [SIGNET_TOKEN_ERROR_WRONG_MANAGEMENT_KEY] = "WrongManagementKey",
  [SIGNET_TOKEN_ERROR_OCCUPIED] = "Occupied",
};

G_STATIC_ASSERT (G_N_ELEMENTS (names) == SIGNET_TOKEN_ERROR_LAST + 1);

G_DEFINE_QUARK (signet-token-error-quark, signet_token_error)

/**
 * signet_token_error_get_name:
 *
 * Returns: a word for programs, as in the tests' tables
 */
const char *
signet_token_error_get_name (SignetTokenError code)
{
  return (guint) code < G_N_ELEMENTS (names) ? names[code] : "Unknown";
}
