/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-command.h: the commands. Each reads its options, does its work through the core and returns an exit status. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* Looks up and runs; @arguments: (NULL-terminated) what follows "signet". Returns the exit status. */
int signet_command_dispatch           (char **arguments);

int signet_command_sign               (SignetInvocation *invocation);
int signet_command_extend             (SignetInvocation *invocation);
int signet_command_verify             (SignetInvocation *invocation);
int signet_command_token_list         (SignetInvocation *invocation);
int signet_command_token_init         (SignetInvocation *invocation);
int signet_command_token_change_pin   (SignetInvocation *invocation);
int signet_command_token_unblock      (SignetInvocation *invocation);
int signet_command_token_remove        (SignetInvocation *invocation);
int signet_command_token_modules       (SignetInvocation *invocation);
int signet_command_token_doctor        (SignetInvocation *invocation);
int signet_command_certificate_list   (SignetInvocation *invocation);
int signet_command_certificate_show   (SignetInvocation *invocation);
int signet_command_certificate_export (SignetInvocation *invocation);
int signet_command_certificate_import (SignetInvocation *invocation);
int signet_command_certificate_delete (SignetInvocation *invocation);
int signet_command_request_new        (SignetInvocation *invocation);
int signet_command_request_list       (SignetInvocation *invocation);
int signet_command_request_show       (SignetInvocation *invocation);
int signet_command_request_resume     (SignetInvocation *invocation);
int signet_command_request_export     (SignetInvocation *invocation);
int signet_command_request_answer     (SignetInvocation *invocation);
int signet_command_request_cancel     (SignetInvocation *invocation);
int signet_command_request_renew      (SignetInvocation *invocation);
int signet_command_request_revoke     (SignetInvocation *invocation);
int signet_command_certificate_suspend (SignetInvocation *invocation);
int signet_command_certificate_resume (SignetInvocation *invocation);
int signet_command_certificate_status (SignetInvocation *invocation);
int signet_command_certificate_compromised (SignetInvocation *invocation);
int signet_command_authority_list     (SignetInvocation *invocation);
int signet_command_authority_show     (SignetInvocation *invocation);
int signet_command_plugin_list        (SignetInvocation *invocation);
int signet_command_plugin_allow       (SignetInvocation *invocation);
int signet_command_plugin_forbid      (SignetInvocation *invocation);
int signet_command_plugin_new         (SignetInvocation *invocation);
int signet_command_plugin_check       (SignetInvocation *invocation);
int signet_command_plugin_run         (SignetInvocation *invocation);
int signet_command_mark_list          (SignetInvocation *invocation);
int signet_command_mark_show          (SignetInvocation *invocation);
int signet_command_mark_save          (SignetInvocation *invocation);
int signet_command_mark_remove        (SignetInvocation *invocation);
int signet_command_waiting            (SignetInvocation *invocation); /* `signet extend --waiting` */
int signet_command_tsa_list           (SignetInvocation *invocation);
int signet_command_tsa_add            (SignetInvocation *invocation);
int signet_command_tsa_remove         (SignetInvocation *invocation);
int signet_command_tsa_move           (SignetInvocation *invocation);
int signet_command_tsa_check          (SignetInvocation *invocation);
int signet_command_journal_list       (SignetInvocation *invocation);
int signet_command_journal_verify     (SignetInvocation *invocation);

G_END_DECLS
