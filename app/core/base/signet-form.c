/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-form.c: a form as data. Patterns come from outside: they are matched with a step limit. One thread at a time. */
#define G_LOG_DOMAIN "signet-form"

#include "config.h"

#include "signet-form.h"

#include <string.h>

#include "signet-base-error.h"
#include "signet-text.h"

#define MAX_VALUE 4096
#define MAX_PATTERN 512

struct _SignetForm {
  GObject    parent;
  GPtrArray *fields; /* (element-type SignetField) */
  char      *asker;  /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetForm, signet_form, G_TYPE_OBJECT)

static void
field_free (SignetField *field)
{
  g_free (field->id);
  g_free (field->label);
  g_free (field->help);
  g_free (field->pattern);
  g_free (field->message);
  g_free (field->value);
  g_strfreev (field->choices);
  g_strfreev (field->choice_labels);
  g_free (field);
}

static void
signet_form_finalize (GObject *object)
{
  g_ptr_array_unref (SIGNET_FORM (object)->fields);
  g_free (SIGNET_FORM (object)->asker);
  G_OBJECT_CLASS (signet_form_parent_class)->finalize (object);
}

static void
signet_form_class_init (SignetFormClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_form_finalize;
}

static void
signet_form_init (SignetForm *self)
{
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) field_free);
}

SignetForm *
signet_form_new (void)
{
  return g_object_new (SIGNET_TYPE_FORM, NULL);
}

/**
 * signet_form_add:
 *
 * Returns: (transfer none): the new field, to be filled in further before the form is used
 */
SignetField *
signet_form_add (SignetForm *self, SignetFieldKind kind, const char *id, const char *label)
{
  SignetField *field = g_new0 (SignetField, 1);

  field->kind = kind;
  field->id = g_strdup (id);
  field->label = g_strdup (label);
  g_ptr_array_add (self->fields, field);
  return field;
}

guint
signet_form_get_n_fields (SignetForm *self)
{
  return self->fields->len;
}

const SignetField *
signet_form_get_field (SignetForm *self, guint index)
{
  g_return_val_if_fail (index < self->fields->len, NULL);

  return g_ptr_array_index (self->fields, index);
}

const SignetField *
signet_form_find_field (SignetForm *self, const char *id)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      const SignetField *field = g_ptr_array_index (self->fields, i);

      if (g_strcmp0 (field->id, id) == 0)
        return field;
    }
  return NULL;
}

static gboolean
refuse (const SignetField *field, const char *otherwise, GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, field->message != NULL ? field->message : otherwise);
  return FALSE;
}

/* The limit stops patterns that would backtrack for ever (they come with a plugin). */
static gboolean
matches (const char *pattern, const char *value)
{
  g_autofree char *whole = g_strdup_printf ("(*LIMIT_MATCH=50000)\\A(?:%s)\\z", pattern);
  g_autoptr (GRegex) regex = strlen (pattern) <= MAX_PATTERN ? g_regex_new (whole, G_REGEX_DOLLAR_ENDONLY, 0, NULL) : NULL;

  return regex != NULL && g_regex_match (regex, value, 0, NULL);
}

/**
 * signet_form_check_value:
 * @id: a field
 * @value: (nullable): what was typed
 * @error: return location, with a message fit to be shown under the field
 *
 * Returns: whether the value may be used
 */
gboolean
signet_form_check_value (SignetForm *self, const char *id, const char *value, GError **error)
{
  const SignetField *field = signet_form_find_field (self, id);

  if (field == NULL)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "There is no field “%s”", id);
      return FALSE;
    }
  if (value == NULL || *value == '\0')
    return field->required ? refuse (field, "This field is needed", error) : TRUE;
  if (strlen (value) > MAX_VALUE)
    return refuse (field, "This is too long", error);
  if (!g_utf8_validate (value, -1, NULL))
    return refuse (field, "This is not text", error);
  if (field->kind == SIGNET_FIELD_CHOICE && (field->choices == NULL || !g_strv_contains ((const char *const *) field->choices, value)))
    return refuse (field, "This is not one of the choices", error);
  if (field->pattern != NULL && !matches (field->pattern, value))
    return refuse (field, "This does not have the form that is asked for", error);
  return TRUE;
}

void
signet_form_set_asker (SignetForm *self, const char *asker)
{
  g_return_if_fail (SIGNET_IS_FORM (self));

  g_free (self->asker);
  self->asker = g_strdup (asker);
}

const char *
signet_form_get_asker (SignetForm *self)
{
  g_return_val_if_fail (SIGNET_IS_FORM (self), NULL);
  return self->asker;
}

gboolean
signet_form_names_pin (SignetForm *self)
{
  g_return_val_if_fail (SIGNET_IS_FORM (self), FALSE);

  for (guint i = 0; i < self->fields->len; i++)
    {
      const SignetField *field = g_ptr_array_index (self->fields, i);

      if (signet_text_names_pin (field->label) || signet_text_names_pin (field->help) || signet_text_names_pin (field->message))
        return TRUE;
    }
  return FALSE;
}
