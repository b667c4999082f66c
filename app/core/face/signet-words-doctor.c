/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-doctor.c: what the token doctor found, as a sentence, and what mends it. Any thread.
 *
 * A row for each code the doctor uses; a test fails when one is missing. "{subject}" and "{detail}" are filled in.
 */
#define G_LOG_DOMAIN "signet-words-doctor"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

#include "../base/signet-text.h"

typedef struct
{
  const char *code;
  const char *what;
  const char *remedy; /* (nullable) */
} SignetDoctorRow;

static const SignetDoctorRow rows[] = {
  { "not-needed", N_("Not needed: the tokens that are there work without it"), NULL },
  { "not-reached", N_("Not looked at: what comes before it is missing"), NULL },

  /* USB */
  { "reader-plugged-in", N_("{subject} is plugged in"), NULL },
  { "token-plugged-in", N_("{subject} is plugged in; it needs the driver of its maker"), NULL },
  { "device-forbidden", N_("{subject} is plugged in, and you may not use it"),
    N_("Install the software of its maker: it brings the rule that opens the device to you. Then plug it in again.") },
  { "nothing-plugged-in", N_("No token and no card reader is plugged in"),
    N_("Plug the token in, if need be into another socket and without a hub. Inside a virtual machine, hand the device on to it.") },
  { "reader-elsewhere", N_("{subject} is no USB device, or is handed on to this computer"), NULL },
  { "no-usb", N_("This computer shows no USB devices"), N_("Inside a virtual machine or container, hand the device on to it.") },

  /* reader service */
  { "service-runs", N_("The reader service (pcscd) answers"), NULL },
  { "no-reader-library", N_("The library for card readers is not installed"), N_("Install it.") },
  { "service-not-installed", N_("The reader service (pcscd) is not installed"), N_("Install it.") },
  { "service-stopped", N_("The reader service (pcscd) does not run"), N_("Start it.") },
  { "service-not-answering", N_("The reader service (pcscd) does not answer"), N_("Start it again.") },
  { "service-forbidden", N_("You may not use the reader service (pcscd)"),
    N_("Ask the administrator of this computer: access to card readers is restricted, often for sessions that are not at the screen.") },

  /* reader */
  { "reader-found", N_("Reader: {subject}"), NULL },
  { "no-reader", N_("No card reader was found"), N_("Plug the token or the reader in.") },
  { "reader-not-seen", N_("{subject} is plugged in, and the reader service does not see it"),
    N_("Plug it in again. If that does not help, restart the reader service: sudo systemctl restart pcscd") },
  { "no-reader-driver", N_("{subject} is plugged in, and the driver for card readers is not installed"), N_("Install it.") },
  { "reader-held", N_("{subject} is held by another program: {detail}"), N_("Close that program, then plug the token in again.") },

  /* card */
  { "card-known", N_("Card: {subject}"), NULL },
  { "card-unknown", N_("There is a card of a kind that is not known here, in {subject}"),
    N_("Ask who gave you the card for its driver (PKCS#11 module), and add it: signet token modules add PATH") },
  { "card-mute", N_("The card in {subject} does not answer"),
    N_("Take it out and put it in again, the gold contacts towards the reader. If it stays silent, it is broken.") },
  { "card-held", N_("The card in {subject} is held by another program: {detail}"), N_("Close that program, or make it let go of the card.") },
  { "no-card", N_("There is no card in {subject}"), N_("Put the card in, the gold contacts towards the reader.") },

  /* module */
  { "module-works", N_("Driver: {subject}"), NULL },
  { "module-refused", N_("The driver {subject} is not one that may be loaded"),
    N_("Its file, or a folder above it, can be changed by others, or it is not a PKCS#11 module; the details say which. Install it again "
       "from its maker.") },
  { "module-not-ready", N_("The driver {subject} has nothing to work with: its service or its hardware is not there"),
    N_("If you use it, start its service; if not, nothing need be done.") },
  { "module-crashed", N_("The driver {subject} crashed"), N_("Ask its maker for a newer one. Signet goes on without it.") },
  { "module-hung", N_("The driver {subject} did not answer and was stopped"),
    N_("Take the token out and put it in again. If it happens again, ask its maker for a newer driver.") },
  { "module-failed", N_("The driver {subject} answered with an error"), N_("The details hold its own code.") },
  { "module-excluded", N_("The driver {subject} is excluded by the administrator of this computer"), NULL },
  { "wall-stands", N_("The driver {subject} is kept from your documents, other programs and the network"), NULL },
  { "wall-opened", N_("The administrator lets the driver {subject} do what others may not; the details name it"), NULL },
  { "wall-partly", N_("The driver {subject} is kept from your documents, other programs and the network in part only"),
    N_("This kernel cannot do the rest: it takes Landlock and seccomp, in the kernel and switched on.") },
  { "wall-in-the-way", N_("The driver {subject} may not use the network or start programs, which some drivers need"),
    N_("If its maker says that it does, the administrator of this computer can allow it: NetworkModules or ProgramModules under [Tokens] in "
       "policy.conf.") },
  { "module-missing", N_("What is plugged in needs the driver {subject}, which is not installed"),
    N_("Install it, from your system or from its maker; then, if it is not found by itself: signet token modules add PATH") },
  { "no-module", N_("No driver for tokens (PKCS#11 module) is installed"), N_("Install the one of your token; OpenSC serves many.") },

  /* slot */
  { "tokens-shown", N_("Tokens the drivers show: {subject}"), NULL },
  { "token-gone", N_("The token “{subject}” is not there any more"), N_("Put it in again.") },
  { "nobody-shows-it", N_("Something is plugged in, and no driver shows a token"),
    N_("It may need another driver, or be empty. Ask who gave it to you for its driver (PKCS#11 module), and add it: signet token modules "
       "add PATH") },

  /* token */
  { "token-ready", N_("The token “{subject}” is ready"), NULL },
  { "software-token", N_("The token “{subject}” is ready: files on this computer, not a card"), NULL },
  { "token-not-initialized", N_("The token “{subject}” is not set up and has no PIN"), N_("Set it up.") },
  { "token-read-only", N_("The token “{subject}” is write-protected: nothing new can be put on it"), NULL },
  { "factory-pin", N_("The PIN is still that of the factory, 123456: whoever holds the card can sign with it."), N_("Change it.") },
  { "factory-codes",
    N_("The unblock code (PUK) and the management key are still those of the factory, known to everybody: whoever holds the card can set a "
       "new PIN and replace its keys."),
    N_("Change both.") },
  { "factory-puk",
    N_("The unblock code (PUK) is still that of the factory, 12345678: whoever holds the card can set a new PIN."), N_("Change it.") },
  { "factory-management-key",
    N_("The management key is still that of the factory, known to everybody: whoever holds the card can replace its keys."),
    N_("Change it.") },
  { "pin-locked", N_("The PIN of the token “{subject}” is locked"), N_("Unblock it, or ask who gave it to you.") },
  { "last-try", N_("The token “{subject}” has one try for the PIN left"), N_("One more wrong PIN locks it. Be sure of the PIN before you try.") },
  { "few-tries-left", N_("On the token “{subject}” a wrong PIN was given; few tries are left"), NULL },

  /* key */
  { "keys-found", N_("Keys on “{subject}”: {detail}"), NULL },
  { "no-key", N_("There is no key on “{subject}”"), N_("Get a certificate; the key is made on the token on the way.") },

  /* certificate */
  { "certificate-ready", N_("The certificate of {subject} can sign"), NULL },
  { "key-without-certificate", N_("The key “{subject}” has no certificate"),
    N_("If a request for it is waiting, resume it: signet request list. Else get a certificate: signet request new") },
  { "certificate-without-key", N_("There is a certificate of {subject} without its key"), NULL },
  { "certificate-expired", N_("The certificate of {subject} has expired"), N_("Get a new one: signet request new") },
  { "certificate-not-yet-valid", N_("The certificate of {subject} is not valid yet"),
    N_("Wait until it is, or set the clock of this computer right.") },
  { "certificate-identity-only", N_("The certificate of {subject} is for logging in, not for signing documents"),
    N_("Sign with another certificate, or get one for documents: signet request new") },
  { "certificate-encryption", N_("The certificate of {subject} is for encryption, not for signing documents"),
    N_("Sign with another certificate, or get one for documents: signet request new") },
  { "certificate-of-authority", N_("The certificate of {subject} is that of an authority"),
    N_("Sign with another certificate, or get one for documents: signet request new") },

  /* test signature */
  { "signature-made", N_("“{subject}” made a test signature, and it is right"), NULL },
  { "signature-not-asked", N_("No test signature was asked for"), N_("It asks for the PIN once: signet token doctor --test-signature") },
  { "signature-declined", N_("No test signature: the PIN was not given"), NULL },
  { "wrong-pin", N_("The PIN of “{subject}” was wrong"), N_("Be sure of the PIN before you try again: a token locks after a few wrong ones.") },
  { "pin-locked-now", N_("The PIN of “{subject}” is locked"), N_("Unblock it, or ask who gave it to you.") },
  { "signature-wrong", N_("“{subject}” returned a signature that is not of its key"),
    N_("Do not use it: its driver or the token itself is broken or forged. Ask its maker.") },
  { "signature-crashed", N_("The driver of “{subject}” crashed while signing"), N_("Ask its maker for a newer driver.") },
  { "signature-hung", N_("“{subject}” did not finish the test signature in time"), N_("Take it out, put it in again and retry.") },
  { "signature-removed", N_("“{subject}” was taken out before it had signed"), N_("Put it in again and retry.") },
  { "signature-key-absent", N_("“{subject}” shows a key, and does not have it after the login"),
    N_("The certificate’s key is on another token, or was deleted. Get a new certificate: signet request new") },
  { "signature-failed", N_("“{subject}” could not sign"), N_("The details hold the token’s own code.") },
};

