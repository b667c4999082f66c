/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor-reader.c: the reader service, its readers and the cards in them; and who keeps a card to himself.
 *
 * Connects to no card: the doctor disturbs nobody.
 */
#define G_LOG_DOMAIN "signet-token-doctor-reader"

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "../base/signet-text.h"
#include "signet-token-doctor-private.h"

#define SOCKET  "/run/pcscd/pcscd.comm"
#define SERVICE "/usr/sbin/pcscd"
#define DRIVERS "/usr/lib/pcsc/drivers"
#define SYSTEMD "/run/systemd/system"

static gboolean
is_there (const char *path, int mode)
{
  g_autofree char *place = _signet_doctor_root_path (path);

  return access (place, mode) == 0;
}

/* --- the service --- */

static void
tell_missing_service (SignetDoctor *self, SignetDoctorState state)
{
  gboolean systemd = is_there (SYSTEMD, F_OK);
  const char *code = "service-not-answering";
  const char *command = systemd ? "sudo systemctl restart pcscd.socket pcscd" : "sudo service pcscd restart";
  SignetDoctorFinding *finding = NULL;

  if (!is_there (SERVICE, F_OK))
    {
      finding = _signet_doctor_add (self, SIGNET_DOCTOR_READER_SERVICE, state, "service-not-installed", NULL, SERVICE);
      _signet_doctor_add_package (finding, "pcscd");
      return;
    }
  if (!is_there (SOCKET, F_OK))
    {
      code = "service-stopped";
      command = systemd ? "sudo systemctl enable --now pcscd.socket" : "sudo service pcscd start";
    }
  else if (!is_there (SOCKET, R_OK | W_OK))
    {
      code = "service-forbidden";
      command = "";
    }
  finding = _signet_doctor_add (self, SIGNET_DOCTOR_READER_SERVICE, state, code, NULL, SOCKET);
  _signet_doctor_add_fix (finding, "", command);
}

/* "pcsc-lite version 1.9.9." is the first line; the socket's path alone when the program does not tell. */
static char *
dup_service_version (void)
{
  g_autofree char *program = _signet_doctor_root_path (SERVICE);
  char *const argv[] = { program, (char *) "--version", NULL };
  char *const environment[] = { NULL };
  g_autofree char *text = NULL;

  if (access (program, X_OK) != 0 ||
      !g_spawn_sync (NULL, (char **) argv, (char **) environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL, NULL, NULL))
    return g_strdup (SOCKET);
  text[strcspn (text, "\n")] = '\0';
  return g_strdup_printf ("%s · %s", SOCKET, text);
}

static void
tell_service (SignetDoctor *self, SignetPcscResult result, SignetDoctorState state)
{
  SignetDoctorFinding *finding = NULL;
  g_autofree char *detail = NULL;

  switch (result)
    {
    case SIGNET_PCSC_OK:
    case SIGNET_PCSC_TIMEOUT:
      detail = dup_service_version ();
      _signet_doctor_add (self, SIGNET_DOCTOR_READER_SERVICE, SIGNET_DOCTOR_OK, "service-runs", NULL, detail);
      break;
    case SIGNET_PCSC_NO_LIBRARY:
      finding = _signet_doctor_add (self, SIGNET_DOCTOR_READER_SERVICE, state, "no-reader-library", NULL, "libpcsclite.so.1");
      _signet_doctor_add_package (finding, "libpcsclite1");
      break;
    case SIGNET_PCSC_NO_SERVICE:
    case SIGNET_PCSC_CANCELLED:
    case SIGNET_PCSC_FAILED:
    default:
      tell_missing_service (self, state);
      break;
    }
}

/* --- readers --- */

static guint
count_readers_plugged_in (SignetDoctor *self)
{
  guint n = 0;

  for (guint i = 0; i < self->devices->len; i++)
    n += ((SignetDoctorDevice *) self->devices->pdata[i])->ccid;
  return n;
}

static gboolean
has_drivers (void)
{
  g_autofree char *place = _signet_doctor_root_path (DRIVERS "/ifd-ccid.bundle");

  return g_file_test (place, G_FILE_TEST_IS_DIR);
}

static const char *
find_command (GArray *processes)
{
  for (guint i = 0; i < processes->len; i++)
    {
      const SignetDoctorProcess *one = &g_array_index (processes, SignetDoctorProcess, i);

      if (one->entry != NULL && *one->entry->command != '\0')
        return one->entry->command;
    }
  return "";
}

/* The service itself has the device open: somebody else who has is the reason that the service has not. */
static gboolean
tell_holder (SignetDoctor *self, const SignetDoctorDevice *device)
{
  g_autoptr (GArray) holders = _signet_doctor_find_holders (device->node);
  g_autofree char *names = NULL;

  for (guint i = holders->len; i-- > 0;)
    if (g_str_equal (g_array_index (holders, SignetDoctorProcess, i).name, "pcscd"))
      g_array_remove_index (holders, i);
  if (holders->len == 0)
    return FALSE;
  names = _signet_doctor_describe_processes (holders);
  _signet_doctor_add_fix (_signet_doctor_add (self, SIGNET_DOCTOR_READER, SIGNET_DOCTOR_FAILED, "reader-held", device->name, names),
                          "", find_command (holders));
  return TRUE;
}

