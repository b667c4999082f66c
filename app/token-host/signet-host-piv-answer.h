/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-host-piv-answer.h: what a PIV card answers, read. Outside bytes: nothing in them is believed before it was measured. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a card tells of one of its PINs or keys with GET METADATA, Yubico's command F7. */
typedef struct {
  int      algorithm; /* NIST SP 800-78-4, table 6-2; -1: not told */
  int      tries;     /* left; -1: not told */
  int      factory;   /* 1: as it left the factory, 0: changed, -1: not told */
  gboolean touch;     /* it wants to be touched each time */
} HostPivMetadata;

/* What a status word says of tries; -1: nothing. */
int             host_piv_tries_of      (guint16 status);
HostPivMetadata host_piv_read_metadata (const guint8 *data, gsize length);
/* GET DATA 5FFF00, which administration programs write: whether the management key is kept on the card, behind the PIN. */
gboolean        host_piv_read_guarded  (const guint8 *data, gsize length);
/* The value of the first @tag of these bytes at the top level (ISO/IEC 7816-4, 5.2.2, tags of one byte); %NULL when it is not there whole. */
const guint8   *host_piv_find          (const guint8 *data, gsize length, guint8 tag, gsize *size);

G_END_DECLS
