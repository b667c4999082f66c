/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-policy.c: the administrator's decisions: a small key file, believed only when nobody but root could have written it.
 *
 * What cannot be relied on restricts as much as a policy can: a slip of the administrator must not open what was meant to be
 * shut. It says nothing about authorities or trust. Any thread.
 */
#define G_LOG_DOMAIN "signet-policy"

#include "config.h"

#include "signet-policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-base-error.h"
#include "signet-settings.h"

#define TOKENS "Tokens"
#define PLUGINS "Plugins"
#define SIGNING "Signing"
#define MAX_SIZE (64 * 1024)
#define MAX_SECONDS (24 * 60 * 60)

typedef enum
{
  SETS_SOFTWARE_TOKENS = 1 << 0,
  SETS_PIN_KEEPING_MAXIMUM = 1 << 1,
  SETS_USER_MODULES = 1 << 2,
  SETS_NETWORK_MODULES = 1 << 3,
  SETS_PROGRAM_MODULES = 1 << 4,
  SETS_MODULE_FOLDERS = 1 << 5,
  SETS_USER_PLUGINS = 1 << 6,
  SETS_ALLOWED_PLUGINS = 1 << 7,
  SETS_PLUGIN_CONSENT = 1 << 8,
  SETS_TIMESTAMP_SERVERS = 1 << 9,
} Sets;

/* What opens a part of the wall around modules: lists of paths. And which plugins may run, and who is asked for time-stamps. */
static const char *const list_keys[] = { SIGNET_POLICY_NETWORK_MODULES, SIGNET_POLICY_PROGRAM_MODULES,
                                         SIGNET_POLICY_MODULE_FOLDERS, SIGNET_POLICY_ALLOWED_PLUGINS,
                                         SIGNET_POLICY_TIMESTAMP_SERVERS };

#define N_LISTS G_N_ELEMENTS (list_keys)

struct _SignetPolicy
{
  gboolean software_tokens;
  gboolean user_modules;
  gboolean user_plugins;
  gboolean plugin_content;
  guint maximum;
  guint sets;            /* Sets */
  char **lists[N_LISTS]; /* (nullable) */
};

static const struct
{
  const char *group;
  const char *key;
  Sets sets;
} keys[] = {
  { TOKENS, SIGNET_POLICY_SOFTWARE_TOKENS, SETS_SOFTWARE_TOKENS },
  { TOKENS, SIGNET_POLICY_PIN_KEEPING_MAXIMUM, SETS_PIN_KEEPING_MAXIMUM },
  { TOKENS, SIGNET_POLICY_USER_MODULES, SETS_USER_MODULES },
  { TOKENS, SIGNET_POLICY_NETWORK_MODULES, SETS_NETWORK_MODULES },
  { TOKENS, SIGNET_POLICY_PROGRAM_MODULES, SETS_PROGRAM_MODULES },
  { TOKENS, SIGNET_POLICY_MODULE_FOLDERS, SETS_MODULE_FOLDERS },
  { PLUGINS, SIGNET_POLICY_USER_PLUGINS, SETS_USER_PLUGINS },
  { PLUGINS, SIGNET_POLICY_ALLOWED_PLUGINS, SETS_ALLOWED_PLUGINS },
  { PLUGINS, SIGNET_POLICY_PLUGIN_CONSENT, SETS_PLUGIN_CONSENT },
  { SIGNING, SIGNET_POLICY_TIMESTAMP_SERVERS, SETS_TIMESTAMP_SERVERS },
};

static SignetPolicy *
policy_new (gboolean strictest)
{
  SignetPolicy *self = g_new0 (SignetPolicy, 1);

  self->software_tokens = !strictest;
  self->user_modules = !strictest;
  self->user_plugins = !strictest;
  self->plugin_content = strictest;
  self->maximum = strictest ? 0 : SIGNET_POLICY_DEFAULT_PIN_KEEPING;
  for (guint i = 0; strictest && i < G_N_ELEMENTS (keys); i++)
    self->sets |= keys[i].sets;
  return self;
}

void
signet_policy_free (SignetPolicy *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_LISTS; i++)
    g_strfreev (self->lists[i]);
  g_free (self);
}

/* --- reading the text --- */

static const char *
group_of (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].key, key))
      return keys[i].group;
  return NULL;
}

static gboolean
malformed (GError **error, const char *key, const char *what)
{
  const char *group = group_of (key);

  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "[%s] %s: %s", group != NULL ? group : "…", key, what);
  return FALSE;
}

