/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-cms-element-private.h: the elements of an encoded CMS where they lie (X.690), for what must be kept byte for byte. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIGNET_CMS_SEQUENCE     0x30
#define SIGNET_CMS_SET          0x31
#define SIGNET_CMS_OBJECT       0x06
#define SIGNET_CMS_INTEGER      0x02
#define SIGNET_CMS_OCTETS       0x04
#define SIGNET_CMS_OCTETS_PARTS 0x24 /* constructed: in pieces */
#define SIGNET_CMS_CONTEXT_0    0xa0
#define SIGNET_CMS_CONTEXT_1    0xa1

typedef struct {
  const guint8 *at;
  gsize         left;
} SignetCmsCursor;

typedef struct {
  guint8          tag;
  gboolean        indefinite; /* ended by end-of-contents octets, which are not in @inside */
  const guint8   *start;      /* of its header */
  gsize           size;       /* with header and end */
  SignetCmsCursor inside;
} SignetCmsElement;

/* FALSE: not one whole element with a tag of one byte, or nested too deep */
gboolean _signet_cms_take             (SignetCmsCursor *cursor, SignetCmsElement *element);
gboolean _signet_cms_take_tagged      (SignetCmsCursor *cursor, guint8 tag, SignetCmsElement *element);
gboolean _signet_cms_next_is          (const SignetCmsCursor *cursor, guint8 tag);
/* Only the header, for the beginning of something longer; @length is 0 when it is indefinite */
gboolean _signet_cms_take_header      (SignetCmsCursor *cursor, guint8 *tag, gsize *length, gboolean *indefinite);
/* Elements down to the last, and no SEQUENCE or SET among them that says it is not made of elements: OpenSSL reads such, others do not (X.690, 8.9.1) */
gboolean _signet_cms_is_formed        (SignetCmsCursor cursor);
gsize    _signet_cms_size_with_header (gsize length);
void     _signet_cms_add_header       (GByteArray *out, guint8 tag, gsize length);

G_END_DECLS
