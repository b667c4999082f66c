/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "signet-enrolment"

#include "config.h"

#include "signet-enrolment-private.h"

struct _SignetEnrolment
{
  GObject parent_instance;
  GPtrArray *authorities;
};

G_DEFINE_FINAL_TYPE (SignetEnrolment, signet_enrolment, G_TYPE_OBJECT)

static void signet_enrolment_class_init (SignetEnrolmentClass *klass) { }
static void signet_enrolment_init (SignetEnrolment *self) { self->authorities = g_ptr_array_new_with_free_func (g_object_unref); }

#define NOT_YET(error, value) do { g_set_error (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE, "not yet"); return value; } while (0)

GPtrArray *signet_request_dup_differences (SignetRequest *self)
{ return g_ptr_array_new_with_free_func ((GDestroyNotify) signet_request_difference_free); }
SignetEnrolment *signet_enrolment_new (SignetStore *store, SignetHttp *http, SignetClock *clock, SignetTokenManager *tokens,
  SignetJournal *journal, GPtrArray *plugins, GPtrArray *authorities, GError **error)
{ return g_object_new (SIGNET_TYPE_ENROLMENT, NULL); }
GPtrArray *signet_enrolment_get_authorities (SignetEnrolment *self) { return self->authorities; }
SignetAuthority *signet_enrolment_find_authority (SignetEnrolment *self, const char *id, GError **error) { NOT_YET (error, NULL); }
SignetForm *signet_enrolment_get_form (SignetEnrolment *self, SignetAuthority *authority, GCancellable *cancellable, GError **error) { NOT_YET (error, NULL); }
SignetRequest *signet_enrolment_draft (SignetEnrolment *self, SignetAuthority *authority, SignetToken *token, const char *key_spec,
  GHashTable *fields, GHashTable *secrets, GError **error) { NOT_YET (error, NULL); }
gboolean signet_enrolment_agree (SignetEnrolment *self, SignetRequest *request, GError **error) { NOT_YET (error, FALSE); }
gboolean signet_enrolment_run (SignetEnrolment *self, SignetRequest *request, SignetInteraction *interaction,
  GCancellable *cancellable, GError **error) { NOT_YET (error, FALSE); }
gboolean signet_enrolment_cancel (SignetEnrolment *self, SignetRequest *request, GError **error) { NOT_YET (error, FALSE); }
GPtrArray *signet_enrolment_list (SignetEnrolment *self, GError **error) { return g_ptr_array_new_with_free_func (g_object_unref); }
SignetRequest *signet_enrolment_find (SignetEnrolment *self, gint64 id, GError **error) { NOT_YET (error, NULL); }
