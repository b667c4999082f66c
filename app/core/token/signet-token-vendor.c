/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-vendor.c: reads what is known of makers of tokens (data/modules) and finds a module, device, card or program in it.
 *
 * The files come with the program, and are parsed as if they did not: one that has an unknown group or key, or exceeds a
 * limit, is left out whole. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-vendor"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "../base/signet-base-error.h"
#include "../base/signet-paths.h"
#include "signet-token-vendor-private.h"

#define MAX_FILE    (64 * 1024)
#define MAX_FILES   128
#define MAX_ENTRIES 256
#define MAX_VALUE   512
#define MAX_ATR     33 /* bytes, ISO/IEC 7816-3 */
#define MAX_COMM    15
#define SUFFIX      ".ini"

static void
entry_free (SignetVendorEntry *entry)
{
  g_free (entry->subject);
  g_free (entry->name);
  g_free (entry->command);
  g_free (entry->source);
  g_free (entry);
}

void
_signet_token_vendor_free (SignetTokenVendor *vendor)
{
  if (vendor == NULL)
    return;
  g_free (vendor->id);
  g_free (vendor->name);
  g_free (vendor->maker);
  g_free (vendor->package);
  g_ptr_array_unref (vendor->entries);
  g_free (vendor);
}

/* --- values --- */

static gboolean
refuse (GError **error, const char *group, const char *why)
{
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "[%s]: %s", group, why);
  return FALSE;
}

/* Printable text of bounded length; @value is "" when the key is not there. */
static gboolean
take_text (GKeyFile *file, const char *group, const char *key, gboolean needed, char **value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  if (text == NULL || *text == '\0')
    {
      *value = g_strdup ("");
      return !needed || refuse (error, group, "something that is needed is not there");
    }
  if (strlen (text) > MAX_VALUE)
    return refuse (error, group, "a value is too long");
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return refuse (error, group, "a value has control characters");
  *value = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
take_flag (GKeyFile *file, const char *group, const char *key, gboolean *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  *value = g_strcmp0 (text, "yes") == 0;
  return text == NULL || *value || g_str_equal (text, "no") || refuse (error, group, "a flag is neither yes nor no");
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *const *allowed, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (allowed, keys[i]))
      return refuse (error, group, "a key that means nothing");
  return TRUE;
}

/* --- subjects --- */

static char *
make_path (const char *subject)
{
  const char *rest = g_str_has_prefix (subject, "@libdir@/") ? subject + strlen ("@libdir@") : NULL;
  char *path = rest != NULL ? g_strconcat (SYSTEM_LIBDIR, rest, NULL) : g_strdup (subject);

  if (g_path_is_absolute (path) && strstr (path, "/../") == NULL && strstr (path, ".so") != NULL)
    return path;
  g_free (path);
  return NULL;
}

static gboolean
is_lower_hex (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
      return FALSE;
  return TRUE;
}

/* "1050:0407", "1050:*" */
static gboolean
is_usb_id (const char *subject)
{
  gsize length = strlen (subject);

  if (length < 6 || subject[4] != ':' || !is_lower_hex (subject, 4))
    return FALSE;
  return g_str_equal (subject + 5, "*") || (length == 9 && is_lower_hex (subject + 5, 4));
}

static gboolean
is_atr_pattern (const char *subject)
{
  gsize length = strlen (subject);

  if (length < 4 || length % 2 != 0 || length > 2 * MAX_ATR)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (subject[i] != '.' && !is_lower_hex (subject + i, 1))
      return FALSE;
  return TRUE;
}

static char *
make_subject (SignetVendorKind kind, const char *subject)
{
  switch (kind)
    {
    case SIGNET_VENDOR_MODULE:
      return make_path (subject);
    case SIGNET_VENDOR_USB:
      return is_usb_id (subject) ? g_strdup (subject) : NULL;
    case SIGNET_VENDOR_CARD:
      return is_atr_pattern (subject) ? g_strdup (subject) : NULL;
    case SIGNET_VENDOR_PROGRAM:
      return *subject != '\0' && strlen (subject) <= MAX_COMM ? g_strdup (subject) : NULL;
    case SIGNET_VENDOR_N_KINDS:
    default:
      return NULL;
    }
}

/* --- one file --- */

