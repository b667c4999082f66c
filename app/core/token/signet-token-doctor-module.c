/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor-module.c: the modules, each with what the last listing found; the one that is missing for what is plugged
 * in; and whether any of them shows a token.
 */
#define G_LOG_DOMAIN "signet-token-doctor-module"

#include "config.h"

#include <string.h>

#include "../base/signet-policy.h"
#include "signet-token-doctor-private.h"

typedef struct
{
  const char *state; /* of SignetTokenFinding */
  const char *code;
  SignetDoctorState ours;   /* for what the user or the administrator named */
  SignetDoctorState others; /* for what came with the system */
} Row;

static const Row rows[] = {
  { "ok", "module-works", SIGNET_DOCTOR_OK, SIGNET_DOCTOR_OK },
  { "no-token", "module-works", SIGNET_DOCTOR_OK, SIGNET_DOCTOR_OK },
  { "refused", "module-refused", SIGNET_DOCTOR_FAILED, SIGNET_DOCTOR_FAILED },
  { "not-ready", "module-not-ready", SIGNET_DOCTOR_FAILED, SIGNET_DOCTOR_WARNING },
  { "crashed", "module-crashed", SIGNET_DOCTOR_FAILED, SIGNET_DOCTOR_FAILED },
  { "hung", "module-hung", SIGNET_DOCTOR_FAILED, SIGNET_DOCTOR_FAILED },
  { "failed", "module-failed", SIGNET_DOCTOR_FAILED, SIGNET_DOCTOR_WARNING },
  { "excluded", "module-excluded", SIGNET_DOCTOR_SKIPPED, SIGNET_DOCTOR_SKIPPED },
};

static const Row *
find_row (const char *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].state, state))
      return &rows[i];
  return &rows[G_N_ELEMENTS (rows) - 2];
}

static const SignetTokenModuleInfo *
find_info (GPtrArray *infos, const char *path)
{
  for (guint i = 0; i < infos->len; i++)
    if (g_str_equal (((SignetTokenModuleInfo *) infos->pdata[i])->path, path))
      return infos->pdata[i];
  return NULL;
}

static gboolean
is_of_system (const SignetTokenModuleInfo *info)
{
  return info != NULL && (g_str_equal (info->origin, "p11-kit") || g_str_equal (info->origin, "vendor"));
}

/* Two times the same file, once with our own tokens: one line is enough. */
static gboolean
was_told (SignetDoctor *self, const char *detail)
{
  for (guint i = 0; i < self->findings->len; i++)
    {
      const SignetDoctorFinding *finding = self->findings->pdata[i];

      if (finding->layer == SIGNET_DOCTOR_MODULE && g_str_equal (finding->detail, detail))
        return TRUE;
    }
  return FALSE;
}

/* --- the wall around it --- */

static gboolean
is_among (const char *words, const char *word)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);

  return g_strv_contains ((const char *const *) all, word);
}

/* What the administrator opened of it, as in the policy. (transfer full): "" when nothing */
static char *
dup_opened (const char *path)
{
  const char *const keys[] = { SIGNET_POLICY_NETWORK_MODULES, SIGNET_POLICY_PROGRAM_MODULES };
  GString *opened = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (signet_policy_names_module (keys[i], path))
      g_string_append_printf (opened, "%s%s", opened->len > 0 ? ", " : "", keys[i]);
  return g_string_free (opened, FALSE);
}

static void
tell_wall (SignetDoctor *self, const SignetTokenFinding *finding, const char *name)
{
  g_autofree char *opened = dup_opened (finding->module);
  g_autofree char *detail = g_strdup_printf ("%s: %s%s%s", finding->module, finding->wall, *opened != '\0' ? ", " : "", opened);
  gboolean whole = is_among (finding->wall, "limits") && is_among (finding->wall, "files") && is_among (finding->wall, "calls");

  if (*finding->wall == '\0' || was_told (self, detail))
    return;
  if (!whole)
    _signet_doctor_add (self, SIGNET_DOCTOR_MODULE, SIGNET_DOCTOR_WARNING, "wall-partly", name, detail);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_MODULE, SIGNET_DOCTOR_OK, *opened != '\0' ? "wall-opened" : "wall-stands", name,
                        detail);
}

/* Whether it was the wall nobody can know: a module says in its own way that something was refused to it. */
static void
tell_wall_in_the_way (SignetDoctor *self, const SignetTokenFinding *finding, const char *name)
{
  static const char *const failures[] = { "not-ready", "crashed", "hung", "failed", NULL };
  g_autofree char *detail =
      g_strdup_printf ("%s: " SIGNET_POLICY_NETWORK_MODULES ", " SIGNET_POLICY_PROGRAM_MODULES, finding->module);

  if (!g_strv_contains (failures, finding->state) || was_told (self, detail) ||
      (signet_policy_names_module (SIGNET_POLICY_NETWORK_MODULES, finding->module) &&
       signet_policy_names_module (SIGNET_POLICY_PROGRAM_MODULES, finding->module)))
    return;
  _signet_doctor_add (self, SIGNET_DOCTOR_MODULE, SIGNET_DOCTOR_WARNING, "wall-in-the-way", name, detail);
}