static const char *const layers[] = {
  N_("USB"),  N_("Reader service"), N_("Reader"), N_("Card"),        N_("Driver"),
  N_("Slot"), N_("Token"),          N_("Key"),    N_("Certificate"), N_("Test signature"),
};

static const SignetDoctorRow *
find_row (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].code, code) == 0)
      return &rows[i];
  return NULL;
}

/**
 * signet_words_has_doctor_code:
 *
 * Returns: whether there are words for @code
 */
gboolean
signet_words_has_doctor_code (const char *code)
{
  return find_row (code) != NULL;
}

/**
 * signet_words_doctor_layer:
 *
 * Returns: (transfer full): "Reader service"
 */
char *
signet_words_doctor_layer (SignetDoctorLayer layer)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (layers) == SIGNET_DOCTOR_N_LAYERS);
  g_return_val_if_fail (layer < SIGNET_DOCTOR_N_LAYERS, NULL);
  return g_strdup (_(layers[layer]));
}

static char *
fill (const char *sentence, const SignetDoctorFinding *finding)
{
  g_autofree char *subject = signet_text_isolate (finding->subject);
  g_autofree char *detail = signet_text_isolate (finding->detail);

  return _signet_words_fill (sentence, "subject", subject, "detail", detail, NULL);
}

/**
 * signet_words_doctor_finding:
 *
 * Returns: (transfer full): one sentence: what was found; outside text in it is made safe
 */