static gboolean
find_kind (const char *group, SignetVendorKind *kind, const char **subject)
{
  static const char *const prefixes[SIGNET_VENDOR_N_KINDS] = { "Module ", "Usb ", "Card ", "Program " };

  for (guint i = 0; i < SIGNET_VENDOR_N_KINDS; i++)
    if (g_str_has_prefix (group, prefixes[i]))
      {
        *kind = i;
        *subject = group + strlen (prefixes[i]);
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_entry (SignetTokenVendor *vendor, GKeyFile *file, const char *group, GError **error)
{
  static const char *const allowed[] = { "Name", "Release", "Source", "Verified", NULL };
  SignetVendorEntry *entry = g_new0 (SignetVendorEntry, 1);
  const char *subject = NULL;

  g_ptr_array_add (vendor->entries, entry);
  entry->vendor = vendor;
  if (!find_kind (group, &entry->kind, &subject))
    return refuse (error, group, "a group that means nothing");
  entry->subject = make_subject (entry->kind, subject);
  if (entry->subject == NULL)
    return refuse (error, group, "not of the form that is expected");
  return check_keys (file, group, allowed, error) &&
         take_text (file, group, "Name", entry->kind != SIGNET_VENDOR_MODULE, &entry->name, error) &&
         take_text (file, group, "Release", FALSE, &entry->command, error) &&
         take_text (file, group, "Source", TRUE, &entry->source, error) &&
         take_flag (file, group, "Verified", &entry->verified, error);
}

static gboolean
read_head (SignetTokenVendor *vendor, GKeyFile *file, GError **error)
{
  static const char *const allowed[] = { "Name", "Maker", "Package", "Events", "Software", NULL };
  g_autofree char *events = NULL;

  if (!g_key_file_has_group (file, "Vendor"))
    return refuse (error, "Vendor", "not there");
  if (!check_keys (file, "Vendor", allowed, error) || !take_text (file, "Vendor", "Name", TRUE, &vendor->name, error) ||
      !take_text (file, "Vendor", "Maker", TRUE, &vendor->maker, error) ||
      !take_text (file, "Vendor", "Package", FALSE, &vendor->package, error) ||
      !take_text (file, "Vendor", "Events", FALSE, &events, error) ||
      !take_flag (file, "Vendor", "Software", &vendor->software, error))
    return FALSE;
  if (*events != '\0' && !g_str_equal (events, "pcsc") && !g_str_equal (events, "poll"))
    return refuse (error, "Vendor", "Events is neither pcsc nor poll");
  vendor->events = g_str_equal (events, "pcsc") ? SIGNET_VENDOR_EVENTS_PCSC : SIGNET_VENDOR_EVENTS_POLL;
  return TRUE;
}

static gboolean
read_entries (SignetTokenVendor *vendor, GKeyFile *file, GError **error)
{
  gsize n = 0;
  g_auto (GStrv) groups = g_key_file_get_groups (file, &n);

  if (n > MAX_ENTRIES + 1)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "too many groups");
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    if (!g_str_equal (groups[i], "Vendor") && !read_entry (vendor, file, groups[i], error))
      return FALSE;
  return TRUE;
}

SignetTokenVendor *
_signet_token_vendor_parse (const char *id, const char *text, gsize length, GError **error)
{
  g_autoptr (SignetTokenVendor) vendor = g_new0 (SignetTokenVendor, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) failure = NULL;

  vendor->id = g_strdup (id);
  vendor->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  if (length > MAX_FILE)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "the file is too large");
      return NULL;
    }
  if (length == 0 || memchr (text, 0, length) != NULL || !g_utf8_validate (text, (gssize) length, NULL) ||
      !g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, &failure))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "not a key file: %s",
                   failure != NULL ? failure->message : "it is empty or binary");
      return NULL;
    }
  if (!read_head (vendor, file, error) || !read_entries (vendor, file, error))
    return NULL;
  return g_steal_pointer (&vendor);
}

/* --- all files --- */

static void
load_file (GPtrArray *vendors, const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *id = g_strndup (name, strlen (name) - strlen (SUFFIX));
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GError) error = NULL;
  SignetTokenVendor *vendor = NULL;

  if (file == NULL || g_mapped_file_get_length (file) == 0)
    return;
  vendor = _signet_token_vendor_parse (id, g_mapped_file_get_contents (file), g_mapped_file_get_length (file), &error);
  if (vendor != NULL)
    g_ptr_array_add (vendors, vendor);
  else
    g_warning ("%s: %s", path, error->message);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const SignetTokenVendor *first = *(SignetTokenVendor *const *) a;
  const SignetTokenVendor *second = *(SignetTokenVendor *const *) b;

  return strcmp (first->id, second->id);
}

