/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pcsc-double.c: libpcsclite as a test wants it: no service, no reader, an empty reader, a card, a mute card, a card somebody holds.
 *
 * For tests only. Everything it knows is in the folder SIGNET_TEST_PCSC_DIR, read anew at each call:
 *   service          the service runs
 *   readers/NAME     a reader; the file says "empty", "mute", "card ATR", "held ATR", then the number of events so far
 * Calls are counted in `calls`, a letter each: e(stablish) r(elease) l(ist) s(tatus) c(ancel).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_READERS 8
#define NO_SERVICE ((long) 0x8010001DL)
#define TIMEOUT ((long) 0x8010000AL)
#define CANCELLED ((long) 0x80100002L)
#define NO_READERS ((long) 0x8010002EL)
#define UNKNOWN_READER ((long) 0x80100009L)
#define PNP "\\\\?PnP?\\Notification"
#define CHANGED 0x0002UL

typedef struct
{
  const char *name;
  void *user_data;
  unsigned long current;
  unsigned long event;
  unsigned long atr_length;
  unsigned char atr[33];
} ReaderState;

static volatile int cancelled;

long SCardEstablishContext (unsigned long scope, const void *first, const void *second, long *context);
long SCardReleaseContext (long context);
long SCardListReaders (long context, const char *groups, char *readers, unsigned long *length);
long SCardGetStatusChange (long context, unsigned long timeout, ReaderState *states, unsigned long n);
long SCardCancel (long context);

static const char *
folder (void)
{
  const char *dir = getenv ("SIGNET_TEST_PCSC_DIR");

  return dir != NULL ? dir : "/nonexistent";
}

static void
count (char letter)
{
  char path[4096];
  FILE *file;

  snprintf (path, sizeof path, "%s/calls", folder ());
  file = fopen (path, "a");
  if (file == NULL)
    return;
  fputc (letter, file);
  fclose (file);
}

static int
is_running (void)
{
  char path[4096];

  snprintf (path, sizeof path, "%s/service", folder ());
  return access (path, F_OK) == 0;
}

static unsigned int
read_names (char names[MAX_READERS][128])
{
  char path[4096];
  unsigned int n = 0;
  DIR *dir;
  struct dirent *entry;

  snprintf (path, sizeof path, "%s/readers", folder ());
  dir = opendir (path);
  while (dir != NULL && n < MAX_READERS && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      snprintf (names[n++], 128, "%.127s", entry->d_name);
  if (dir != NULL)
    closedir (dir);
  return n;
}

static void
read_atr (ReaderState *state, const char *hex)
{
  unsigned int byte;

  for (state->atr_length = 0; state->atr_length < 33 && sscanf (hex + 2 * state->atr_length, "%2x", &byte) == 1; state->atr_length++)
    state->atr[state->atr_length] = (unsigned char) byte;
}

/* 0: there is no such reader */
static int
read_reader (ReaderState *state)
{
  char path[4096];
  char kind[32] = "", atr[128] = "";
  unsigned long events = 0;
  FILE *file;

  snprintf (path, sizeof path, "%s/readers/%s", folder (), state->name);
  file = fopen (path, "r");
  if (file == NULL)
    return 0;
  if (fscanf (file, "%31s", kind) == 1 && (strcmp (kind, "card") == 0 || strcmp (kind, "held") == 0) && fscanf (file, "%127s", atr) != 1)
    atr[0] = '\0';
  if (fscanf (file, "%lu", &events) != 1)
    events = 0;
  fclose (file);
  state->event = events << 16 | (strcmp (kind, "empty") == 0 ? 0x10UL : 0x20UL) | (strcmp (kind, "mute") == 0 ? 0x200UL : 0) |
                 (strcmp (kind, "held") == 0 ? 0x180UL : 0);
  read_atr (state, atr);
  return 1;
}

long
SCardEstablishContext (unsigned long scope, const void *first, const void *second, long *context)
{
  (void) scope;
  (void) first;
  (void) second;
  count ('e');
  *context = 4711;
  cancelled = 0;
  return is_running () ? 0 : NO_SERVICE;
}

long
SCardReleaseContext (long context)
{
  (void) context;
  count ('r');
  return 0;
}

long
SCardListReaders (long context, const char *groups, char *readers, unsigned long *length)
{
  char names[MAX_READERS][128];
  unsigned int n = read_names (names);
  unsigned long needed = 1;

  (void) context;
  (void) groups;
  count ('l');
  if (!is_running ())
    return NO_SERVICE;
  for (unsigned int i = 0; i < n; i++)
    {
      if (readers != NULL)
        strcpy (readers + needed - 1, names[i]);
      needed += strlen (names[i]) + 1;
    }
  if (readers != NULL)
    readers[needed - 1] = '\0';
  *length = needed;
  return n > 0 ? 0 : NO_READERS;
}

/* What differs from what the caller knows; 1 when something does. */
static int
look (ReaderState *states, unsigned long n, long *result)
{
  char names[MAX_READERS][128];
  int changed = 0;

  *result = 0;
  for (unsigned long i = 0; i < n; i++)
    {
      if (strcmp (states[i].name, PNP) == 0)
        states[i].event = (unsigned long) read_names (names) << 16;
      else if (!read_reader (&states[i]))
        {
          *result = UNKNOWN_READER;
          return 1;
        }
      if (states[i].event != (states[i].current & ~CHANGED))
        changed = 1;
    }
  return changed;
}

long
SCardGetStatusChange (long context, unsigned long timeout, ReaderState *states, unsigned long n)
{
  unsigned long waited = 0;
  long result = 0;

  (void) context;
  count ('s');
  for (;; waited += 5)
    {
      if (!is_running ())
        return NO_SERVICE;
      if (cancelled)
        {
          cancelled = 0;
          return CANCELLED;
        }
      if (look (states, n, &result))
        return result;
      if (waited >= timeout)
        return timeout == 0 ? result : TIMEOUT;
      usleep (5000);
    }
}

long
SCardCancel (long context)
{
  (void) context;
  count ('c');
  cancelled = 1;
  return 0;
}
