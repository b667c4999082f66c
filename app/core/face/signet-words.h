/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-words.h: the one place where codes of the core become sentences for people (translated) and exit statuses for scripts.
 * Both faces use it, so that they never disagree.
 */
#pragma once

#include "../enrolment/signet-enrolment.h"
#include "../enrolment/signet-unblock.h"
#include "../enrolment/signet-compromise.h"
#include "../enrolment/signet-expiry.h"
#include "../signing/signet-extension.h"
#include "../signing/signet-shelf.h"
#include "../signing/signet-signing.h"
#include "../token/signet-token-card.h"
#include "../token/signet-token-unblock.h"
#include "../token/signet-token-doctor.h"

G_BEGIN_DECLS

/* @what: (out): one sentence, what happened; @remedy: (out) (nullable): one sentence, what to do. Both (transfer full). */
void        signet_words_explain_error   (const GError *error, char **what, char **remedy);
int         signet_words_exit_status     (const GError *error);              /* 64 … 130 as in docs/cli.md */
const char *signet_words_error_code      (const GError *error);              /* stable, for scripts: "wrong-pin" */
JsonObject *signet_words_error_to_json   (const GError *error);              /* (transfer full) */
int         signet_words_verdict_status  (SignetVerdict verdict);             /* 0, 1, 2, 3 */
SignetVerdict signet_words_worse_verdict (SignetVerdict one, SignetVerdict other);  /* with several files the worst decides */
/* (transfer full): the one sentence of the Verify page: "Signed by … and not changed since" */
char       *signet_words_verdict_headline (SignetFileReport *report);
char       *signet_words_verdict_detail  (SignetFileReport *report);
char       *signet_words_members         (GPtrArray *names);                  /* (nullable): documents of a container, the first few by name */
char       *signet_words_reason          (const char *code);                  /* a validation reason */
char       *signet_words_revocation      (const SignetRevocationStatus *status);  /* what it says, who said it, where it comes from */
char       *signet_words_class           (SignetCertificateClassification klass);      /* "Signature", "Identity only" */
char       *signet_words_key_unusable    (const char *reason);
/* How a file is signed: where the signature goes, how long it proves something; what the standard calls it. */
const char *signet_words_format          (const char *format);
const char *signet_words_format_term     (const char *format);                /* "PAdES" */
const char *signet_words_level           (const char *level);
const char *signet_words_level_term      (const char *level);                 /* "B-T" */
char       *signet_words_check           (const SignetSigningCheck *check);
const char *signet_words_mark_text       (void);                   /* of a visible mark, with {placeholders} */
void        signet_words_fill_mark       (SignetVisibleMark *mark); /* gives it the usual text and heading where it has none of its own */
int         signet_words_check_status    (const SignetSigningCheck *check);   /* 0 unless it stops */
gboolean    signet_words_check_can_wait  (const SignetSigningCheck *check);   /* it stops for want of a time-stamp alone */
char       *signet_words_extension_problem (const SignetExtensionProblem *problem);
char       *signet_words_request_state   (SignetRequestState state);
const char *signet_words_request_field   (const char *code);           /* (nullable): of a SignetRequestDifference */
char       *signet_words_request_kind    (SignetRequest *request);
char       *signet_words_withdrawal      (SignetRequest *request);     /* what giving it up means, where it stands now */
char       *signet_words_old_certificate (SignetRequest *request);     /* (nullable): what became of the one that was renewed */
char       *signet_words_delivered_key   (SignetRequest *request);     /* (nullable): of the key of the encryption certificate */
const char *signet_words_plugin_permission (const char *code);   /* (nullable) */
char       *signet_words_plugin_value    (const char *code, const char *value);
const char *signet_words_plugin_finding  (const char *code);     /* of `signet plugin check` */
const char *signet_words_plugin_standing (SignetPluginStanding standing);
char       *signet_words_token_state     (SignetToken *token);                /* "On this computer · not a card", "PIN locked" … */
char       *signet_words_pin_tries       (const SignetPinQuestion *question); /* (nullable): "Last try" … */
/* One sentence: what a person needs to get a new PIN, and where that stands. "puk", "so-pin"… for scripts. */
char       *signet_words_management      (const SignetPinQuestion *question); /* of a PIV card's management key: some lines */
char       *signet_words_place           (const char *place);                 /* "9c": what it is for */
char       *signet_words_factory         (const SignetTokenCard *card);       /* (nullable): what is still the factory's */
char       *signet_words_unblock_offer   (const SignetUnblockOffer *offer);
char       *signet_words_unblock         (SignetUnblockStrategy strategy);
const char *signet_words_unblock_code    (SignetUnblockStrategy strategy);
/* What the token says of a key: where it was made, whether it can leave, when it wants its PIN. */
char       *signet_words_key_origin      (const SignetTokenKeyFacts *facts);
char       *signet_words_key_leaving     (const SignetTokenKeyFacts *facts);
char       *signet_words_key_asking      (const SignetTokenKeyFacts *facts);
JsonObject *signet_words_key_facts_to_json (const SignetTokenKeyFacts *facts); /* (transfer full): true, false, null: not told */
char       *signet_words_date            (gint64 time);                       /* localised, local time zone */
/* signet-words-timestamps.c */
char       *signet_words_timestamp_health (const SignetTimestampHealth *health, gint64 now);
char       *signet_words_shelf            (const SignetShelfItem *item);       /* what a file waits for, and why it still does */
char       *signet_words_date_time       (gint64 time);
char       *signet_words_time            (gint64 time);                       /* of a day: 10:12 */
char       *signet_words_days_left       (gint64 until, gint64 now);          /* "159 days left", "ended 3 days ago" (plural forms) */

