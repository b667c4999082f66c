/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main.c: signet-background: one look at what ends soon and at what authorities have decided, told by notification; then it is gone.
 *
 * Not a service. It reads the database and may ask authorities over the network about what waits; it starts no PKCS#11 module, asks for no PIN and
 * opens no key ring. A second one at the same time ends at once. One thread.
 */
#define G_LOG_DOMAIN "signet-background"

#include "config.h"

#include <locale.h>
#include <stdlib.h>

#include <glib/gi18n.h>

#include "../core/base/signet-paths.h"
#include "../core/face/signet-core.h"
#include "../core/face/signet-words.h"
#include "signet-background-interaction.h"
#include "signet-notifier.h"
#include "signet-shelf-look.h"

#define BUS_NAME "org.signet.Background"
#define BUTTON_SECONDS 120 /* a button works while we are there; later a click opens nothing, and the next look tells of the next rung */

typedef struct
{
  SignetCore      *core;
  SignetEnrolment *enrolment; /* borrowed from core */
  SignetNotifier  *notifier;
  gint64           now;
} Look;

/* --- what ends soon ----------------------------------------------------------------------------------------------------- */

static const char *
action_of (const SignetExpiry *expiry)
{
  switch (expiry->kind)
    {
    case SIGNET_EXPIRY_CERTIFICATE:
      return "renew";
    case SIGNET_EXPIRY_REQUEST:
      return "show-request";
    case SIGNET_EXPIRY_CA_CERTIFICATE:
    default:
      return NULL;
    }
}

/* Told is what a notification daemon has taken: without one it is told at the next look. */
static void
tell_expiry (Look               *look,
             const SignetExpiry *expiry)
{
  g_autofree char *title = signet_words_expiry_title (expiry);
  g_autofree char *body = signet_words_expiry (expiry, look->now);
  g_autofree char *label = signet_words_expiry_act (expiry);
  g_autoptr(GError) error = NULL;

  if (!signet_notifier_tell (look->notifier, title, body, expiry->rung <= 7, label, action_of (expiry), expiry->id, &error) ||
      !signet_enrolment_note_told (look->enrolment, expiry, &error))
    g_message ("%s", error->message);
}

static void
look_at_expiries (Look *look)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) untold = signet_enrolment_list_untold_expiries (look->enrolment, &error);

  if (untold == NULL)
    g_message ("%s", error->message);
  for (guint i = 0; untold != NULL && i < untold->len; i++)
    tell_expiry (look, g_ptr_array_index (untold, i));
}

/* --- what authorities have decided ---------------------------------------------------------------------------------------- */

static void
tell_request (Look          *look,
              SignetRequest *request,
              const char    *title,
              const char    *body)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, signet_request_get_id (request));
  g_autofree char *label = g_strdup (_("Show the Request"));
  g_autoptr(GError) error = NULL;

  if (!signet_notifier_tell (look->notifier, title, body, FALSE, label, "show-request", number, &error))
    g_message ("%s", error->message);
}

/* Only when it has moved, or when it needs the person and nobody knew. */
static void
tell_moved (Look          *look,
            SignetRequest *request,
            gboolean       needs_person)
{
  switch (signet_request_get_state (request))
    {
    case SIGNET_REQUEST_ISSUED:
    case SIGNET_REQUEST_CHECKED:
      tell_request (look, request, _("Your certificate is here"),
                    _("Put the token in and go on with the request: the PIN is needed to install it."));
      break;
    case SIGNET_REQUEST_REJECTED:
      tell_request (look, request, _("The authority refused the request"), signet_request_get_error (request) != NULL
                                                                               ? signet_request_get_error (request)
                                                                               : signet_request_get_subject (request));
      break;
    case SIGNET_REQUEST_EXPIRED:
      tell_request (look, request, _("A certificate request has run out"), signet_request_get_subject (request));
      break;
    default:
      if (needs_person)
        tell_request (look, request, _("A certificate request needs you"), signet_request_get_subject (request));
      break;
    }
}

static gboolean
is_due (SignetRequest *request,
        gint64         now)
{
  gint64 next = signet_request_get_next_poll (request);

  return signet_request_get_state (request) == SIGNET_REQUEST_WAITING && next != SIGNET_TIME_UNKNOWN && next <= now;
}

static void
poll_request (Look          *look,
              SignetRequest *request)
{
  g_autoptr(SignetBackgroundInteraction) nobody = signet_background_interaction_new ();
  SignetRequestState before = signet_request_get_state (request);
  g_autoptr(GError) error = NULL;

  if (!signet_enrolment_run (look->enrolment, request, SIGNET_INTERACTION (nobody), signet_background_interaction_get_cancellable (nobody), &error))
    g_info ("request %" G_GINT64_FORMAT ": %s", signet_request_get_id (request), error->message);
  if (signet_request_get_state (request) != before || signet_background_interaction_needs_person (nobody))
    tell_moved (look, request, signet_background_interaction_needs_person (nobody));
}

