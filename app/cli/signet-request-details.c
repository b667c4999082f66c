/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-request-details.c: kind, second certificate, files and differences of a request, as JSON and for people. Main thread. */
#define G_LOG_DOMAIN "signet-request-details"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-request-details.h"

#include "../core/base/signet-text.h"

/* --- JSON ---------------------------------------------------------------------------------------------------------------- */
static void
signet_request_details_set_text (JsonObject *object,
                                 const char *name,
                                 const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
  else
    json_object_set_null_member (object, name);
}

static void
signet_request_details_set_certificate (JsonObject        *object,
                                        const char        *name,
                                        SignetCertificate *certificate,
                                        const char        *note_name,
                                        const char        *note)
{
  JsonObject *told;

  if (certificate == NULL)
    {
      json_object_set_null_member (object, name);
      return;
    }
  told = signet_words_certificate_to_json (certificate);
  signet_request_details_set_text (told, note_name, note);
  json_object_set_object_member (object, name, told);
}

void
signet_request_details_to_json (JsonObject    *object,
                                SignetRequest *request)
{
  gint64 expires = signet_request_get_expires (request);
  g_autofree char *expires_text = expires != SIGNET_TIME_UNKNOWN ? signet_time_format_iso8601 (expires) : NULL;

  json_object_set_string_member (object, "kind", signet_request_kind_get_id (signet_request_get_kind (request)));
  json_object_set_boolean_member (object, "keeps_key", signet_request_keeps_key (request));
  signet_request_details_set_text (object, "expires", expires_text);
  signet_request_details_set_certificate (object, "current", signet_request_get_current (request), "outcome",
                                          signet_request_get_old_note (request));
  signet_request_details_set_certificate (object, "encryption", signet_request_get_encryption_certificate (request), "key_state",
                                          signet_request_get_encryption_note (request));
}

JsonArray *
signet_request_files_to_json (SignetEnrolment *enrolment,
                              SignetRequest   *request)
{
  g_autoptr(GPtrArray) files = signet_enrolment_list_files (enrolment, request, NULL);
  JsonArray *array = json_array_new ();

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const SignetRequestFile *file = g_ptr_array_index (files, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "field", file->field);
      json_object_set_string_member (object, "name", file->name);
      json_object_set_int_member (object, "size", file->size);
      json_object_set_string_member (object, "sha256", file->sha256);
      json_array_add_object_element (array, object);
    }
  return array;
}

/* --- for people ---------------------------------------------------------------------------------------------------------- */
static void
signet_request_show_difference (const SignetRequestDifference *difference,
                                SignetRequestLine              show_line)
{
  const char *words = signet_words_request_field (difference->field);
  const char *name = words != NULL ? words : difference->field;
  g_autofree char *text = NULL;

  if (difference->advice)
    {
      /* translators: something a standard wants of a certificate, and the clause that says so */
      text = *difference->asked != '\0' ? g_strdup_printf (_("%s (%s)"), name, difference->asked) : g_strdup (name);
      show_line (_("Notice"), text);
      return;
    }
  /* translators: a field of a certificate: what was asked for and what came back */
  text = g_strdup_printf (_("asked “%s”, received “%s”"), difference->asked, difference->received);
  show_line (name, text);
}

void
signet_request_details_show (SignetRequest     *request,
                             SignetRequestLine  show_line)
{
  g_autoptr(GPtrArray) differences = signet_request_dup_differences (request);
  SignetCertificate *encryption = signet_request_get_encryption_certificate (request);
  g_autofree char *kind = signet_words_request_kind (request);
  g_autofree char *old = signet_words_old_certificate (request);
  g_autofree char *delivered = signet_words_delivered_key (request);
  gint64 expires = signet_request_get_expires (request);
  g_autofree char *limit = expires != SIGNET_TIME_UNKNOWN ? signet_words_date (expires) : NULL;

  show_line (_("Kind"), kind);
  if (signet_request_get_current (request) != NULL)
    show_line (_("Renews"), signet_certificate_get_sha256 (signet_request_get_current (request)));
  if (old != NULL)
    show_line ("", old);
  if (encryption != NULL)
    show_line (_("Encryption"), signet_certificate_get_sha256 (encryption));
  if (delivered != NULL)
    show_line ("", delivered);
  for (guint i = 0; i < differences->len; i++)
    if (!((const SignetRequestDifference *) g_ptr_array_index (differences, i))->same)
      signet_request_show_difference (g_ptr_array_index (differences, i), show_line);
  if (limit != NULL)
    show_line (_("Waits until"), limit);
}

void
signet_request_files_show (SignetEnrolment   *enrolment,
                           SignetRequest     *request,
                           SignetRequestLine  show_line)
{
  g_autoptr(GPtrArray) files = signet_enrolment_list_files (enrolment, request, NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    show_line (_("Attached"), ((const SignetRequestFile *) g_ptr_array_index (files, i))->name);
}

/* --- attaching ----------------------------------------------------------------------------------------------------------- */
GHashTable *
signet_request_take_files (SignetForm *form,
                           GHashTable *values)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < signet_form_get_n_fields (form); i++)
    {
      const SignetField *field = signet_form_get_field (form, i);
      const char *path = field->kind == SIGNET_FIELD_FILE ? g_hash_table_lookup (values, field->id) : NULL;

      if (path != NULL && *path != '\0')
        g_hash_table_insert (files, g_strdup (field->id), g_strdup (path));
      if (field->kind == SIGNET_FIELD_FILE)
        g_hash_table_remove (values, field->id);
    }
  return files;
}

gboolean
signet_request_attach_files (SignetEnrolment  *enrolment,
                             SignetRequest    *request,
                             GHashTable       *files,
                             GError          **error)
{
  GHashTableIter iter;
  gpointer field, path;

  g_hash_table_iter_init (&iter, files);
  while (g_hash_table_iter_next (&iter, &field, &path))
    if (!signet_enrolment_attach (enrolment, request, field, path, error))
      {
        g_prefix_error (error, "%s: ", (const char *) path);
        return FALSE;
      }
  return TRUE;
}
