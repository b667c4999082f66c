/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words-errors.c: every error code of every room as two sentences (what happened, what to do), a stable name for
 * scripts and an exit status. Any thread.
 *
 * A row for each code: a test fails when a room gets a code that has no row here.
 */
#define G_LOG_DOMAIN "signet-words-errors"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "signet-words.h"
#include "signet-words-private.h"

#include "../base/signet-base-error.h"
#include "../base/signet-text.h"

/* Exit statuses of docs/cli.md (after sysexits.h). */
enum
{
  STATUS_USAGE = 64,
  STATUS_DATA = 65,
  STATUS_NO_INPUT = 66,
  STATUS_UNAVAILABLE = 69,
  STATUS_INTERNAL = 70,
  STATUS_CANNOT_WRITE = 73,
  STATUS_TRY_LATER = 75,
  STATUS_REFUSED = 77,
  STATUS_CANCELLED = 130,
};

typedef struct
{
  int code;
  int status;
  const char *id;
  const char *what;
  const char *remedy; /* (nullable) */
} SignetErrorRow;

static const SignetErrorRow base_rows[] = {
  { SIGNET_BASE_ERROR_FAILED, STATUS_INTERNAL, "internal", N_("Something went wrong inside Signet."),
    N_("Try again. If it happens again, report it together with the details.") },
  { SIGNET_BASE_ERROR_USAGE, STATUS_USAGE, "usage", N_("This cannot be done in the way it was asked for."),
    N_("The details say what does not fit.") },
  { SIGNET_BASE_ERROR_MALFORMED, STATUS_DATA, "malformed", N_("The data is damaged and cannot be read."),
    N_("Ask for it again from where it came.") },
  { SIGNET_BASE_ERROR_UNSUPPORTED, STATUS_DATA, "unsupported", N_("Signet does not handle this kind of data."),
    N_("The details say which kind it is.") },
  { SIGNET_BASE_ERROR_TOO_LARGE, STATUS_DATA, "too-large", N_("The data is larger than Signet accepts."),
    N_("Check that it is the right file; the details name the limit.") },
  { SIGNET_BASE_ERROR_NOT_FOUND, STATUS_NO_INPUT, "not-found", N_("It is not there."),
    N_("Check the name, and the folder it should be in.") },
  { SIGNET_BASE_ERROR_NETWORK, STATUS_UNAVAILABLE, "network", N_("The server cannot be reached."),
    N_("Check the network connection and try again.") },
  { SIGNET_BASE_ERROR_TIMEOUT, STATUS_UNAVAILABLE, "timeout", N_("There was no answer in time."),
    N_("Try again in a few minutes.") },
  { SIGNET_BASE_ERROR_CRASHED, STATUS_INTERNAL, "crashed", N_("A helper program of Signet ended unexpectedly."),
    N_("Try again. If it happens again, report it together with the details.") },
  { SIGNET_BASE_ERROR_CANNOT_WRITE, STATUS_CANNOT_WRITE, "cannot-write", N_("The file cannot be written there."),
    N_("Choose another folder, or ask who owns this one for permission.") },
  { SIGNET_BASE_ERROR_NO_SPACE, STATUS_CANNOT_WRITE, "no-space", N_("There is no space left for the file."),
    N_("Free some space or choose another disk. Nothing was changed.") },
  { SIGNET_BASE_ERROR_EXISTS, STATUS_CANNOT_WRITE, "exists", N_("A file of this name is already there."),
    N_("Choose another name. The file that is there was not touched.") },
  { SIGNET_BASE_ERROR_TRY_LATER, STATUS_TRY_LATER, "try-later", N_("The other side asks to try again later."),
    N_("Try again later; nothing is lost.") },
  { SIGNET_BASE_ERROR_DENIED, STATUS_REFUSED, "denied", N_("This was not allowed."),
    N_("The details say who or what refused it.") },
  { SIGNET_BASE_ERROR_KEY_BLOCKED, STATUS_REFUSED, "key-blocked",
    N_("This key is blocked on this computer, because it was said to be possibly compromised."),
    N_("Sign with another key. Only if it was a mistake, lift the block: signet certificate compromised --lift") },
};

