/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-reader.c: a card in a reader, by PC/SC, beside the module that uses it: for what PKCS#11 has no call.
 *
 * libpcsclite is loaded when it is first needed, so that a host without a reader does without it; what is used of it is declared
 * here (PC/SC workgroup, part 5; the types of pcsc-lite). Nothing is left changed but the card: no reset, no power down.
 */
#define G_LOG_DOMAIN "signet-host-reader"

#include "config.h"

#include <dlfcn.h>
#include <string.h>

#include "signet-host-piv.h"

#define LIBRARY "libpcsclite.so.1"
#define MAX_NAMES 4096
#define MAX_ANSWER 258

#define SCOPE_SYSTEM 2
#define SHARE_SHARED 2
#define PROTOCOL_T0 1
#define PROTOCOL_T1 2
#define LEAVE_CARD 0

#define SUCCESS 0
#define SHARING_VIOLATION 0x8010000B

typedef struct
{
  unsigned long protocol;
  unsigned long length;
} IoRequest;

typedef struct
{
  long (*establish) (unsigned long scope, const void *reserved1, const void *reserved2, long *context);
  long (*release) (long context);
  long (*list) (long context, const char *groups, char *names, unsigned long *length);
  long (*connect) (long context, const char *name, unsigned long share, unsigned long protocols, long *card, unsigned long *protocol);
  long (*disconnect) (long card, unsigned long disposition);
  long (*begin) (long card);
  long (*end) (long card, unsigned long disposition);
  long (*transmit) (long card,
                    const IoRequest *request,
                    const guint8 *command,
                    unsigned long command_length,
                    IoRequest *answer_request,
                    guint8 *answer,
                    unsigned long *answer_length);
} Library;

struct _HostReader
{
  const Library *library;
  long context;
  long card;
  unsigned long protocol;
  gboolean connected;
  gboolean begun;
};

static const Library *
load_library (GError **error)
{
  static Library library;
  static const struct
  {
    const char *name;
    void **function;
  } functions[] = {
    { "SCardEstablishContext", (void **) &library.establish }, { "SCardReleaseContext", (void **) &library.release },
    { "SCardListReaders", (void **) &library.list },           { "SCardConnect", (void **) &library.connect },
    { "SCardDisconnect", (void **) &library.disconnect },      { "SCardBeginTransaction", (void **) &library.begin },
    { "SCardEndTransaction", (void **) &library.end },         { "SCardTransmit", (void **) &library.transmit },
  };
  void *handle = NULL;
  gboolean complete = TRUE;

  if (library.transmit != NULL)
    return &library;
  handle = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL);
  for (guint i = 0; i < G_N_ELEMENTS (functions) && handle != NULL; i++)
    {
      *functions[i].function = dlsym (handle, functions[i].name);
      complete &= *functions[i].function != NULL;
    }
  if (handle != NULL && complete)
    return &library;
  library.transmit = NULL;
  host_set_error (error, SIGNET_TOKEN_ERROR_UNSUPPORTED, "the reader service's library (" LIBRARY ") is not installed");
  return NULL;
}

static gboolean
check (long rv, const char *call, GError **error)
{
  if (rv == SUCCESS)
    return TRUE;
  if ((guint32) rv == SHARING_VIOLATION)
    return host_set_error (error, SIGNET_TOKEN_ERROR_FAILED, "another program holds the card for itself");
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_FAILED, "%s: 0x%08x", call, (guint) (guint32) rv);
  return FALSE;
}

/* A slot description is the reader's name, padded with blanks or NUL, and cut when it is longer than 64 bytes. */
static gboolean
is_named (const char *reader, const guint8 description[64])
{
  gsize length = 64;

  while (length > 0 && (description[length - 1] == ' ' || description[length - 1] == '\0'))
    length--;
  return length > 0 && strncmp (reader, (const char *) description, length) == 0 && (length == 64 || strlen (reader) == length);
}

static gboolean
connect_named (HostReader *self, const guint8 description[64], GError **error)
{
  char names[MAX_NAMES + 2] = "";
  unsigned long length = MAX_NAMES;

  if (!check (self->library->list (self->context, NULL, names, &length), "SCardListReaders", error))
    return FALSE;
  for (const char *name = names; name < names + MAX_NAMES && *name != '\0'; name += strlen (name) + 1)
    if (is_named (name, description))
      {
        self->connected = check (self->library->connect (self->context, name, SHARE_SHARED, PROTOCOL_T0 | PROTOCOL_T1,
                                                         &self->card, &self->protocol),
                                 "SCardConnect", error);
        return self->connected;
      }
  return host_set_error (error, SIGNET_TOKEN_ERROR_REMOVED, "no reader has the name of the token's slot");
}

HostReader *
host_reader_open (const guint8 slot_description[64], GError **error)
{
  const Library *library = load_library (error);
  HostReader *self = NULL;

  if (library == NULL)
    return NULL;
  self = g_new0 (HostReader, 1);
  self->library = library;
  if (!check (library->establish (SCOPE_SYSTEM, NULL, NULL, &self->context), "SCardEstablishContext", error))
    {
      g_free (self);
      return NULL;
    }
  if (connect_named (self, slot_description, error))
    self->begun = check (library->begin (self->card), "SCardBeginTransaction", error);
  if (!self->begun)
    g_clear_pointer (&self, host_reader_close);
  return self;
}

void
host_reader_close (HostReader *self)
{
  if (self->begun)
    self->library->end (self->card, LEAVE_CARD);
  if (self->connected)
    self->library->disconnect (self->card, LEAVE_CARD);
  self->library->release (self->context);
  g_free (self);
}

guint16
host_reader_transmit (HostReader *self,
                      const guint8 *command,
                      gsize command_length,
                      guint8 *answer,
                      gsize *length,
                      GError **error)
{
  IoRequest request = { self->protocol, sizeof request };
  guint8 raw[MAX_ANSWER];
  unsigned long raw_length = sizeof raw;
  guint16 status = 0;
  gsize room = length != NULL ? *length : 0;

  if (!check (self->library->transmit (self->card, &request, command, command_length, NULL, raw, &raw_length), "SCardTransmit",
              error))
    return 0;
  if (raw_length < 2 || raw_length > sizeof raw)
    return host_set_error (error, SIGNET_TOKEN_ERROR_MODULE_LIED, "the reader's answer has a length that cannot be"), 0;
  status = (guint16) (raw[raw_length - 2] << 8 | raw[raw_length - 1]);
  if (length != NULL)
    {
      *length = MIN (room, raw_length - 2);
      memcpy (answer, raw, *length);
    }
  if (status == 0)
    host_set_error (error, SIGNET_TOKEN_ERROR_MODULE_LIED, "the card's answer has no status");
  return status;
}
