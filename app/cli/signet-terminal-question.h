/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-terminal-question.h: a question for a PIN in words, on the terminal. */
#pragma once

#include "../core/base/signet-interaction.h"

G_BEGIN_DECLS

char *signet_terminal_pin_prompt       (const SignetPinQuestion *question); /* (transfer full) */
void  signet_terminal_show_tries       (const SignetPinQuestion *question);
/* What it is for, what was wrong with the answer before, and the tries. */
void  signet_terminal_show_pin_context (const SignetPinQuestion *question);

G_END_DECLS
