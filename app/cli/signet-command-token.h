/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-command-token.h: what the files of `signet token` share. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* The token room knows no journal. What cannot be recorded is said: the act itself is done and stays done. */
void signet_command_token_record_certificate (SignetInvocation *invocation, const char *act, SignetToken *token,
                                              SignetCertificate *certificate); /* (nullable) */
void signet_command_token_record (SignetInvocation *invocation, const char *act, SignetToken *token);

G_END_DECLS
