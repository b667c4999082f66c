/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-enrolment-place.c: where on a PIV card the key of a request is made. The place and what was in it before are in the
 * database before the key is made: so a key that was made right before we were killed is known again, and used. Blocking, worker
 * threads.
 */
#define G_LOG_DOMAIN "signet-enrolment-place"

#include "config.h"

#include <string.h>

#include "signet-enrolment-private.h"

#include "../token/signet-token-card.h"

/* "before": NULL until the key is about to be made; then the hash of the key that is lost, or "" */
static const char *const steps[] = {
  "CREATE TABLE request_place (request INTEGER PRIMARY KEY, place TEXT NOT NULL, before TEXT)",
  NULL
};

gboolean
_signet_request_place_migrate (SignetStore *store, GError **error)
{
  return signet_store_migrate (store, "enrolment-place", steps, error);
}

/* --- rows ------------------------------------------------------------------------------------------------------------------------ */

static gboolean
write_row (SignetStore *store, gint64 request, const char *place, const char *before, GError **error)
{
  g_autoptr (sqlite3_stmt) statement =
    signet_store_prepare (store, "INSERT OR REPLACE INTO request_place (request, place, before) VALUES (?,?,?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, request);
  sqlite3_bind_text (statement, 2, place, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 3, before, -1, SQLITE_TRANSIENT);
  return sqlite3_step (statement) == SQLITE_DONE || signet_store_set_error (store, error, "writing the place of a key");
}

static gboolean
save (SignetStore *store, gint64 request, const char *place, const char *before, GError **error)
{
  return signet_store_begin (store, error) && signet_store_end (store, write_row (store, request, place, before, error), error);
}

/* @place, @before: (out) (transfer full) (nullable) */
static gboolean
load (SignetStore *store, gint64 request, char **place, char **before, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  *place = *before = NULL;
  if (!signet_store_begin (store, error))
    return FALSE;
  statement = signet_store_prepare (store, "SELECT place, before FROM request_place WHERE request = ?", error);
  if (statement != NULL && sqlite3_bind_int64 (statement, 1, request) == SQLITE_OK && sqlite3_step (statement) == SQLITE_ROW)
    {
      *place = signet_store_dup_text (statement, 0);
      *before = signet_store_dup_text (statement, 1);
    }
  g_clear_pointer (&statement, sqlite3_finalize);
  signet_store_rollback (store);
  return error == NULL || *error == NULL;
}

/**
 * signet_enrolment_choose_place:
 * @place: one of signet_token_list_places()
 *
 * Where the key of a request that was not run yet will be made. What is there is asked about when it comes to that. Without a choice it is
 * signet_token_suggest_place().
 */
gboolean
signet_enrolment_choose_place (SignetEnrolment *self, SignetRequest *request, const char *place, GError **error)
{
  g_return_val_if_fail (SIGNET_IS_ENROLMENT (self), FALSE);
  g_return_val_if_fail (SIGNET_IS_REQUEST (request), FALSE);

  if (request->key_sha256 == NULL && signet_token_parse_place (place) != NULL)
    return save (self->store, request->id, signet_token_parse_place (place), NULL, error);
  g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "no key will be made there");
  return FALSE;
}

/* --- making the key ----------------------------------------------------------------------------------------------------------------- */

/* (nullable) borrowed */
static SignetTokenKey *
key_at (GPtrArray *places, const char *name)
{
  for (guint i = 0; i < places->len; i++)
    {
      const SignetTokenPlace *place = places->pdata[i];

      if (strcmp (place->name, name) == 0)
        return place->key;
    }
  return NULL;
}

/* It came there after we wrote down what was there before, and it is of the kind we wanted. */
static gboolean
is_ours (SignetEnrolmentRun *run, SignetTokenKey *key, const char *before)
{
  const SignetKeySpec *spec = signet_key_spec_find (run->request->key_spec);

  return key != NULL && before != NULL && spec != NULL && signet_token_key_get_certificate (key) == NULL &&
         strcmp (signet_token_key_get_sha256 (key), before) != 0 && g_str_equal (signet_token_key_get_key_text (key), spec->display_name);
}

static SignetTokenKey *
make_at (SignetEnrolmentRun *run, const char *place, SignetTokenKey *old, GError **error)
{
  const char *before = old != NULL ? signet_token_key_get_sha256 (old) : "";

  if (!signet_token_confirm_place (run->token, place, run->interaction, run->cancellable, error) ||
      !save (run->enrolment->store, run->request->id, place, before, error))
    return NULL;
  return signet_token_session_generate_key_at (run->session, run->request->key_spec, run->request->label, place, old != NULL,
                                               run->cancellable, error);
}

/* (transfer full) (nullable): made, or found where we made it before we were killed */
SignetTokenKey *
_signet_enrolment_make_key (SignetEnrolmentRun *run, GError **error)
{
  g_autoptr (GPtrArray) places = signet_token_list_places (run->token);
  g_autofree char *chosen = NULL;
  g_autofree char *before = NULL;
  const char *place = NULL;
  SignetTokenKey *old = NULL;

  if (places->len == 0)
    return signet_token_session_generate_key (run->session, run->request->key_spec, run->request->label, run->cancellable, error);
  if (!load (run->enrolment->store, run->request->id, &chosen, &before, error))
    return NULL;
  place = chosen != NULL ? signet_token_parse_place (chosen) : signet_token_suggest_place (run->token);
  if (place == NULL)
    {
      g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FULL, "no place for a key is free on the card");
      return NULL;
    }
  old = key_at (places, place);
  return is_ours (run, old, before) ? g_object_ref (old) : make_at (run, place, old, error);
}
