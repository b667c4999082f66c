/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-service.c: org.signet.TokenHost.xml on one side, the module on the other: takes a call apart, makes the PIN a
 * secret, answers. Calls run one after the other on the main thread: a PKCS#11 module deserves no more trust than that.
 * Signatures alone may run side by side, on threads of signet-host-lanes.c, when the client asks for it; every other call waits
 * until they are done.
 */
#define G_LOG_DOMAIN "signet-host-service"

#include "config.h"

#include <time.h>
#include <unistd.h>

#include "signet-host-piv.h"
#include "signet-host-private.h"

typedef struct _HostService
{
  HostModule *module;   /* (nullable) */
  GError *refusal;      /* why there is none */
  GHashTable *sessions; /* id to HostSession */
  guint last_id;
} Service;

/* --- taking a call apart --- */

static void
wait_for_lanes (Service *self)
{
  GHashTableIter iter;
  HostSession *session = NULL;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &session))
    if (session->lanes != NULL)
      host_lanes_wait (session->lanes);
}

/* NULL: the call was answered already. */
static CK_FUNCTION_LIST *
begin (Service *self, HostCall *call)
{
  wait_for_lanes (self);
  if (self->module != NULL)
    return host_module_get (self->module);
  host_call_fail (call, g_error_copy (self->refusal));
  return NULL;
}

static gboolean
refuse (HostCall *call, GError *error)
{
  host_call_fail (call, error);
  return TRUE;
}

static HostSession *
find_session (Service *self, guint id, GError **error)
{
  HostSession *session = g_hash_table_lookup (self->sessions, GUINT_TO_POINTER (id));

  if (session == NULL)
    host_set_error (error, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "no such session");
  return session;
}

typedef SignetSecret *(*ReadSecret) (int fd, gsize max_length, GError **error);

/* The @index'th descriptor of the call, read to its end. (nullable) without an error: it was not given. */
static SignetSecret *
read_secret (HostCall *call, guint index, ReadSecret read_fd, gsize limit, GError **error)
{
  int fd = host_call_peek_fd (call, index);

  return fd >= 0 ? read_fd (fd, limit, error) : NULL;
}

static SignetSecret *
read_pin (HostCall *call, guint index, GError **error)
{
  return read_secret (call, index, signet_secret_new_from_fd, HOST_MAX_PIN, error);
}

/* --- the calls --- */

static gboolean
on_list_tokens_cb (HostCall *call, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  g_autofree char *state = NULL;
  GVariant *tokens = NULL;

  if (p11 == NULL)
    return TRUE;
  tokens = host_slots_describe_all (p11, &state, &error);
  if (tokens == NULL)
    return refuse (call, error);
  host_complete_list_tokens (call, host_module_describe (self->module, state), tokens);
  return TRUE;
}

static gboolean
on_get_state_cb (HostCall *call, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  g_autofree char *state = NULL;

  if (p11 == NULL)
    return TRUE;
  state = host_slots_state (p11, &error);
  if (state == NULL)
    return refuse (call, error);
  host_complete_get_state (call, state);
  return TRUE;
}

static gboolean
on_get_flags_cb (HostCall *call, const char *token, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;

  if (p11 == NULL)
    return TRUE;
  if (!host_slots_find (p11, token, &slot, &info, &error))
    return refuse (call, error);
  host_complete_get_flags (call, (guint64) info.flags);
  return TRUE;
}

/* Within one process a login counts for every session of the token: a second one would be accepted with any PIN. */
static gboolean
is_logged_in (Service *self, const char *token)
{
  GHashTableIter iter;
  HostSession *session = NULL;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &session))
    if (g_str_equal (session->token, token))
      return TRUE;
  return FALSE;
}

typedef HostSession *(*OpenFunction) (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *pin, GError **error);

static HostSession *
open_session (Service *self, CK_FUNCTION_LIST *p11, OpenFunction open, const char *token, HostCall *call, GError **error)
{
  g_autoptr (SignetSecret) pin = NULL;
  HostSession *session = NULL;

  if (is_logged_in (self, token))
    {
      host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "the token is logged in already");
      return NULL;
    }
  pin = read_pin (call, 0, error);
  if (pin == NULL && host_call_count_fds (call) > 0)
    return NULL;
  session = open (p11, token, pin, error);
  if (session == NULL)
    return NULL;
  session->id = ++self->last_id;
  g_hash_table_insert (self->sessions, GUINT_TO_POINTER (session->id), session);
  return session;
}

