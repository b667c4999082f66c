/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-expiry-private.h: the two tables behind signet-expiry.h: certificates seen on tokens, and what was told. */
#pragma once

#include "signet-expiry.h"

G_BEGIN_DECLS

gboolean   _signet_expiry_migrate (SignetStore *store, GError **error);
/* What is on the token of @uri now; what was there before and is not among @certificates is forgotten. (element-type SignetCertificate) */
gboolean   _signet_known_note     (SignetStore *store, const char *uri, GPtrArray *certificates, GError **error);
GPtrArray *_signet_known_list     (SignetStore *store, GError **error); /* (transfer full) (element-type SignetCertificate) */
/* A rung is told when it, or one below it, was noted for the same end. */
gboolean   _signet_told_find      (SignetStore *store, const SignetExpiry *expiry, gboolean *told, GError **error);
gboolean   _signet_told_note      (SignetStore *store, const SignetExpiry *expiry, gint64 now, GError **error);
/* When the authority forgets of it */
gint64     _signet_request_ends   (SignetRequest *request);

G_END_DECLS