static const SignetErrorRow http_rows[] = {
  { SIGNET_HTTP_ERROR_TLS, STATUS_UNAVAILABLE, "tls", N_("No secure connection could be made with the server."),
    N_("Check that nothing stands in between, such as the sign-in page of a network or a proxy, and try again.") },
  { SIGNET_HTTP_ERROR_EXPIRED, STATUS_UNAVAILABLE, "tls-expired", N_("The server’s TLS certificate has expired."),
    N_("Check the date and time of this computer. If they are right, tell the operator of the server.") },
  { SIGNET_HTTP_ERROR_NOT_YET_VALID, STATUS_UNAVAILABLE, "tls-not-yet-valid", N_("The server’s TLS certificate is not valid yet."),
    N_("The clock of this computer is most likely wrong: check its date and time.") },
  { SIGNET_HTTP_ERROR_WRONG_HOST, STATUS_UNAVAILABLE, "tls-wrong-host", N_("The server’s TLS certificate is for another server."),
    N_("Nothing was sent. Check the address; the network may lead somewhere else than it says.") },
  { SIGNET_HTTP_ERROR_SELF_SIGNED, STATUS_UNAVAILABLE, "tls-self-signed", N_("The server vouches for itself only: its TLS certificate is self-signed."),
    N_("Nothing was sent. If the authority means it so, its profile has to name this certificate in TlsAnchors.") },
  { SIGNET_HTTP_ERROR_UNKNOWN_ISSUER, STATUS_UNAVAILABLE, "tls-unknown-issuer", N_("The server’s TLS certificate was issued by nobody trusted here."),
    N_("Nothing was sent. Ask the authority which TLS certificate is right; its profile can name it in TlsAnchors.") },
  { SIGNET_HTTP_ERROR_CERTIFICATE_WANTED, STATUS_REFUSED, "tls-certificate-wanted", N_("The server wants to see a certificate of yours."),
    N_("Renew a certificate you have from this authority, or ask it how somebody without one applies.") },
  { SIGNET_HTTP_ERROR_CERTIFICATE_REFUSED, STATUS_REFUSED, "tls-certificate-refused", N_("The server does not accept your certificate."),
    N_("It may have expired, been revoked, or come from another authority. Ask the authority.") },
  { SIGNET_HTTP_ERROR_KEY_UNFIT, STATUS_REFUSED, "tls-key-unfit", N_("The key of your certificate cannot be used to sign in to a server."),
    N_("Use another certificate, or another token.") },
  { SIGNET_HTTP_ERROR_PROXY, STATUS_UNAVAILABLE, "proxy", N_("The proxy of this network did not let the request through."),
    N_("Check the proxy in the network settings; it may want a name and password.") },
  { SIGNET_HTTP_ERROR_REDIRECTED, STATUS_UNAVAILABLE, "redirected", N_("The server sends us to another address, which is not followed."),
    N_("Nothing was sent there. The details name the address; ask the authority whether it is its own.") },
};

static const SignetErrorRow certificate_rows[] = {
  { SIGNET_CERTIFICATE_ERROR_MALFORMED, STATUS_DATA, "certificate-malformed", N_("The certificate is damaged and cannot be read."),
    N_("Ask the authority that issued it for a new copy.") },
  { SIGNET_CERTIFICATE_ERROR_UNSUPPORTED, STATUS_DATA, "certificate-unsupported", N_("Signet does not handle this kind of certificate."),
    N_("The details say what is not supported.") },
  { SIGNET_CERTIFICATE_ERROR_TOO_LARGE, STATUS_DATA, "certificate-too-large", N_("The certificate is larger than Signet accepts."),
    N_("Check that it is the right file; a certificate has a few kilobytes.") },
  { SIGNET_CERTIFICATE_ERROR_WRONG_PASSPHRASE, STATUS_REFUSED, "wrong-passphrase", N_("The passphrase of the file is wrong."),
    N_("Check the passphrase and try again: the file has no lock, and nothing was changed.") },
};