/* (transfer floating): what a login lets be seen */
static GVariant *
describe_private_keys (CK_FUNCTION_LIST *p11, const HostSession *session)
{
  GVariantBuilder builder;

  host_objects_start_answer ();
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  host_objects_describe (p11, session->handle, CKO_PRIVATE_KEY, &builder, NULL);
  return g_variant_builder_end (&builder);
}

static gboolean
on_login_cb (HostCall *call, const char *token, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  HostSession *session = NULL;

  if (p11 == NULL)
    return TRUE;
  session = open_session (self, p11, host_session_open, token, call, &error);
  if (session == NULL)
    return refuse (call, error);
  host_complete_login (call, session->id, describe_private_keys (p11, session));
  return TRUE;
}

static gboolean
on_login_manager_cb (HostCall *call, const char *token, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  HostSession *session = NULL;

  if (p11 == NULL)
    return TRUE;
  session = open_session (self, p11, host_session_open_manager, token, call, &error);
  if (session == NULL)
    return refuse (call, error);
  host_complete_login_manager (call, session->id, describe_private_keys (p11, session));
  return TRUE;
}

/* --- a login that is kept for a while --- */

typedef struct
{
  Service *service;
  guint id;
} Keeping;

static gint64
boot_seconds (void)
{
  struct timespec time = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &time);
  return (gint64) time.tv_sec;
}

static gboolean
on_kept_long_enough_cb (gpointer data)
{
  Keeping *keeping = data;
  HostSession *session = find_session (keeping->service, keeping->id, NULL);

  if (session == NULL)
    return G_SOURCE_REMOVE;
  session->keep_source = 0;
  g_hash_table_remove (keeping->service->sessions, GUINT_TO_POINTER (keeping->id));
  host_session_close (host_module_get (keeping->service->module), session, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
on_keep_session_cb (HostCall *call, guint id, guint seconds, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  HostSession *session = NULL;
  GError *error = NULL;
  Keeping *keeping = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session == NULL || !host_session_is_logged_in (p11, session, &error))
    return refuse (call, error);
  g_clear_handle_id (&session->keep_source, g_source_remove);
  g_clear_pointer (&session->lanes, host_lanes_free);
  keeping = g_new0 (Keeping, 1);
  keeping->service = self;
  keeping->id = id;
  session->keep_until = boot_seconds () + seconds;
  session->keep_source = g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, seconds, on_kept_long_enough_cb, keeping, g_free);
  host_complete_keep_session (call);
  return TRUE;
}

static gboolean
on_resume_session_cb (HostCall *call, guint id, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  HostSession *session = NULL;
  GError *error = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session != NULL && (session->keep_source == 0 || boot_seconds () >= session->keep_until))
    host_set_error (&error, SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, "it is not kept any longer");
  if (error != NULL || !host_session_is_logged_in (p11, session, &error))
    return refuse (call, error);
  g_clear_handle_id (&session->keep_source, g_source_remove);
  host_complete_resume_session (call, describe_private_keys (p11, session));
  return TRUE;
}

static gboolean
on_logout_cb (HostCall *call, guint id, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  HostSession *session = NULL;
  GError *error = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, NULL);
  if (session != NULL)
    {
      g_hash_table_remove (self->sessions, GUINT_TO_POINTER (id));
      if (!host_session_close (p11, session, &error))
        return refuse (call, error);
    }
  host_complete_logout (call);
  return TRUE;
}

static gboolean
on_generate_key_cb (HostCall *call,
                    guint id,
                    const char *kind,
                    guint bits,
                    GVariant *params,
                    const char *label,
                    GVariant *place,
                    gboolean replace,
                    Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (params);
  g_autoptr (GBytes) place_id = g_variant_get_data_as_bytes (place);
  HostSession *session = NULL;
  GVariant *objects = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session != NULL)
    objects = host_session_generate (p11, session, kind, bits, bytes, label, place_id, replace, &error);
  if (objects == NULL)
    return refuse (call, error);
  host_complete_generate_key (call, objects);
  return TRUE;
}