GPtrArray *
_signet_token_vendors_load (const char *dir)
{
  GPtrArray *vendors = g_ptr_array_new_with_free_func ((GDestroyNotify) _signet_token_vendor_free);
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL && vendors->len < MAX_FILES)
    if (g_str_has_suffix (name, SUFFIX))
      load_file (vendors, dir, name);
  g_ptr_array_sort (vendors, compare_ids);
  return vendors;
}

GPtrArray *
_signet_token_vendors_get (void)
{
  static GPtrArray *vendors;

  if (g_once_init_enter (&vendors))
    g_once_init_leave (&vendors, _signet_token_vendors_load (signet_paths_get_module_data_dir ()));
  return vendors;
}

/* --- finding --- */

gboolean
_signet_token_vendor_atr_fits (const char *pattern, const guint8 *atr, gsize length)
{
  if (strlen (pattern) != 2 * length)
    return FALSE;
  for (gsize i = 0; i < 2 * length; i++)
    {
      int digit = i % 2 == 0 ? atr[i / 2] >> 4 : atr[i / 2] & 0xf;

      if (pattern[i] != '.' && g_ascii_xdigit_value (pattern[i]) != digit)
        return FALSE;
    }
  return TRUE;
}

typedef gboolean (*EntryTest) (const SignetVendorEntry *entry, gconstpointer what);

static const SignetVendorEntry *
find_entry (GPtrArray *vendors, SignetVendorKind kind, EntryTest test, gconstpointer what)
{
  for (guint i = 0; i < vendors->len; i++)
    {
      const SignetTokenVendor *vendor = vendors->pdata[i];

      for (guint n = 0; n < vendor->entries->len; n++)
        {
          const SignetVendorEntry *entry = vendor->entries->pdata[n];

          if (entry->kind == kind && test (entry, what))
            return entry;
        }
    }
  return NULL;
}

static gboolean
has_subject (const SignetVendorEntry *entry, gconstpointer what)
{
  return g_str_equal (entry->subject, what);
}

/* (transfer full): the name up to ".so"; versions differ from one system to the next */
static char *
dup_stem (const char *path)
{
  char *name = g_path_get_basename (path);
  char *end = strstr (name, ".so");

  if (end != NULL)
    *end = '\0';
  return name;
}

static gboolean
has_stem (const SignetVendorEntry *entry, gconstpointer what)
{
  g_autofree char *stem = dup_stem (entry->subject);

  return g_str_equal (stem, what);
}

const SignetTokenVendor *
_signet_token_vendors_find_module (GPtrArray *vendors, const char *path)
{
  g_autofree char *stem = dup_stem (path);
  const SignetVendorEntry *entry = find_entry (vendors, SIGNET_VENDOR_MODULE, has_stem, stem);

  return entry != NULL ? entry->vendor : NULL;
}

const SignetVendorEntry *
_signet_token_vendors_find_usb (GPtrArray *vendors, guint vendor, guint product)
{
  g_autofree char *exact = g_strdup_printf ("%04x:%04x", vendor, product);
  g_autofree char *any = g_strdup_printf ("%04x:*", vendor);
  const SignetVendorEntry *entry = find_entry (vendors, SIGNET_VENDOR_USB, has_subject, exact);

  return entry != NULL ? entry : find_entry (vendors, SIGNET_VENDOR_USB, has_subject, any);
}

const SignetVendorEntry *
_signet_token_vendors_find_program (GPtrArray *vendors, const char *name)
{
  return find_entry (vendors, SIGNET_VENDOR_PROGRAM, has_subject, name);
}

static guint
count_open (const char *pattern)
{
  guint n = 0;

  for (; *pattern != '\0'; pattern++)
    n += *pattern == '.';
  return n;
}

static int
compare_exactness (gconstpointer a, gconstpointer b)
{
  const SignetVendorEntry *first = *(SignetVendorEntry *const *) a;
  const SignetVendorEntry *second = *(SignetVendorEntry *const *) b;

  return (int) count_open (first->subject) - (int) count_open (second->subject);
}

GPtrArray *
_signet_token_vendors_find_cards (GPtrArray *vendors, const guint8 *atr, gsize length)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < vendors->len; i++)
    {
      const SignetTokenVendor *vendor = vendors->pdata[i];

      for (guint n = 0; n < vendor->entries->len; n++)
        {
          SignetVendorEntry *entry = vendor->entries->pdata[n];

          if (entry->kind == SIGNET_VENDOR_CARD && _signet_token_vendor_atr_fits (entry->subject, atr, length))
            g_ptr_array_add (found, entry);
        }
    }
  g_ptr_array_sort (found, compare_exactness);
  return found;
}