static const SignetErrorRow token_rows[] = {
  { SIGNET_TOKEN_ERROR_FAILED, STATUS_UNAVAILABLE, "token-failed", N_("The token answered with an error."),
    N_("Take it out, put it in again and retry. The details hold the token’s own code.") },
  { SIGNET_TOKEN_ERROR_WRONG_PIN, STATUS_REFUSED, "wrong-pin", N_("The PIN is wrong."),
    N_("Check the PIN before you try again: after too many wrong tries the token locks it.") },
  { SIGNET_TOKEN_ERROR_PIN_LOCKED, STATUS_REFUSED, "pin-locked", N_("The PIN is locked after too many wrong tries."),
    N_("Unblock it with the unblock code (PUK), or ask the authority that gave you the token.") },
  { SIGNET_TOKEN_ERROR_PIN_INVALID, STATUS_REFUSED, "pin-invalid", N_("The token does not accept this PIN."),
    N_("Choose one of the length and with the characters the token allows.") },
  { SIGNET_TOKEN_ERROR_NOT_LOGGED_IN, STATUS_REFUSED, "not-logged-in", N_("The token wants its PIN first."),
    N_("Try again and enter the PIN.") },
  { SIGNET_TOKEN_ERROR_REMOVED, STATUS_UNAVAILABLE, "token-removed", N_("The token is no longer there."),
    N_("Put it back in and try again. Nothing was changed.") },
  { SIGNET_TOKEN_ERROR_NOT_FOUND, STATUS_UNAVAILABLE, "token-not-found", N_("No such token, key or certificate is here."),
    N_("Put the token in, or look at what is there in the list of tokens.") },
  { SIGNET_TOKEN_ERROR_UNSUPPORTED, STATUS_DATA, "token-unsupported", N_("The token cannot do this."),
    N_("Use another kind of key, or another token.") },
  { SIGNET_TOKEN_ERROR_READ_ONLY, STATUS_CANNOT_WRITE, "token-read-only", N_("The token does not let anything be written to it."),
    N_("Use the program of the token’s maker, or another token.") },
  { SIGNET_TOKEN_ERROR_FULL, STATUS_CANNOT_WRITE, "token-full", N_("There is no room left on the token."),
    N_("Remove a key or certificate that is no longer needed.") },
  { SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, STATUS_UNAVAILABLE, "module-not-loaded",
    N_("The driver of the token (PKCS#11 module) cannot be used."),
    N_("Install it again from its maker; the details say what is wrong with it.") },
  { SIGNET_TOKEN_ERROR_MODULE_CRASHED, STATUS_UNAVAILABLE, "module-crashed",
    N_("The driver of the token (PKCS#11 module) crashed."),
    N_("Nothing was signed. Try again; if it happens again, ask the token’s maker for a newer driver.") },
  { SIGNET_TOKEN_ERROR_MODULE_HUNG, STATUS_UNAVAILABLE, "module-hung",
    N_("The driver of the token (PKCS#11 module) did not answer and was stopped."),
    N_("Nothing was signed. Take the token out, put it in again and retry.") },
  { SIGNET_TOKEN_ERROR_MODULE_LIED, STATUS_UNAVAILABLE, "module-lied",
    N_("The driver of the token (PKCS#11 module) gave an answer that cannot be right."),
    N_("Nothing was signed. Ask the token’s maker for a newer driver, and do not use this one until then.") },
  { SIGNET_TOKEN_ERROR_MODULE_NOT_READY, STATUS_UNAVAILABLE, "module-not-ready",
    N_("The driver of the token (PKCS#11 module) has nothing to work with: its service or its hardware is not there."),
    N_("The token doctor says what is missing: signet token doctor") },
  { SIGNET_TOKEN_ERROR_ERASED, STATUS_UNAVAILABLE, "token-erased", N_("The token was erased and has no PIN yet."),
    N_("Unblock it: the security officer’s PIN you chose sets a first PIN. Or set it up once more.") },
  { SIGNET_TOKEN_ERROR_WRONG_UNBLOCKER, STATUS_REFUSED, "wrong-unblocker",
    N_("The unblock code (PUK) or security officer’s PIN is wrong."),
    N_("Check it before you try again: after too many wrong tries nothing opens the token any more.") },
  { SIGNET_TOKEN_ERROR_UNBLOCKER_LOCKED, STATUS_REFUSED, "unblocker-locked",
    N_("What unblocks the PIN (PUK or security officer’s PIN) is locked as well."),
    N_("Nothing opens this token any more. Ask the authority that gave it to you for another.") },
  { SIGNET_TOKEN_ERROR_PIN_EXPIRED, STATUS_REFUSED, "pin-expired", N_("The PIN is right, and has to be changed before it is used."),
    N_("Change it: signet token change-pin, or Change PIN in the menu of the token.") },
  { SIGNET_TOKEN_ERROR_LOCKED_OUT, STATUS_REFUSED, "locked-out", N_("After too many wrong PINs the TPM refuses every PIN for a while."),
    N_("Wait until it opens by itself, or have its owner run: tpm2_dictionarylockout --clear-lockout") },
  { SIGNET_TOKEN_ERROR_WRONG_MANAGEMENT_KEY, STATUS_REFUSED, "wrong-management-key", N_("The management key of the card is wrong."),
    N_("Whoever set the card up knows it. Nothing was changed, and the card counts no tries of it.") },
  { SIGNET_TOKEN_ERROR_OCCUPIED, STATUS_REFUSED, "place-occupied", N_("There is a key in that place of the card already."),
    N_("Choose a free place, or agree that the key there is lost.") },
};

