/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test-templates.c: makes every widget of the desktop and lets it go again: a template that does not fit its class, a missing child or
 * callback, or a warning of GTK fails the test. Asks a few widgets whether they say what they must.
 */
#include "config.h"

#include <adwaita.h>

#include "../../app/desktop/authorities/signet-authorities-page.h"
#include "../../app/desktop/authorities/signet-authority-view.h"
#include "../../app/desktop/certificates/signet-certificate-details.h"
#include "../../app/desktop/certificates/signet-certificate-row.h"
#include "../../app/desktop/certificates/signet-certificates-page.h"
#include "../../app/desktop/certificates/signet-key-facts.h"
#include "../../app/desktop/certificates/signet-life-standing.h"
#include "../../app/desktop/certificates/signet-loss-dialog.h"
#include "../../app/desktop/certificates/signet-software-token-dialog.h"
#include "../../app/desktop/certificates/signet-token-group.h"
#include "../../app/desktop/common/signet-state.h"
#include "../../app/desktop/common/signet-ui.h"
#include "../../app/desktop/doctor/signet-doctor-row.h"
#include "../../app/desktop/doctor/signet-doctor-window.h"
#include "../../app/desktop/enrol/signet-authority-card.h"
#include "../../app/desktop/enrol/signet-delivery-group.h"
#include "../../app/desktop/enrol/signet-enrol-view.h"
#include "../../app/desktop/enrol/signet-form-group.h"
#include "../../app/desktop/enrol/signet-hand-group.h"
#include "../../app/desktop/enrol/signet-qr-window.h"
#include "../../app/desktop/pin/signet-pin-dialog.h"
#include "../../app/desktop/preferences/signet-modules-group.h"
#include "../../app/desktop/preferences/signet-plugins-group.h"
#include "../../app/desktop/preferences/signet-preferences.h"
#include "../../app/desktop/preferences/signet-tsa-dialog.h"
#include "../../app/desktop/preferences/signet-tsa-group.h"
#include "../../app/desktop/sign/signet-batch-look.h"
#include "../../app/desktop/sign/signet-batch-view.h"
#include "../../app/desktop/sign/signet-choice-row.h"
#include "../../app/desktop/sign/signet-format-group.h"
#include "../../app/desktop/sign/signet-sign-document.h"
#include "../../app/desktop/sign/signet-sign-page.h"
#include "../../app/desktop/sign/signet-sign-result.h"
#include "../../app/desktop/sign/signet-waiting-group.h"
#include "../../app/desktop/verify/signet-report-view.h"
#include "../../app/desktop/verify/signet-signature-card.h"
#include "../../app/desktop/verify/signet-verify-page.h"
#include "../../app/desktop/window/signet-window.h"
#include "../../app/core/base/signet-secret.h"

#ifdef __SANITIZE_ADDRESS__
/* a library that was closed again has no name in a report of leaks, and so cannot be told from ours */
int dlclose (void *handle);
int
dlclose (void *handle)
{
  return 0;
}
#endif

static GType (*const types[]) (void) = {
  signet_authorities_page_get_type, signet_authority_view_get_type, signet_certificate_details_get_type, signet_certificate_row_get_type,
  signet_certificates_page_get_type, signet_software_token_dialog_get_type, signet_token_group_get_type, signet_authority_card_get_type,
  signet_enrol_view_get_type, signet_form_group_get_type, signet_pin_dialog_get_type, signet_choice_row_get_type,
  signet_batch_look_get_type, signet_batch_view_get_type, signet_format_group_get_type,
  signet_sign_document_get_type, signet_sign_page_get_type, signet_sign_result_get_type, signet_report_view_get_type,
  signet_signature_card_get_type, signet_verify_page_get_type, signet_key_facts_get_type, signet_loss_dialog_get_type,
  signet_hand_group_get_type, signet_delivery_group_get_type, signet_life_standing_get_type, signet_qr_window_get_type, signet_doctor_window_get_type, signet_modules_group_get_type, signet_plugins_group_get_type, signet_preferences_get_type,
  signet_waiting_group_get_type, signet_tsa_group_get_type, signet_tsa_dialog_get_type,
};