static void
tell_unseen_device (SignetDoctor *self, const SignetDoctorDevice *device)
{
  SignetDoctorFinding *finding = NULL;

  if (!device->ccid || tell_holder (self, device))
    return;
  finding = _signet_doctor_add (self, SIGNET_DOCTOR_READER, SIGNET_DOCTOR_FAILED,
                                has_drivers () ? "reader-not-seen" : "no-reader-driver", device->name, device->id);
  if (!has_drivers ())
    _signet_doctor_add_package (finding, "libccid");
}

static void
tell_readers (SignetDoctor *self, gboolean service)
{
  for (guint i = 0; i < self->n_readers; i++)
    _signet_doctor_add (self, SIGNET_DOCTOR_READER, SIGNET_DOCTOR_OK, "reader-found", self->readers[i].name, NULL);
  if (self->n_readers > 0)
    return;
  if (!service || self->hardware)
    _signet_doctor_add (self, SIGNET_DOCTOR_READER, SIGNET_DOCTOR_SKIPPED, service ? "not-needed" : "not-reached", NULL, NULL);
  else if (count_readers_plugged_in (self) == 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_READER, _signet_doctor_absence (self), "no-reader", NULL, NULL);
  else
    for (guint i = 0; i < self->devices->len; i++)
      tell_unseen_device (self, self->devices->pdata[i]);
}

/* --- cards --- */

static void
tell_held_card (SignetDoctor *self, const SignetPcscReader *reader)
{
  g_autofree char *socket = _signet_doctor_root_path (SOCKET);
  g_autoptr (GArray) clients = _signet_doctor_find_clients (socket);
  g_autofree char *names = _signet_doctor_describe_processes (clients);

  _signet_doctor_add_fix (_signet_doctor_add (self, SIGNET_DOCTOR_CARD, SIGNET_DOCTOR_FAILED, "card-held", reader->name, names), "",
                          find_command (clients));
}

static void
tell_card (SignetDoctor *self, const SignetPcscReader *reader)
{
  g_autofree char *atr = signet_text_hex (reader->atr, (gssize) reader->atr_length);
  g_autoptr (GPtrArray) known = _signet_token_vendors_find_cards (_signet_token_vendors_get (), reader->atr, reader->atr_length);
  const SignetVendorEntry *entry = known->len > 0 ? known->pdata[0] : NULL;

  self->n_cards++;
  for (guint i = 0; i < known->len; i++)
    g_ptr_array_add (self->wanted, known->pdata[i]);
  if (reader->flags & SIGNET_READER_EXCLUSIVE)
    tell_held_card (self, reader);
  else if (entry != NULL)
    _signet_doctor_add (self, SIGNET_DOCTOR_CARD, SIGNET_DOCTOR_OK, "card-known", entry->name, atr);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_CARD, self->hardware ? SIGNET_DOCTOR_OK : SIGNET_DOCTOR_WARNING, "card-unknown",
                        reader->name, atr);
}

/* An empty reader is nothing to worry about where another one has a card. */
static void
tell_cards (SignetDoctor *self)
{
  gboolean mute = FALSE;

  for (guint i = 0; i < self->n_readers; i++)
    {
      const SignetPcscReader *reader = &self->readers[i];

      if ((reader->flags & SIGNET_READER_PRESENT) == 0)
        continue;
      if (reader->flags & SIGNET_READER_MUTE)
        _signet_doctor_add (self, SIGNET_DOCTOR_CARD, SIGNET_DOCTOR_FAILED, "card-mute", reader->name, NULL);
      else
        tell_card (self, reader);
      mute |= (reader->flags & SIGNET_READER_MUTE) != 0;
    }
  if (self->n_cards > 0 || mute)
    return;
  if (self->n_readers == 0 || self->hardware)
    _signet_doctor_add (self, SIGNET_DOCTOR_CARD, SIGNET_DOCTOR_SKIPPED, self->hardware ? "not-needed" : "not-reached", NULL, NULL);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_CARD, _signet_doctor_absence (self), "no-card", self->readers[0].name, NULL);
}

/* A token that works without readers shows that they are not needed; what is wrong with them is worth a line all the same. */
void
_signet_doctor_look_at_readers (SignetDoctor *self)
{
  SignetPcscResult result = SIGNET_PCSC_OK;
  g_autoptr (SignetPcsc) pcsc = _signet_pcsc_connect (&result);
  SignetDoctorState state = count_readers_plugged_in (self) > 0 ? SIGNET_DOCTOR_FAILED : _signet_doctor_absence (self);

  if (pcsc != NULL)
    result = _signet_pcsc_read (pcsc, self->readers, &self->n_readers);
  tell_service (self, result, state);
  tell_readers (self, result == SIGNET_PCSC_OK);
  tell_cards (self);
}