char *
signet_words_doctor_finding (const SignetDoctorFinding *finding)
{
  const SignetDoctorRow *row = NULL;

  g_return_val_if_fail (finding != NULL, NULL);
  row = find_row (finding->code);
  return row != NULL ? fill (_(row->what), finding) : g_strdup (finding->code);
}

/**
 * signet_words_doctor_remedy:
 *
 * Returns: (transfer full) (nullable): what to do; for what is not wrong there is nothing
 */
char *
signet_words_doctor_remedy (const SignetDoctorFinding *finding)
{
  const SignetDoctorRow *row = NULL;

  g_return_val_if_fail (finding != NULL, NULL);
  row = find_row (finding->code);
  return row != NULL && row->remedy != NULL ? fill (_(row->remedy), finding) : NULL;
}

/**
 * signet_words_doctor_cause:
 * @findings: (element-type SignetDoctorFinding)
 *
 * Returns: (nullable): the first that failed: what the others follow from
 */
const SignetDoctorFinding *
signet_words_doctor_cause (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((SignetDoctorFinding *) findings->pdata[i])->state == SIGNET_DOCTOR_FAILED)
      return findings->pdata[i];
  return NULL;
}

/**
 * signet_words_doctor_status:
 *
 * Returns: the exit status of docs/cli.md: 0, 69, or 77 when it is the PIN
 */
int
signet_words_doctor_status (GPtrArray *findings)
{
  static const char *const refused[] = { "pin-locked", "pin-locked-now", "wrong-pin", NULL };
  const SignetDoctorFinding *cause = signet_words_doctor_cause (findings);

  if (cause == NULL)
    return 0;
  return g_strv_contains (refused, cause->code) ? 77 : 69;
}

static void
set_or_null (JsonObject *object, const char *key, const char *value)
{
  if (value == NULL || *value == '\0')
    json_object_set_null_member (object, key);
  else
    json_object_set_string_member (object, key, value);
}

/**
 * signet_words_doctor_finding_to_json:
 *
 * Returns: (transfer full): {"layer", "state", "code", "subject", "detail", "package", "command", "text", "remedy"}
 */
JsonObject *
signet_words_doctor_finding_to_json (const SignetDoctorFinding *finding)
{
  JsonObject *object = json_object_new ();
  g_autofree char *subject = signet_text_sanitize (finding->subject, -1, 0);
  g_autofree char *detail = signet_text_sanitize (finding->detail, -1, 1000);
  g_autofree char *text = signet_words_doctor_finding (finding);
  g_autofree char *remedy = signet_words_doctor_remedy (finding);

  json_object_set_string_member (object, "layer", signet_doctor_layer_name (finding->layer));
  json_object_set_string_member (object, "state", signet_doctor_state_name (finding->state));
  json_object_set_string_member (object, "code", finding->code);
  set_or_null (object, "subject", subject);
  set_or_null (object, "detail", detail);
  set_or_null (object, "package", finding->package);
  set_or_null (object, "command", finding->command);
  json_object_set_string_member (object, "text", text);
  set_or_null (object, "remedy", remedy);
  return object;
}