static const SignetErrorRow document_rows[] = {
  { SIGNET_DOCUMENT_ERROR_MALFORMED, STATUS_DATA, "document-malformed", N_("The document is damaged and cannot be read."),
    N_("Ask for the file again from where it came.") },
  { SIGNET_DOCUMENT_ERROR_UNSUPPORTED, STATUS_DATA, "document-unsupported", N_("Signet does not handle this kind of document."),
    N_("Sign it as a file of any kind, with the signature in a file of its own (CAdES).") },
  { SIGNET_DOCUMENT_ERROR_TOO_LARGE, STATUS_DATA, "document-too-large", N_("The document is larger than Signet accepts."),
    N_("The details name the limit.") },
  { SIGNET_DOCUMENT_ERROR_ENCRYPTED, STATUS_DATA, "document-encrypted", N_("The document is protected by a password."),
    N_("Give the password: Signet asks for it, or reads it with --password-file.") },
  { SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD, STATUS_REFUSED, "wrong-password", N_("The password of the document is wrong."),
    N_("Check it and try again.") },
  { SIGNET_DOCUMENT_ERROR_FORBIDDEN, STATUS_REFUSED, "document-forbidden", N_("The document does not allow a further signature."),
    N_("It cannot be signed. Ask the author for an open copy.") },
  { SIGNET_DOCUMENT_ERROR_CHANGED, STATUS_DATA, "document-changed", N_("The file changed while it was in use."),
    N_("Nothing was written. Look at the file again, then start again.") },
  { SIGNET_DOCUMENT_ERROR_NO_ROOM, STATUS_INTERNAL, "document-no-room", N_("The signature does not fit into the room kept for it."),
    N_("Nothing was written. Try again; if it happens again, report it together with the details.") },
};

static const SignetErrorRow mark_rows[] = {
  { SIGNET_MARK_ERROR_SPEC, STATUS_USAGE, "mark-spec", N_("The description of the visible mark is not understood."),
    N_("The details name the part that does not fit; “signet sign --help” shows examples.") },
  { SIGNET_MARK_ERROR_IMAGE, STATUS_DATA, "mark-image", N_("The picture for the visible mark cannot be used."),
    N_("Use a PNG, or a JPEG in RGB or grey.") },
  { SIGNET_MARK_ERROR_IMAGE_TOO_LARGE, STATUS_DATA, "mark-image-too-large", N_("The picture for the visible mark is too large."),
    N_("Make it smaller: at most 8 MiB and 24 million pixels.") },
  { SIGNET_MARK_ERROR_TOO_SMALL, STATUS_DATA, "mark-too-small", N_("The visible mark is too small for its text."),
    N_("Make it larger, or its text shorter.") },
  { SIGNET_MARK_ERROR_NO_FONT, STATUS_UNAVAILABLE, "mark-no-font", N_("No font of this computer has all characters of the visible mark."),
    N_("Install a font for the script it is written in, for Chinese for example fonts-noto-cjk.") },
  { SIGNET_MARK_ERROR_NO_PAGE, STATUS_DATA, "mark-no-page", N_("The document has no such page for the visible mark."),
    N_("Choose another page.") },
  { SIGNET_MARK_ERROR_OFF_PAGE, STATUS_DATA, "mark-off-page", N_("The visible mark would reach beyond the page."),
    N_("Move it, or make it smaller.") },
  { SIGNET_MARK_ERROR_NO_PLACE, STATUS_DATA, "mark-no-place", N_("There is no free place of this size on the page for the visible mark."),
    N_("Choose another page, or make the mark smaller.") },
  { SIGNET_MARK_ERROR_NO_AREA, STATUS_DATA, "mark-no-area", N_("The signature field takes no place on a page, so a mark cannot stand in it."),
    N_("Sign without a visible mark, or not in this field.") },
};

