/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-application.c: the application: command line, files, shortcuts, About. Not the window, no work of its own. Main thread.
 */
#define G_LOG_DOMAIN "signet-application"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-application.h"
#include "signet-window.h"
#include "../certificates/signet-certificate-details.h"

struct _SignetApplication {
  AdwApplication parent_instance;

  SignetDesktop *desktop; /* (owned) */
};

G_DEFINE_FINAL_TYPE (SignetApplication, signet_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "verify", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Verify the files instead of signing them"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Show the version"), NULL },
  { NULL }
};

static SignetWindow *
ensure_window (SignetApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (!SIGNET_IS_WINDOW (window))
    window = GTK_WINDOW (signet_window_new (GTK_APPLICATION (self), self->desktop));
  gtk_window_present (window);
  return SIGNET_WINDOW (window);
}

static void
signet_application_activate (GApplication *application)
{
  ensure_window (SIGNET_APPLICATION (application));
}

/* @hint is "verify" when the caller said so; else the window decides by the file itself */
static void
signet_application_open (GApplication  *application,
                         GFile        **files,
                         int            n_files,
                         const char    *hint)
{
  SignetWindow *window = ensure_window (SIGNET_APPLICATION (application));

  g_autoptr(GPtrArray) all = g_ptr_array_new ();

  for (int i = 0; i < n_files; i++)
    g_ptr_array_add (all, files[i]);
  signet_window_open_files (window, all, g_strcmp0 (hint, "verify") == 0);
}

static int
signet_application_handle_local_options (GApplication *application,
                                         GVariantDict *options_given)
{
  if (!g_variant_dict_contains (options_given, "version"))
    return -1;
  g_print ("%s %s\n", SIGNET_NAME, SIGNET_VERSION);
  return 0;
}

/* the file names of the command line are resolved in the folder of whoever started the program */
static int
signet_application_command_line (GApplication            *application,
                                 GApplicationCommandLine *line)
{
  g_auto(GStrv) arguments = g_application_command_line_get_arguments (line, NULL);
  gboolean verify = g_variant_dict_contains (g_application_command_line_get_options_dict (line), "verify");
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 1; arguments[i] != NULL; i++)
    g_ptr_array_add (files, g_application_command_line_create_file_for_arg (line, arguments[i]));
  if (files->len == 0)
    g_application_activate (application);
  else
    g_application_open (application, (GFile **) files->pdata, (int) files->len, verify ? "verify" : "");
  return 0;
}

static void
on_about_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)),
                         "application-name", SIGNET_NAME,
                         "application-icon", SIGNET_APPLICATION_ID,
                         "version", SIGNET_VERSION,
                         "developer-name", _("The Signet project"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Sign and verify documents with the certificate on your card or token."),
                         /* translators: your own names, one a line; shown in About */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
on_quit_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       data)
{
  GtkWindow *window;

  while ((window = gtk_application_get_active_window (GTK_APPLICATION (data))) != NULL)
    gtk_window_destroy (window);
}

/* What a notification of signet-background starts; the data may not be open yet. */
static void
open_request (SignetDesktop *desktop,
              GtkWidget     *window)
{
  const char *number = g_object_get_data (G_OBJECT (window), "request");

  gtk_widget_activate_action (window, "win.get-certificate", "x", g_ascii_strtoll (number, NULL, 10));
}

static void
on_show_request_cb (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       data)
{
  SignetApplication *self = data;
  GtkWidget *window = GTK_WIDGET (ensure_window (self));

  g_object_set_data_full (G_OBJECT (window), "request", g_variant_dup_string (parameter, NULL), g_free);
  gtk_widget_activate_action (window, "win.place", "s", "certificates");
  if (signet_desktop_is_open (self->desktop))
    open_request (self->desktop, window);
  else
    g_signal_connect_object (self->desktop, "opened", G_CALLBACK (open_request), window, 0);
}

static void
open_certificate (SignetDesktop *desktop,
                  GtkWidget     *window)
{
  const char *fingerprint = g_object_get_data (G_OBJECT (window), "certificate");
  g_autoptr(GPtrArray) tokens = signet_desktop_dup_tokens (desktop);

  for (guint i = 0; tokens != NULL && i < tokens->len; i++)
    {
      GPtrArray *keys = signet_token_get_keys (g_ptr_array_index (tokens, i));

      for (guint j = 0; j < keys->len; j++)
        {
          SignetCertificate *certificate = signet_token_key_get_certificate (g_ptr_array_index (keys, j));

          if (certificate == NULL || g_strcmp0 (signet_certificate_get_sha256 (certificate), fingerprint) != 0)
            continue;
          gtk_window_present (GTK_WINDOW (signet_certificate_details_new_for_key (GTK_WINDOW (window), desktop, g_ptr_array_index (keys, j))));
          return;
        }
    }
}

/* Without its token there is nothing to renew with: then the place is shown, where the token can be waited for. */
static void
on_renew_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  SignetApplication *self = data;
  GtkWidget *window = GTK_WIDGET (ensure_window (self));

  g_object_set_data_full (G_OBJECT (window), "certificate", g_variant_dup_string (parameter, NULL), g_free);
  gtk_widget_activate_action (window, "win.place", "s", "certificates");
  if (signet_desktop_is_open (self->desktop))
    open_certificate (self->desktop, window);
  else
    g_signal_connect_object (self->desktop, "tokens-listed", G_CALLBACK (open_certificate), window, 0);
}

static const GActionEntry actions[] = {
  { "about", on_about_cb },
  { "renew", on_renew_cb, "s" },
  { "show-request", on_show_request_cb, "s" },
  { "quit", on_quit_cb },
};

static const struct { const char *action; const char *accels[3]; } shortcuts[] = {
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.place::sign", { "<Alt>1" } },
  { "win.place::verify", { "<Alt>2" } },
  { "win.place::certificates", { "<Alt>3" } },
  { "win.place::authorities", { "<Alt>4" } },
  { "win.open", { "<Control>o" } },
  { "win.preferences", { "<Control>comma" } },
  { "win.main", { "<Control>Return", "<Control>KP_Enter" } },
  { "win.next-area", { "F6" } },
  { "win.previous-area", { "<Shift>F6" } },
};

static void
signet_application_startup (GApplication *application)
{
  SignetApplication *self = SIGNET_APPLICATION (application);

  G_APPLICATION_CLASS (signet_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (SIGNET_APPLICATION_ID);
  self->desktop = signet_desktop_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action, shortcuts[i].accels);
}

static void
signet_application_finalize (GObject *object)
{
  SignetApplication *self = SIGNET_APPLICATION (object);

  g_clear_object (&self->desktop);
  G_OBJECT_CLASS (signet_application_parent_class)->finalize (object);
}

static void
signet_application_class_init (SignetApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = signet_application_finalize;
  application_class->activate = signet_application_activate;
  application_class->open = signet_application_open;
  application_class->startup = signet_application_startup;
  application_class->command_line = signet_application_command_line;
  application_class->handle_local_options = signet_application_handle_local_options;
}

static void
signet_application_init (SignetApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[FILE…]"));
}

SignetApplication *
signet_application_new (void)
{
  return g_object_new (SIGNET_TYPE_APPLICATION,
                       "application-id", SIGNET_APPLICATION_ID,
                       "resource-base-path", "/org/signet/Signet",
                       "flags", G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE,
                       NULL);
}
