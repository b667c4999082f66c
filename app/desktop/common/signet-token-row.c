/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-row.c: rows for the token list of the Sign page: looking, none, one each. Main thread. */
#define G_LOG_DOMAIN "signet-token-row"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-token-row.h"
#include "signet-ui.h"
#include "../../core/face/signet-core.h"
#include "../../core/face/signet-words.h"

/**
 * signet_token_title:
 * @token: a token
 *
 * Returns: (transfer full): what to call it; of a software token its label alone
 */
char *
signet_token_title (SignetToken *token)
{
  const char *label = signet_token_get_label (token);
  const char *model = signet_token_get_model (token);

  if (label == NULL || *label == '\0')
    return g_strdup (model != NULL && *model != '\0' ? model : _("Token without a name"));
  if (signet_token_is_software (token) || model == NULL || *model == '\0')
    return g_strdup (label);
  /* translators: a card or token: its model, then the name written on it, e.g. ePass2003, “Li Na” */
  return g_strdup_printf (_("%s, “%s”"), model, label);
}

guint
signet_token_count_signing (SignetToken *token,
                            gint64       now)
{
  GPtrArray *keys = signet_token_get_keys (token);
  guint n = 0;

  for (guint i = 0; i < keys->len; i++)
    {
      const char *reason = NULL;

      if (signet_token_key_get_certificate (g_ptr_array_index (keys, i)) != NULL &&
          signet_signing_key_is_usable (g_ptr_array_index (keys, i), now, &reason))
        n++;
    }
  return n;
}

static GtkWidget *
new_count_tag (guint n)
{
  /* translators: a tag beside a token */
  g_autofree char *words = g_strdup_printf (ngettext ("%u signature certificate", "%u signature certificates", n), n);

  return signet_ui_new_tag (n > 0 ? words : _("No signature certificate"), NULL);
}

/* one above the other, so that a narrow window keeps its room for the name */
static GtkWidget *
new_tags (SignetToken *token,
          gint64       now)
{
  GtkWidget *tags = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 4, "valign", GTK_ALIGN_CENTER, NULL);
  GtkWidget *count = new_count_tag (signet_token_count_signing (token, now));

  if (signet_token_is_software (token))
    {
      /* translators: a tag: the keys are in a file on this computer, not on a card */
      GtkWidget *software = signet_ui_new_tag (_("Software"), "warning");

      gtk_widget_set_halign (software, GTK_ALIGN_END);
      gtk_box_append (GTK_BOX (tags), software);
    }
  gtk_widget_set_halign (count, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (tags), count);
  return tags;
}

GtkWidget *
signet_token_row_new (SignetToken *token,
                      gint64       now)
{
  gboolean locked = (signet_token_get_pin_flags (token) & SIGNET_PIN_FLAG_LOCKED) != 0;
  g_autofree char *title = signet_token_title (token);
  g_autofree char *state = signet_words_token_state (token);
  GtkWidget *row = signet_ui_new_row (title, state);

  if (locked)
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), signet_state_image_new (SIGNET_STATE_STOP));
  else
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (
      signet_token_is_software (token) ? "computer-symbolic" : "auth-smartcard-symbolic"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), new_tags (token, now));
  signet_ui_add_next_arrow (row);
  return row;
}

GtkWidget *
signet_token_row_new_looking (void)
{
  GtkWidget *row = signet_ui_new_row (_("Looking for tokens"), NULL);
  GtkWidget *spinner = g_object_new (GTK_TYPE_SPINNER, "spinning", TRUE, NULL);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), spinner);
  return row;
}

GtkWidget *
signet_token_row_new_none (void)
{
  GtkWidget *row = signet_ui_new_row (_("No token"), _("Put in your card or token. Signet sees it by itself."));

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), signet_state_image_new (SIGNET_STATE_UNKNOWN));
  signet_ui_add_next_arrow (row);
  return row;
}
