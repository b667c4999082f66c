/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-consents.c: which plugins may run: what came with Signet, what the administrator allows, what the person was shown and
 * allowed. Answers are kept in the database, one row each, and never changed: what was agreed when can be told years later. An answer
 * holds for a plugin in its folder with its permissions; anything else is asked about again. Any thread.
 */
#define G_LOG_DOMAIN "signet-plugin-consents"

#include "config.h"

#include "signet-plugin-private.h"

#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-paths.h"
#include "../base/signet-policy.h"

struct _SignetPluginConsents
{
  GObject parent_instance;

  SignetStore   *store;
  SignetClock   *clock;
  SignetJournal *journal;   /* (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetPluginConsents, signet_plugin_consents, G_TYPE_OBJECT)

static const char *const steps[] = {
  "CREATE TABLE plugin_consent ("
  " number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, allowed INTEGER NOT NULL, plugin TEXT NOT NULL, folder TEXT NOT NULL,"
  " helper TEXT NOT NULL, permissions TEXT NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, publisher TEXT NOT NULL)",
  NULL
};

static const char *const standing_ids[] = {
  [SIGNET_PLUGIN_STANDING_SHIPPED] = "shipped",   [SIGNET_PLUGIN_STANDING_POLICY] = "policy",
  [SIGNET_PLUGIN_STANDING_ALLOWED] = "allowed",   [SIGNET_PLUGIN_STANDING_NEW] = "new",
  [SIGNET_PLUGIN_STANDING_CHANGED] = "changed",   [SIGNET_PLUGIN_STANDING_FORBIDDEN] = "forbidden",
  [SIGNET_PLUGIN_STANDING_EXCLUDED] = "excluded",
};

const char *
signet_plugin_standing_get_id (SignetPluginStanding standing)
{
  return standing_ids[standing];
}

void
signet_plugin_consent_free (SignetPluginConsent *consent)
{
  if (consent == NULL)
    return;
  g_free (consent->version);
  g_free (consent->permissions);
  g_free (consent->helper);
  g_free (consent->sha256);
  g_free (consent);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPluginConsent, signet_plugin_consent_free)

static void
signet_plugin_consents_finalize (GObject *object)
{
  SignetPluginConsents *self = SIGNET_PLUGIN_CONSENTS (object);

  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->journal);
  G_OBJECT_CLASS (signet_plugin_consents_parent_class)->finalize (object);
}

static void
signet_plugin_consents_class_init (SignetPluginConsentsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_plugin_consents_finalize;
}

static void
signet_plugin_consents_init (SignetPluginConsents *self)
{
}

SignetPluginConsents *
signet_plugin_consents_new (SignetStore *store, SignetClock *clock, SignetJournal *journal, GError **error)
{
  SignetPluginConsents *self;

  if (!signet_store_migrate (store, "plugin", steps, error))
    return NULL;
  self = g_object_new (SIGNET_TYPE_PLUGIN_CONSENTS, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->journal = journal != NULL ? g_object_ref (journal) : NULL;
  return self;
}

/* --- rows ----------------------------------------------------------------------------------------------------------------- */

static void
bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text != NULL ? text : "", -1, SQLITE_TRANSIENT);
}

static GPtrArray *
read_rows (SignetPluginConsents *self, SignetPluginManifest *manifest, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
    signet_store_prepare (self->store, "SELECT time, allowed, version, permissions, helper, sha256 FROM plugin_consent"
                                       " WHERE plugin = ? AND folder = ? ORDER BY number DESC LIMIT 1000", error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_plugin_consent_free);
  int status = SQLITE_DONE;

  if (statement == NULL)
    return NULL;
  bind_text (statement, 1, signet_plugin_manifest_get_id (manifest));
  bind_text (statement, 2, signet_plugin_manifest_get_directory (manifest));
  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    {
      SignetPluginConsent *row = g_new0 (SignetPluginConsent, 1);

      row->time = sqlite3_column_int64 (statement, 0);
      row->allowed = sqlite3_column_int (statement, 1) != 0;
      row->version = signet_store_dup_text (statement, 2);
      row->permissions = signet_store_dup_text (statement, 3);
      row->helper = signet_store_dup_text (statement, 4);
      row->sha256 = signet_store_dup_text (statement, 5);
      g_ptr_array_add (rows, row);
    }
  if (status != SQLITE_DONE)
    {
      signet_store_set_error (self->store, error, "reading what plugins are allowed");
      return NULL;
    }
  return g_steal_pointer (&rows);
}