static void
test_every_template (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      GtkWidget *widget = g_object_new (types[i] (), NULL);

      if (GTK_IS_WINDOW (widget))
        gtk_window_destroy (GTK_WINDOW (widget));
      else
        {
          g_object_ref_sink (widget);
          g_assert_finalize_object (widget);
        }
    }
}

static void
test_state_is_spoken (void)
{
  GtkWidget *image = g_object_ref_sink (signet_state_image_new (SIGNET_STATE_STOP));

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, "Stop");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_ROLE_IMG);
  signet_state_image_set (GTK_IMAGE (image), SIGNET_STATE_UNKNOWN);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, "Cannot tell");
  g_assert_false (gtk_widget_has_css_class (image, "error"));
  g_assert_finalize_object (image);
}

static void
test_outside_text_is_no_markup (void)
{
  GtkWidget *row = g_object_ref_sink (signet_ui_new_row ("<b>a & b</b>", "<i>c</i>"));
  g_autofree char *name = signet_ui_display_name ("/tmp/in\xe2\x80\xae" "fdp.exe\nx.pdf");

  g_assert_false (adw_preferences_row_get_use_markup (ADW_PREFERENCES_ROW (row)));
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "<b>a & b</b>");
  /* a name cannot turn its own direction or break the line */
  g_assert_null (strstr (name, "\xe2\x80\xae"));
  g_assert_null (strchr (name, '\n'));
  g_assert_finalize_object (row);
}

/* --- the PIN dialog -------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_typed (GtkWidget *widget,
            GType      type,
            guint     *skip)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (*skip)-- == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_typed (child, type, skip);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkEditable *
get_entry (SignetPinDialog *dialog,
           guint            index)
{
  return GTK_EDITABLE (find_typed (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog)), ADW_TYPE_PASSWORD_ENTRY_ROW, &index));
}

static gboolean
can_accept (SignetPinDialog *dialog)
{
  return adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "accept");
}

static void
on_answered_cb (SignetPinDialog *dialog,
                SignetSecret    *secret,
                char           **answer)
{
  gsize length = 0;
  const guint8 *bytes = secret != NULL ? signet_secret_get_bytes (secret, &length) : NULL;

  g_assert_null (*answer); /* once */
  *answer = secret != NULL ? g_strndup ((const char *) bytes, length) : g_strdup ("cancelled");
}

static SignetPinDialog *
new_dialog (const SignetPinQuestion  *question,
            char                    **answer)
{
  SignetPinDialog *dialog = signet_pin_dialog_new (NULL, question);

  g_signal_connect (dialog, "answered", G_CALLBACK (on_answered_cb), answer);
  return dialog;
}

static void
test_pin_is_given (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_USER, .token_label = "Practice", .tries_left = -1, .min_length = 4, .max_length = 8,
                                 .document = "a.pdf" };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);

  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 0), "123");
  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 0), "123456789");
  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 0), "1234");
  g_assert_true (can_accept (dialog));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "accept");
  g_assert_cmpstr (answer, ==, "1234");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_pin_dialog_closed_is_no (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_USER, .token_label = "Practice", .tries_left = -1 };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);

  gtk_window_destroy (GTK_WINDOW (dialog));
  g_assert_cmpstr (answer, ==, "cancelled");
}

