/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-terminal-interaction.h: the person of the core, at a terminal or in files given beforehand. */
#pragma once

#include "../core/base/signet-interaction.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_TERMINAL_INTERACTION (signet_terminal_interaction_get_type ())
G_DECLARE_FINAL_TYPE (SignetTerminalInteraction, signet_terminal_interaction, SIGNET, TERMINAL_INTERACTION, GObject)

SignetTerminalInteraction *signet_terminal_interaction_new (void);
/* Answers questions of @kind with what @path or, when that is NULL, @fd holds; both unset (NULL, -1): asks at the terminal. */
gboolean signet_terminal_interaction_set_source (SignetTerminalInteraction *self, SignetPinKind kind, const char *path, int fd, GError **error);
/* The person says that the management key every card left the factory with is to be shown. */
void     signet_terminal_interaction_use_factory_key (SignetTerminalInteraction *self);
/* What was given beforehand answers more than one question, an ordinary file being read anew for each; otherwise it is wiped with its
 * first use. */
void     signet_terminal_interaction_set_reusable (SignetTerminalInteraction *self);
/* The PIN that opened the token will not be asked for again. */
void     signet_terminal_interaction_forget_pin (SignetTerminalInteraction *self);
/* A PIN given beforehand is used even when the token warns of its last try. */
void     signet_terminal_interaction_set_spend_last_try (SignetTerminalInteraction *self, gboolean spend);
/* Consents of this kind ("terms", "certificate-request") were given on the command line. */
void     signet_terminal_interaction_set_agreed (SignetTerminalInteraction *self, const char *kind);
/* Answers to a form: "id=value" each; @secrets: (nullable) the one secret field's content */
gboolean signet_terminal_interaction_set_fields (SignetTerminalInteraction *self, const char *const *assignments, GError **error);
void     signet_terminal_interaction_set_secret (SignetTerminalInteraction *self, SignetSecret *secret);

/* (transfer full) (nullable): a secret read from a file of at most 4 kB that only its owner should read */
SignetSecret *signet_terminal_read_secret_file (const char *path, GError **error);

G_END_DECLS