static gboolean
read_choice (const char *key, const char *value, gboolean *allowed, GError **error)
{
  *allowed = g_str_equal (value, "allowed");
  return *allowed || g_str_equal (value, "excluded") || malformed (error, key, "is neither “allowed” nor “excluded”");
}

static gboolean
read_consent (const char *key, const char *value, gboolean *content, GError **error)
{
  *content = g_str_equal (value, "content");
  return *content || g_str_equal (value, "permissions") || malformed (error, key, "is neither “permissions” nor “content”");
}

static gboolean
read_seconds (const char *key, const char *value, guint *seconds, GError **error)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (value, 10, 0, MAX_SECONDS, &number, NULL))
    return malformed (error, key, "is no number of seconds from 0 to 86400");
  *seconds = (guint) number;
  return TRUE;
}

/* A folder of every person's home: hidden ones too, and nothing that leads out. */
static gboolean
is_beneath_home (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  gboolean ok = parts[0] != NULL;

  for (guint i = 0; parts[i] != NULL; i++)
    ok &= *parts[i] != '\0' && !g_str_equal (parts[i], ".") && !g_str_equal (parts[i], "..");
  return ok;
}

/* An id, a publisher or the digest of a folder. */
static gboolean
is_plugin (const char *text)
{
  if (g_str_has_prefix (text, "sha256:"))
    return strlen (text) == strlen ("sha256:") + 64 && strspn (text + strlen ("sha256:"), "0123456789abcdefABCDEF") == 64;
  if (g_str_has_prefix (text, "publisher:"))
    return text[strlen ("publisher:")] != '\0';
  return strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen (text);
}

/* (nullable): why it cannot stand in this list */
static const char *
find_fault (const char *key, const char *item)
{
  if (g_str_equal (key, SIGNET_POLICY_ALLOWED_PLUGINS))
    return is_plugin (item) ? NULL : "has what is neither an id, nor publisher:NAME, nor sha256: and 64 digits";
  if (g_str_equal (key, SIGNET_POLICY_TIMESTAMP_SERVERS))
    return signet_settings_is_timestamp_server (item) ? NULL : "has what is no http or https address, nor one with a user's name behind a blank";
  if (g_str_equal (key, SIGNET_POLICY_MODULE_FOLDERS))
    return is_beneath_home (item) ? NULL : "names a folder that is not beneath the home folder";
  return g_path_is_absolute (item) ? NULL : "has a path that is not absolute";
}

static gboolean
read_list (const char *key, const char *value, char ***list, GError **error)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; items[i] != NULL; i++)
    {
      const char *item = g_strstrip (items[i]);
      const char *fault;

      if (*item == '\0' && items[i + 1] == NULL) /* a semicolon at the end */
        break;
      fault = *item != '\0' ? find_fault (key, item) : "has an empty entry";
      if (fault != NULL)
        return malformed (error, key, fault);
      g_strv_builder_add (builder, item);
    }
  g_strfreev (*list);
  *list = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_key (SignetPolicy *self, const char *group, const char *key, const char *value, GError **error)
{
  if (g_strcmp0 (group_of (key), group) != 0)
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "[%s] %s: is no key of a policy", group, key);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (key, keys[i].key))
      self->sets |= keys[i].sets;
  if (g_str_equal (key, SIGNET_POLICY_SOFTWARE_TOKENS))
    return read_choice (key, value, &self->software_tokens, error);
  if (g_str_equal (key, SIGNET_POLICY_USER_MODULES))
    return read_choice (key, value, &self->user_modules, error);
  if (g_str_equal (key, SIGNET_POLICY_USER_PLUGINS))
    return read_choice (key, value, &self->user_plugins, error);
  if (g_str_equal (key, SIGNET_POLICY_PLUGIN_CONSENT))
    return read_consent (key, value, &self->plugin_content, error);
  if (g_str_equal (key, SIGNET_POLICY_PIN_KEEPING_MAXIMUM))
    return read_seconds (key, value, &self->maximum, error);
  for (guint i = 0; i < N_LISTS; i++)
    if (g_str_equal (key, list_keys[i]))
      return read_list (key, value, &self->lists[i], error);
  return malformed (error, key, "is no key of a policy");
}

static gboolean
check_groups (GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (!g_str_equal (groups[i], TOKENS) && !g_str_equal (groups[i], PLUGINS) && !g_str_equal (groups[i], SIGNING))
      {
        g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "[%s] is no group of a policy", groups[i]);
        return FALSE;
      }
  return TRUE;
}

