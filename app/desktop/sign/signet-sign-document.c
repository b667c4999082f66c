/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-document.c: holds the opened document for preview and panel; when folded, the panel comes by Continue. Main thread. */
#define G_LOG_DOMAIN "signet-sign-document"

#include "config.h"

#include "signet-sign-document.h"
#include "signet-preview.h"
#include "signet-sign-panel.h"
#include "../common/signet-ui.h"

struct _SignetSignDocument {
  AdwBin parent_instance;

  SignetOpenDocument *document; /* (owned) (nullable) */
  AdwFlap            *flap;
  SignetSignPanel    *panel;
  SignetPreview      *preview;
  GtkRevealer        *foot;
  SignetMarkChoice   *mark; /* (owned) */
};

G_DEFINE_FINAL_TYPE (SignetSignDocument, signet_sign_document, ADW_TYPE_BIN)

enum { SIGNED, REOPEN, N_SIGNALS };
static guint signals[N_SIGNALS];

/* the one function that makes the screen fit its width */
static void
update (SignetSignDocument *self)
{
  gboolean folded = adw_flap_get_folded (self->flap);

  gtk_revealer_set_reveal_child (self->foot, folded);
  adw_flap_set_reveal_flap (self->flap, !folded);
  signet_preview_set_narrow (self->preview, folded);
}

static void
on_continue_cb (SignetSignDocument *self)
{
  adw_flap_set_reveal_flap (self->flap, TRUE);
}

static void
on_signed_cb (SignetSignDocument *self,
              const char         *path,
              gboolean            software_token,
              gboolean            postponed)
{
  g_signal_emit (self, signals[SIGNED], 0, path, software_token, postponed);
}

static void
on_reopen_cb (SignetSignDocument *self)
{
  g_signal_emit (self, signals[REOPEN], 0);
}

void
signet_sign_document_activate (SignetSignDocument *self)
{
  if (adw_flap_get_folded (self->flap) && !adw_flap_get_reveal_flap (self->flap))
    on_continue_cb (self);
  else
    signet_sign_panel_sign (self->panel);
}

gboolean
signet_sign_document_go_back (SignetSignDocument *self)
{
  if (!adw_flap_get_folded (self->flap) || !adw_flap_get_reveal_flap (self->flap))
    return FALSE;
  adw_flap_set_reveal_flap (self->flap, FALSE);
  return TRUE;
}

void
signet_sign_document_set_desktop (SignetSignDocument *self,
                                  SignetDesktop      *desktop)
{
  signet_sign_panel_set_desktop (self->panel, desktop);
}

void
signet_sign_document_set (SignetSignDocument *self,
                          SignetOpenDocument *document)
{
  signet_mark_choice_set_document (self->mark, document);
  signet_sign_panel_set_document (self->panel, document);
  if (document != NULL)
    signet_preview_set_file (self->preview, document->file, document->pdf);
  g_clear_pointer (&self->document, signet_open_document_free);
  self->document = document;
  update (self);
}

static void
signet_sign_document_dispose (GObject *object)
{
  SignetSignDocument *self = SIGNET_SIGN_DOCUMENT (object);

  g_clear_pointer (&self->document, signet_open_document_free);
  g_clear_object (&self->mark);
  G_OBJECT_CLASS (signet_sign_document_parent_class)->dispose (object);
}

static void
signet_sign_document_class_init (SignetSignDocumentClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_sign_document_dispose;
  g_type_ensure (SIGNET_TYPE_PREVIEW);
  g_type_ensure (SIGNET_TYPE_SIGN_PANEL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-sign-document.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetSignDocument, flap);
  gtk_widget_class_bind_template_child (widget_class, SignetSignDocument, panel);
  gtk_widget_class_bind_template_child (widget_class, SignetSignDocument, preview);
  gtk_widget_class_bind_template_child (widget_class, SignetSignDocument, foot);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_bind_template_callback (widget_class, on_continue_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_signed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_reopen_cb);
  signals[SIGNED] =
    g_signal_new ("signed", SIGNET_TYPE_SIGN_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING,
                  G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);
  signals[REOPEN] = g_signal_new ("reopen", SIGNET_TYPE_SIGN_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_sign_document_init (SignetSignDocument *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->mark = signet_mark_choice_new ();
  signet_sign_panel_set_mark (self->panel, self->mark);
  signet_preview_set_mark_choice (self->preview, self->mark);
}
