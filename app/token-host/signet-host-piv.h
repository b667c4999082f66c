/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-piv.h: PIV cards beside their PKCS#11 module, which has no call for a PUK. */
#pragma once

#include "signet-host-piv-answer.h"
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
/* DescribeCard of org.signet.TokenHost.xml: floating a{sv} */
GVariant *host_piv_describe   (CK_FUNCTION_LIST *p11, const char *token, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HostReader, host_reader_close)

G_END_DECLS