/* GKeyFile lets the last of two equal keys win: in a policy both may be somebody's intention. */
static gboolean
check_doubles (const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    {
      guint n = 0;

      for (guint i = 0; lines[i] != NULL; i++)
        {
          const char *equals = strchr (lines[i], '=');
          g_autofree char *name = equals != NULL ? g_strndup (lines[i], (gsize) (equals - lines[i])) : NULL;

          n += name != NULL && g_str_equal (g_strstrip (name), keys[k].key);
        }
      if (n > 1)
        return malformed (error, keys[k].key, "is there twice");
    }
  return TRUE;
}

static gboolean
read_group (SignetPolicy *self, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_value (file, group, names[i], NULL);

      if (!read_key (self, group, names[i], g_strstrip (value), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_all (SignetPolicy *self, GKeyFile *file, GError **error)
{
  return read_group (self, file, TOKENS, error) && read_group (self, file, PLUGINS, error) && read_group (self, file, SIGNING, error);
}

/**
 * signet_policy_parse:
 * @text: a key file; need not end with NUL
 *
 * Unknown groups and keys are errors: a misspelt restriction must not look like one that holds.
 *
 * Returns: (transfer full) (nullable): the policy
 */
SignetPolicy *
signet_policy_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (SignetPolicy) self = policy_new (FALSE);
  g_autoptr (GError) failure = NULL;
  g_autofree char *whole = NULL;

  if (length > MAX_SIZE)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "a policy has 64 KiB at most");
      return NULL;
    }
  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "it is not UTF-8 text");
      return NULL;
    }
  whole = g_strndup (text, length);
  if (!g_key_file_load_from_data (file, whole, length, G_KEY_FILE_KEEP_TRANSLATIONS, &failure))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_MALFORMED, "it is no key file: %s", failure->message);
      return NULL;
    }
  if (!check_groups (file, error) || !check_doubles (whole, error) || !read_all (self, file, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- the file --- */

/* A development build believes a policy of one's own, so that it can be tried. */
static gboolean
is_trusted (const struct stat *info)
{
  gboolean owned = info->st_uid == 0 || (SIGNET_DEVELOPMENT && info->st_uid == geteuid ());

  return owned && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static gboolean
untrusted (GError **error, const char *what)
{
  g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "%s must belong to root and be writable by root alone", what);
  return FALSE;
}

static gboolean
check_file (int fd, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return signet_base_error_set_errno (error, errno, "looking at the policy");
  if (!S_ISREG (info.st_mode))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_DENIED, "it is no regular file");
      return FALSE;
    }
  return is_trusted (&info) || untrusted (error, "it");
}

/* Who can rename the file can replace it. */
static gboolean
check_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;

  if (stat (folder, &info) != 0)
    return signet_base_error_set_errno (error, errno, "looking at the folder of the policy");
  return is_trusted (&info) || untrusted (error, "its folder");
}

static char *
read_file (int fd, gsize *length, GError **error)
{
  g_autofree char *text = g_malloc (MAX_SIZE + 1);
  gsize n = 0;

  while (n < MAX_SIZE + 1)
    {
      gssize got = read (fd, text + n, MAX_SIZE + 1 - n);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          signet_base_error_set_errno (error, errno, "reading the policy");
          return NULL;
        }
      if (got == 0)
        break;
      n += (gsize) got;
    }
  *length = n;
  return g_steal_pointer (&text);
}

static SignetPolicy *
load_open_file (int fd, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!check_file (fd, error) || !check_folder (path, error))
    return NULL;
  text = read_file (fd, &length, error);
  return text != NULL ? signet_policy_parse (text, length, error) : NULL;
}

/**
 * signet_policy_load:
 * @path: a file; a link is not followed
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the policy; %NULL without an error when there is no such file
 */
SignetPolicy *
signet_policy_load (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  SignetPolicy *self = NULL;

  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return NULL;
  if (fd < 0)
    signet_base_error_set_errno (error, errno, "opening the policy");
  else
    {
      self = load_open_file (fd, path, error);
      close (fd);
    }
  if (self == NULL)
    g_prefix_error (error, "%s: ", path);
  return self;
}

gboolean
signet_policy_get_software_tokens (SignetPolicy *self)
{
  return self->software_tokens;
}

guint
signet_policy_get_maximum (SignetPolicy *self)
{
  return self->maximum;
}

