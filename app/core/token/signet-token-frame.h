/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-frame.h: the header before each message between the core and a token host (signet-token-wire.h). Both ends share
 * it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SIGNET_TOKEN_MAX_FRAME (64 * 1024 * 1024)
#define SIGNET_TOKEN_MAX_FDS 4

  typedef enum
  {
    SIGNET_TOKEN_FRAME_HELLO,  /* detail: SIGNET_TOKEN_HOST_HASH; no body */
    SIGNET_TOKEN_FRAME_CALL,   /* detail: the number of the method */
    SIGNET_TOKEN_FRAME_ANSWER, /* serial: that of the call */
    SIGNET_TOKEN_FRAME_ERROR,  /* the same; detail: a SignetTokenError; the body is a text, without a NUL */
  } SignetTokenFrameKind;

  typedef struct
  {
    guint32 size;   /* of the body */
    guint32 serial; /* of the call; never 0 */
    guint16 kind;
    guint16 detail;
    guint32 n_fds; /* that came with it */
  } SignetTokenFrame;

  G_STATIC_ASSERT (sizeof (SignetTokenFrame) == 16);

G_END_DECLS
