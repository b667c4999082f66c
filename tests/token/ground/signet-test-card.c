/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-test-card.c: a PIV card in software, put into a virtual reader (vpcd) by connecting to its port; ending it pulls the
 * card.
 *
 *   signet-test-card --new FOLDER            makes a card as it leaves the factory; FOLDER: what it keeps
 *   signet-test-card --port PORT FOLDER      inserts it
 *
 * It behaves as a YubiKey 5 does towards OpenSC and Yubico's own module: SP 800-73-4 with Yubico's commands for serial, metadata,
 * management key, import and reset. Ways to fail stand in FOLDER/fault, one a line, read at every command:
 *
 *   mute               takes commands and answers none           mute-at-signature  the same once it is to sign
 *   slow MS            thinks this long before each answer       pull-at-signature  is gone in the middle of a signature
 *   wrong-signature    signs, with one bit changed               refuse-signature   6F00 instead of a signature
 *
 * For tests: no protection of the keys, no timing care. One thread.
 */
#define G_LOG_DOMAIN "signet-test-card"

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "signet-test-card.h"

#define MAX_COMMAND 65536
#define PIN_SIZE 8
#define BLOCK 8 /* of 3DES */

enum
{
  CONTROL_POWER_OFF,
  CONTROL_POWER_ON,
  CONTROL_RESET,
  CONTROL_ATR = 4,
};

/* A YubiKey 5's */
static const guint8 atr[] = { 0x3b, 0xfd, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x15, 0x80, 0x73, 0xc0,
                              0x21, 0xc0, 0x57, 0x59, 0x75, 0x62, 0x69, 0x4b, 0x65, 0x79, 0x40 };
static const guint8 piv_rid[] = { 0xa0, 0x00, 0x00, 0x03, 0x08 };
static const guint8 application[] = { 0x61, 0x11, 0x4f, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
                                      0x79, 0x07, 0x4f, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08 };
/* the PIN is that of the PIV application alone (SP 800-73-4 part 1, 3.3.2) */
static const guint8 discovery[] = { 0x7e, 0x12, 0x4f, 0x0b, 0xa0, 0x00, 0x00, 0x03, 0x08, 0x00,
                                    0x00, 0x10, 0x00, 0x01, 0x00, 0x5f, 0x2f, 0x02, 0x40, 0x00 };
static const guint8 version[] = { 5, 4, 3 };

static void
forget (SignetTestCard *card)
{
  card->selected = FALSE;
  card->pin_verified = FALSE;
  card->managed = FALSE;
  card->challenged = FALSE;
}

/* --- SELECT, data objects --- */

static guint
select_application (SignetTestCard *card, const SignetTestCardCommand *command, GByteArray *out)
{
  forget (card);
  if (command->length < sizeof piv_rid || memcmp (command->data, piv_rid, sizeof piv_rid) != 0)
    return SIGNET_TEST_CARD_NOT_FOUND;
  card->selected = TRUE;
  g_byte_array_append (out, application, sizeof application);
  return SIGNET_TEST_CARD_OK;
}

