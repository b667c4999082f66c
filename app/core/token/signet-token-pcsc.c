/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-pcsc.c: readers and their cards through libpcsclite, loaded by its name when it is first needed.
 *
 * Declares the few structures of its stable interface (PC/SC part 5 as pcsc-lite has it) instead of needing its headers to build.
 * Only states are read. A connection belongs to one thread, but for cancel.
 */
#define G_LOG_DOMAIN "signet-token-pcsc"

#include "config.h"

#include <string.h>

#include "../base/signet-library.h"
#include "signet-token-pcsc-private.h"

#define SONAME "libpcsclite.so.1"
#define MAX_LIST (64 * 1024)

/* winscard.h of pcsc-lite on Linux: LONG and DWORD have the size of long */
#define SCARD_SCOPE_SYSTEM         2
#define SCARD_S_SUCCESS            0x00000000L
#define SCARD_E_CANCELLED          0x80100002L
#define SCARD_E_TIMEOUT            0x8010000AL
#define SCARD_E_NO_SERVICE         0x8010001DL
#define SCARD_E_SERVICE_STOPPED    0x8010001EL
#define SCARD_E_NO_READERS         0x8010002EL
#define SCARD_F_COMM_ERROR         0x80100013L
#define SCARD_E_UNKNOWN_READER     0x80100009L
#define SCARD_E_READER_UNAVAILABLE 0x80100017L
#define SCARD_STATE_EMPTY          0x0010
#define SCARD_STATE_PRESENT        0x0020
#define SCARD_STATE_EXCLUSIVE      0x0080
#define SCARD_STATE_INUSE          0x0100
#define SCARD_STATE_MUTE           0x0200
#define PNP_NOTIFICATION           "\\\\?PnP?\\Notification"

typedef struct
{
  const char *name;
  void *user_data;
  unsigned long current;
  unsigned long event;
  unsigned long atr_length;
  unsigned char atr[SIGNET_PCSC_MAX_ATR];
} ReaderState;

typedef struct
{
  long (*establish) (unsigned long scope, const void *reserved1, const void *reserved2, long *context);
  long (*release) (long context);
  long (*list) (long context, const char *groups, char *readers, unsigned long *length);
  long (*status) (long context, unsigned long timeout, ReaderState *states, unsigned long n);
  long (*cancel) (long context);
} Library;

struct _SignetPcsc
{
  const Library *library;
  long context;
  gboolean pnp; /* the service tells of readers that come and go */
};

/* --- the library --- */

static const char *
soname (void)
{
#if SIGNET_DEVELOPMENT
  const char *double_of_tests = g_getenv ("SIGNET_PCSC_LIBRARY");

  if (double_of_tests != NULL)
    return double_of_tests;
#endif
  return SONAME;
}

static const Library *
load (void)
{
  static const char *const names[] = { "SCardEstablishContext", "SCardReleaseContext", "SCardListReaders", "SCardGetStatusChange",
                                       "SCardCancel",           NULL };
  static GMutex lock;
  static Library library;
  static gboolean loaded;
  gboolean there = FALSE;

  G_STATIC_ASSERT (sizeof library == (G_N_ELEMENTS (names) - 1) * sizeof (gpointer));
  g_mutex_lock (&lock);
  if (!loaded)
    loaded = signet_library_load (soname (), names, (gpointer *) &library, NULL);
  there = loaded;
  g_mutex_unlock (&lock);
  return there ? &library : NULL;
}

static SignetPcscResult
result_of (long code)
{
  switch ((unsigned long) code & 0xffffffffUL)
    {
    case SCARD_S_SUCCESS:
      return SIGNET_PCSC_OK;
    case SCARD_E_CANCELLED:
      return SIGNET_PCSC_CANCELLED;
    case SCARD_E_TIMEOUT:
    case SCARD_E_UNKNOWN_READER:
    case SCARD_E_READER_UNAVAILABLE:
      return SIGNET_PCSC_TIMEOUT; /* the reader went between two calls: look again */
    case SCARD_E_NO_SERVICE:
    case SCARD_E_SERVICE_STOPPED:
    case SCARD_F_COMM_ERROR:
      return SIGNET_PCSC_NO_SERVICE;
    default:
      return SIGNET_PCSC_FAILED;
    }
}

/* Does the service know the reader that is none? It answers an unknown name differently. */
static gboolean
knows_pnp (const Library *library, long context)
{
  ReaderState state = { .name = PNP_NOTIFICATION };

  return result_of (library->status (context, 0, &state, 1)) != SIGNET_PCSC_FAILED && (state.event & 0x0004) == 0;
}

