/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-vendor-private.h: what is known of makers of tokens: their modules, USB devices, cards, and programs that hold cards.
 *
 * From data/modules/NAME.ini, one file a maker, installed with the program. Immutable once loaded, any thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What tells that a token of this maker came or went. */
typedef enum {
  SIGNET_VENDOR_EVENTS_POLL, /* nothing: ask the module now and then */
  SIGNET_VENDOR_EVENTS_PCSC, /* the reader service */
} SignetVendorEvents;

typedef enum {
  SIGNET_VENDOR_MODULE,  /* subject: a path, @libdir@ filled in */
  SIGNET_VENDOR_USB,     /* subject: "vvvv:pppp", lower case, "*" for any product */
  SIGNET_VENDOR_CARD,    /* subject: an ATR in lower case hexadecimal, '.' for any digit */
  SIGNET_VENDOR_PROGRAM, /* subject: the name of a process (at most 15 bytes: comm of proc(5)) */
  SIGNET_VENDOR_N_KINDS,
} SignetVendorKind;

typedef struct _SignetTokenVendor SignetTokenVendor;

/* One statement of a file. */
typedef struct {
  const SignetTokenVendor *vendor;
  SignetVendorKind         kind;
  char                    *subject;
  char                    *name;     /* for people; "" for modules */
  char                    *command;  /* of a program: what makes it let go of the card; "" */
  char                    *source;   /* where the statement was read */
  gboolean                 verified; /* it was tried, not only read */
} SignetVendorEntry;

struct _SignetTokenVendor {
  char              *id;      /* the file's name without ".ini" */
  char              *name;    /* of the software: "OpenSC" */
  char              *maker;
  char              *package; /* of Debian; "" when Debian has none */
  SignetVendorEvents events;
  gboolean           software; /* keys are files on this computer */
  GPtrArray         *entries; /* (element-type SignetVendorEntry) */
};

/* Limits of a file: SIGNET_BASE_ERROR_TOO_LARGE, _MALFORMED otherwise. */
SignetTokenVendor *_signet_token_vendor_parse (const char *id, const char *text, gsize length, GError **error);
void               _signet_token_vendor_free  (SignetTokenVendor *vendor);
/* (transfer full) (element-type SignetTokenVendor) sorted by id; files that are wrong are told in the log and left out */
GPtrArray         *_signet_token_vendors_load (const char *dir);
/* Borrowed, for ever: those of this installation. */
GPtrArray         *_signet_token_vendors_get  (void);

gboolean           _signet_token_vendor_atr_fits (const char *pattern, const guint8 *atr, gsize length);

/* All borrowed. By the name of the file: /usr/lib/libykcs11.so.2.2.0 is libykcs11.so. */
const SignetTokenVendor *_signet_token_vendors_find_module  (GPtrArray *vendors, const char *path);        /* (nullable) */
const SignetVendorEntry *_signet_token_vendors_find_usb     (GPtrArray *vendors, guint vendor, guint product); /* (nullable) the exact one first */
const SignetVendorEntry *_signet_token_vendors_find_program (GPtrArray *vendors, const char *name);        /* (nullable) */
/* (transfer container) (element-type SignetVendorEntry): several makers may serve a card; the most exact first */
GPtrArray               *_signet_token_vendors_find_cards   (GPtrArray *vendors, const guint8 *atr, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTokenVendor, _signet_token_vendor_free)

G_END_DECLS
