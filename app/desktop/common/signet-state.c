/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-state.c: the icon, the word and the colour of a state. Shapes differ, so that grey print and colour blindness lose nothing.
 * Main thread.
 */
#define G_LOG_DOMAIN "signet-state"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-state.h"
#include "../../core/enrolment/signet-expiry.h"

#define SOON 30 /* the rung from which on an end needs care */

typedef struct {
  const char *icon;
  const char *style;
  const char *word;
} Look;

static const Look looks[] = {
  /* translators: spoken by screen readers for the icon of a state */
  [SIGNET_STATE_OK] = { "signet-ok-symbolic", "success", N_("Fine") },
  [SIGNET_STATE_WARNING] = { "dialog-warning-symbolic", "warning", N_("Warning") },
  [SIGNET_STATE_STOP] = { "signet-stop-symbolic", "error", N_("Stop") },
  [SIGNET_STATE_UNKNOWN] = { "dialog-question-symbolic", "unknown", N_("Cannot tell") },
  [SIGNET_STATE_LATER] = { "content-loading-symbolic", "unknown", N_("Not yet") },
  [SIGNET_STATE_CLAIMED] = { "document-edit-symbolic", "unknown", N_("Said, not proved") },
};

/**
 * signet_state_image_set:
 * @image: an image
 * @state: what it shall say
 *
 * Gives @image the shape, colour and accessible label of @state.
 */
void
signet_state_image_set (GtkImage    *image,
                        SignetState  state)
{
  const Look *look = &looks[state];

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (image), looks[i].style);
  gtk_widget_add_css_class (GTK_WIDGET (image), "state");
  gtk_widget_add_css_class (GTK_WIDGET (image), look->style);
  gtk_image_set_from_icon_name (image, look->icon);
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, _(look->word), -1);
}

/**
 * signet_state_image_new:
 * @state: what it shall say
 *
 * Returns: (transfer floating): a new image
 */
GtkWidget *
signet_state_image_new (SignetState state)
{
  GtkWidget *image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, "valign", GTK_ALIGN_CENTER, NULL);

  signet_state_image_set (GTK_IMAGE (image), state);
  return image;
}

/**
 * signet_state_of_end:
 * @until: when it ends
 * @now: now
 *
 * By the ladder of ends, so that a list and a notification never disagree.
 *
 * Returns: how far that is from needing care
 */
SignetState
signet_state_of_end (gint64 until,
                     gint64 now)
{
  int rung = signet_expiry_rung (until, now);

  if (rung == SIGNET_EXPIRY_OVER)
    return SIGNET_STATE_STOP;
  return rung != SIGNET_EXPIRY_FAR && rung <= SOON ? SIGNET_STATE_WARNING : SIGNET_STATE_OK;
}