/* What ends soon: headline, whose and what to do, the button (nullable). And how the key ring calls a secret of ours. */
char       *signet_words_expiry_title    (const SignetExpiry *expiry);
char       *signet_words_expiry          (const SignetExpiry *expiry, gint64 now);
char       *signet_words_expiry_act      (const SignetExpiry *expiry);
char       *signet_words_secret          (void);
/* Acts on a certificate that is there: where one stands, what it asks, what the authority says, why, and how else to reach it. */
char       *signet_words_act             (SignetLifecycle *act);
char       *signet_words_act_name        (SignetLifecycleAct act);
char       *signet_words_certificate_status (const char *status);
char       *signet_words_revocation_reason (const char *reason);
char       *signet_words_contact         (SignetAuthority *authority);
JsonObject *signet_words_act_to_json     (SignetLifecycle *act, GPtrArray *events);
JsonArray  *signet_words_events_to_json  (GPtrArray *events);
JsonNode   *signet_words_block_to_json   (const SignetKeyBlock *block);
JsonArray  *signet_words_signed_to_json  (GPtrArray *entries);
GBytes     *signet_words_signed_to_csv   (GPtrArray *entries);

/* The token doctor: a layer, a finding as a sentence, what mends it (nullable), the one the others follow from (nullable), exit status. */
char       *signet_words_doctor_layer    (SignetDoctorLayer layer);
char       *signet_words_doctor_finding  (const SignetDoctorFinding *finding);
char       *signet_words_doctor_remedy   (const SignetDoctorFinding *finding);
const SignetDoctorFinding *signet_words_doctor_cause (GPtrArray *findings);
int         signet_words_doctor_status   (GPtrArray *findings);
gboolean    signet_words_has_doctor_code (const char *code);
JsonObject *signet_words_doctor_finding_to_json (const SignetDoctorFinding *finding);

/* Members of JSON of docs/cli.md: null where there is nothing. */
void        signet_words_set_text        (JsonObject *object, const char *name, const char *text);
void        signet_words_set_time        (JsonObject *object, const char *name, gint64 time);
/* JSON of docs/cli.md, shared by --json and Save Report. (transfer full) */
JsonNode   *signet_words_report_to_json  (GPtrArray *file_reports);
/* The same in parts, for a face that also has files it could not read. */
JsonObject *signet_words_file_report_to_json (SignetFileReport *report);
JsonObject *signet_words_file_error_to_json  (const char *path, const GError *error);
JsonNode   *signet_words_files_to_json   (JsonArray *files, gint64 at, SignetVerdict verdict);
JsonObject *signet_words_certificate_to_json (SignetCertificate *certificate);

G_END_DECLS