static const SignetErrorRow evidence_rows[] = {
  { SIGNET_EVIDENCE_ERROR_UNREACHABLE, STATUS_UNAVAILABLE, "evidence-unreachable",
    N_("The server for time stamps or certificate status cannot be reached."),
    N_("Check the network connection and try again, or sign without a time stamp.") },
  { SIGNET_EVIDENCE_ERROR_REFUSED, STATUS_UNAVAILABLE, "evidence-refused",
    N_("The server for time stamps or certificate status refused to answer."),
    N_("Try again later, or ask who runs the server.") },
  { SIGNET_EVIDENCE_ERROR_INVALID, STATUS_UNAVAILABLE, "evidence-invalid",
    N_("The answer about a time stamp or certificate status cannot be relied on."),
    N_("It was not used. Try again later or use another server.") },
  { SIGNET_EVIDENCE_ERROR_STALE, STATUS_UNAVAILABLE, "evidence-stale",
    N_("What is known about revoked certificates is too old."),
    N_("Fetch a newer revocation list and try again.") },
  { SIGNET_EVIDENCE_ERROR_NO_SOURCE, STATUS_UNAVAILABLE, "evidence-no-source",
    N_("The certificate does not say who knows whether it is revoked."),
    N_("Ask the authority that issued it.") },
  { SIGNET_EVIDENCE_ERROR_OFFLINE, STATUS_UNAVAILABLE, "evidence-offline",
    N_("Nothing is known here about the certificate’s revocation, and Signet works offline."),
    N_("Go online and try again, or give a revocation list by hand.") },
};

static const SignetErrorRow signing_rows[] = {
  { SIGNET_SIGNING_ERROR_STOPPED, STATUS_REFUSED, "stopped", N_("A check before signing says stop."),
    N_("Mend what the check names, then try again. Nothing was signed.") },
  { SIGNET_SIGNING_ERROR_SELF_CHECK, STATUS_INTERNAL, "self-check", N_("What was signed did not pass our own check and was thrown away."),
    N_("The original is as it was. Try again; if it happens again, report it together with the details.") },
  { SIGNET_SIGNING_ERROR_UNSUPPORTED, STATUS_DATA, "signing-unsupported", N_("Signet cannot sign this file in the way it was asked for."),
    N_("Choose another format or level.") },
  { SIGNET_SIGNING_ERROR_NOT_SIGNED, STATUS_DATA, "not-signed", N_("Nothing is signed in this file, so there is nothing to extend."),
    N_("Sign it first.") },
  { SIGNET_SIGNING_ERROR_BROKEN, STATUS_DATA, "signature-broken", N_("A signature in this file is broken. It was not extended."),
    N_("Verify the file to see what is wrong with it.") },
  { SIGNET_SIGNING_ERROR_EVIDENCE, STATUS_UNAVAILABLE, "evidence-missing", N_("What would prove the signature later could not be had."),
    N_("Try again later. Nothing was changed.") },
};