/* the last try needs a tick, and Return does not spend it */
static void
test_pin_last_try (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_USER, .flags = SIGNET_PIN_FLAG_FINAL_TRY, .token_label = "Practice", .tries_left = 1,
                                 .min_length = 4, .document = "a.pdf" };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);
  guint skip = 0;
  GtkWidget *tick = find_typed (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog)), GTK_TYPE_CHECK_BUTTON, &skip);

  g_assert_cmpstr (adw_message_dialog_get_default_response (ADW_MESSAGE_DIALOG (dialog)), ==, "cancel");
  gtk_editable_set_text (get_entry (dialog, 0), "1234");
  g_assert_false (can_accept (dialog));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (tick), TRUE);
  g_assert_true (can_accept (dialog));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_pin_new_is_typed_twice (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_NEW, .token_label = "Practice", .tries_left = -1, .min_length = 4, .max_length = 8 };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);

  gtk_editable_set_text (get_entry (dialog, 0), "1234");
  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 1), "1235");
  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 1), "1234");
  g_assert_true (can_accept (dialog));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_pin_pad (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_USER, .flags = SIGNET_PIN_FLAG_PIN_PAD, .token_label = "Practice", .tries_left = -1,
                                 .min_length = 4, .document = "a.pdf" };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);

  g_assert_true (can_accept (dialog));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "accept");
  g_assert_cmpstr (answer, ==, "");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* what is typed is in memory that is locked and wiped, and not remembered for Undo */
static void
test_pin_is_kept_nowhere (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_PUK, .token_label = "Practice", .tries_left = 3, .min_length = 4 };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);
  GtkEditable *entry = get_entry (dialog, 0);
  GtkEditable *text = gtk_editable_get_delegate (entry);

  g_assert_true (GTK_IS_PASSWORD_ENTRY_BUFFER (gtk_text_get_buffer (GTK_TEXT (text))));
  g_assert_false (gtk_editable_get_enable_undo (text));
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (entry)), ==, "Unblock code (PUK)");
  gtk_editable_set_text (entry, "12345678");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "accept");
  g_assert_cmpstr (answer, ==, "12345678");
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* digits in groups, as people write them; the factory's key only by its own button, and only of a card that says it has it */
static void
test_pin_management_key (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_MANAGEMENT, .token_label = "YubiKey PIV", .tries_left = -1, .min_length = 48, .max_length = 48 };
  g_autofree char *answer = NULL;
  g_autofree char *factory = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);

  g_assert_false (adw_message_dialog_has_response (ADW_MESSAGE_DIALOG (dialog), "factory"));
  gtk_editable_set_text (get_entry (dialog, 0), "01020304");
  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 0), "0102030405060708:0102030405060708:010203040506070x");
  g_assert_false (can_accept (dialog));
  gtk_editable_set_text (get_entry (dialog, 0), "0102030405060708 0102030405060708 010203040506070A");
  g_assert_true (can_accept (dialog));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "accept");
  g_assert_true (g_str_has_suffix (answer, "070A"));
  gtk_window_destroy (GTK_WINDOW (dialog));

  question.flags = SIGNET_PIN_FLAG_FACTORY;
  dialog = new_dialog (&question, &factory);
  g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), "known to everybody"));
  g_assert_cmpstr (adw_message_dialog_get_default_response (ADW_MESSAGE_DIALOG (dialog)), !=, "factory");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), "factory");
  g_assert_cmpstr (factory, ==, SIGNET_FACTORY_MANAGEMENT_KEY);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
test_pin_says_which_of_how_many (void)
{
  SignetPinQuestion question = { .kind = SIGNET_PIN_CONTEXT, .token_label = "Practice", .tries_left = -1, .number = 2, .documents = 5,
                                 .document = "a.pdf" };
  g_autofree char *answer = NULL;
  SignetPinDialog *dialog = new_dialog (&question, &answer);

  g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), "2 of 5"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* --- what is lost ---------------------------------------------------------------------------------------------------- */