GPtrArray *
signet_plugin_consents_list (SignetPluginConsents *self, SignetPluginManifest *manifest, GError **error)
{
  GPtrArray *rows;

  g_return_val_if_fail (SIGNET_IS_PLUGIN_CONSENTS (self), NULL);

  if (!signet_store_begin (self->store, error))
    return NULL;
  rows = read_rows (self, manifest, error);
  signet_store_rollback (self->store);
  return rows;
}

static char *
join_permissions (SignetPluginManifest *manifest, const char *helper)
{
  g_auto (GStrv) pairs = signet_plugin_manifest_dup_permissions (manifest, helper);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; pairs[i] != NULL; i += 2)
    g_string_append_printf (text, "%s %s\n", pairs[i], pairs[i + 1]);
  return g_string_free (text, FALSE);
}

static gboolean
insert_row (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, gboolean allowed, const char *sha256, GError **error)
{
  g_autofree char *permissions = join_permissions (manifest, helper);
  g_autoptr (sqlite3_stmt) statement =
    signet_store_prepare (self->store, "INSERT INTO plugin_consent (time, allowed, plugin, folder, helper, permissions, sha256, name, version, publisher)"
                                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, signet_clock_now (self->clock));
  sqlite3_bind_int (statement, 2, allowed);
  bind_text (statement, 3, signet_plugin_manifest_get_id (manifest));
  bind_text (statement, 4, signet_plugin_manifest_get_directory (manifest));
  bind_text (statement, 5, helper);
  bind_text (statement, 6, permissions);
  bind_text (statement, 7, sha256);
  bind_text (statement, 8, signet_plugin_manifest_get_name (manifest));
  bind_text (statement, 9, signet_plugin_manifest_get_version (manifest));
  bind_text (statement, 10, signet_plugin_manifest_get_publisher (manifest));
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (self->store, error, "keeping what a plugin is allowed");
}

/* The journal is a record, not a gate. */
static void
note (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, gboolean allowed, const char *sha256)
{
  SignetJournalEntry entry = { .act = (char *) (allowed ? "plugin-allowed" : "plugin-forbidden"),
                               .subject = (char *) signet_plugin_manifest_get_id (manifest),
                               .path = (char *) signet_plugin_manifest_get_directory (manifest), .sha256 = (char *) sha256 };
  g_autofree char *permissions = join_permissions (manifest, helper);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *detail = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "version", signet_plugin_manifest_get_version (manifest));
  json_object_set_string_member (object, "permissions", permissions);
  json_node_take_object (node, object);
  entry.detail = detail = json_to_string (node, FALSE);
  if (self->journal != NULL && !signet_journal_append (self->journal, &entry, &error))
    g_warning ("journal: %s", error->message);
}

static gboolean
answer (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, gboolean allowed, GError **error)
{
  g_autofree char *sha256 = signet_plugin_manifest_dup_sha256 (manifest, NULL);

  if (!signet_store_begin (self->store, error) ||
      !signet_store_end (self->store, insert_row (self, manifest, helper, allowed, sha256, error), error))
    return FALSE;
  note (self, manifest, helper, allowed, sha256);
  return TRUE;
}

gboolean
signet_plugin_consents_forbid (SignetPluginConsents *self, SignetPluginManifest *manifest, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_CONSENTS (self), FALSE);
  return answer (self, manifest, NULL, FALSE, error);
}

/* --- how one stands ----------------------------------------------------------------------------------------------------------- */

static gboolean
wants_nothing_special (SignetPluginManifest *manifest)
{
  return !signet_plugin_manifest_has_network (manifest) && !signet_plugin_manifest_has_programs (manifest);
}

/* An id and a publisher are what a plugin says of itself: they count where only root can have put it. A digest counts anywhere. */
static gboolean
is_entry (const char *entry, SignetPluginManifest *manifest, const char *sha256, gboolean installed)
{
  if (g_str_has_prefix (entry, "sha256:"))
    return sha256 != NULL && g_ascii_strcasecmp (entry + strlen ("sha256:"), sha256) == 0;
  if (g_str_has_prefix (entry, "publisher:"))
    return installed && g_strcmp0 (entry + strlen ("publisher:"), signet_plugin_manifest_get_publisher (manifest)) == 0;
  return installed && strcmp (entry, signet_plugin_manifest_get_id (manifest)) == 0;
}