/* "object-5fc105" for 5C 03 5F C1 05 */
static char *
object_name (const SignetTestCardCommand *command, gsize *end)
{
  g_autoptr (GString) name = g_string_new ("object-");

  if (command->length < 2 || command->data[0] != 0x5C || command->data[1] == 0 || command->data[1] > 3 ||
      command->data[1] > command->length - 2)
    return NULL;
  for (guint i = 0; i < command->data[1]; i++)
    g_string_append_printf (name, "%02x", command->data[2 + i]);
  *end = 2 + command->data[1];
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static guint
get_data (SignetTestCard *card, const SignetTestCardCommand *command, GByteArray *out)
{
  gsize end = 0;
  g_autofree char *name = object_name (command, &end);

  if (name == NULL)
    return SIGNET_TEST_CARD_WRONG_DATA;
  if (strcmp (name, "object-7e") == 0)
    g_byte_array_append (out, discovery, sizeof discovery);
  else if (!signet_test_card_store_load (card, name, out))
    return SIGNET_TEST_CARD_NOT_FOUND;
  return SIGNET_TEST_CARD_OK;
}

/* An object of no content is one that is gone. */
static guint
put_data (SignetTestCard *card, const SignetTestCardCommand *command)
{
  gsize end = 0;
  gsize length = 0;
  g_autofree char *name = object_name (command, &end);

  if (!card->managed)
    return SIGNET_TEST_CARD_NOT_ALLOWED;
  if (name == NULL || signet_test_card_tlv_find (command->data + end, command->length - end, 0x53, &length) == NULL)
    return SIGNET_TEST_CARD_WRONG_DATA;
  signet_test_card_store_save (card, name, command->data + end, length > 0 ? command->length - end : 0);
  return SIGNET_TEST_CARD_OK;
}

/* --- PINs --- */

static guint
verify (SignetTestCard *card, const SignetTestCardCommand *command)
{
  guint status = SIGNET_TEST_CARD_OK;

  if (command->p2 != 0x80)
    return SIGNET_TEST_CARD_NO_REFERENCE;
  if (command->p1 == 0xFF)
    {
      card->pin_verified = FALSE;
      return SIGNET_TEST_CARD_OK;
    }
  if (command->length == 0)
    return card->pin_verified ? SIGNET_TEST_CARD_OK : signet_test_card_pin_query (card, SIGNET_TEST_CARD_PIN);
  if (command->length != PIN_SIZE)
    return SIGNET_TEST_CARD_WRONG_DATA;
  status = signet_test_card_pin_check (card, SIGNET_TEST_CARD_PIN, command->data);
  card->pin_verified = status == SIGNET_TEST_CARD_OK;
  return status;
}

/* CHANGE REFERENCE DATA: old, new. RESET RETRY COUNTER: PUK, new PIN. */
static guint
change_reference (SignetTestCard *card, const SignetTestCardCommand *command, gboolean unblock)
{
  SignetTestCardReference proved = unblock || command->p2 == 0x81 ? SIGNET_TEST_CARD_PUK : SIGNET_TEST_CARD_PIN;
  SignetTestCardReference changed = unblock ? SIGNET_TEST_CARD_PIN : proved;
  guint status = SIGNET_TEST_CARD_OK;

  if (command->p2 != 0x80 && (unblock || command->p2 != 0x81))
    return SIGNET_TEST_CARD_NO_REFERENCE;
  if (command->length != 2 * PIN_SIZE)
    return SIGNET_TEST_CARD_WRONG_DATA;
  status = signet_test_card_pin_check (card, proved, command->data);
  if (status != SIGNET_TEST_CARD_OK)
    return status;
  return signet_test_card_pin_set (card, changed, command->data + PIN_SIZE);
}

/* --- the management key --- */

/* @out: one block; the card only ever encrypts: it compares what the other side makes of it. */
static void
encrypt (SignetTestCard *card, const guint8 *block, guint8 *out)
{
  g_autoptr (GByteArray) key = g_byte_array_new ();
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int length = 0;

  if (!signet_test_card_store_load (card, "management", key) || key->len != 24 ||
      !EVP_EncryptInit_ex (context, EVP_des_ede3_ecb (), NULL, key->data, NULL) || !EVP_CIPHER_CTX_set_padding (context, 0) ||
      !EVP_EncryptUpdate (context, out, &length, block, BLOCK) || length != BLOCK)
    g_error ("no management key");
  EVP_CIPHER_CTX_free (context);
}

static void
new_challenge (SignetTestCard *card)
{
  if (RAND_bytes (card->challenge, sizeof card->challenge) != 1)
    g_error ("no random bytes");
  card->challenged = TRUE;
}

static void
answer_dynamic (GByteArray *out, guint8 tag, const guint8 *value, gsize length)
{
  g_autoptr (GByteArray) inner = g_byte_array_new ();

  signet_test_card_tlv_add (inner, tag, value, length);
  signet_test_card_tlv_add (out, 0x7C, inner->data, inner->len);
}

/* Either side may begin (SP 800-73-4 part 2, 3.2.4): "80 empty" asks for a witness to be decrypted, "81 empty" for a challenge to
 * be encrypted; both come back in the next command. */
static guint
prove_management_key (SignetTestCard *card, const guint8 *data, gsize length, GByteArray *out)
{
  gsize witness_size = 0, challenge_size = 0, response_size = 0;
  const guint8 *witness = signet_test_card_tlv_find (data, length, 0x80, &witness_size);
  const guint8 *challenge = signet_test_card_tlv_find (data, length, 0x81, &challenge_size);
  const guint8 *response = signet_test_card_tlv_find (data, length, 0x82, &response_size);
  guint8 block[BLOCK];
  gboolean challenged = card->challenged;

  card->challenged = FALSE;
  if (witness != NULL && witness_size == 0)
    {
      new_challenge (card);
      encrypt (card, card->challenge, block);
      answer_dynamic (out, 0x80, block, BLOCK);
      return SIGNET_TEST_CARD_OK;
    }
  if (challenge != NULL && challenge_size == 0)
    {
      new_challenge (card);
      answer_dynamic (out, 0x81, card->challenge, BLOCK);
      return SIGNET_TEST_CARD_OK;
    }
  encrypt (card, card->challenge, block);
  if (challenged && response != NULL && response_size == BLOCK && memcmp (response, block, BLOCK) == 0)
    card->managed = TRUE;
  else if (challenged && witness != NULL && witness_size == BLOCK && memcmp (witness, card->challenge, BLOCK) == 0)
    {
      card->managed = TRUE;
      if (challenge != NULL && challenge_size == BLOCK)
        {
          encrypt (card, challenge, block);
          answer_dynamic (out, 0x82, block, BLOCK);
        }
    }
  return card->managed ? SIGNET_TEST_CARD_OK : SIGNET_TEST_CARD_NOT_ALLOWED;
}

static guint
set_management_key (SignetTestCard *card, const SignetTestCardCommand *command)
{
  static const guint8 head[] = { 0x03, 0x9B, 24 };

  if (!card->managed)
    return SIGNET_TEST_CARD_NOT_ALLOWED;
  if (command->length != sizeof head + 24 || memcmp (command->data, head, sizeof head) != 0)
    return SIGNET_TEST_CARD_WRONG_DATA;
  signet_test_card_store_save (card, "management", command->data + sizeof head, 24);
  return SIGNET_TEST_CARD_OK;
}

/* --- keys --- */

static guint
fail_at_signature (SignetTestCard *card)
{
  if (signet_test_card_store_fault (card, "pull-at-signature", NULL))
    exit (EXIT_SUCCESS);
  while (signet_test_card_store_fault (card, "mute-at-signature", NULL))
    g_usleep (20 * 1000);
  return signet_test_card_store_fault (card, "refuse-signature", NULL) ? 0x6F00 : SIGNET_TEST_CARD_OK;
}

static guint
general_authenticate (SignetTestCard *card, const SignetTestCardCommand *command, GByteArray *out)
{
  gsize length = 0, size = 0;
  const guint8 *dynamic = signet_test_card_tlv_find (command->data, command->length, 0x7C, &length);
  const guint8 *input = dynamic != NULL ? signet_test_card_tlv_find (dynamic, length, 0x81, &size) : NULL;
  g_autoptr (GByteArray) signature = g_byte_array_new ();
  guint status = SIGNET_TEST_CARD_OK;

  if (dynamic == NULL)
    return SIGNET_TEST_CARD_WRONG_DATA;
  if (command->p2 == 0x9B)
    return prove_management_key (card, dynamic, length, out);
  if (input == NULL)
    return SIGNET_TEST_CARD_WRONG_DATA;
  status = fail_at_signature (card);
  if (status == SIGNET_TEST_CARD_OK)
    status = signet_test_card_keys_sign (card, command->p2, command->p1, input, size, signature);
  if (status == SIGNET_TEST_CARD_OK)
    signet_test_card_tlv_add (out, 0x7C, signature->data, signature->len);
  return status;
}

static guint
get_metadata (SignetTestCard *card, const SignetTestCardCommand *command, GByteArray *out)
{
  static const guint8 management[] = { 0x01, 0x01, 0x03, 0x02, 0x02, 0x00, 0x01, 0x05, 0x01, 0x01 };

  switch (command->p2)
    {
    case 0x80:
      signet_test_card_pin_describe (card, SIGNET_TEST_CARD_PIN, out);
      return SIGNET_TEST_CARD_OK;
    case 0x81:
      signet_test_card_pin_describe (card, SIGNET_TEST_CARD_PUK, out);
      return SIGNET_TEST_CARD_OK;
    case 0x9B:
      g_byte_array_append (out, management, sizeof management);
      return SIGNET_TEST_CARD_OK;
    default:
      return signet_test_card_keys_describe (card, command->p2, out);
    }
}

/* Only a card whose PIN and PUK are both locked lets itself be emptied. */
static guint
reset (SignetTestCard *card)
{
  if (signet_test_card_pin_query (card, SIGNET_TEST_CARD_PIN) != SIGNET_TEST_CARD_LOCKED ||
      signet_test_card_pin_query (card, SIGNET_TEST_CARD_PUK) != SIGNET_TEST_CARD_LOCKED)
    return SIGNET_TEST_CARD_NO_CONDITION;
  signet_test_card_store_format (card);
  forget (card);
  card->selected = TRUE;
  return SIGNET_TEST_CARD_OK;
}

static guint
get_serial (SignetTestCard *card, GByteArray *out)
{
  g_autoptr (GByteArray) serial = g_byte_array_new ();

  if (!signet_test_card_store_load (card, "serial", serial) || serial->len != 4)
    return SIGNET_TEST_CARD_NOT_FOUND;
  g_byte_array_append (out, serial->data, serial->len);
  return SIGNET_TEST_CARD_OK;
}

static guint
serve (SignetTestCard *card, const SignetTestCardCommand *command, GByteArray *out)
{
  if (command->ins == 0xA4)
    return select_application (card, command, out);
  if (!card->selected)
    return SIGNET_TEST_CARD_NO_INSTRUCTION;
  switch (command->ins)
    {
    case 0x20:
      return verify (card, command);
    case 0x24:
      return change_reference (card, command, FALSE);
    case 0x2C:
      return change_reference (card, command, TRUE);
    case 0x47:
      if (!card->managed)
        return SIGNET_TEST_CARD_NOT_ALLOWED;
      return signet_test_card_keys_generate (card, command->p2, command->data, command->length, out);
    case 0x87:
      return general_authenticate (card, command, out);
    case 0xCB:
      return get_data (card, command, out);
    case 0xDB:
      return put_data (card, command);
    case 0xF7:
      return get_metadata (card, command, out);
    case 0xF8:
      return get_serial (card, out);
    case 0xFA:
      if (!card->managed || !card->pin_verified)
        return SIGNET_TEST_CARD_NOT_ALLOWED;
      return signet_test_card_pin_set_tries (card, command->p1, command->p2);
    case 0xFB:
      return reset (card);
    case 0xFD:
      g_byte_array_append (out, version, sizeof version);
      return SIGNET_TEST_CARD_OK;
    case 0xFE:
      if (!card->managed)
        return SIGNET_TEST_CARD_NOT_ALLOWED;
      return signet_test_card_keys_import (card, command->p2, command->p1, command->data, command->length);
    case 0xFF:
      return set_management_key (card, command);
    default:
      return SIGNET_TEST_CARD_NO_INSTRUCTION;
    }
}

/* --- commands and answers longer than one message (ISO/IEC 7816-4, 5.1 to 5.3) --- */

/* What runs over several messages; gone at a reset. */
typedef struct
{
  GByteArray *gathered; /* parts of a command */
  GByteArray *rest;     /* of an answer, and its status at the end */
  guint status;
} Conversation;

static gboolean
parse (const guint8 *message, gsize size, SignetTestCardCommand *command)
{
  gsize pos = 4;
  gboolean extended = FALSE;

  if (size < 4)
    return FALSE;
  *command = (SignetTestCardCommand){ message[0], message[1], message[2], message[3], NULL, 0, 0 };
  if (size == 4)
    return TRUE;
  extended = message[4] == 0 && size >= 7;
  pos = extended ? 7 : 5;
  command->length = extended ? (gsize) (message[5] << 8 | message[6]) : message[4];
  if (size == pos) /* Le alone */
    {
      command->expected = command->length > 0 ? command->length : (extended ? 65536 : 256);
      command->length = 0;
      return TRUE;
    }
  if (command->length > size - pos)
    return FALSE;
  command->data = message + pos;
  pos += command->length;
  if (size - pos == (extended ? 2 : 1))
    {
      command->expected = extended ? (gsize) (message[pos] << 8 | message[pos + 1]) : message[pos];
      command->expected = command->expected > 0 ? command->expected : (extended ? 65536 : 256);
    }
  return size - pos <= (extended ? 2 : 1);
}

/* As much of the answer as was asked for, then the status, or how much more there is. */
static void
hand_out (Conversation *talk, gsize expected, GByteArray *answer)
{
  gsize length = MIN (talk->rest->len, expected > 0 ? expected : 256);
  guint status = talk->status;

  g_byte_array_append (answer, talk->rest->data, (guint) length);
  g_byte_array_remove_range (talk->rest, 0, (guint) length);
  if (talk->rest->len > 0)
    status = 0x6100 | MIN (talk->rest->len, 255);
  g_byte_array_append (answer, (const guint8[]){ (guint8) (status >> 8), (guint8) status }, 2);
}

static void
respond (SignetTestCard *card, Conversation *talk, const guint8 *message, gsize size, GByteArray *answer)
{
  SignetTestCardCommand command;

  if (!parse (message, size, &command) || talk->gathered->len + command.length > MAX_COMMAND)
    {
      g_byte_array_set_size (talk->gathered, 0);
      g_byte_array_set_size (talk->rest, 0);
      talk->status = SIGNET_TEST_CARD_WRONG_LENGTH;
    }
  else if (command.ins == 0xC0)
    ;
  else if (command.cla & 0x10)
    {
      g_byte_array_append (talk->gathered, command.data, (guint) command.length);
      g_byte_array_set_size (talk->rest, 0);
      talk->status = SIGNET_TEST_CARD_OK;
    }
  else
    {
      g_byte_array_append (talk->gathered, command.data, (guint) command.length);
      command.data = talk->gathered->data;
      command.length = talk->gathered->len;
      g_byte_array_set_size (talk->rest, 0);
      talk->status = serve (card, &command, talk->rest);
      g_byte_array_set_size (talk->gathered, 0);
    }
  hand_out (talk, command.expected, answer);
}

/* --- the reader --- */

static gboolean
receive (int fd, void *buffer, gsize length)
{
  for (gsize n = 0; n < length;)
    {
      gssize got;

      /* the reader writes length and body apart, and TCP holds the body back until the length is acknowledged: 40 ms each time.
       * The option does not last, so it is set each time. */
      setsockopt (fd, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof (int));
      got = read (fd, (char *) buffer + n, length - n);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return FALSE;
      n += (gsize) got;
    }
  return TRUE;
}

static gboolean
answer_reader (int fd, const guint8 *data, gsize length)
{
  g_autofree guint8 *frame = g_malloc (length + 2);

  frame[0] = (guint8) (length >> 8);
  frame[1] = (guint8) length;
  memcpy (frame + 2, data, length);
  return write (fd, frame, length + 2) == (gssize) (length + 2);
}

static gboolean
control (SignetTestCard *card, Conversation *talk, int fd, guint8 what)
{
  if (what == CONTROL_ATR)
    return answer_reader (fd, atr, sizeof atr);
  forget (card);
  g_byte_array_set_size (talk->gathered, 0);
  g_byte_array_set_size (talk->rest, 0);
  return TRUE;
}

static void
live (SignetTestCard *card, int fd)
{
  static guint8 message[MAX_COMMAND];
  Conversation talk = { g_byte_array_new (), g_byte_array_new (), SIGNET_TEST_CARD_OK };
  guint8 head[2];

  while (receive (fd, head, sizeof head))
    {
      gsize length = (gsize) (head[0] << 8 | head[1]);
      g_autoptr (GByteArray) answer = g_byte_array_new ();
      guint pause = 0;

      if (!receive (fd, message, length))
        break;
      if (length == 1 && control (card, &talk, fd, message[0]))
        continue;
      while (signet_test_card_store_fault (card, "mute", NULL))
        g_usleep (20 * 1000);
      if (signet_test_card_store_fault (card, "slow", &pause))
        g_usleep (pause * 1000UL);
      respond (card, &talk, message, length, answer);
      if (!answer_reader (fd, answer->data, answer->len))
        break;
    }
  g_byte_array_unref (talk.gathered);
  g_byte_array_unref (talk.rest);
}

static int
enter_reader (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      g_printerr ("signet-test-card: no virtual reader on port %u: %s\n", port, g_strerror (errno));
      return -1;
    }
  return fd;
}

static int
make_new (SignetTestCard *card)
{
  guint8 serial[4];

  if (g_mkdir_with_parents (card->folder, 0700) != 0 || RAND_bytes (serial, sizeof serial) != 1)
    {
      g_printerr ("signet-test-card: %s: %s\n", card->folder, g_strerror (errno));
      return 73;
    }
  serial[0] = 0; /* eight digits at most, as real ones have */
  signet_test_card_store_save (card, "serial", serial, sizeof serial);
  signet_test_card_store_format (card);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  SignetTestCard card = { .folder = argc > 1 ? argv[argc - 1] : NULL };
  int fd = -1;

  if (argc == 3 && strcmp (argv[1], "--new") == 0)
    return make_new (&card);
  if (argc != 4 || strcmp (argv[1], "--port") != 0)
    {
      g_printerr ("usage: signet-test-card --new FOLDER | --port PORT FOLDER\n");
      return 64;
    }
  fd = enter_reader ((guint16) g_ascii_strtoull (argv[2], NULL, 10));
  if (fd < 0)
    return 69;
  live (&card, fd);
  close (fd);
  return EXIT_SUCCESS;
}
