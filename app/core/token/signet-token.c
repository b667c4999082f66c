/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token.c: one token as it was listed: texts made safe, numbers read once, keys joined. Immutable after construction,
 * so any thread may read it; the calls that act on it are in signet-token-session.c.
 */
#define G_LOG_DOMAIN "signet-token"

#include "config.h"

#include <p11-kit/pkcs11.h>
#include <string.h>

#include "../base/signet-text.h"
#include "signet-token-private.h"

struct _SignetToken
{
  GObject parent_instance;
  SignetTokenModule *module;
  GVariant *description;
  char *id;
  char *label;
  char *model;
  char *manufacturer;
  char *reader; /* what the module calls the slot */
  char *serial;
  char *uri;
  guint64 flags; /* CK_TOKEN_INFO */
  guint min_pin;
  guint max_pin;
  GArray *mechanisms; /* (element-type SignetTokenMechanism) */
  GMutex lock;        /* for keys */
  GPtrArray *keys;    /* (nullable) until asked for */
  GPtrArray *specs;   /* (nullable) until asked for; names of the table of algorithms, NULL-terminated */
};

G_DEFINE_FINAL_TYPE (SignetToken, signet_token, G_TYPE_OBJECT)

static void
signet_token_finalize (GObject *object)
{
  SignetToken *self = SIGNET_TOKEN (object);

  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_clear_pointer (&self->specs, g_ptr_array_unref);
  g_clear_object (&self->module);
  g_clear_pointer (&self->description, g_variant_unref);
  g_clear_pointer (&self->mechanisms, g_array_unref);
  g_mutex_clear (&self->lock);
  g_free (self->id);
  g_free (self->label);
  g_free (self->model);
  g_free (self->manufacturer);
  g_free (self->reader);
  g_free (self->serial);
  g_free (self->uri);
  G_OBJECT_CLASS (signet_token_parent_class)->finalize (object);
}

static void
signet_token_class_init (SignetTokenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_token_finalize;
}

static void
signet_token_init (SignetToken *self)
{
  g_mutex_init (&self->lock);
  self->mechanisms = g_array_new (FALSE, FALSE, sizeof (SignetTokenMechanism));
}

/* --- reading the description --- */

/* CK_TOKEN_INFO texts are padded with blanks (some cards: with NUL); the length limit is twice the standard's. */
static char *
lookup_text (GVariant *description, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (description, name, G_VARIANT_TYPE_BYTESTRING);
  const char *text = NULL;
  gsize length = 0;

  if (value == NULL)
    return g_strdup ("");
  text = g_variant_get_fixed_array (value, &length, 1);
  length = MIN (length, 64);
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\0'))
    length--;
  return signet_text_sanitize (length > 0 ? text : "", (gssize) length, 64);
}

static void
read_mechanisms (SignetToken *self)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (self->description, "mechanisms", G_VARIANT_TYPE ("a(tttt)"));
  gsize n = list != NULL ? MIN (g_variant_n_children (list), 64) : 0;

  for (gsize i = 0; i < n; i++)
    {
      SignetTokenMechanism mechanism;

      g_variant_get_child (list, i, "(tttt)", &mechanism.mechanism, &mechanism.min, &mechanism.max, &mechanism.flags);
      g_array_append_val (self->mechanisms, mechanism);
    }
}

/* RFC 7512, 2.3: what is not plain in a path component is percent-encoded. */
static char *
make_uri (SignetToken *self)
{
  g_autofree char *model = g_uri_escape_string (self->model, NULL, FALSE);
  g_autofree char *serial = g_uri_escape_string (self->serial, NULL, FALSE);
  g_autofree char *label = g_uri_escape_string (self->label, NULL, FALSE);

  return g_strdup_printf ("pkcs11:model=%s;serial=%s;token=%s", model, serial, label);
}

