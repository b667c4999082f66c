/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-piv.c: a PIV card's PIN set anew with its PUK, the PUK changed, and how many tries are left (NIST SP 800-73-4,
 * part 2, 3.2). No module has a PKCS#11 call for these. Each try is one a person was asked for.
 */
#define G_LOG_DOMAIN "signet-host-piv"

#include "config.h"

#include <string.h>

#include "signet-host-piv.h"

#define REFERENCE_LENGTH 8 /* PIN and PUK, filled up with FF */
#define SHORTEST 6

#define SW_DONE 0x9000
#define SW_WRONG_DATA 0x6A80
#define SW_NO_REFERENCE 0x6A88

#define MANAGEMENT_KEY 0x9B
#define TRIPLE_DES 0x03

/* -1 until a wrong PUK was answered: the standard has no other way to learn it */
static int puk_tries = -1;

/* The PIV application by its AID, without its version; whatever else is in that reader is none of ours. */
static gboolean
select_piv (HostReader *reader, GError **error)
{
  static const guint8 command[] = { 0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00 };
  GError *failure = NULL;
  guint16 status = host_reader_transmit (reader, command, sizeof command, NULL, NULL, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (status == SW_DONE || (status & 0xFF00) == 0x6100)
    return TRUE;
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "it is no PIV card: SELECT answers %04x", status);
  return FALSE;
}

static HostReader *
open_card (CK_FUNCTION_LIST *p11, const char *token, GError **error)
{
  g_autoptr (HostReader) reader = NULL;
  CK_SLOT_ID slot = 0;
  CK_TOKEN_INFO info;
  CK_SLOT_INFO slot_info = { 0 };

  if (!host_slots_find (p11, token, &slot, &info, error))
    return NULL;
  if (p11->C_GetSlotInfo == NULL || p11->C_GetSlotInfo (slot, &slot_info) != CKR_OK)
    {
      host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the module does not tell which reader the token is in");
      return NULL;
    }
  reader = host_reader_open (slot_info.slotDescription, error);
  if (reader == NULL || !select_piv (reader, error))
    return NULL;
  return g_steal_pointer (&reader);
}

static gboolean
put_reference (guint8 *at, SignetSecret *secret, GError **error)
{
  gsize length = 0;
  const guint8 *bytes = secret != NULL ? signet_secret_get_bytes (secret, &length) : NULL;

  if (length < SHORTEST || length > REFERENCE_LENGTH)
    return host_set_error (error, SIGNET_TOKEN_ERROR_PIN_INVALID, "PIN and PUK of a PIV card have 6 to 8 characters");
  memset (at, 0xFF, REFERENCE_LENGTH);
  memcpy (at, bytes, length);
  return TRUE;
}

/* What the first of two references was met with. */
static gboolean
judge (guint16 status, GError **error)
{
  int tries = host_piv_tries_of (status);

  if (status == SW_DONE)
    return TRUE;
  puk_tries = tries >= 0 ? tries : puk_tries;
  if (tries > 0)
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_WRONG_PIN, "the PUK is wrong: status %04x", status);
  else if (tries == 0)
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_LOCKED, "the PUK is locked: status %04x", status);
  else if (status == SW_WRONG_DATA || status == 0x6700)
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_PIN_INVALID, "the card does not take it: status %04x", status);
  else if (status == SW_NO_REFERENCE || (status & 0xFF00) == 0x6D00)
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the card has no PUK: status %04x", status);
  else
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "the card answers %04x", status);
  return FALSE;
}

/* @instruction @reference, then two references: what is known, what is to be set. The bytes are wiped whatever happens. */
static gboolean
send_two (CK_FUNCTION_LIST *p11,
          const char *token,
          guint8 instruction,
          guint8 reference,
          SignetSecret *known,
          SignetSecret *wanted,
          GError **error)
{
  guint8 *command = NULL;
  g_autoptr (SignetSecret) holder = signet_secret_new_filled (5 + 2 * REFERENCE_LENGTH, &command);
  g_autoptr (HostReader) reader = NULL;
  GError *failure = NULL;
  guint16 status = 0;

  command[0] = 0x00;
  command[1] = instruction;
  command[2] = 0x00;
  command[3] = reference;
  command[4] = 2 * REFERENCE_LENGTH;
  if (!put_reference (command + 5, known, error) || !put_reference (command + 5 + REFERENCE_LENGTH, wanted, error))
    return FALSE;
  reader = open_card (p11, token, error);
  if (reader == NULL)
    return FALSE;
  status = host_reader_transmit (reader, command, 5 + 2 * REFERENCE_LENGTH, NULL, NULL, &failure);
  if (failure == NULL)
    return judge (status, error);
  g_propagate_error (error, failure);
  return FALSE;
}