static void
tell_module (SignetDoctor *self, const SignetTokenFinding *finding, GPtrArray *infos)
{
  const SignetTokenModuleInfo *info = find_info (infos, finding->module);
  const Row *row = find_row (finding->state);
  g_autofree char *base = g_path_get_basename (finding->module);
  g_autofree char *detail = NULL;
  const char *name = info != NULL ? info->name : base;

  if (*finding->detail == '\0' && *finding->version != '\0')
    detail = g_strdup_printf ("%s · %s", finding->module, finding->version);
  else if (*finding->detail == '\0' || g_str_has_prefix (finding->detail, finding->module))
    detail = g_strdup (*finding->detail == '\0' ? finding->module : finding->detail);
  else
    detail = g_strdup_printf ("%s: %s", finding->module, finding->detail);
  if (!was_told (self, detail))
    _signet_doctor_add (self, SIGNET_DOCTOR_MODULE, is_of_system (info) ? row->others : row->ours, row->code, name, detail);
  tell_wall (self, finding, name);
  /* of what came with the system most have nothing to work with, and that is no reason to open anything */
  if (!is_of_system (info) || row->others == SIGNET_DOCTOR_FAILED)
    tell_wall_in_the_way (self, finding, name);
}

/* --- what is missing --- */

static gboolean
is_installed (GPtrArray *infos, const SignetTokenVendor *vendor)
{
  for (guint i = 0; i < infos->len; i++)
    {
      const SignetTokenModuleInfo *info = infos->pdata[i];

      if (_signet_token_vendors_find_module (_signet_token_vendors_get (), info->path) == vendor)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_modules (const SignetTokenVendor *vendor)
{
  for (guint i = 0; i < vendor->entries->len; i++)
    if (((SignetVendorEntry *) vendor->entries->pdata[i])->kind == SIGNET_VENDOR_MODULE)
      return TRUE;
  return FALSE;
}

/* Any one of the makers that serve what is there will do; one whose module is a package comes first. */
static void
tell_missing (SignetDoctor *self, GPtrArray *infos)
{
  const SignetTokenVendor *missing = NULL;

  for (guint i = 0; i < self->wanted->len; i++)
    {
      const SignetTokenVendor *vendor = ((SignetVendorEntry *) self->wanted->pdata[i])->vendor;

      if (is_installed (infos, vendor))
        return;
      if (has_modules (vendor) && (missing == NULL || (*missing->package == '\0' && *vendor->package != '\0')))
        missing = vendor;
    }
  if (missing != NULL)
    _signet_doctor_add_package (_signet_doctor_add (self, SIGNET_DOCTOR_MODULE, SIGNET_DOCTOR_FAILED, "module-missing",
                                                    missing->name, missing->maker),
                                missing->package);
}

static gboolean
is_of_token (SignetDoctor *self, const char *module)
{
  return self->token == NULL || g_str_equal (signet_token_get_module (self->token), module);
}

static void
tell_slots (SignetDoctor *self)
{
  g_autofree char *n = g_strdup_printf ("%u", self->tokens->len);

  if (self->tokens->len > 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_SLOT, SIGNET_DOCTOR_OK, "tokens-shown", n, NULL);
  else if (self->token != NULL)
    _signet_doctor_add (self, SIGNET_DOCTOR_SLOT, SIGNET_DOCTOR_FAILED, "token-gone", signet_token_get_label (self->token), NULL);
  else if (self->n_cards > 0 || self->wanted->len > 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_SLOT, SIGNET_DOCTOR_FAILED, "nobody-shows-it", NULL, NULL);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_SLOT, SIGNET_DOCTOR_SKIPPED, "not-reached", NULL, NULL);
}

void
_signet_doctor_look_at_modules (SignetDoctor *self)
{
  g_autoptr (GPtrArray) findings = signet_token_manager_dup_findings (self->manager);
  g_autoptr (GPtrArray) infos = signet_token_manager_dup_modules (self->manager);

  for (guint i = 0; i < findings->len; i++)
    if (is_of_token (self, ((SignetTokenFinding *) findings->pdata[i])->module))
      tell_module (self, findings->pdata[i], infos);
  if (self->token == NULL)
    tell_missing (self, infos);
  if (findings->len == 0 && self->wanted->len == 0)
    _signet_doctor_add_package (_signet_doctor_add (self, SIGNET_DOCTOR_MODULE, SIGNET_DOCTOR_FAILED, "no-module", NULL, NULL),
                                "opensc-pkcs11");
  tell_slots (self);
}