SignetToken *
_signet_token_new (SignetTokenModule *module, GVariant *description)
{
  SignetToken *self = g_object_new (SIGNET_TYPE_TOKEN, NULL);

  g_set_object (&self->module, module);
  self->description = g_variant_ref (description);
  if (!g_variant_lookup (description, "id", "s", &self->id) || strlen (self->id) > SIGNET_TOKEN_MAX_TEXT * 4)
    {
      g_free (self->id);
      self->id = g_strdup ("");
    }
  g_variant_lookup (description, "flags", "t", &self->flags);
  g_variant_lookup (description, "min-pin", "u", &self->min_pin);
  g_variant_lookup (description, "max-pin", "u", &self->max_pin);
  self->label = lookup_text (description, "label");
  self->model = lookup_text (description, "model");
  self->manufacturer = lookup_text (description, "manufacturer");
  self->reader = lookup_text (description, "reader");
  self->serial = lookup_text (description, "serial");
  self->uri = make_uri (self);
  read_mechanisms (self);
  return self;
}

/* --- for the room --- */

GVariant *
_signet_token_get_description (SignetToken *self)
{
  return self->description;
}

SignetTokenModule *
_signet_token_get_module (SignetToken *self)
{
  return self->module;
}

const char *
_signet_token_get_id (SignetToken *self)
{
  return self->id;
}

gboolean
_signet_token_is_pad (SignetToken *self)
{
  return (self->flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
}

gboolean
_signet_token_needs_login (SignetToken *self)
{
  return (self->flags & CKF_LOGIN_REQUIRED) != 0;
}

SignetPinFlags
_signet_token_pin_flags (guint64 flags)
{
  SignetPinFlags result = SIGNET_PIN_FLAG_NONE;

  if (flags & CKF_USER_PIN_COUNT_LOW)
    result |= SIGNET_PIN_FLAG_COUNT_LOW;
  if (flags & CKF_USER_PIN_FINAL_TRY)
    result |= SIGNET_PIN_FLAG_FINAL_TRY;
  if (flags & CKF_USER_PIN_LOCKED)
    result |= SIGNET_PIN_FLAG_LOCKED;
  if (flags & CKF_PROTECTED_AUTHENTICATION_PATH)
    result |= SIGNET_PIN_FLAG_PIN_PAD;
  return result;
}

SignetPinFlags
_signet_token_so_flags (guint64 flags)
{
  SignetPinFlags result = SIGNET_PIN_FLAG_NONE;

  if (flags & CKF_SO_PIN_COUNT_LOW)
    result |= SIGNET_PIN_FLAG_COUNT_LOW;
  if (flags & CKF_SO_PIN_FINAL_TRY)
    result |= SIGNET_PIN_FLAG_FINAL_TRY;
  if (flags & CKF_SO_PIN_LOCKED)
    result |= SIGNET_PIN_FLAG_LOCKED;
  if (flags & CKF_PROTECTED_AUTHENTICATION_PATH)
    result |= SIGNET_PIN_FLAG_PIN_PAD;
  return result;
}

const SignetTokenMechanism *
_signet_token_find_mechanism (SignetToken *self, gulong mechanism)
{
  for (guint i = 0; i < self->mechanisms->len; i++)
    {
      const SignetTokenMechanism *candidate = &g_array_index (self->mechanisms, SignetTokenMechanism, i);

      if (candidate->mechanism == mechanism)
        return candidate;
    }
  return NULL;
}

/* SoftHSM always offers one more, empty slot: nobody plugged that in. */
gboolean
_signet_token_hides (SignetToken *self)
{
  return signet_token_is_software (self) && !signet_token_is_initialized (self);
}

/* --- the public getters --- */

const char *
signet_token_get_label (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  return self->label;
}

const char *
signet_token_get_model (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  return self->model;
}

const char *
signet_token_get_manufacturer (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  return self->manufacturer;
}

const char *
signet_token_get_serial (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  return self->serial;
}

const char *
signet_token_get_uri (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  return self->uri;
}

const char *
_signet_token_get_reader (SignetToken *self)
{
  return self->reader;
}

const char *
signet_token_get_module (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);
  return _signet_token_module_get_path (self->module);
}

/**
 * signet_token_is_software:
 *
 * Returns: %TRUE when the keys are files on this computer: our own folder, or any other SoftHSM
 */