static gboolean
on_import_key_cb (HostCall *call, guint id, const char *label, gboolean decrypts, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  g_autoptr (SignetSecret) key = NULL;
  HostSession *session = NULL;
  GVariant *objects = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session != NULL)
    key = read_secret (call, 0, signet_secret_new_exactly_from_fd, HOST_MAX_PRIVATE, &error);
  if (key != NULL)
    objects = host_session_import (p11, session, key, label, decrypts, &error);
  else if (error == NULL)
    host_set_error (&error, SIGNET_TOKEN_ERROR_FAILED, "no key was given");
  if (objects == NULL)
    return refuse (call, error);
  host_complete_import_key (call, objects);
  return TRUE;
}

static gboolean
on_settle_cb (HostCall *call, Service *self)
{
  wait_for_lanes (self);
  host_complete_settle (call);
  return TRUE;
}

/* --- signing --- */

static gboolean
on_set_lanes_cb (HostCall *call, guint id, guint wanted, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  HostSession *session = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session == NULL)
    return refuse (call, error);
  g_clear_pointer (&session->lanes, host_lanes_free);
  if (wanted > 1 && !host_module_has_one_thread (self->module))
    session->lanes = host_lanes_open (p11, session, wanted);
  host_complete_set_lanes (call, session->lanes != NULL ? host_lanes_count (session->lanes) : 1);
  return TRUE;
}

/* On a lane's thread. */
static void
answer_signature (gpointer data, GVariant *signature, GError *error)
{
  HostCall *call = data;

  if (signature != NULL)
    host_complete_sign (call, signature);
  else
    refuse (call, error);
}

/* TRUE: it will be answered. A key that asks for its PIN at each signature is not for lanes. */
static gboolean
sign_in_lane (Service *self,
              HostCall *call,
              guint id,
              guint64 key,
              const char *scheme,
              guint digest,
              GVariant *data,
              gboolean context)
{
  HostSession *session = find_session (self, id, NULL);
  HostSignature *signature = NULL;

  if (session == NULL || session->lanes == NULL || context)
    return FALSE;
  signature = g_new0 (HostSignature, 1);
  signature->key = (CK_OBJECT_HANDLE) key;
  signature->scheme = g_strdup (scheme);
  signature->digest = digest;
  signature->data = g_variant_get_data_as_bytes (data);
  signature->done = answer_signature;
  signature->user_data = call;
  host_lanes_sign (session->lanes, signature);
  return TRUE;
}

static gboolean
on_sign_cb (HostCall *call,
            guint id,
            guint64 key,
            const char *scheme,
            guint digest,
            GVariant *data,
            gboolean context,
            Service *self)
{
  CK_FUNCTION_LIST *p11 = NULL;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SignetSecret) pin = NULL;
  HostSession *session = NULL;
  GVariant *signature = NULL;

  if (sign_in_lane (self, call, id, key, scheme, digest, data, context))
    return TRUE;
  p11 = begin (self, call);
  if (p11 == NULL)
    return TRUE;
  bytes = g_variant_get_data_as_bytes (data);
  session = find_session (self, id, &error);
  if (session != NULL)
    pin = read_pin (call, 0, &error);
  if (error == NULL)
    signature = host_session_sign (p11, session, (CK_OBJECT_HANDLE) key, scheme, digest, bytes, context, pin, &error);
  if (signature == NULL)
    return refuse (call, error);
  host_complete_sign (call, signature);
  return TRUE;
}

static gboolean
on_store_certificate_cb (HostCall *call, guint id, GVariant *certificate, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  HostSession *session = NULL;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session == NULL || !host_session_store (p11, session, certificate, &error))
    return refuse (call, error);
  host_complete_store_certificate (call);
  return TRUE;
}

static gboolean
on_delete_objects_cb (HostCall *call, guint id, GVariant *objects, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  HostSession *session = NULL;
  guint count = 0;

  if (p11 == NULL)
    return TRUE;
  session = find_session (self, id, &error);
  if (session == NULL || !host_session_delete (p11, session, objects, &count, &error))
    return refuse (call, error);
  host_complete_delete_objects (call, count);
  return TRUE;
}

static gboolean
on_init_token_cb (HostCall *call, const char *token, GVariant *label, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (label);
  g_autoptr (SignetSecret) so_pin = NULL;
  g_autoptr (SignetSecret) pin = NULL;
  g_autofree char *id = NULL;

  if (p11 == NULL)
    return TRUE;
  so_pin = read_pin (call, 0, &error);
  if (error == NULL)
    pin = read_pin (call, 1, &error);
  if (error == NULL)
    id = host_token_init (p11, token, bytes, so_pin, pin, &error);
  if (id == NULL)
    return refuse (call, error);
  host_complete_init_token (call, id);
  return TRUE;
}