static const SignetErrorRow plugin_rows[] = {
  { SIGNET_PLUGIN_ERROR_MANIFEST, STATUS_DATA, "plugin-manifest", N_("The description of the plugin cannot be used."),
    N_("Install the plugin again; the details name the line.") },
  { SIGNET_PLUGIN_ERROR_NOT_FOUND, STATUS_UNAVAILABLE, "plugin-not-found", N_("The plugin for this authority is not installed."),
    N_("Install it and try again.") },
  { SIGNET_PLUGIN_ERROR_API, STATUS_UNAVAILABLE, "plugin-api", N_("The plugin was made for another version of Signet."),
    N_("Install the version of the plugin that fits.") },
  { SIGNET_PLUGIN_ERROR_SANDBOX, STATUS_UNAVAILABLE, "plugin-sandbox", N_("Plugins cannot be kept apart safely on this computer, so none was started."),
    N_("Install bubblewrap, and ask your administrator to allow it user namespaces.") },
  { SIGNET_PLUGIN_ERROR_PROTOCOL, STATUS_UNAVAILABLE, "plugin-protocol", N_("The plugin gave an answer that cannot be understood."),
    N_("It was stopped. Tell the plugin’s author, together with the details.") },
  { SIGNET_PLUGIN_ERROR_DIED, STATUS_UNAVAILABLE, "plugin-died", N_("The plugin ended unexpectedly."),
    N_("Your request is kept. Go on with it later, or tell the plugin’s author.") },
  { SIGNET_PLUGIN_ERROR_TIMEOUT, STATUS_UNAVAILABLE, "plugin-timeout", N_("The plugin did not answer in time and was stopped."),
    N_("Your request is kept. Go on with it later.") },
  { SIGNET_PLUGIN_ERROR_REJECTED, STATUS_REFUSED, "rejected", N_("The authority refused the request."),
    N_("Its reason is in the details. Mend what it names, or ask the authority.") },
  { SIGNET_PLUGIN_ERROR_TRY_LATER, STATUS_TRY_LATER, "plugin-try-later", N_("The authority asks to come back later."),
    N_("Your request is kept. Go on with it later.") },
  { SIGNET_PLUGIN_ERROR_DENIED, STATUS_REFUSED, "plugin-denied", N_("The plugin asked for something it may not have and was stopped."),
    N_("Do not use this plugin until its author explains it.") },
  { SIGNET_PLUGIN_ERROR_FAILED, STATUS_UNAVAILABLE, "plugin-failed", N_("The plugin could not do its work."),
    N_("Your request is kept. Try again later; the details say more.") },
  { SIGNET_PLUGIN_ERROR_WRONG_SECRET, STATUS_REFUSED, "wrong-secret", N_("The authority did not accept the code or password."),
    N_("Your request is kept. Go on with it: you will be asked again.") },
  { SIGNET_PLUGIN_ERROR_NO_BUBBLEWRAP, STATUS_UNAVAILABLE, "plugin-no-bubblewrap", N_("What keeps plugins apart is not installed, so this plugin was not started."),
    N_("Install the package bubblewrap.") },
  { SIGNET_PLUGIN_ERROR_NO_NAMESPACES, STATUS_UNAVAILABLE, "plugin-no-namespaces", N_("This computer does not let plugins be kept apart, so this plugin was not started."),
    N_("Only plugins that came with Signet run without user namespaces. Your administrator can allow them; the details name the setting.") },
  { SIGNET_PLUGIN_ERROR_CONSENT, STATUS_REFUSED, "plugin-consent", N_("This plugin is off until you have seen what it may do and allowed it."),
    N_("Look at it and allow it in the preferences, or with: signet plugin allow") },
  { SIGNET_PLUGIN_ERROR_FORBIDDEN, STATUS_REFUSED, "plugin-forbidden", N_("You have forbidden this plugin."),
    N_("To change your mind, allow it in the preferences, or with: signet plugin allow") },
  { SIGNET_PLUGIN_ERROR_POLICY, STATUS_REFUSED, "plugin-policy", N_("Your administrator does not allow this plugin."),
    N_("Ask your administrator; the details name the policy.") },
};

static const SignetErrorRow enrolment_rows[] = {
  { SIGNET_ENROLMENT_ERROR_REJECTED, STATUS_REFUSED, "rejected", N_("The authority refused the request."),
    N_("Its reason is in the details. Mend what it names, or ask the authority.") },
  { SIGNET_ENROLMENT_ERROR_WRONG_KEY, STATUS_REFUSED, "wrong-key", N_("The authority sent a certificate for another key."),
    N_("It was not installed. Tell the authority.") },
  { SIGNET_ENROLMENT_ERROR_WRONG_ISSUER, STATUS_REFUSED, "wrong-issuer",
    N_("The certificate was not issued by one of the authority’s own certificates."),
    N_("It was not installed. Tell the authority.") },
  { SIGNET_ENROLMENT_ERROR_WRONG_SUBJECT, STATUS_REFUSED, "wrong-subject", N_("The certificate does not say what was asked for."),
    N_("It was not installed. Compare what differs and tell the authority.") },
  { SIGNET_ENROLMENT_ERROR_WRONG_KIND, STATUS_REFUSED, "wrong-kind", N_("The authority sent another kind of certificate than was asked for."),
    N_("It was not installed. Tell the authority.") },
  { SIGNET_ENROLMENT_ERROR_WRONG_SECRET, STATUS_REFUSED, "wrong-secret", N_("The activation code or reference is not the right one."),
    N_("Check both in the letter from the authority and try again.") },
  { SIGNET_ENROLMENT_ERROR_NOT_ACCEPTED, STATUS_REFUSED, "not-accepted",
    N_("The certificate is not what was asked for, and you did not accept it."),
    N_("It was not installed. Tell the authority, or go on with the request to ask again.") },
  { SIGNET_ENROLMENT_ERROR_KEY_LOST, STATUS_UNAVAILABLE, "transport-key-lost",
    N_("The key that the authority delivered can no longer be opened."),
    N_("It was encrypted for a key that is gone from this computer. Ask the authority to deliver it again.") },
  { SIGNET_ENROLMENT_ERROR_CLOCK, STATUS_UNAVAILABLE, "clock-wrong",
    N_("The clock of this computer is most likely wrong."),
    N_("Set its date and time right and go on with the request: nothing is lost. The details have both times.") },
  { SIGNET_ENROLMENT_ERROR_NOT_CONFIRMED, STATUS_REFUSED, "not-confirmed",
    N_("The certificate is on your token, but the authority did not confirm it."),
    N_("Ask the authority before you sign with it. The request can be gone on with, to ask for the confirmation again.") },
  { SIGNET_ENROLMENT_ERROR_NOT_FOUND, STATUS_NO_INPUT, "request-not-found", N_("There is no such request or authority."),
    N_("Look at what is there in the list of requests or authorities.") },
  { SIGNET_ENROLMENT_ERROR_STATE, STATUS_USAGE, "request-state", N_("This is not possible in the state the request is in."),
    N_("Look at the request to see where it stands.") },
  { SIGNET_ENROLMENT_ERROR_NOT_OFFERED, STATUS_REFUSED, "not-offered", N_("The authority does not offer this."),
    N_("The details say what it offers instead.") },
  { SIGNET_ENROLMENT_ERROR_BY_HAND, STATUS_UNAVAILABLE, "by-hand", N_("This authority does not take that over the network."),
    N_("Turn to the authority itself, by telephone, on its web site or at its counter.") },
};