static gboolean
is_pinned (SignetPluginManifest *manifest)
{
  const char *const *entries = signet_policy_get_allowed_plugins ();
  g_autofree char *sha256 = *entries != NULL ? signet_plugin_manifest_dup_sha256 (manifest, NULL) : NULL;
  gboolean installed = _signet_plugin_manifest_is_installed (manifest);

  for (gsize i = 0; entries[i] != NULL; i++)
    if (is_entry (entries[i], manifest, sha256, installed))
      return TRUE;
  return FALSE;
}

/* In the person's own folder. */
static gboolean
is_users (SignetPluginManifest *manifest)
{
  g_autofree char *folder = g_build_filename (signet_paths_get_user_data_dir (), "plugins", NULL);
  g_autofree char *real = realpath (folder, NULL);
  g_autofree char *prefix = g_strconcat (real != NULL ? real : folder, "/", NULL);

  return g_str_has_prefix (signet_plugin_manifest_get_directory (manifest), prefix);
}

static gboolean
is_same (const SignetPluginConsent *row, SignetPluginManifest *manifest, const char *helper)
{
  g_autofree char *permissions = join_permissions (manifest, helper);
  g_autofree char *sha256 = signet_policy_asks_for_changed_plugins () ? signet_plugin_manifest_dup_sha256 (manifest, NULL) : NULL;

  return strcmp (row->permissions, permissions) == 0 &&
         (!signet_policy_asks_for_changed_plugins () || g_strcmp0 (row->sha256, sha256) == 0);
}

/* The newest answer decides; a no is one to every helper. */
static SignetPluginStanding
judge (GPtrArray *rows, SignetPluginManifest *manifest, const char *helper)
{
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const SignetPluginConsent *row = rows->pdata[i];

      if (!row->allowed)
        return SIGNET_PLUGIN_STANDING_FORBIDDEN;
      if (helper != NULL && strcmp (row->helper, helper) != 0)
        continue;
      return is_same (row, manifest, *row->helper != '\0' ? row->helper : NULL) ? SIGNET_PLUGIN_STANDING_ALLOWED
                                                                                : SIGNET_PLUGIN_STANDING_CHANGED;
    }
  return SIGNET_PLUGIN_STANDING_NEW;
}

static SignetPluginStanding
judge_by_answers (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = self != NULL ? signet_plugin_consents_list (self, manifest, &error) : NULL;

  if (error != NULL)
    g_warning ("what plugins are allowed cannot be read, so nothing is: %s", error->message);
  return judge (rows, manifest, helper);
}

SignetPluginStanding
signet_plugin_consents_look (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper)
{
  gboolean shipped = signet_plugin_manifest_is_shipped (manifest);
  SignetPluginStanding answered;

  if (!shipped && is_users (manifest) && !signet_policy_allows_user_plugins () && !is_pinned (manifest))
    return SIGNET_PLUGIN_STANDING_EXCLUDED;
  if (!shipped && signet_policy_is_locked (SIGNET_POLICY_ALLOWED_PLUGINS) && !is_pinned (manifest))
    return SIGNET_PLUGIN_STANDING_EXCLUDED;
  answered = judge_by_answers (self, manifest, helper);
  if (answered == SIGNET_PLUGIN_STANDING_FORBIDDEN)
    return answered;
  if (is_pinned (manifest))
    return SIGNET_PLUGIN_STANDING_POLICY;
  if (shipped && wants_nothing_special (manifest))
    return SIGNET_PLUGIN_STANDING_SHIPPED;
  return answered;
}

gboolean
signet_plugin_consents_check (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, GError **error)
{
  SignetPluginStanding standing = signet_plugin_consents_look (self, manifest, helper);
  const char *id = signet_plugin_manifest_get_id (manifest);

  if (standing == SIGNET_PLUGIN_STANDING_EXCLUDED)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_POLICY, "plugin %s is not among those %s allows", id, signet_policy_get_path ());
  else if (standing == SIGNET_PLUGIN_STANDING_FORBIDDEN)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FORBIDDEN, "plugin %s was forbidden", id);
  else if (standing == SIGNET_PLUGIN_STANDING_CHANGED)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_CONSENT, "plugin %s has changed since it was allowed", id);
  else if (standing == SIGNET_PLUGIN_STANDING_NEW)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_CONSENT, "plugin %s was not allowed yet", id);
  else
    return TRUE;
  return FALSE;
}

