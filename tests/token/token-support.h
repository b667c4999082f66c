/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token-support.h: what test programs about tokens do alike: SoftHSM in a folder of its own, a login, a certificate for a key. */
#pragma once

#include "../../app/core/token/signet-token-private.h"

G_BEGIN_DECLS

/* (transfer full): where SoftHSM keeps its tokens from now on; outside the home folder, of which a module sees little.
 * @template: as of g_dir_make_tmp() */
char *token_support_softhsm (const char *template);
/* A new, empty token of SoftHSM; its security officer's PIN is 87654321. */
void  token_support_init_token (const char *label, const char *pin);

/* One question, answered by @pin. */
SignetTokenSession *token_support_login (SignetToken *token, const char *pin);

/* For @key, signed by some key of ours: its issuer is of no interest. */
SignetCertificate *token_support_certificate_for (SignetTokenKey *key, const char *subject);

G_END_DECLS
