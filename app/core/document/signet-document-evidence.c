/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-document-evidence.c: certificates, OCSP answers and revocation lists as they lie in a signed file or are about to be put there.
 *
 * Judges nothing: who may say what is for evidence and validation. Filled by one thread, then read by any.
 */
#define G_LOG_DOMAIN "signet-document-evidence"

#include "config.h"

#include "signet-document-evidence.h"

#define N_KINDS 3

typedef struct {
  GBytes *der;
  guint64 position;
} Piece;

struct _SignetDocumentEvidence {
  gatomicrefcount references;
  GPtrArray      *pieces[N_KINDS]; /* (element-type Piece) */
  GHashTable     *known;           /* set of GBytes, borrowed from the pieces */
  GPtrArray      *certificates;    /* (element-type SignetCertificate) */
  gsize           size;
};

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  g_bytes_unref (piece->der);
  g_free (piece);
}

SignetDocumentEvidence *
signet_document_evidence_new (void)
{
  SignetDocumentEvidence *self = g_new0 (SignetDocumentEvidence, 1);

  g_atomic_ref_count_init (&self->references);
  for (guint i = 0; i < N_KINDS; i++)
    self->pieces[i] = g_ptr_array_new_with_free_func (piece_free);
  self->known = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  self->certificates = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

SignetDocumentEvidence *
signet_document_evidence_ref (SignetDocumentEvidence *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
signet_document_evidence_unref (SignetDocumentEvidence *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->known);
  for (guint i = 0; i < N_KINDS; i++)
    g_ptr_array_unref (self->pieces[i]);
  g_ptr_array_unref (self->certificates);
  g_free (self);
}

static void
take_certificate (SignetDocumentEvidence *self, GBytes *der)
{
  g_autoptr(SignetCertificate) certificate = signet_certificate_new_shared (der);

  if (signet_certificate_is_readable (certificate))
    g_ptr_array_add (self->certificates, g_steal_pointer (&certificate));
}

static Piece *
find (SignetDocumentEvidence *self, SignetPieceKind kind, GBytes *der)
{
  GPtrArray *pieces = self->pieces[kind];

  for (guint i = 0; i < pieces->len; i++)
    if (g_bytes_equal (((Piece *) g_ptr_array_index (pieces, i))->der, der))
      return g_ptr_array_index (pieces, i);
  return NULL;
}

gboolean
signet_document_evidence_has (SignetDocumentEvidence *self, SignetPieceKind kind, GBytes *der)
{
  return g_hash_table_contains (self->known, der) && find (self, kind, der) != NULL;
}

/* What is there twice was there as early as the first of the two. */
gboolean
signet_document_evidence_add (SignetDocumentEvidence *self, SignetPieceKind kind, GBytes *der, guint64 position)
{
  GPtrArray *pieces = self->pieces[kind];
  Piece *piece = g_hash_table_contains (self->known, der) ? find (self, kind, der) : NULL;

  if (piece != NULL)
    {
      piece->position = MIN (piece->position, position);
      return TRUE;
    }
  if (pieces->len >= SIGNET_DOCUMENT_MAX_EVIDENCE || g_bytes_get_size (der) > SIGNET_DOCUMENT_MAX_EVIDENCE_SIZE - self->size)
    return FALSE;
  piece = g_new (Piece, 1);
  *piece = (Piece){ g_bytes_ref (der), position };
  self->size += g_bytes_get_size (der);
  g_ptr_array_add (pieces, piece);
  g_hash_table_add (self->known, piece->der);
  if (kind == SIGNET_PIECE_CERTIFICATE)
    take_certificate (self, der);
  return TRUE;
}

guint
signet_document_evidence_get_n (SignetDocumentEvidence *self, SignetPieceKind kind)
{
  return self->pieces[kind]->len;
}

GBytes *
signet_document_evidence_get (SignetDocumentEvidence *self, SignetPieceKind kind, guint index)
{
  return ((Piece *) g_ptr_array_index (self->pieces[kind], index))->der;
}

guint64
signet_document_evidence_get_position (SignetDocumentEvidence *self, SignetPieceKind kind, guint index)
{
  return ((Piece *) g_ptr_array_index (self->pieces[kind], index))->position;
}

GPtrArray *
signet_document_evidence_get_certificates (SignetDocumentEvidence *self)
{
  return self->certificates;
}

/* --- time-stamps ------------------------------------------------------------------------------------------------------------- */

SignetDocumentStamp *
signet_document_stamp_new (SignetStampKind kind, GBytes *token, GBytes *stamped, gboolean fits, guint64 position)
{
  SignetDocumentStamp *stamp = g_new0 (SignetDocumentStamp, 1);

  *stamp = (SignetDocumentStamp){ kind, g_bytes_ref (token), stamped != NULL ? g_bytes_ref (stamped) : NULL, fits, position };
  return stamp;
}

void
signet_document_stamp_free (SignetDocumentStamp *stamp)
{
  if (stamp == NULL)
    return;
  g_bytes_unref (stamp->token);
  g_clear_pointer (&stamp->stamped, g_bytes_unref);
  g_free (stamp);
}
