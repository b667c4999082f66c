/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-draw.h: a mark as a drawing: a PDF of one page as large as the mark, fonts embedded. Drawing is loaded when it is first asked for. */
#pragma once

#include "../certificate/signet-certificate.h"
#include "signet-mark.h"

G_BEGIN_DECLS

/* What placeholders stand for; each may be NULL. Sanitized when it is put in. */
typedef struct {
  const char *name;
  const char *organization;
  const char *issuer;
  const char *serial;
  const char *reason;
  const char *location;
  gint64      time; /* seconds since 1970; written in the local time of this computer, with its offset */
} SignetMarkFacts;

/* (transfer full): the organization in the subject, sanitized; (nullable) */
char   *signet_mark_dup_organization (SignetCertificate *certificate);
/* Lines that hold placeholders and none with a value are left out. Error: SPEC for a placeholder that does not exist. */
char   *signet_mark_expand           (const char *text, const SignetMarkFacts *facts, GError **error);

/* @opaque: without transparency, as PDF/A-1 wants it. @shortened: (out) (optional): not all of the text had room */
GBytes *signet_mark_draw             (const SignetVisibleMark *mark, const SignetMarkFacts *facts, double width, double height, gboolean opaque,
                                      gboolean *shortened, GError **error);
/* Reads head and size of a picture; nothing is decoded. */
gboolean signet_mark_check_image     (GBytes *data, GError **error);
GBytes *signet_mark_read_image       (const char *path, GError **error);

G_END_DECLS
