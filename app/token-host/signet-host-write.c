/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-write.c: writing and deleting objects. */
#define G_LOG_DOMAIN "signet-host-write"

#include "config.h"

#include <string.h>

#include "signet-host-private.h"

/* Valid as long as @dictionary. */
static gboolean
fill (GVariant *dictionary, const char *name, CK_ATTRIBUTE_TYPE type, CK_ATTRIBUTE *attribute, GVariant **keep)
{
  *keep = g_variant_lookup_value (dictionary, name, G_VARIANT_TYPE_BYTESTRING);
  if (*keep == NULL || g_variant_get_size (*keep) > HOST_MAX_VALUE)
    return FALSE;
  *attribute = (CK_ATTRIBUTE){ type, (void *) g_variant_get_data (*keep), g_variant_get_size (*keep) };
  return TRUE;
}

/* Some modules search by the attributes they know and forget the others: what is not this very object must survive. */
static gboolean
has_attribute (CK_FUNCTION_LIST *p11, HostSession *session, CK_OBJECT_HANDLE handle, const CK_ATTRIBUTE *expected)
{
  static guint8 buffer[HOST_MAX_VALUE];
  CK_ATTRIBUTE actual = { expected->type, buffer, sizeof buffer };

  return p11->C_GetAttributeValue (session->handle, handle, &actual, 1) == CKR_OK && actual.ulValueLen == expected->ulValueLen &&
         memcmp (buffer, expected->pValue, expected->ulValueLen) == 0;
}

/* Byte for byte the same: gets the name it should have instead of a double. */
static gboolean
rename_same (CK_FUNCTION_LIST *p11,
             HostSession *session,
             CK_ATTRIBUTE *value,
             CK_ATTRIBUTE *names,
             gulong n_names,
             gboolean *found,
             GError **error)
{
  CK_OBJECT_CLASS class = CKO_CERTIFICATE;
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class }, { CKA_TOKEN, &yes, sizeof yes }, *value };
  CK_OBJECT_HANDLE handles[16];
  gulong n = 0;

  if (!host_objects_find (p11, session->handle, template, G_N_ELEMENTS (template), handles, G_N_ELEMENTS (handles), &n, error))
    return FALSE;
  *found = FALSE;
  for (gulong i = 0; i < n && !*found; i++)
    {
      *found = has_attribute (p11, session, handles[i], value);
      if (*found)
        p11->C_SetAttributeValue (session->handle, handles[i], names, n_names);
    }
  return TRUE;
}

/* libp11's own template carries attributes that several tokens refuse; this is the least a certificate needs. */
gboolean
host_session_store (CK_FUNCTION_LIST *p11, HostSession *session, GVariant *certificate, GError **error)
{
  static const struct
  {
    const char *name;
    CK_ATTRIBUTE_TYPE type;
  } parts[] = {
    { "id", CKA_ID },           { "label", CKA_LABEL },   { "value", CKA_VALUE },
    { "subject", CKA_SUBJECT }, { "issuer", CKA_ISSUER }, { "serial", CKA_SERIAL_NUMBER },
  };
  CK_OBJECT_CLASS class = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE x509 = CKC_X_509;
  CK_OBJECT_HANDLE handle = 0;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ATTRIBUTE template[4 + G_N_ELEMENTS (parts)] = {
    { CKA_CLASS, &class, sizeof class },
    { CKA_CERTIFICATE_TYPE, &x509, sizeof x509 },
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_PRIVATE, &no, sizeof no },
  };
  GVariant *keep[G_N_ELEMENTS (parts)] = { NULL };
  gboolean complete = TRUE;
  gboolean found = FALSE;
  gboolean ok = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    complete &= fill (certificate, parts[i].name, parts[i].type, &template[4 + i], &keep[i]);
  if (!complete)
    host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "the certificate to be stored is not described completely");
  else
    ok = rename_same (p11, session, &template[6], &template[4], 2, &found, error);
  if (ok && !found)
    ok = host_session_explain (p11, session, p11->C_CreateObject (session->handle, template, G_N_ELEMENTS (template), &handle),
                               "C_CreateObject", error);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_clear_pointer (&keep[i], g_variant_unref);
  return ok;
}

/* What tells objects of a class apart beyond their id. */
static CK_ATTRIBUTE_TYPE
distinguishing (CK_OBJECT_CLASS class, gsize length)
{
  if (class == CKO_CERTIFICATE)
    return CKA_VALUE;
  return length > 140 ? CKA_MODULUS : CKA_EC_POINT; /* 140: a point on a curve of 521 bits and its header */
}

static gboolean
delete_one (CK_FUNCTION_LIST *p11,
            HostSession *session,
            guint64 class64,
            guint64 handle,
            GVariant *id,
            GVariant *value,
            guint *count,
            GError **error)
{
  CK_OBJECT_CLASS class = (CK_OBJECT_CLASS) class64;
  CK_BBOOL yes = CK_TRUE;
  gsize length = g_variant_get_size (value);
  CK_ATTRIBUTE template[4] = {
    { CKA_CLASS, &class, sizeof class },
    { CKA_TOKEN, &yes, sizeof yes },
  };
  gulong n_template = 2;
  CK_OBJECT_HANDLE handles[16];
  gulong n = 0;
  CK_RV rv;

  if (handle != 0)
    {
      *count += 1;
      rv = p11->C_DestroyObject (session->handle, (CK_OBJECT_HANDLE) handle);
      return host_session_explain (p11, session, rv, "C_DestroyObject", error);
    }
  /* neither id nor value: that would be everything */
  if (g_variant_get_size (id) == 0 && length == 0)
    return host_set_error (error, SIGNET_TOKEN_ERROR_NOT_FOUND, "the object to be deleted has no name");
  if (g_variant_get_size (id) > 0)
    template[n_template++] = (CK_ATTRIBUTE){ CKA_ID, (void *) g_variant_get_data (id), g_variant_get_size (id) };
  if (length > 0)
    template[n_template++] = (CK_ATTRIBUTE){ distinguishing (class, length), (void *) g_variant_get_data (value), length };
  if (!host_objects_find (p11, session->handle, template, n_template, handles, G_N_ELEMENTS (handles), &n, error))
    return FALSE;
  for (gulong i = 0; i < n; i++)
    {
      if (!has_attribute (p11, session, handles[i], &template[0]) ||
          !has_attribute (p11, session, handles[i], &template[n_template - 1]))
        continue;
      if (!host_session_explain (p11, session, p11->C_DestroyObject (session->handle, handles[i]), "C_DestroyObject", error))
        return FALSE;
      *count += 1;
    }
  return TRUE;
}

gboolean
host_session_delete (CK_FUNCTION_LIST *p11, HostSession *session, GVariant *objects, guint *count, GError **error)
{
  GVariantIter iter;
  guint64 class = 0;
  guint64 handle = 0;
  GVariant *id = NULL;
  GVariant *value = NULL;
  gboolean ok = TRUE;

  g_variant_iter_init (&iter, objects);
  while (ok && g_variant_iter_next (&iter, "(tt@ay@ay)", &class, &handle, &id, &value))
    {
      ok = delete_one (p11, session, class, handle, id, value, count, error);
      g_variant_unref (id);
      g_variant_unref (value);
    }
  return ok;
}
