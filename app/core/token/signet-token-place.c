/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-place.c: the places for keys that a PIV card has (NIST SP 800-73-4, part 1, table 4b), which of them are taken,
 * and by what. A key made in a place that is taken destroys the one that was there. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-place"

#include "config.h"

#include <string.h>

#include "signet-token-card.h"
#include "signet-token-private.h"

#define N_PLACES 23

/* In the order they are offered: for signatures; for retired keys, which no program expects anything of; for other uses. The
 * CKA_ID is what Yubico's module gives: 1 to 4 for 9a 9c 9d 9e, 5 to 24 for 82 to 95. Not 9e:
 * its key signs without a PIN. */
static const struct
{
  const char *name;
  guint8 id;
} places[N_PLACES] = {
  { "9c", 2 },  { "82", 5 },  { "83", 6 },  { "84", 7 },  { "85", 8 },  { "86", 9 },  { "87", 10 }, { "88", 11 },
  { "89", 12 }, { "8a", 13 }, { "8b", 14 }, { "8c", 15 }, { "8d", 16 }, { "8e", 17 }, { "8f", 18 }, { "90", 19 },
  { "91", 20 }, { "92", 21 }, { "93", 22 }, { "94", 23 }, { "95", 24 }, { "9a", 1 },  { "9d", 3 },
};

static void
place_free (SignetTokenPlace *place)
{
  g_clear_object (&place->key);
  g_free (place);
}

/* The entry with a certificate says more of what is there than the one without. */
static SignetTokenKey *
find_at (SignetToken *token, guint8 id)
{
  GPtrArray *keys = signet_token_get_keys (token);
  SignetTokenKey *found = NULL;

  for (guint i = 0; i < keys->len; i++)
    {
      GBytes *here = _signet_token_key_get_id (keys->pdata[i]);

      if (g_bytes_get_size (here) == 1 && *(const guint8 *) g_bytes_get_data (here, NULL) == id &&
          (found == NULL || signet_token_key_get_certificate (found) == NULL))
        found = keys->pdata[i];
    }
  return found;
}

/**
 * signet_token_list_places:
 *
 * Returns: (transfer full) (element-type SignetTokenPlace): empty where the token has no places of its own
 */
GPtrArray *
signet_token_list_places (SignetToken *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) place_free);

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), list);

  for (guint i = 0; i < N_PLACES && signet_token_needs_manager (self); i++)
    {
      SignetTokenPlace *place = g_new0 (SignetTokenPlace, 1);
      SignetTokenKey *key = find_at (self, places[i].id);

      place->name = places[i].name;
      place->id = places[i].id;
      place->taken = key != NULL;
      place->key = key != NULL ? g_object_ref (key) : NULL;
      g_ptr_array_add (list, place);
    }
  return list;
}

/**
 * signet_token_suggest_place:
 *
 * Returns: (nullable): a free place for a new key; %NULL when all are taken, or the token has none of its own
 */
const char *
signet_token_suggest_place (SignetToken *self)
{
  g_autoptr (GPtrArray) list = signet_token_list_places (self);

  for (guint i = 0; i < list->len; i++)
    {
      const SignetTokenPlace *place = list->pdata[i];
      gboolean other_use = place->name[0] == '9' && strchr ("ad", place->name[1]) != NULL;

      if (!place->taken && !other_use)
        return place->name;
    }
  return NULL;
}

const char *
signet_token_parse_place (const char *text)
{
  if (text == NULL)
    return NULL;
  if (g_ascii_strncasecmp (text, "0x", 2) == 0)
    text += 2;
  for (guint i = 0; i < N_PLACES; i++)
    if (g_ascii_strcasecmp (text, places[i].name) == 0)
      return places[i].name;
  return NULL;
}

/* 0: there is no such place */
guint8
_signet_token_place_get_id (const char *name)
{
  for (guint i = 0; i < N_PLACES; i++)
    if (g_strcmp0 (name, places[i].name) == 0)
      return places[i].id;
  return 0;
}

/* (transfer full) (nullable) */
SignetTokenKey *
_signet_token_place_dup_key (SignetToken *token, const char *name)
{
  SignetTokenKey *key = signet_token_needs_manager (token) ? find_at (token, _signet_token_place_get_id (name)) : NULL;

  return key != NULL ? g_object_ref (key) : NULL;
}

/**
 * signet_token_confirm_place:
 * @place: one of signet_token_list_places()
 *
 * A key is made over another only after a clear yes to what is lost.
 */
gboolean
signet_token_confirm_place (SignetToken *self,
                            const char *place,
                            SignetInteraction *interaction,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (SignetTokenKey) key = NULL;
  SignetCertificate *certificate = NULL;
  const char *names[] = { "token", "place", "key", NULL, NULL };
  const char *values[] = { NULL, place, NULL, NULL, NULL };
  SignetConsent consent = { .kind = "overwrite-key", .names = names, .values = values };

  g_return_val_if_fail (SIGNET_IS_TOKEN (self), FALSE);
  g_return_val_if_fail (place != NULL, FALSE);

  key = _signet_token_place_dup_key (self, place);
  if (key == NULL)
    return TRUE;
  certificate = signet_token_key_get_certificate (key);
  consent.title = values[0] = signet_token_get_label (self);
  values[2] = signet_token_key_get_key_text (key);
  names[3] = certificate != NULL ? "certificate" : NULL;
  values[3] = certificate != NULL ? signet_certificate_get_holder (certificate) : NULL;
  return signet_interaction_confirm (interaction, &consent, cancellable, error);
}