gboolean
signet_policy_get_user_modules (SignetPolicy *self)
{
  return self->user_modules;
}

gboolean
signet_policy_get_user_plugins (SignetPolicy *self)
{
  return self->user_plugins;
}

gboolean
signet_policy_get_plugin_content (SignetPolicy *self)
{
  return self->plugin_content;
}

const char *const *
signet_policy_get_list (SignetPolicy *self, const char *key)
{
  static const char *const none[] = { NULL };

  for (guint i = 0; i < N_LISTS; i++)
    if (g_str_equal (key, list_keys[i]) && self->lists[i] != NULL)
      return (const char *const *) self->lists[i];
  return none;
}

gboolean
signet_policy_sets (SignetPolicy *self, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_strcmp0 (key, keys[i].key) == 0)
      return (self->sets & keys[i].sets) != 0;
  return FALSE;
}

/* --- this computer's --- */

static GError *problem; /* written once, before current() is set */

const char *
signet_policy_get_path (void)
{
#if SIGNET_DEVELOPMENT
  const char *path = g_getenv ("SIGNET_POLICY");

  if (path != NULL && *path != '\0')
    return g_intern_string (path);
#endif
  return SIGNET_SYSCONF_DIR "/policy.conf";
}

static SignetPolicy *
current (void)
{
  static SignetPolicy *policy;

  if (g_once_init_enter (&policy))
    {
      SignetPolicy *loaded = signet_policy_load (signet_policy_get_path (), &problem);

      if (problem != NULL)
        g_message ("the policy cannot be relied on, so everything it could restrict is: %s", problem->message);
      g_once_init_leave (&policy, loaded != NULL ? loaded : policy_new (problem != NULL));
    }
  return policy;
}

/**
 * signet_policy_allows_software_tokens:
 *
 * Returns: whether keys in files on this computer may be made and used
 */
gboolean
signet_policy_allows_software_tokens (void)
{
  return current ()->software_tokens;
}

/**
 * signet_policy_get_pin_keeping_maximum:
 *
 * Returns: for how many seconds a login may be kept at most; 0: not at all
 */
guint
signet_policy_get_pin_keeping_maximum (void)
{
  return current ()->maximum;
}

/**
 * signet_policy_allows_user_modules:
 *
 * Returns: whether people may name PKCS#11 modules of their own
 */
gboolean
signet_policy_allows_user_modules (void)
{
  return current ()->user_modules;
}

gboolean
signet_policy_allows_user_plugins (void)
{
  return current ()->user_plugins;
}

const char *const *
signet_policy_get_allowed_plugins (void)
{
  return signet_policy_get_list (current (), SIGNET_POLICY_ALLOWED_PLUGINS);
}

const char *const *
signet_policy_get_timestamp_servers (void)
{
  return signet_policy_get_list (current (), SIGNET_POLICY_TIMESTAMP_SERVERS);
}

gboolean
signet_policy_asks_for_changed_plugins (void)
{
  return current ()->plugin_content;
}

/**
 * signet_policy_is_locked:
 * @key: e.g. %SIGNET_POLICY_SOFTWARE_TOKENS
 *
 * Returns: whether the administrator decided it
 */
gboolean
signet_policy_is_locked (const char *key)
{
  return signet_policy_sets (current (), key);
}

/**
 * signet_policy_get_error:
 *
 * Returns: (nullable): why the policy cannot be relied on
 */
const GError *
signet_policy_get_error (void)
{
  current ();
  return problem;
}

/**
 * signet_policy_names_module:
 * @what: %SIGNET_POLICY_NETWORK_MODULES or %SIGNET_POLICY_PROGRAM_MODULES
 * @path: of a module, without links
 *
 * Returns: whether the administrator lets this module through that part of the wall; a link in the list counts as what it leads
 * to
 */
gboolean
signet_policy_names_module (const char *what, const char *path)
{
  const char *const *list = signet_policy_get_list (current (), what);

  for (guint i = 0; list[i] != NULL; i++)
    {
      char *real = realpath (list[i], NULL);
      gboolean same = g_strcmp0 (real, path) == 0;

      free (real);
      if (same || g_str_equal (list[i], path))
        return TRUE;
    }
  return FALSE;
}

/**
 * signet_policy_get_module_folders:
 *
 * Returns: (transfer none): folders beneath the home folder that every module may write
 */
const char *const *
signet_policy_get_module_folders (void)
{
  return signet_policy_get_list (current (), SIGNET_POLICY_MODULE_FOLDERS);
}
