/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-finding.c: one table from the states of a listing to words, for all pages. Any thread. */
#define G_LOG_DOMAIN "signet-finding"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-finding.h"
#include "signet-ui.h"
#include "../../core/base/signet-text.h"

typedef struct {
  const char *code;
  SignetState state;
  const char *words;
} Look;

static const Look looks[] = {
  { "ok", SIGNET_STATE_OK, N_("Works") },
  { "no-token", SIGNET_STATE_OK, N_("Works, but there is no token in it") },
  { "asking", SIGNET_STATE_LATER, N_("Still being asked") },
  { "refused", SIGNET_STATE_STOP, N_("Not loaded: the file is not one that may be trusted") },
  { "not-ready", SIGNET_STATE_WARNING, N_("Nothing to work with: its service or its hardware is not there") },
  { "excluded", SIGNET_STATE_WARNING, N_("Excluded by the administrator of this computer") },
  { "crashed", SIGNET_STATE_STOP, N_("It crashed. Signet goes on without it; ask its maker for a newer one.") },
  { "hung", SIGNET_STATE_STOP, N_("It never answered and was ended. Ask its maker for a newer one.") },
  { "failed", SIGNET_STATE_WARNING, N_("It answered with an error") },
};

static const Look *
find (const SignetTokenFinding *finding)
{
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    if (g_strcmp0 (looks[i].code, finding->state) == 0)
      return &looks[i];
  return &looks[G_N_ELEMENTS (looks) - 1];
}

SignetState
signet_finding_state (const SignetTokenFinding *finding)
{
  return find (finding)->state;
}

const char *
signet_finding_words (const SignetTokenFinding *finding)
{
  return _(find (finding)->words);
}

/**
 * signet_finding_row_new:
 * @finding: what a driver had to say
 *
 * Returns: (transfer floating): a row with the driver's file name, its state in words, technical words in the tooltip. Main thread.
 */
GtkWidget *
signet_finding_row_new (const SignetTokenFinding *finding)
{
  g_autofree char *base = g_path_get_basename (finding->module);
  g_autofree char *name = signet_text_sanitize (base, -1, 80);
  /* translators: %s is the file name of a driver, e.g. opensc-pkcs11.so */
  g_autofree char *title = g_strdup_printf (_("Driver (PKCS#11 module) %s"), name);
  GtkWidget *row = signet_ui_new_state_row (signet_finding_state (finding), title, signet_finding_words (finding));
  g_autofree char *detail = signet_text_sanitize (finding->detail != NULL && *finding->detail != '\0' ? finding->detail : finding->module, -1, 300);

  gtk_widget_set_tooltip_text (row, detail);
  return row;
}
