/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * token-world.h: the token of the counting module, which writes down every call a PIN is used in, and what a person does with it.
 *
 * One at a time: the module's folder is the process's.
 */
#pragma once

#include "../../app/core/token/signet-token-private.h"
#include "signet-test.h"

G_BEGIN_DECLS

#define PIN    "123456"
#define SO_PIN "87654321"

typedef struct {
  SignetTokenManager *manager;
  SignetToken        *token;
} World;

void  world_start (void); /* once, in main() */
void  world_stop  (void);
World world_new   (const char *manner);
void  world_end   (World *world);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_end)

void  world_write      (const char *name, const void *data, gssize length);
void  world_remove     (const char *name);
char *world_read_calls (void);

#define assert_calls(expected)                            \
  G_STMT_START                                            \
  {                                                       \
    g_autofree char *seen = world_read_calls ();          \
    g_assert_cmpstr (seen, ==, expected);                 \
  }                                                       \
  G_STMT_END

void                world_look_again (World *world); /* world->token as it is now */
SignetTokenSession *world_login      (World *world, SignetTestInteraction *person, GError **error);
SignetSigner       *world_new_signer (World *world, SignetTokenSession *session, SignetTestInteraction *person);
GBytes             *world_sign       (SignetSigner *signer, GError **error);
gboolean            world_initialize (World *world, SignetTestInteraction *person, GError **error);

G_END_DECLS
