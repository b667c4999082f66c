/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-template.c: templates of keys, and how much of one a strict module must be spared. */
#define G_LOG_DOMAIN "signet-host-template"

#include "config.h"

#include <string.h>

#include "signet-host-private.h"

void
host_template_add (HostTemplate *template, CK_ATTRIBUTE_TYPE type, const void *value, gsize length)
{
  g_assert (template->n < G_N_ELEMENTS (template->attributes));
  template->attributes[template->n++] = (CK_ATTRIBUTE){ type, (void *) value, length };
}

void
host_template_add_boolean (HostTemplate *template, CK_ATTRIBUTE_TYPE type, gboolean value)
{
  static const CK_BBOOL yes = CK_TRUE;
  static const CK_BBOOL no = CK_FALSE;

  host_template_add (template, type, value ? &yes : &no, sizeof (CK_BBOOL));
}

/* The private half: on the token, behind the PIN, not to be read, not to be taken out, for signing. */
void
host_template_add_private (HostTemplate *template, const char *label, const guint8 *id, gsize id_length, HostMeasure measure)
{
  host_template_add_boolean (template, CKA_TOKEN, TRUE);
  host_template_add_boolean (template, CKA_PRIVATE, TRUE);
  if (measure != HOST_MEASURE_MINIMAL)
    {
      host_template_add_boolean (template, CKA_SENSITIVE, TRUE);
      host_template_add_boolean (template, CKA_EXTRACTABLE, FALSE);
    }
  if (measure == HOST_MEASURE_FULL)
    host_template_add_boolean (template, CKA_SIGN, TRUE);
  host_template_add (template, CKA_LABEL, label, strlen (label));
  host_template_add (template, CKA_ID, id, id_length);
}

void
host_template_add_public (HostTemplate *template, const char *label, const guint8 *id, gsize id_length, HostMeasure measure)
{
  host_template_add_boolean (template, CKA_TOKEN, TRUE);
  if (measure == HOST_MEASURE_FULL)
    {
      host_template_add_boolean (template, CKA_PRIVATE, FALSE);
      host_template_add_boolean (template, CKA_VERIFY, TRUE);
    }
  host_template_add (template, CKA_LABEL, label, strlen (label));
  host_template_add (template, CKA_ID, id, id_length);
}

gboolean
host_template_is_refused (CK_RV rv)
{
  return rv == CKR_TEMPLATE_INCONSISTENT || rv == CKR_TEMPLATE_INCOMPLETE || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
         rv == CKR_ATTRIBUTE_VALUE_INVALID || rv == CKR_ATTRIBUTE_READ_ONLY;
}

static gboolean
is_told (GVariant *description, const char *name, gboolean value)
{
  gboolean told = FALSE;

  return g_variant_lookup (description, name, "b", &told) && told == value;
}

/* A key that can leave the token is none to sign with: better none than that one. What a module does not tell is not held
 * against it; whoever asks is told that it is unknown. */
gboolean
host_template_check_protection (GVariant *description)
{
  return !is_told (description, "sensitive", FALSE) && !is_told (description, "extractable", TRUE);
}