static void
look_at_requests (Look *look)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) requests = signet_enrolment_list (look->enrolment, &error);

  if (requests == NULL)
    g_message ("%s", error->message);
  for (guint i = 0; requests != NULL && i < requests->len; i++)
    if (is_due (g_ptr_array_index (requests, i), look->now))
      poll_request (look, g_ptr_array_index (requests, i));
}

/* An act the person asked for and nothing was sent of waits for the person; one the authority looks at is asked about. */
static void
look_at_act (Look            *look,
             SignetLifecycle *act)
{
  g_autoptr(SignetBackgroundInteraction) nobody = signet_background_interaction_new ();
  g_autofree char *name = signet_words_act_name (signet_lifecycle_get_act (act));
  g_autofree char *state = NULL;
  g_autoptr(GError) error = NULL;

  if (signet_lifecycle_get_state (act) != SIGNET_LIFECYCLE_WAITING || signet_lifecycle_get_next_poll (act) > look->now)
    return;
  if (!signet_enrolment_run_act (look->enrolment, act, SIGNET_INTERACTION (nobody), signet_background_interaction_get_cancellable (nobody), &error))
    g_info ("act %" G_GINT64_FORMAT ": %s", signet_lifecycle_get_id (act), error->message);
  if (!signet_lifecycle_is_over (act))
    return;
  g_clear_error (&error);
  state = signet_words_act (act);
  if (!signet_notifier_tell (look->notifier, name, state, FALSE, NULL, NULL, NULL, &error))
    g_message ("%s", error->message);
}

static void
look_at_acts (Look *look)
{
  g_autoptr(GPtrArray) acts = signet_enrolment_list_acts (look->enrolment, NULL);

  for (guint i = 0; acts != NULL && i < acts->len; i++)
    look_at_act (look, g_ptr_array_index (acts, i));
}

static void
look_at_shelf (Look *look)
{
  guint n_locked = 0;
  guint n = signet_shelf_look (look->core, look->now, &n_locked);
  g_autofree char *body = g_strdup_printf (ngettext ("%u signed file has the time stamp it waited for", "%u signed files have the time stamps they waited for", n), n);
  g_autofree char *locked = g_strdup_printf (ngettext ("%u signed file is encrypted: its time stamp can only be added with the password",
                                                       "%u signed files are encrypted: their time stamps can only be added with the passwords", n_locked),
                                             n_locked);
  g_autoptr(GError) error = NULL;

  if (n > 0 && !signet_notifier_tell (look->notifier, _("Time stamps added"), body, FALSE, NULL, NULL, NULL, &error))
    g_message ("not told: %s", error->message);
  g_clear_error (&error);
  /* once: from now on it waits for the person */
  if (n_locked > 0 && !signet_notifier_tell (look->notifier, _("A password is needed"), locked, FALSE, NULL, NULL, NULL, &error))
    g_message ("not told: %s", error->message);
}

/* --- one look --------------------------------------------------------------------------------------------------------------- */

static guint
button_seconds (void)
{
#if SIGNET_DEVELOPMENT
  const char *text = g_getenv ("SIGNET_TEST_BUTTON_SECONDS");

  if (text != NULL)
    return (guint) atoi (text);
#endif
  return BUTTON_SECONDS;
}

static int
look_once (GDBusConnection *bus)
{
  g_autoptr(SignetCore) core = signet_core_new (NULL);
  g_autoptr(SignetNotifier) notifier = signet_notifier_new (bus);
  g_autoptr(GError) error = NULL;
  Look look = { .core = core, .notifier = notifier };

  signet_enrolment_set_attended (FALSE);
  look.enrolment = signet_core_get_enrolment (core, &error);
  if (look.enrolment == NULL)
    {
      g_message ("%s", error->message);
      return EXIT_FAILURE;
    }
  look.now = signet_clock_now (signet_core_get_clock (core));
  look_at_requests (&look);
  look_at_acts (&look);
  look_at_expiries (&look);
  look_at_shelf (&look);
  signet_notifier_wait (notifier, button_seconds ());
  return EXIT_SUCCESS;
}

/* FALSE: another one is at it, or there is no bus to tell anybody by */
static gboolean
take_name (GDBusConnection *bus)
{
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GError) error = NULL;
  guint32 result = 0;

  /* 4: do not queue */
  answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                        g_variant_new ("(su)", BUS_NAME, 4), G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  if (answer == NULL)
    {
      g_message ("%s", error->message);
      return FALSE;
    }
  g_variant_get (answer, "(u)", &result);
  return result == 1;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GDBusConnection) bus = NULL;
  g_autoptr(GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, signet_paths_get_locale_dir ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  /* somebody who has never used Signet pays for no more than this */
  if (!g_file_test (signet_paths_get_database (), G_FILE_TEST_EXISTS))
    return EXIT_SUCCESS;
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (bus == NULL)
    {
      g_message ("%s", error->message);
      return EXIT_SUCCESS;
    }
  return take_name (bus) ? look_once (bus) : EXIT_SUCCESS;
}
