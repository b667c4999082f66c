/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-card.h: the parts of the virtual PIV card (NIST SP 800-73-4, with Yubico's additions).
 *
 * What the card keeps is files in a folder, read anew for every command, so that a test may look at them and change them; what it
 * forgets at a reset is in SignetTestCard. One thread, one card.
 */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

G_BEGIN_DECLS

/* ISO/IEC 7816-4 status words, those of the card */
#define SIGNET_TEST_CARD_OK 0x9000
#define SIGNET_TEST_CARD_WRONG_LENGTH 0x6700
#define SIGNET_TEST_CARD_NOT_ALLOWED 0x6982 /* security status not satisfied */
#define SIGNET_TEST_CARD_LOCKED 0x6983
#define SIGNET_TEST_CARD_NO_CONDITION 0x6985
#define SIGNET_TEST_CARD_WRONG_DATA 0x6A80
#define SIGNET_TEST_CARD_NOT_FOUND 0x6A82
#define SIGNET_TEST_CARD_WRONG_P1P2 0x6A86
#define SIGNET_TEST_CARD_NO_REFERENCE 0x6A88
#define SIGNET_TEST_CARD_NO_INSTRUCTION 0x6D00
#define SIGNET_TEST_CARD_TRIES_LEFT 0x63C0 /* plus how many */

  typedef enum
  {
    SIGNET_TEST_CARD_PIN,
    SIGNET_TEST_CARD_PUK
  } SignetTestCardReference;

  typedef struct
  {
    const char *folder;
    gboolean selected;
    gboolean pin_verified;
    gboolean managed; /* the management key was proved */
    guint8 challenge[8];
    gboolean challenged;
  } SignetTestCard;

  /* What a command says after its four bytes of header. */
  typedef struct
  {
    guint8 cla, ins, p1, p2;
    const guint8 *data;
    gsize length;
    gsize expected; /* Le; 256 or 65536 for zero */
  } SignetTestCardCommand;

  /* --- TLV: signet-test-card-store.c --- */
  /* The value of @tag (one byte) at the top level of these bytes; NULL when it is not there whole. */
  const guint8 *signet_test_card_tlv_find (const guint8 *data, gsize size, guint8 tag, gsize *length);
  /* Steps into the first TLV: its value; NULL when it is not whole. */
  const guint8 *signet_test_card_tlv_open (const guint8 *data, gsize size, gsize *length);
  void signet_test_card_tlv_add (GByteArray * out, guint tag, const void *value, gsize length); /* one- and two-byte tags */

  /* --- what it keeps: signet-test-card-store.c --- */
  gboolean signet_test_card_store_load (SignetTestCard * card, const char *name, GByteArray *out);
  void signet_test_card_store_save (SignetTestCard * card, const char *name, const void *data, gsize length); /* empty: removes */
  void signet_test_card_store_format (SignetTestCard * card); /* as it leaves the factory */
  /* TRUE when the folder's file "fault" has this word on a line of its own; "slow 200": value 200 */
  gboolean signet_test_card_store_fault (SignetTestCard * card, const char *word, guint *value);
  /* Status: OK, TRIES_LEFT or LOCKED; spends a try. @given: eight bytes */
  guint signet_test_card_pin_check (SignetTestCard * card, SignetTestCardReference which, const guint8 *given);
  guint signet_test_card_pin_query (SignetTestCard * card, SignetTestCardReference which);
  guint signet_test_card_pin_set (SignetTestCard * card, SignetTestCardReference which, const guint8 *given);
  guint signet_test_card_pin_set_tries (SignetTestCard * card, guint pin, guint puk);
  void signet_test_card_pin_describe (SignetTestCard * card, SignetTestCardReference which, GByteArray * out);

  /* --- keys: signet-test-card-keys.c --- */
  guint signet_test_card_keys_generate (SignetTestCard * card, guint8 slot, const guint8 *data, gsize length, GByteArray *out);
  guint signet_test_card_keys_import (SignetTestCard * card, guint8 slot, guint8 algorithm, const guint8 *data, gsize length);
  guint signet_test_card_keys_sign (SignetTestCard * card, guint8 slot, guint8 algorithm, const guint8 *input, gsize length,
                                    GByteArray *out);
  guint signet_test_card_keys_describe (SignetTestCard * card, guint8 slot, GByteArray * out);

G_END_DECLS
