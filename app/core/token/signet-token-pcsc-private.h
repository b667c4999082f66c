/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-pcsc-private.h: the reader service (pcscd) as a client sees it: which readers there are and what is in them.
 *
 * libpcsclite is loaded when first needed; without it, and without the service, everything here says so. A connection belongs to one
 * thread, but for cancel. No card is ever connected to: other programs' use of it is not disturbed.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIGNET_PCSC_MAX_READERS 16
#define SIGNET_PCSC_MAX_ATR     33
#define SIGNET_PCSC_MAX_NAME    128

typedef enum {
  SIGNET_PCSC_OK,
  SIGNET_PCSC_NO_LIBRARY,  /* libpcsclite is not installed */
  SIGNET_PCSC_NO_SERVICE,  /* pcscd does not run, or went away */
  SIGNET_PCSC_FAILED,
  SIGNET_PCSC_CANCELLED,
  SIGNET_PCSC_TIMEOUT,
} SignetPcscResult;

/* What a reader says, SCARD_STATE_* without the bits that come and go with every use. */
typedef enum {
  SIGNET_READER_EMPTY     = 1 << 0,
  SIGNET_READER_PRESENT   = 1 << 1,
  SIGNET_READER_MUTE      = 1 << 2, /* a card that does not answer: upside down, or broken */
  SIGNET_READER_EXCLUSIVE = 1 << 3, /* somebody holds the card for himself alone */
  SIGNET_READER_IN_USE    = 1 << 4,
} SignetReaderFlags;

typedef struct {
  char              name[SIGNET_PCSC_MAX_NAME + 1];
  SignetReaderFlags flags;
  guint             events; /* cards put in and taken out so far */
  guint8            atr[SIGNET_PCSC_MAX_ATR];
  gsize             atr_length;
} SignetPcscReader;

typedef struct _SignetPcsc SignetPcsc;

/* (nullable) */
SignetPcsc      *_signet_pcsc_connect (SignetPcscResult *result);
void             _signet_pcsc_free    (SignetPcsc *self);
/* Fills at most SIGNET_PCSC_MAX_READERS. */
SignetPcscResult _signet_pcsc_read    (SignetPcsc *self, SignetPcscReader *readers, guint *n_readers);
/* Returns when something differs from @readers, a reader came or went, or after @milliseconds. */
SignetPcscResult _signet_pcsc_wait    (SignetPcsc *self, const SignetPcscReader *readers, guint n_readers, guint milliseconds);
/* From any thread: makes a running wait return. */
void             _signet_pcsc_cancel  (SignetPcsc *self);

/* --- a thread that waits --- */
typedef struct _SignetPcscWatch SignetPcscWatch;

/* Called on the watch's own thread when a card or reader came or went, and with @readers %NULL when the service went. */
typedef void (*SignetPcscChanged) (const SignetPcscReader *readers, guint n_readers, gpointer data);
SignetPcscWatch *_signet_pcsc_watch_start    (SignetPcscChanged changed, gpointer data);
void             _signet_pcsc_watch_stop     (SignetPcscWatch *self); /* waits for its thread; frees */
void             _signet_pcsc_watch_hurry    (SignetPcscWatch *self); /* the service may have come: look now */
gboolean         _signet_pcsc_watch_is_alive (SignetPcscWatch *self); /* the service is there and tells */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPcsc, _signet_pcsc_free)

G_END_DECLS
