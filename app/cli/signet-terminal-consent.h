/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-terminal-consent.h: a question of consent in words, on the terminal. */
#pragma once

#include "../core/base/signet-interaction.h"

G_BEGIN_DECLS

char *signet_terminal_consent_dup_headline (const SignetConsent *consent); /* (transfer full) */
/* (transfer full): what the core calls a part of a consent, in words */
char *signet_terminal_consent_dup_name     (const char *name);

/* A certificate that is not valid by this computer's clock: either may be wrong. */
gboolean signet_terminal_consent_is_about_time (const SignetConsent *consent);

G_END_DECLS
