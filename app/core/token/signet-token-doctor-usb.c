/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor-usb.c: what the kernel says is plugged in, from sysfs: readers by their class, tokens by what is known of them.
 *
 * Outside text of devices is bounded and copied as it is. Opens no device.
 */
#define G_LOG_DOMAIN "signet-token-doctor-usb"

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signet-token-doctor-private.h"

#define CLASS_SMART_CARD 0x0b
#define MAX_ATTRIBUTE    256

/* (transfer full) (nullable): one attribute without its line end */
static char *
read_attribute (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, NULL) || length > MAX_ATTRIBUTE)
    return NULL;
  return g_strdup (g_strstrip (text));
}

static gint64
read_number (const char *dir, const char *name, guint base)
{
  g_autofree char *text = read_attribute (dir, name);
  guint64 value = 0;

  return text != NULL && g_ascii_string_to_unsigned (text, base, 0, G_MAXUINT16, &value, NULL) ? (gint64) value : -1;
}

/* Interfaces are folders "BUS-PORT:CONFIGURATION.NUMBER" inside their device's. */
static gboolean
has_reader_interface (const char *device)
{
  g_autoptr (GDir) folder = g_dir_open (device, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *interface = g_build_filename (device, name, NULL);

      if (strchr (name, ':') != NULL && read_number (interface, "bInterfaceClass", 16) == CLASS_SMART_CARD)
        return TRUE;
    }
  return FALSE;
}

static char *
dup_name (const char *dir, const SignetVendorEntry *entry)
{
  g_autofree char *maker = read_attribute (dir, "manufacturer");
  g_autofree char *product = read_attribute (dir, "product");

  if (entry != NULL)
    return g_strdup (entry->name);
  if (product == NULL)
    return g_strdup (maker != NULL ? maker : "USB");
  return maker != NULL ? g_strdup_printf ("%s %s", maker, product) : g_strdup (product);
}

static void
look_at_device (SignetDoctor *self, const char *dir)
{
  gint64 vendor = read_number (dir, "idVendor", 16);
  gint64 product = read_number (dir, "idProduct", 16);
  const SignetVendorEntry *entry = NULL;
  gboolean ccid = FALSE;
  SignetDoctorDevice *device = NULL;
  g_autofree char *node = NULL;

  if (vendor < 0 || product < 0 || self->devices->len >= SIGNET_DOCTOR_MAX_DEVICES)
    return;
  entry = _signet_token_vendors_find_usb (_signet_token_vendors_get (), (guint) vendor, (guint) product);
  ccid = has_reader_interface (dir);
  if (entry == NULL && !ccid)
    return;
  device = g_new0 (SignetDoctorDevice, 1);
  device->entry = entry;
  device->ccid = ccid;
  device->name = dup_name (dir, entry);
  device->id = g_strdup_printf ("%04x:%04x", (guint) vendor, (guint) product);
  node = g_strdup_printf ("/dev/bus/usb/%03d/%03d", (int) MAX (read_number (dir, "busnum", 10), 0),
                          (int) MAX (read_number (dir, "devnum", 10), 0));
  device->node = _signet_doctor_root_path (node);
  g_ptr_array_add (self->devices, device);
  if (entry != NULL)
    g_ptr_array_add (self->wanted, (gpointer) entry);
}

/* A reader belongs to the service, which runs as root. Only what a module talks to by itself must be open to its user. */
static void
tell_device (SignetDoctor *self, const SignetDoctorDevice *device)
{
  g_autofree char *detail = g_strdup_printf ("%s %s", device->id, device->node);

  if (!device->ccid && access (device->node, F_OK) == 0 && access (device->node, R_OK | W_OK) != 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_USB, SIGNET_DOCTOR_WARNING, "device-forbidden", device->name, detail);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_USB, SIGNET_DOCTOR_OK, device->ccid ? "reader-plugged-in" : "token-plugged-in",
                        device->name, detail);
}

void
_signet_doctor_look_at_usb (SignetDoctor *self)
{
  g_autofree char *dir = _signet_doctor_sysfs_path ("/bus/usb/devices");
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (strchr (name, ':') == NULL)
        look_at_device (self, path);
    }
  for (guint i = 0; i < self->devices->len; i++)
    tell_device (self, self->devices->pdata[i]);
}

/* After the readers were looked at: one that is there is plugged in somewhere, be it inside the computer or handed on to it. */
void
_signet_doctor_tell_no_usb (SignetDoctor *self)
{
  g_autofree char *dir = _signet_doctor_sysfs_path ("/bus/usb/devices");

  if (self->devices->len > 0)
    return;
  if (self->hardware)
    _signet_doctor_add (self, SIGNET_DOCTOR_USB, SIGNET_DOCTOR_SKIPPED, "not-needed", NULL, NULL);
  else if (self->n_readers > 0)
    _signet_doctor_add (self, SIGNET_DOCTOR_USB, SIGNET_DOCTOR_SKIPPED, "reader-elsewhere", self->readers[0].name, NULL);
  else
    _signet_doctor_add (self, SIGNET_DOCTOR_USB, _signet_doctor_absence (self),
                        g_file_test (dir, G_FILE_TEST_IS_DIR) ? "nothing-plugged-in" : "no-usb", NULL, dir);
}
