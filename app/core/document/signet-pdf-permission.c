/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-permission.c: what signatures of a PDF allow to be changed after them: DocMDP and FieldMDP (ISO 32000-1, 12.8.2.2, 12.8.2.4). */
#define G_LOG_DOMAIN "signet-pdf-permission"

#include "config.h"

#include "signet-pdf-form-private.h"

#include <string.h>

typedef enum { LOCK_ALL, LOCK_INCLUDE, LOCK_EXCLUDE } LockAction;

typedef struct {
  LockAction action;
  GStrv      names;
} Lock;

static void
lock_free (gpointer data)
{
  Lock *lock = data;

  g_strfreev (lock->names);
  g_free (lock);
}

SignetPdfPermissions *
_signet_pdf_permissions_new (void)
{
  SignetPdfPermissions *self = g_new0 (SignetPdfPermissions, 1);

  self->locks = g_ptr_array_new_with_free_func (lock_free);
  return self;
}

void
_signet_pdf_permissions_free (SignetPdfPermissions *self)
{
  g_ptr_array_unref (self->locks);
  g_free (self);
}

static void
restrict_level (SignetPdfPermissions *self, guint level)
{
  if (self->level == 0 || level < self->level)
    self->level = level;
}

static guint
level_of (const SignetPdfValue *p)
{
  if (p->type == SIGNET_PDF_NULL)
    return 2; /* the standard's default */
  return p->type == SIGNET_PDF_INTEGER && p->integer >= 1 && p->integer <= 3 ? (guint) p->integer : 1;
}

static GStrv
dup_names (SignetPdfReader *reader, const SignetPdfValue *names)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; names->type == SIGNET_PDF_ARRAY && i < names->count; i++)
    {
      g_autofree char *name = _signet_pdf_dup_text (_signet_pdf_reader_resolve (reader, names->items[i]), 0);

      if (name != NULL)
        g_strv_builder_add (builder, name);
    }
  return g_strv_builder_end (builder);
}

static void
add_lock (SignetPdfPermissions *self, SignetPdfReader *reader, const SignetPdfValue *parameters)
{
  const SignetPdfValue *action = _signet_pdf_reader_get (reader, parameters, "Action");
  Lock *lock = g_new0 (Lock, 1);

  lock->action = _signet_pdf_is_name (action, "Include") ? LOCK_INCLUDE : _signet_pdf_is_name (action, "Exclude") ? LOCK_EXCLUDE : LOCK_ALL;
  lock->names = dup_names (reader, _signet_pdf_reader_get (reader, parameters, "Fields"));
  g_ptr_array_add (self->locks, lock);
}

void
_signet_pdf_permissions_add (SignetPdfPermissions *self, SignetPdfReader *reader, const SignetPdfValue *signature)
{
  const SignetPdfValue *references = _signet_pdf_reader_get (reader, signature, "Reference");

  for (guint i = 0; references->type == SIGNET_PDF_ARRAY && i < references->count; i++)
    {
      const SignetPdfValue *reference = _signet_pdf_reader_resolve (reader, references->items[i]);
      const SignetPdfValue *method = _signet_pdf_reader_get (reader, reference, "TransformMethod");
      const SignetPdfValue *parameters = _signet_pdf_reader_get (reader, reference, "TransformParams");

      if (_signet_pdf_is_name (method, "DocMDP"))
        restrict_level (self, level_of (_signet_pdf_reader_get (reader, parameters, "P")));
      else if (_signet_pdf_is_name (method, "FieldMDP"))
        {
          add_lock (self, reader, parameters);
          /* ISO 32000-2, 12.7.5.5: a lock may restrict the whole document too */
          if (_signet_pdf_lookup (parameters, "P")->type != SIGNET_PDF_NULL)
            restrict_level (self, level_of (_signet_pdf_reader_get (reader, parameters, "P")));
        }
    }
}

SignetPdfPermissions *
_signet_pdf_permissions_of (SignetPdfReader *reader, GPtrArray *fields)
{
  SignetPdfPermissions *self = _signet_pdf_permissions_new ();
  const SignetPdfValue *perms = _signet_pdf_reader_get (reader, _signet_pdf_get_catalogue (reader), "Perms");
  const SignetPdfValue *certification = _signet_pdf_reader_get (reader, perms, "DocMDP");

  for (guint i = 0; i < fields->len; i++)
    _signet_pdf_permissions_add (self, reader, _signet_pdf_field_get_signature (reader, g_ptr_array_index (fields, i)));
  if (certification->type == SIGNET_PDF_NULL)
    return self;
  _signet_pdf_permissions_add (self, reader, certification);
  if (self->level == 0) /* certified, but it does not say how */
    self->level = certification->type == SIGNET_PDF_DICTIONARY ? 2 : 1;
  return self;
}

/* A name locks the field and everything below it */
static gboolean
is_listed (const Lock *lock, const char *name)
{
  for (guint i = 0; lock->names[i] != NULL; i++)
    {
      gsize length = strlen (lock->names[i]);

      if (strncmp (name, lock->names[i], length) == 0 && (name[length] == '\0' || name[length] == '.'))
        return TRUE;
    }
  return FALSE;
}

gboolean
_signet_pdf_permissions_is_locked (SignetPdfPermissions *self, const char *name)
{
  for (guint i = 0; i < self->locks->len; i++)
    {
      const Lock *lock = g_ptr_array_index (self->locks, i);

      if (lock->action == LOCK_ALL || (lock->action == LOCK_EXCLUDE && (name == NULL || !is_listed (lock, name)))
          || (lock->action == LOCK_INCLUDE && name != NULL && is_listed (lock, name)))
        return TRUE;
    }
  return FALSE;
}
