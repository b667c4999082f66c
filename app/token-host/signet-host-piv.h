/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-piv.h: PIV cards beside their PKCS#11 module, which has no call for a PUK. */
#pragma once

#include "signet-host-private.h"

G_BEGIN_DECLS

/* --- a card in a reader, ours alone until it is closed --- */
typedef struct _HostReader HostReader;

/* @slot_description: CK_SLOT_INFO's 64 bytes: how modules name a reader */
HostReader *host_reader_open     (const guint8 slot_description[64], GError **error);
void        host_reader_close    (HostReader *self);
/* One command APDU; @answer has room for @length and gets the data without the status. The status word, 0 with an error. */
guint16     host_reader_transmit (HostReader *self, const guint8 *command, gsize command_length, guint8 *answer, gsize *length, GError **error);

/* --- its PIN and PUK (NIST SP 800-73-4, part 2, section 3.2) --- */
typedef enum { HOST_PIV_PIN = 0x80, HOST_PIV_PUK = 0x81 } HostPivReference;

gboolean host_piv_reset_pin   (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *puk, SignetSecret *pin, GError **error);
gboolean host_piv_change_puk  (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_puk, SignetSecret *new_puk, GError **error);
/* -1: the card does not tell. Spends none. */
gboolean host_piv_get_tries   (CK_FUNCTION_LIST *p11, const char *token, HostPivReference reference, int *tries, GError **error);
/* What a status word says of tries; -1: nothing. */
int      host_piv_tries_of    (guint16 status);
/* The remaining tries of a metadata answer (tag 6); -1: none there. */
int      host_piv_read_tries  (const guint8 *data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HostReader, host_reader_close)

G_END_DECLS