static const SignetErrorRow io_rows[] = {
  { G_IO_ERROR_CANCELLED, STATUS_CANCELLED, "cancelled", N_("Cancelled."), N_("Nothing was left half done.") },
  { G_IO_ERROR_NOT_FOUND, STATUS_NO_INPUT, "not-found", N_("It is not there."), N_("Check the name, and the folder it should be in.") },
  { G_IO_ERROR_PERMISSION_DENIED, STATUS_NO_INPUT, "not-readable", N_("You are not allowed to open it."),
    N_("Ask its owner for permission.") },
  { G_IO_ERROR_NO_SPACE, STATUS_CANNOT_WRITE, "no-space", N_("There is no space left for the file."),
    N_("Free some space or choose another disk. Nothing was changed.") },
  { G_IO_ERROR_READ_ONLY, STATUS_CANNOT_WRITE, "cannot-write", N_("The file cannot be written there."),
    N_("Choose another folder, or ask who owns this one for permission.") },
  { G_IO_ERROR_EXISTS, STATUS_CANNOT_WRITE, "exists", N_("A file of this name is already there."),
    N_("Choose another name. The file that is there was not touched.") },
  { G_IO_ERROR_TIMED_OUT, STATUS_UNAVAILABLE, "timeout", N_("There was no answer in time."), N_("Try again in a few minutes.") },
};

static const SignetErrorRow file_rows[] = {
  { G_FILE_ERROR_NOENT, STATUS_NO_INPUT, "not-found", N_("It is not there."), N_("Check the name, and the folder it should be in.") },
  { G_FILE_ERROR_ACCES, STATUS_NO_INPUT, "not-readable", N_("You are not allowed to open it."), N_("Ask its owner for permission.") },
  { G_FILE_ERROR_PERM, STATUS_NO_INPUT, "not-readable", N_("You are not allowed to open it."), N_("Ask its owner for permission.") },
  { G_FILE_ERROR_ISDIR, STATUS_NO_INPUT, "is-folder", N_("This is a folder, not a file."), N_("Name the files in it one by one.") },
  { G_FILE_ERROR_NOSPC, STATUS_CANNOT_WRITE, "no-space", N_("There is no space left for the file."),
    N_("Free some space or choose another disk. Nothing was changed.") },
};

static const SignetErrorRow option_rows[] = {
  { G_OPTION_ERROR_UNKNOWN_OPTION, STATUS_USAGE, "usage", N_("This option is not known."), NULL },
  { G_OPTION_ERROR_BAD_VALUE, STATUS_USAGE, "usage", N_("The value of an option does not fit."), NULL },
  { G_OPTION_ERROR_FAILED, STATUS_USAGE, "usage", N_("This cannot be done in the way it was asked for."), NULL },
};

static const SignetErrorRow unknown_row = {
  0, STATUS_INTERNAL, "internal", N_("Something went wrong inside Signet."),
  N_("Try again. If it happens again, report it together with the details."),
};