gboolean
signet_token_is_software (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  return _signet_token_module_get_software_dir (self->module) != NULL || g_str_has_prefix (self->manufacturer, "SoftHSM") ||
         g_str_has_prefix (self->model, "SoftHSM");
}

gboolean
signet_token_is_initialized (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  return (self->flags & CKF_TOKEN_INITIALIZED) != 0;
}

/**
 * signet_token_has_pin:
 *
 * Returns: %FALSE when it was initialised and its security officer never set a PIN: signet_token_unblock() does
 */
gboolean
signet_token_has_pin (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  return (self->flags & CKF_USER_PIN_INITIALIZED) != 0 || (self->flags & CKF_LOGIN_REQUIRED) == 0;
}

gboolean
signet_token_is_read_only (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  return (self->flags & CKF_WRITE_PROTECTED) != 0;
}

SignetPinFlags
signet_token_get_pin_flags (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), SIGNET_PIN_FLAG_NONE);
  return _signet_token_pin_flags (self->flags);
}

guint
signet_token_get_min_pin (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), 0);
  return self->min_pin;
}

guint
signet_token_get_max_pin (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), 0);
  return self->max_pin;
}

/**
 * signet_token_can_make_key:
 * @key_spec: "rsa-3072", "ec-p256"…
 *
 * Returns: whether the token says (C_GetMechanismInfo) that it generates such keys and signs with them
 */
gboolean
signet_token_can_make_key (SignetToken *self, const char *key_spec)
{
  const SignetKeySpec *spec = signet_key_spec_find (key_spec);

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  if (spec == NULL || signet_token_is_read_only (self) || !signet_token_is_initialized (self))
    return FALSE;
  return _signet_token_can_make (self, spec);
}

static GPtrArray *
list_specs (SignetToken *self)
{
  GPtrArray *names = g_ptr_array_new ();
  gsize n = 0;
  const SignetKeySpec *specs = signet_key_spec_list (&n);

  for (gsize i = 0; i < n; i++)
    if (signet_token_can_make_key (self, specs[i].id))
      g_ptr_array_add (names, (gpointer) specs[i].id);
  g_ptr_array_add (names, NULL);
  return names;
}

/**
 * signet_token_get_key_specs:
 *
 * Returns: (transfer none) (array zero-terminated=1): the kinds of keys signet_token_can_make_key() agrees to
 */
const char *const *
signet_token_get_key_specs (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);

  g_mutex_lock (&self->lock);
  if (self->specs == NULL)
    self->specs = list_specs (self);
  g_mutex_unlock (&self->lock);
  return (const char *const *) self->specs->pdata;
}

/* (nullable). Packed ones are outside bytes like everything else: GVariant checks them as they are read. */
static GVariant *
dup_objects (GVariant *description)
{
  g_autoptr (GVariant) packed = g_variant_lookup_value (description, "packed", G_VARIANT_TYPE_BYTESTRING);
  g_autoptr (GBytes) bytes = packed != NULL ? g_variant_get_data_as_bytes (packed) : NULL;

  if (bytes == NULL)
    return g_variant_lookup_value (description, "objects", G_VARIANT_TYPE ("aa{sv}"));
  return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("aa{sv}"), bytes, FALSE));
}

/**
 * signet_token_get_keys:
 *
 * Returns: (transfer none) (element-type SignetTokenKey): joined when first asked for
 */
GPtrArray *
signet_token_get_keys (SignetToken *self)
{
  g_return_val_if_fail (SIGNET_IS_TOKEN (self), NULL);

  g_mutex_lock (&self->lock);
  if (self->keys == NULL)
    {
      g_autoptr (GVariant) list = dup_objects (self->description);
      g_autoptr (GVariant) certificates = g_variant_lookup_value (self->description, "certificates", G_VARIANT_TYPE_BYTESTRING);
      g_autoptr (GPtrArray) objects = _signet_token_parse_objects (list);

      if (certificates != NULL)
        _signet_token_parse_certificates (certificates, objects);
      self->keys = _signet_token_join_keys (self, objects);
    }
  g_mutex_unlock (&self->lock);
  return self->keys;
}
