/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-contact.c: rows of what an authority's profile says about reaching it, each value can be copied. Main thread. */
#define G_LOG_DOMAIN "signet-contact"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-contact.h"
#include "../common/signet-ui.h"

static SignetAuthority *
find_issuer (SignetDesktop     *desktop,
             SignetCertificate *certificate)
{
  return signet_authority_find_issuer (signet_core_get_authorities (signet_desktop_get_core (desktop)), certificate);
}

static void
on_open_address_cb (GtkWidget *button)
{
  gtk_show_uri (signet_ui_get_window (button), g_object_get_data (G_OBJECT (button), "address"), GDK_CURRENT_TIME);
}

static GtkWidget *
new_address_row (const char *url)
{
  GtkWidget *row = signet_ui_new_value_row (_("Address"), url, TRUE);
  GtkWidget *open = gtk_button_new_with_mnemonic (_("_Open"));

  gtk_widget_set_valign (open, GTK_ALIGN_CENTER);
  signet_ui_set_spoken_name (open, _("Open the Address of the Authority"));
  g_object_set_data_full (G_OBJECT (open), "address", g_strdup (url), g_free);
  g_signal_connect (open, "clicked", G_CALLBACK (on_open_address_cb), NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), open);
  return row;
}

/**
 * signet_contact_add_rows:
 * @rows: (element-type GtkWidget): taken on
 * @certificate: of whoever issued it
 *
 * The profile's own words; what it does not say is said too, since a person looks for it here.
 */
gboolean
signet_contact_add_rows (GPtrArray         *rows,
                         SignetDesktop     *desktop,
                         SignetCertificate *certificate)
{
  SignetAuthority *authority = find_issuer (desktop, certificate);
  g_autofree char *phone = authority != NULL ? signet_authority_dup_phone (authority) : NULL;
  g_autofree char *url = authority != NULL ? signet_authority_dup_url (authority) : NULL;

  if (authority == NULL)
    return FALSE;
  g_ptr_array_add (rows, signet_ui_new_row (_("Authority"), signet_authority_get_name (authority)));
  if (phone != NULL)
    g_ptr_array_add (rows, signet_ui_new_value_row (_("Telephone"), phone, TRUE));
  if (url != NULL)
    g_ptr_array_add (rows, new_address_row (url));
  if (phone == NULL && url == NULL)
    g_ptr_array_add (rows, signet_ui_new_row (_("How to reach it, its profile does not say"), NULL));
  return TRUE;
}

static GtkWidget *
new_list (SignetDesktop     *desktop,
          SignetCertificate *certificate)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new ();
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  signet_contact_add_rows (rows, desktop, certificate);
  g_ptr_array_add (rows, signet_ui_new_value_row (_("Serial number to have ready"), signet_certificate_get_serial (certificate), TRUE));
  for (guint i = 0; i < rows->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (list), g_ptr_array_index (rows, i));
  return list;
}

void
signet_contact_tell_error (GtkWidget         *widget,
                           SignetDesktop     *desktop,
                           SignetCertificate *certificate,
                           const GError      *error)
{
  GtkWidget *dialog;

  if (!g_error_matches (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_BY_HAND))
    {
      signet_ui_tell_error (widget, error);
      return;
    }
  dialog = adw_message_dialog_new (signet_ui_get_window (widget), _("Turn to the Authority Itself"),
                                   _("It takes this by telephone or at its counter, not from a program."));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), new_list (desktop, certificate));
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}