/* RESET RETRY COUNTER */
gboolean
host_piv_reset_pin (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *puk, SignetSecret *pin, GError **error)
{
  return send_two (p11, token, 0x2C, HOST_PIV_PIN, puk, pin, error);
}

/* CHANGE REFERENCE DATA */
gboolean
host_piv_change_puk (CK_FUNCTION_LIST *p11, const char *token, SignetSecret *old_puk, SignetSecret *new_puk, GError **error)
{
  return send_two (p11, token, 0x24, HOST_PIV_PUK, old_puk, new_puk, error);
}

/* VERIFY without a PIN (3.2.1): answers how many tries are left and spends none. */
static int
ask_verify (HostReader *reader)
{
  static const guint8 command[] = { 0x00, 0x20, 0x00, HOST_PIV_PIN };

  return host_piv_tries_of (host_reader_transmit (reader, command, sizeof command, NULL, NULL, NULL));
}

/* Not of the standard: some makers' cards tell about a PUK this way; others answer that they do not know the instruction. */
static HostPivMetadata
ask_metadata (HostReader *reader, guint8 reference)
{
  const guint8 command[] = { 0x00, 0xF7, 0x00, reference, 0x00 };
  guint8 answer[256];
  gsize length = sizeof answer;
  guint16 status = host_reader_transmit (reader, command, sizeof command, answer, &length, NULL);

  return host_piv_read_metadata (answer, status == SW_DONE ? length : 0);
}

gboolean
host_piv_get_tries (CK_FUNCTION_LIST *p11, const char *token, HostPivReference reference, int *tries, GError **error)
{
  g_autoptr (HostReader) reader = open_card (p11, token, error);

  *tries = -1;
  if (reader == NULL)
    return FALSE;
  if (reference == HOST_PIV_PIN)
    {
      *tries = ask_verify (reader);
      return TRUE;
    }
  *tries = ask_metadata (reader, (guint8) reference).tries;
  if (*tries < 0)
    *tries = puk_tries;
  return TRUE;
}

/* --- what the card tells of itself --- */

/* The note of administration programs (5FFF00), which is no object of the standard. Readable by everybody. */
static gboolean
is_guarded (HostReader *reader)
{
  static const guint8 command[] = { 0x00, 0xCB, 0x3F, 0xFF, 0x05, 0x5C, 0x03, 0x5F, 0xFF, 0x00, 0x00 };
  guint8 answer[256];
  gsize length = sizeof answer;
  guint16 status = host_reader_transmit (reader, command, sizeof command, answer, &length, NULL);

  return status == SW_DONE && host_piv_read_guarded (answer, length);
}

/* Yubico's module before 2.3 shows every card a key of 3DES, which one of AES takes for a wrong one. */
static gboolean
is_too_old (CK_FUNCTION_LIST *p11)
{
  CK_INFO info = { 0 };

  return p11->C_GetInfo (&info) == CKR_OK && memcmp (info.manufacturerID, "Yubico", 6) == 0 &&
         (info.libraryVersion.major < 2 || (info.libraryVersion.major == 2 && info.libraryVersion.minor < 30));
}

static void
insert_factory (GVariantDict *facts, const char *name, const HostPivMetadata *metadata)
{
  if (metadata->factory >= 0)
    g_variant_dict_insert (facts, name, "b", metadata->factory == 1);
}

GVariant *
host_piv_describe (CK_FUNCTION_LIST *p11, const char *token, GError **error)
{
  g_autoptr (HostReader) reader = open_card (p11, token, error);
  g_auto (GVariantDict) facts = G_VARIANT_DICT_INIT (NULL);
  HostPivMetadata pin;
  HostPivMetadata puk;
  HostPivMetadata management;

  if (reader == NULL)
    return NULL;
  pin = ask_metadata (reader, HOST_PIV_PIN);
  puk = ask_metadata (reader, HOST_PIV_PUK);
  management = ask_metadata (reader, MANAGEMENT_KEY);
  g_variant_dict_insert (&facts, "pin-tries", "i", ask_verify (reader));
  g_variant_dict_insert (&facts, "puk-tries", "i", puk.tries >= 0 ? puk.tries : puk_tries);
  insert_factory (&facts, "pin-factory", &pin);
  insert_factory (&facts, "puk-factory", &puk);
  insert_factory (&facts, "management-factory", &management);
  if (management.algorithm >= 0)
    g_variant_dict_insert (&facts, "management-algorithm", "y", (guchar) management.algorithm);
  g_variant_dict_insert (&facts, "management-touch", "b", management.touch);
  g_variant_dict_insert (&facts, "management-guarded", "b", is_guarded (reader));
  g_variant_dict_insert (&facts, "management-unsuited", "b",
                         management.algorithm >= 0 && management.algorithm != TRIPLE_DES && is_too_old (p11));
  return g_variant_dict_end (&facts);
}