SignetPcsc *
_signet_pcsc_connect (SignetPcscResult *result)
{
  const Library *library = load ();
  SignetPcsc *self = NULL;
  long context = 0;

  *result = SIGNET_PCSC_NO_LIBRARY;
  if (library == NULL)
    return NULL;
  *result = result_of (library->establish (SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
  if (*result != SIGNET_PCSC_OK)
    return NULL;
  self = g_new0 (SignetPcsc, 1);
  self->library = library;
  self->context = context;
  self->pnp = knows_pnp (library, context);
  return self;
}

void
_signet_pcsc_free (SignetPcsc *self)
{
  if (self == NULL)
    return;
  self->library->release (self->context);
  g_free (self);
}

void
_signet_pcsc_cancel (SignetPcsc *self)
{
  self->library->cancel (self->context);
}

/* --- readers --- */

/* The names one after the other, each with its NUL, and one more at the end. Outside bytes: nothing is believed of their lengths. */
static guint
split_names (const char *list, gsize length, SignetPcscReader *readers)
{
  guint n = 0;

  while (length > 0 && *list != '\0' && n < SIGNET_PCSC_MAX_READERS)
    {
      gsize size = strnlen (list, length);

      if (size == length || size > SIGNET_PCSC_MAX_NAME)
        break;
      memset (&readers[n], 0, sizeof readers[n]);
      memcpy (readers[n].name, list, size);
      n++;
      list += size + 1;
      length -= size + 1;
    }
  return n;
}

static SignetPcscResult
list_names (SignetPcsc *self, SignetPcscReader *readers, guint *n_readers)
{
  unsigned long length = 0;
  g_autofree char *list = NULL;
  long code = self->library->list (self->context, NULL, NULL, &length);

  *n_readers = 0;
  if (((unsigned long) code & 0xffffffffUL) == SCARD_E_NO_READERS || (code == SCARD_S_SUCCESS && length == 0))
    return SIGNET_PCSC_OK;
  if (code != SCARD_S_SUCCESS || length > MAX_LIST)
    return code != SCARD_S_SUCCESS ? result_of (code) : SIGNET_PCSC_FAILED;
  list = g_malloc0 (length);
  code = self->library->list (self->context, NULL, list, &length);
  if (code != SCARD_S_SUCCESS)
    return ((unsigned long) code & 0xffffffffUL) == SCARD_E_NO_READERS ? SIGNET_PCSC_OK : result_of (code);
  *n_readers = split_names (list, MIN (length, MAX_LIST), readers);
  return SIGNET_PCSC_OK;
}

static void
take_state (SignetPcscReader *reader, const ReaderState *state)
{
  static const struct
  {
    unsigned long bit;
    SignetReaderFlags flag;
  } bits[] = {
    { SCARD_STATE_EMPTY, SIGNET_READER_EMPTY }, { SCARD_STATE_PRESENT, SIGNET_READER_PRESENT },
    { SCARD_STATE_MUTE, SIGNET_READER_MUTE },   { SCARD_STATE_EXCLUSIVE, SIGNET_READER_EXCLUSIVE },
    { SCARD_STATE_INUSE, SIGNET_READER_IN_USE },
  };

  reader->flags = 0;
  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    if (state->event & bits[i].bit)
      reader->flags |= bits[i].flag;
  reader->events = (guint) (state->event >> 16) & 0xffff;
  reader->atr_length = MIN (state->atr_length, SIGNET_PCSC_MAX_ATR);
  memcpy (reader->atr, state->atr, reader->atr_length);
}

SignetPcscResult
_signet_pcsc_read (SignetPcsc *self, SignetPcscReader *readers, guint *n_readers)
{
  ReaderState states[SIGNET_PCSC_MAX_READERS] = { 0 };
  SignetPcscResult result = list_names (self, readers, n_readers);

  if (result != SIGNET_PCSC_OK || *n_readers == 0)
    return result;
  for (guint i = 0; i < *n_readers; i++)
    states[i].name = readers[i].name;
  result = result_of (self->library->status (self->context, 0, states, *n_readers));
  if (result != SIGNET_PCSC_OK && result != SIGNET_PCSC_TIMEOUT)
    return result;
  for (guint i = 0; i < *n_readers; i++)
    take_state (&readers[i], &states[i]);
  return SIGNET_PCSC_OK;
}

static unsigned long
state_of (const SignetPcscReader *reader)
{
  unsigned long state = (unsigned long) reader->events << 16;

  state |= (reader->flags & SIGNET_READER_EMPTY) != 0 ? SCARD_STATE_EMPTY : 0;
  state |= (reader->flags & SIGNET_READER_PRESENT) != 0 ? SCARD_STATE_PRESENT : 0;
  state |= (reader->flags & SIGNET_READER_MUTE) != 0 ? SCARD_STATE_MUTE : 0;
  state |= (reader->flags & SIGNET_READER_EXCLUSIVE) != 0 ? SCARD_STATE_EXCLUSIVE : 0;
  state |= (reader->flags & SIGNET_READER_IN_USE) != 0 ? SCARD_STATE_INUSE : 0;
  return state;
}

SignetPcscResult
_signet_pcsc_wait (SignetPcsc *self, const SignetPcscReader *readers, guint n_readers, guint milliseconds)
{
  ReaderState states[SIGNET_PCSC_MAX_READERS + 1] = { 0 };
  guint n = 0;

  for (; n < n_readers; n++)
    {
      states[n].name = readers[n].name;
      states[n].current = state_of (&readers[n]);
    }
  if (self->pnp)
    {
      /* the number of readers is the state of the reader that is none */
      states[n].current = (unsigned long) n_readers << 16;
      states[n++].name = PNP_NOTIFICATION;
    }
  if (n == 0)
    return SIGNET_PCSC_FAILED;
  return result_of (self->library->status (self->context, milliseconds, states, n));
}