static void
test_loss_needs_the_name (void)
{
  SignetLossDialog *dialog = signet_loss_dialog_new (NULL, "Erase?", "", "_Erase", "<b>Li Na</b>");
  GtkWidget *extra = adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog));
  guint skip = 0;
  GtkEditable *name = GTK_EDITABLE (find_typed (extra, ADW_TYPE_ENTRY_ROW, &skip));

  signet_loss_dialog_add (dialog, "<i>a key</i>", "RSA-3072");
  g_assert_cmpstr (adw_message_dialog_get_default_response (ADW_MESSAGE_DIALOG (dialog)), ==, "cancel");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "lose"));
  gtk_editable_set_text (name, "Li Na");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "lose"));
  gtk_editable_set_text (name, " <b>Li Na</b> ");
  g_assert_true (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "lose"));
  signet_loss_dialog_ask_new_name (dialog, "a name that is longer than any token takes");
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "lose"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* names of devices are outside text; a command is shown as it is */
static void
test_doctor_row_takes_anything (void)
{
  SignetDoctorFinding finding = { .layer = SIGNET_DOCTOR_READER, .state = SIGNET_DOCTOR_FAILED, .subject = (char *) "<b>\xe2\x80\xae\n",
                                  .code = (char *) "no code of ours", .detail = (char *) "<i>&", .package = (char *) "",
                                  .command = (char *) "echo '<&>'" };
  GtkWidget *row = g_object_ref_sink (signet_doctor_row_new (&finding));

  g_assert_true (ADW_IS_EXPANDER_ROW (row));
  g_assert_finalize_object (row);
}

/* --- the form -------------------------------------------------------------------------------------------------------- */

static void
test_form (void)
{
  SignetFormGroup *group = g_object_ref_sink (g_object_new (SIGNET_TYPE_FORM_GROUP, NULL));
  g_autoptr(SignetForm) form = signet_form_new ();
  g_autoptr(GHashTable) values = NULL;
  g_autoptr(GHashTable) secrets = NULL;
  guint skip = 1;

  signet_form_add (form, SIGNET_FIELD_TEXT, "name", "<b>Name</b> & more")->required = TRUE;
  signet_form_add (form, SIGNET_FIELD_SECRET, "code", "Code")->required = TRUE;
  signet_form_group_set_form (group, form);
  g_assert_false (signet_form_group_is_complete (group));
  skip = 0;
  gtk_editable_set_text (GTK_EDITABLE (find_typed (GTK_WIDGET (group), ADW_TYPE_ENTRY_ROW, &skip)), "Li Na");
  skip = 0;
  gtk_editable_set_text (GTK_EDITABLE (find_typed (GTK_WIDGET (group), ADW_TYPE_PASSWORD_ENTRY_ROW, &skip)), "secret");
  g_assert_true (signet_form_group_is_complete (group));
  values = signet_form_group_dup_values (group);
  secrets = signet_form_group_dup_secrets (group);
  g_assert_cmpstr (g_hash_table_lookup (values, "name"), ==, "Li Na");
  g_assert_null (g_hash_table_lookup (values, "code")); /* a secret is never among the values */
  g_assert_cmpuint (signet_secret_get_length (g_hash_table_lookup (secrets, "code")), ==, 6);
  g_assert_finalize_object (group);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()), "/org/signet/Signet/icons");
  g_test_add_func ("/desktop/templates/every", test_every_template);
  g_test_add_func ("/desktop/state/spoken", test_state_is_spoken);
  g_test_add_func ("/desktop/ui/no-markup", test_outside_text_is_no_markup);
  g_test_add_func ("/desktop/pin/given", test_pin_is_given);
  g_test_add_func ("/desktop/pin/closed-is-no", test_pin_dialog_closed_is_no);
  g_test_add_func ("/desktop/pin/last-try", test_pin_last_try);
  g_test_add_func ("/desktop/pin/new-typed-twice", test_pin_new_is_typed_twice);
  g_test_add_func ("/desktop/pin/pad", test_pin_pad);
  g_test_add_func ("/desktop/pin/kept-nowhere", test_pin_is_kept_nowhere);
  g_test_add_func ("/desktop/pin/management-key", test_pin_management_key);
  g_test_add_func ("/desktop/pin/which-of-how-many", test_pin_says_which_of_how_many);
  g_test_add_func ("/desktop/loss/needs-the-name", test_loss_needs_the_name);
  g_test_add_func ("/desktop/doctor/row", test_doctor_row_takes_anything);
  g_test_add_func ("/desktop/form", test_form);
  return g_test_run ();
}