gboolean
signet_plugin_consents_allow (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_CONSENTS (self), FALSE);

  if (signet_plugin_consents_look (self, manifest, helper) == SIGNET_PLUGIN_STANDING_EXCLUDED)
    return signet_plugin_consents_check (self, manifest, helper, error);
  return answer (self, manifest, helper, TRUE, error);
}

/* --- asking ------------------------------------------------------------------------------------------------------------------- */

static gboolean
confirm (SignetPluginManifest *manifest, const char *helper, gboolean changed, SignetInteraction *interaction, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_auto (GStrv) pairs = signet_plugin_manifest_dup_permissions (manifest, helper);
  const char *publisher = signet_plugin_manifest_get_publisher (manifest);
  SignetConsent consent = { changed ? "plugin-changed" : "plugin", signet_plugin_manifest_get_name (manifest), NULL, NULL };
  const char *const facts[] = { "plugin", signet_plugin_manifest_get_name (manifest), "plugin-version", signet_plugin_manifest_get_version (manifest),
                                "plugin-publisher", publisher != NULL ? publisher : "", "plugin-folder", signet_plugin_manifest_get_directory (manifest) };

  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    g_ptr_array_add (i % 2 == 0 ? names : values, (gpointer) facts[i]);
  for (gsize i = 0; pairs[i] != NULL; i++)
    g_ptr_array_add (i % 2 == 0 ? names : values, pairs[i]);
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (values, NULL);
  consent.names = (const char *const *) names->pdata;
  consent.values = (const char *const *) values->pdata;
  return signet_interaction_confirm (interaction, &consent, cancellable, error);
}

/**
 * signet_plugin_consents_ask:
 * @helper: (nullable): the program it is to run
 *
 * Shows the person what the plugin may do when nobody has allowed just that yet. A no now is no no for ever: it is asked again the
 * next time; forbidding is an act of its own. Blocking, for worker threads.
 *
 * Returns: whether it may run; %FALSE with FORBIDDEN, POLICY, or what @interaction says
 */
gboolean
signet_plugin_consents_ask (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, SignetInteraction *interaction,
                            GCancellable *cancellable, GError **error)
{
  SignetPluginStanding standing;

  g_return_val_if_fail (SIGNET_IS_PLUGIN_CONSENTS (self), FALSE);

  standing = signet_plugin_consents_look (self, manifest, helper);
  if (standing != SIGNET_PLUGIN_STANDING_NEW && standing != SIGNET_PLUGIN_STANDING_CHANGED)
    return signet_plugin_consents_check (self, manifest, helper, error);
  return confirm (manifest, helper, standing == SIGNET_PLUGIN_STANDING_CHANGED, interaction, cancellable, error) &&
         signet_plugin_consents_allow (self, manifest, helper, error);
}

gboolean
signet_plugin_consents_reconsider (SignetPluginConsents *self, SignetPluginManifest *manifest, const char *helper, SignetInteraction *interaction,
                                   GCancellable *cancellable, GError **error)
{
  SignetPluginStanding standing;

  g_return_val_if_fail (SIGNET_IS_PLUGIN_CONSENTS (self), FALSE);

  standing = signet_plugin_consents_look (self, manifest, helper);
  if (standing == SIGNET_PLUGIN_STANDING_EXCLUDED)
    return signet_plugin_consents_check (self, manifest, helper, error);
  return confirm (manifest, helper, standing == SIGNET_PLUGIN_STANDING_CHANGED, interaction, cancellable, error) &&
         signet_plugin_consents_allow (self, manifest, helper, error);
}

/* A trial is a yes for this once; the administrator's word and what opens the wall stand above it. */
gboolean
_signet_plugin_use_is_allowed (const SignetPluginUse *use, SignetPluginManifest *manifest, GError **error)
{
  SignetPluginConsents *consents = use != NULL ? use->consents : NULL;
  const char *helper = use != NULL ? use->helper : NULL;

  if (use != NULL && use->trial && wants_nothing_special (manifest) &&
      signet_plugin_consents_look (consents, manifest, helper) != SIGNET_PLUGIN_STANDING_EXCLUDED)
    return TRUE;
  return signet_plugin_consents_check (consents, manifest, helper, error);
}
