/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-signature-card.h: one signature: who and what, may it be used, evidence; two columns, or one when narrow. */
#pragma once

#include <adwaita.h>

#include "../../core/validation/signet-validation.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGNATURE_CARD (signet_signature_card_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignatureCard, signet_signature_card, SIGNET, SIGNATURE_CARD, AdwBin)

/* @number: 0 when the file has one signature only */
SignetSignatureCard *signet_signature_card_new (SignetSignatureReport *report, guint number);

G_END_DECLS
