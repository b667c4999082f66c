/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-pdf-object-private.h: PDF objects (ISO 32000-1, 7.3) as immutable values in an arena, and the parser that makes them. */
#pragma once

#include <gio/gio.h>

#include "signet-document-error.h"

G_BEGIN_DECLS

/* Values live as long as their arena; none is freed alone. */
typedef struct _SignetPdfArena SignetPdfArena;

SignetPdfArena *_signet_pdf_arena_new      (gsize max_size);
void            _signet_pdf_arena_free     (SignetPdfArena *self);
gpointer        _signet_pdf_arena_allocate (SignetPdfArena *self, gsize size); /* (nullable): full */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetPdfArena, _signet_pdf_arena_free)

typedef enum {
  SIGNET_PDF_NULL,
  SIGNET_PDF_BOOLEAN,
  SIGNET_PDF_INTEGER,
  SIGNET_PDF_REAL,
  SIGNET_PDF_STRING,
  SIGNET_PDF_NAME,
  SIGNET_PDF_ARRAY,
  SIGNET_PDF_DICTIONARY,
  SIGNET_PDF_STREAM,
  SIGNET_PDF_REFERENCE,
} SignetPdfType;

typedef struct _SignetPdfValue SignetPdfValue;
typedef struct { const SignetPdfValue *key; const SignetPdfValue *value; } SignetPdfPair;

struct _SignetPdfValue {
  guint8  type;
  guint8  hexadecimal : 1; /* a string written <…> */
  guint8  irregular : 1;   /* such a string with white space inside, or half a byte */
  guint8  ambiguous : 1;   /* a dictionary with a key twice: two readers may see two things */
  guint8  located : 1;     /* start and end are offsets in the file; not so inside object streams */
  guint32 count;           /* bytes, items, pairs; generation of a reference */
  guint64 start, end;
  union {
    gint64                       integer; /* number of a reference */
    const char                  *text;    /* string, name (NUL-terminated, without '/'), real as written */
    const SignetPdfValue *const *items;
    const SignetPdfPair         *pairs;   /* of a dictionary or of a stream's dictionary */
  };
};

/* A cursor over bytes. @base is the offset of data[0] in the file. */
typedef struct {
  SignetPdfArena *arena;
  const guint8   *data;
  gsize           length;
  gsize           position;
  guint64         base;
  gboolean        located;
  gboolean        complete; /* nothing follows data[length] */
  gboolean        starved;  /* (out): failed only because the window ended */
  guint           nodes;    /* so far */
} SignetPdfLexer;

extern const SignetPdfValue _signet_pdf_null;

gboolean              _signet_pdf_is_space            (guint8 byte);
gboolean              _signet_pdf_is_regular          (guint8 byte);
void                  _signet_pdf_lexer_skip_space    (SignetPdfLexer *lexer); /* and comments */
gboolean              _signet_pdf_lexer_take_keyword  (SignetPdfLexer *lexer, const char *keyword);
gboolean              _signet_pdf_lexer_take_unsigned (SignetPdfLexer *lexer, guint64 *value);
const SignetPdfValue *_signet_pdf_lexer_read_value    (SignetPdfLexer *lexer, GError **error);

gboolean              _signet_pdf_is_name             (const SignetPdfValue *value, const char *name);
gboolean              _signet_pdf_is_dictionary       (const SignetPdfValue *value); /* or a stream's */
const SignetPdfValue *_signet_pdf_lookup              (const SignetPdfValue *dictionary, const char *key); /* unresolved; never NULL */
gboolean              _signet_pdf_equal               (const SignetPdfValue *a, const SignetPdfValue *b); /* references by number */
/* (nullable): a text string (7.9.2) as valid UTF-8; only to be compared, not to be shown */
char                 *_signet_pdf_dup_raw_text        (const SignetPdfValue *value);
/* (nullable): the same made safe to show */
char                 *_signet_pdf_dup_text            (const SignetPdfValue *value, gsize max_characters);

G_END_DECLS
