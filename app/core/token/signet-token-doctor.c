/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor.c: walks the layers between the USB port and a signature and collects what each has to say.
 *
 * Decides nothing and mends nothing. Tokens are listed first: what a working token stands on needs no doctor. Worker threads.
 */
#define G_LOG_DOMAIN "signet-token-doctor"

#include "config.h"

#include "../base/signet-base-error.h"
#include "signet-token-doctor-private.h"

/* --- findings --- */

void
signet_doctor_finding_free (SignetDoctorFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->subject);
  g_free (finding->code);
  g_free (finding->detail);
  g_free (finding->package);
  g_free (finding->command);
  g_free (finding);
}

/**
 * signet_doctor_layer_name:
 *
 * Returns: the layer as documents name it
 */
const char *
signet_doctor_layer_name (SignetDoctorLayer layer)
{
  static const char *const names[] = { "usb",   "reader-service", "reader", "card",        "module",
                                       "slot",  "token",          "key",    "certificate", "signature" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == SIGNET_DOCTOR_N_LAYERS);
  return layer < SIGNET_DOCTOR_N_LAYERS ? names[layer] : "";
}

const char *
signet_doctor_state_name (SignetDoctorState state)
{
  static const char *const names[] = { "ok", "warning", "failed", "skipped" };

  return state < G_N_ELEMENTS (names) ? names[state] : "";
}

SignetDoctorFinding *
_signet_doctor_add (SignetDoctor *self,
                    SignetDoctorLayer layer,
                    SignetDoctorState state,
                    const char *code,
                    const char *subject,
                    const char *detail)
{
  SignetDoctorFinding *finding = g_new0 (SignetDoctorFinding, 1);

  finding->layer = layer;
  finding->state = state;
  finding->code = g_strdup (code);
  finding->subject = g_strdup (subject != NULL ? subject : "");
  finding->detail = g_strdup (detail != NULL ? detail : "");
  finding->package = g_strdup ("");
  finding->command = g_strdup ("");
  g_ptr_array_add (self->findings, finding);
  return finding;
}

SignetDoctorState
_signet_doctor_absence (SignetDoctor *self)
{
  return self->tokens->len > 0 ? SIGNET_DOCTOR_WARNING : SIGNET_DOCTOR_FAILED;
}

void
_signet_doctor_add_fix (SignetDoctorFinding *finding, const char *package, const char *command)
{
  g_free (finding->package);
  g_free (finding->command);
  finding->package = g_strdup (package != NULL ? package : "");
  finding->command = g_strdup (command != NULL ? command : "");
}

void
_signet_doctor_add_package (SignetDoctorFinding *finding, const char *package)
{
  g_autofree char *command = package != NULL && *package != '\0' ? g_strdup_printf ("sudo apt install %s", package) : NULL;

  _signet_doctor_add_fix (finding, package, command);
}

/* --- where things are --- */

static char *
below (const char *variable, const char *root, const char *path)
{
  const char *other = NULL;

#if SIGNET_DEVELOPMENT
  other = g_getenv (variable);
#else
  (void) variable;
#endif
  return g_strconcat (other != NULL ? other : root, path, NULL);
}

char *
_signet_doctor_sysfs_path (const char *path)
{
  return below ("SIGNET_SYSFS", "/sys", path);
}

char *
_signet_doctor_root_path (const char *path)
{
  return below ("SIGNET_DOCTOR_ROOT", "", path);
}

/* --- the walk --- */

static void
device_free (SignetDoctorDevice *device)
{
  g_free (device->name);
  g_free (device->id);
  g_free (device->node);
  g_free (device);
}

static void
doctor_clear (SignetDoctor *self)
{
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetDoctor, doctor_clear)

static gboolean
is_asked_for (SignetDoctor *self, SignetToken *token)
{
  return self->token == NULL || g_str_equal (signet_token_get_uri (self->token), signet_token_get_uri (token));
}

static gboolean
list_tokens (SignetDoctor *self, GError **error)
{
  g_autoptr (GPtrArray) all = signet_token_manager_refresh (self->manager, self->cancellable, &self->problems, error);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      if (is_asked_for (self, all->pdata[i]))
        g_ptr_array_add (self->tokens, g_object_ref (all->pdata[i]));
      self->hardware |= !signet_token_is_software (all->pdata[i]);
    }
  return all != NULL;
}

static int
compare_layers (gconstpointer a, gconstpointer b)
{
  const SignetDoctorFinding *first = *(SignetDoctorFinding *const *) a;
  const SignetDoctorFinding *second = *(SignetDoctorFinding *const *) b;

  return (int) first->layer - (int) second->layer;
}

static void
skip_hardware (SignetDoctor *self)
{
  for (SignetDoctorLayer layer = SIGNET_DOCTOR_USB; layer < SIGNET_DOCTOR_MODULE; layer++)
    _signet_doctor_add (self, layer, SIGNET_DOCTOR_SKIPPED, "not-needed", NULL, NULL);
}

/* A token that is looked at alone may be a file: then nothing below its module matters. */
static gboolean
needs_hardware (SignetDoctor *self)
{
  return self->token == NULL || !signet_token_is_software (self->token);
}

/**
 * signet_token_doctor_examine:
 * @token: (nullable): that one alone
 * @interaction: (nullable): asked for the PIN once; a test signature is made with the first key that can sign
 *
 * Lists all modules first, each within its deadline.
 *
 * Returns: (transfer full) (nullable) (element-type SignetDoctorFinding): sorted by layer; %NULL only when cancelled
 */
GPtrArray *
signet_token_doctor_examine (SignetTokenManager *manager,
                             SignetToken *token,
                             SignetInteraction *interaction,
                             GCancellable *cancellable,
                             GError **error)
{
  g_auto (SignetDoctor) self = { .manager = manager, .token = token, .interaction = interaction, .cancellable = cancellable };

  g_return_val_if_fail (SIGNET_IS_TOKEN_MANAGER (manager), NULL);

  self.tokens = g_ptr_array_new_with_free_func (g_object_unref);
  self.findings = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_doctor_finding_free);
  self.devices = g_ptr_array_new_with_free_func ((GDestroyNotify) device_free);
  self.wanted = g_ptr_array_new ();
  if (!list_tokens (&self, error))
    return NULL;
  if (needs_hardware (&self))
    {
      _signet_doctor_look_at_usb (&self);
      _signet_doctor_look_at_readers (&self);
      _signet_doctor_tell_no_usb (&self);
    }
  else
    skip_hardware (&self);
  _signet_doctor_look_at_modules (&self);
  _signet_doctor_look_at_tokens (&self);
  if (!_signet_doctor_look_at_signature (&self, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_ptr_array_sort (self.findings, compare_layers);
  return g_steal_pointer (&self.findings);
}