/* --- PINs, and what unblocks them --- */

typedef gboolean (
    *ChangeFunction) (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *known, SignetSecret *wanted, GError **error);

static gboolean
read_and_change (CK_FUNCTION_LIST *p11, const char *token, ChangeFunction change, HostCall *call, GError **error)
{
  g_autoptr (SignetSecret) known = NULL;
  g_autoptr (SignetSecret) wanted = NULL;
  g_autoptr (GError) failure = NULL;

  known = read_pin (call, 0, &failure);
  if (failure == NULL)
    wanted = read_pin (call, 1, &failure);
  if (failure == NULL)
    return change (p11, token, known, wanted, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* FALSE: the call was answered already. */
static gboolean
run_change (Service *self, HostCall *call, const char *token, ChangeFunction change)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;

  if (p11 == NULL)
    return FALSE;
  if (read_and_change (p11, token, change, call, &error))
    return TRUE;
  refuse (call, error);
  return FALSE;
}

static gboolean
on_change_pin_cb (HostCall *call, const char *token, Service *self)
{
  if (run_change (self, call, token, host_token_change_pin))
    host_complete_change_pin (call);
  return TRUE;
}

static gboolean
on_unblock_cb (HostCall *call, const char *token, const char *strategy, Service *self)
{
  ChangeFunction change = g_str_equal (strategy, "piv-puk") ? host_piv_reset_pin : host_token_set_pin;

  if (run_change (self, call, token, change))
    host_complete_unblock (call);
  return TRUE;
}

static gboolean
on_change_unblocker_cb (HostCall *call, const char *token, const char *strategy, Service *self)
{
  /* the management key is what the module takes for the security officer's PIN */
  ChangeFunction change = g_str_equal (strategy, "piv-puk") ? host_piv_change_puk : host_token_change_so_pin;

  if (run_change (self, call, token, change))
    host_complete_change_unblocker (call);
  return TRUE;
}

static gboolean
on_get_tries_cb (HostCall *call, const char *token, const char *reference, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  int tries = -1;

  if (p11 == NULL)
    return TRUE;
  if (!host_piv_get_tries (p11, token, g_str_equal (reference, "puk") ? HOST_PIV_PUK : HOST_PIV_PIN, &tries, &error))
    return refuse (call, error);
  host_complete_get_tries (call, tries);
  return TRUE;
}

static gboolean
on_describe_card_cb (HostCall *call, const char *token, Service *self)
{
  CK_FUNCTION_LIST *p11 = begin (self, call);
  GError *error = NULL;
  GVariant *facts = NULL;

  if (p11 == NULL)
    return TRUE;
  facts = host_piv_describe (p11, token, &error);
  if (facts == NULL)
    return refuse (call, error);
  host_complete_describe_card (call, facts);
  return TRUE;
}

/* --- all of them --- */

const HostHandlers host_service_handlers = {
  .list_tokens = on_list_tokens_cb,
  .get_state = on_get_state_cb,
  .get_flags = on_get_flags_cb,
  .login = on_login_cb,
  .login_manager = on_login_manager_cb,
  .logout = on_logout_cb,
  .keep_session = on_keep_session_cb,
  .resume_session = on_resume_session_cb,
  .set_lanes = on_set_lanes_cb,
  .settle = on_settle_cb,
  .generate_key = on_generate_key_cb,
  .import_key = on_import_key_cb,
  .sign = on_sign_cb,
  .store_certificate = on_store_certificate_cb,
  .delete_objects = on_delete_objects_cb,
  .init_token = on_init_token_cb,
  .unblock = on_unblock_cb,
  .change_unblocker = on_change_unblocker_cb,
  .get_tries = on_get_tries_cb,
  .describe_card = on_describe_card_cb,
  .change_pin = on_change_pin_cb,
};

/* Lives as long as the process. */
HostService *
host_service_new (HostModule *module, const GError *refusal)
{
  Service *self = g_new0 (Service, 1);

  self->module = module;
  self->refusal = refusal != NULL ? g_error_copy (refusal) : NULL;
  self->sessions = g_hash_table_new (NULL, NULL);
  return self;
}
