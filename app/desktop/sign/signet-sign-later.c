/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-later.c: the offer to sign without a time-stamp, which is then added later. Main thread. */
#define G_LOG_DOMAIN "signet-sign-later"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-sign-later.h"
#include "../common/signet-ui.h"

/* with a time-stamp in hand it was something else that could not be had: what a higher level needs */
gboolean
signet_sign_later_is_possible (SignetSigning *signing,
                               const GError  *error)
{
  return error->domain == SIGNET_EVIDENCE_ERROR && signet_signing_get_timestamp_server (signing) == NULL;
}

/**
 * signet_sign_later_new_dialog:
 * @widget: in whose window it is asked
 * @error: what the last server that was asked said
 *
 * What is weaker is offered and never suggested: Return tries again.
 *
 * Returns: (transfer floating): a dialog, not shown yet
 */
AdwMessageDialog *
signet_sign_later_new_dialog (GtkWidget    *widget,
                              const GError *error)
{
  AdwMessageDialog *dialog = signet_ui_new_error_dialog (widget, error);

  adw_message_dialog_set_heading (dialog, _("No Time Stamp Can Be Had Now"));
  adw_message_dialog_set_body (dialog, _("Nothing was signed. You can sign without a time stamp now: Signet adds it to the signed file "
                                         "as soon as a server answers. The PIN may be asked for again."));
  adw_message_dialog_set_response_label (dialog, "close", _("_Cancel"));
  adw_message_dialog_add_response (dialog, "later", _("_Sign Now, Time-Stamp Later"));
  adw_message_dialog_add_response (dialog, "again", _("_Try Again"));
  adw_message_dialog_set_default_response (dialog, "again");
  return dialog;
}

/**
 * signet_sign_later_new_dialog_for_many:
 * @n: how many documents wait
 *
 * Returns: (transfer floating): the same question, once for all of them
 */
AdwMessageDialog *
signet_sign_later_new_dialog_for_many (GtkWidget    *widget,
                                       const GError *error,
                                       guint         n)
{
  AdwMessageDialog *dialog = signet_sign_later_new_dialog (widget, error);

  adw_message_dialog_format_body (dialog, ngettext ("%u document was not signed. You can sign it without a time stamp now: Signet adds it to the signed "
                                                    "file as soon as a server answers. The PIN is asked for again.",
                                                    "%u documents were not signed. You can sign them without a time stamp now: Signet adds it to each "
                                                    "signed file as soon as a server answers. The PIN is asked for again.", n), n);
  return dialog;
}