static const SignetErrorRow *
signet_error_row_find (const SignetErrorRow *rows,
                       gsize                 n_rows,
                       int                   code)
{
  for (gsize i = 0; i < n_rows; i++)
    if (rows[i].code == code)
      return &rows[i];
  return &unknown_row;
}

static const SignetErrorRow *
signet_error_row_of (const GError *error)
{
  const struct { GQuark domain; const SignetErrorRow *rows; gsize n_rows; } tables[] = {
    { SIGNET_BASE_ERROR, base_rows, G_N_ELEMENTS (base_rows) },
    { SIGNET_HTTP_ERROR, http_rows, G_N_ELEMENTS (http_rows) },
    { SIGNET_CERTIFICATE_ERROR, certificate_rows, G_N_ELEMENTS (certificate_rows) },
    { SIGNET_TOKEN_ERROR, token_rows, G_N_ELEMENTS (token_rows) },
    { SIGNET_MARK_ERROR, mark_rows, G_N_ELEMENTS (mark_rows) },
    { SIGNET_DOCUMENT_ERROR, document_rows, G_N_ELEMENTS (document_rows) },
    { SIGNET_EVIDENCE_ERROR, evidence_rows, G_N_ELEMENTS (evidence_rows) },
    { SIGNET_SIGNING_ERROR, signing_rows, G_N_ELEMENTS (signing_rows) },
    { SIGNET_PLUGIN_ERROR, plugin_rows, G_N_ELEMENTS (plugin_rows) },
    { SIGNET_ENROLMENT_ERROR, enrolment_rows, G_N_ELEMENTS (enrolment_rows) },
    { G_IO_ERROR, io_rows, G_N_ELEMENTS (io_rows) },
    { G_FILE_ERROR, file_rows, G_N_ELEMENTS (file_rows) },
    { G_OPTION_ERROR, option_rows, G_N_ELEMENTS (option_rows) },
  };

  for (gsize i = 0; error != NULL && i < G_N_ELEMENTS (tables); i++)
    if (tables[i].domain == error->domain)
      return signet_error_row_find (tables[i].rows, tables[i].n_rows, error->code);
  return &unknown_row;
}

/**
 * signet_words_explain_error:
 * @error: an error of any room
 * @what: (out) (transfer full): what happened, one sentence
 * @remedy: (out) (transfer full) (nullable): what to do, one or two sentences
 *
 * The error's own message is not part of either: it is technical, and a face shows it under Details.
 */
void
signet_words_explain_error (const GError  *error,
                            char         **what,
                            char         **remedy)
{
  const SignetErrorRow *row = signet_error_row_of (error);
  const char *sentence = row->what;
  const char *advice = row->remedy;

  g_return_if_fail (error != NULL);

  _signet_words_explain_module (error, &sentence, &advice);
  if (what != NULL)
    *what = g_strdup (_(sentence));
  if (remedy != NULL)
    *remedy = g_strdup (advice != NULL ? _(advice) : NULL);
}

/**
 * signet_words_error_code:
 * @error: an error of any room
 *
 * Returns: (transfer none): a stable name for scripts, e.g. "wrong-pin"
 */
const char *
signet_words_error_code (const GError *error)
{
  g_return_val_if_fail (error != NULL, unknown_row.id);

  return signet_error_row_of (error)->id;
}

/**
 * signet_words_exit_status:
 * @error: (nullable): an error of any room
 *
 * Returns: 0 without an error, else the status docs/cli.md promises for it
 */
int
signet_words_exit_status (const GError *error)
{
  return error == NULL ? 0 : signet_error_row_of (error)->status;
}

/**
 * signet_words_error_to_json:
 * @error: an error of any room
 *
 * Returns: (transfer full): {"code", "status", "text", "remedy", "detail"}
 */
JsonObject *
signet_words_error_to_json (const GError *error)
{
  JsonObject *object = json_object_new ();
  g_autofree char *what = NULL;
  g_autofree char *remedy = NULL;
  g_autofree char *detail = NULL;

  g_return_val_if_fail (error != NULL, object);

  signet_words_explain_error (error, &what, &remedy);
  detail = signet_text_sanitize (error->message, -1, 0);
  json_object_set_string_member (object, "code", signet_words_error_code (error));
  json_object_set_int_member (object, "status", signet_words_exit_status (error));
  json_object_set_string_member (object, "text", what);
  if (remedy != NULL)
    json_object_set_string_member (object, "remedy", remedy);
  else
    json_object_set_null_member (object, "remedy");
  json_object_set_string_member (object, "detail", detail);
  return object;
}
