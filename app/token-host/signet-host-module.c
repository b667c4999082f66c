/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-module.c: decides whether a file may be loaded, loads it with libp11 and takes its function list.
 *
 * libp11 0.4.12 loads, initialises and versions the module; everything after that is raw PKCS#11 on the same handle
 * (docs/decisions/0011-raw-pkcs11-after-loading.md says why). C_Finalize is never called by us: the process ends instead.
 */
#define G_LOG_DOMAIN "signet-host-module"

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libp11.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signet-host-private.h"

#define NOBODY 65534 /* /proc/sys/kernel/overflowuid */

struct _HostModule
{
  PKCS11_CTX *libp11;
  void *handle;
  CK_FUNCTION_LIST functions; /* none is NULL */
  gboolean one_thread;
  char version[16]; /* the library's own, "0.23"; "" when it does not tell */
};

/* --- may it be loaded? --- */

static gboolean
refuse (GError **error, const char *path, const char *why)
{
  g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, "%s: %s", path, why);
  return FALSE;
}

/* Others: anybody but root and, for a module the user named, the user. Group root is as good as root. */
static gboolean
others_can_write (const struct stat *info)
{
#if SIGNET_DEVELOPMENT
  /* build trees are often writable by the developer's own group */
  return (info->st_mode & S_IWOTH) != 0;
#else
  return (info->st_mode & S_IWOTH) != 0 || ((info->st_mode & S_IWGRP) != 0 && info->st_gid != 0);
#endif
}

static gboolean
owner_is_trusted (const struct stat *info, gboolean user)
{
#if SIGNET_DEVELOPMENT
  /* in a user namespace (a container without root, tests/token/ground) root's files look like nobody's */
  if (info->st_uid == NOBODY && geteuid () == 0)
    return TRUE;
#endif
  return info->st_uid == 0 || (user && info->st_uid == geteuid ());
}

/* In a sticky folder (/tmp) nobody can rename what is not theirs. Such a place serves development only. */
static gboolean
folder_is_safe (const struct stat *info, gboolean user)
{
  if (!S_ISDIR (info->st_mode) || !owner_is_trusted (info, user))
    return FALSE;
  if (!others_can_write (info))
    return TRUE;
  return SIGNET_DEVELOPMENT && (info->st_mode & S_ISVTX) != 0;
}

static gboolean
folders_are_safe (const char *path, gboolean user)
{
  g_autofree char *folder = g_path_get_dirname (path);

  for (;;)
    {
      struct stat info;
      g_autofree char *above = g_path_get_dirname (folder);

      if (lstat (folder, &info) != 0 || !folder_is_safe (&info, user))
        return FALSE;
      if (g_str_equal (above, folder))
        return TRUE;
      g_free (folder);
      folder = g_steal_pointer (&above);
    }
}

/**
 * host_module_check:
 * @path: absolute
 * @user: the user named this module: it may be the user's own file
 * @canonical: (out): without links; what is checked is what is loaded, for nobody else can change a part of it
 *
 * A module is code: it must be a regular file that, like every folder above it, belongs to root (or the user) and that
 * others cannot write. Development builds (profile=development) are laxer about groups and sticky folders, so that
 * modules of a build tree can be loaded.
 */
gboolean
host_module_check (const char *path, gboolean user, char **canonical, GError **error)
{
  g_autofree char *resolved = NULL;
  char *real = g_path_is_absolute (path) ? realpath (path, NULL) : NULL;
  struct stat info;
  int fd = -1;

  if (real == NULL)
    return refuse (error, path, "no such file");
  resolved = g_strdup (real);
  free (real);
  fd = open (resolved, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      if (fd >= 0)
        close (fd);
      return refuse (error, path, "cannot be opened");
    }
  close (fd);
  if (!S_ISREG (info.st_mode))
    return refuse (error, path, "not a file");
  if (!owner_is_trusted (&info, user))
    return refuse (error, path, "belongs to somebody else");
  if (others_can_write (&info))
    return refuse (error, path, "others can write it");
  if (!folders_are_safe (resolved, user))
    return refuse (error, path, "others can write a folder on the way to it");
  *canonical = g_steal_pointer (&resolved);
  return TRUE;
}

/* --- loading --- */

static CK_RV
not_supported (void)
{
  return CKR_FUNCTION_NOT_SUPPORTED;
}

/* A module may leave out what it cannot do; a call of that must be a refusal and no jump to nowhere. The list is ours, so that
 * nobody changes it later. All its entries are pointers to functions, one behind the other (PKCS#11 v2.40, 3.6). */
static void
copy_functions (HostModule *module, const CK_FUNCTION_LIST *list)
{
  void **entry = NULL;

  module->functions = *list;
  for (entry = (void **) &module->functions.C_Initialize; entry <= (void **) &module->functions.C_WaitForSlotEvent; entry++)
    if (*entry == NULL)
      *entry = (void *) not_supported;
}

/* Before libp11 has it, which would call what is not there. */
static gboolean
take_functions (HostModule *module, const char *path, GError **error)
{
  CK_C_GetFunctionList get = NULL;
  CK_FUNCTION_LIST *list = NULL;

  module->handle = dlopen (path, RTLD_LAZY | RTLD_LOCAL);
  if (module->handle == NULL)
    {
      g_debug ("%s", dlerror ());
      return refuse (error, path, "not a PKCS#11 module");
    }
  *(void **) &get = dlsym (module->handle, "C_GetFunctionList");
  if (get == NULL || get (&list) != CKR_OK || list == NULL || list->C_Initialize == NULL || list->C_GetInfo == NULL)
    return refuse (error, path, "not a PKCS#11 module");
  copy_functions (module, list);
  return TRUE;
}

/* libp11 tells a module that does not load from one that does not initialise by the library of its error. */
static gboolean
refuse_load (GError **error, const char *path)
{
  unsigned long code = ERR_peek_last_error ();
  g_autofree char *what = g_strdup_printf ("%s: C_Initialize", path);

  if (code == 0 || ERR_GET_LIB (code) != ERR_get_CKR_code ())
    return refuse (error, path, "not a PKCS#11 module");
  return host_set_rv_error (error, SIGNET_TOKEN_ERROR_MODULE_NOT_READY, what, (CK_RV) ERR_GET_REASON (code));
}

/* Modules that are better told (by C_Initialize without arguments) that one thread calls them. OpenSC 0.23 locks a mutex twice
 * when a card is pulled at the wrong moment of a signature, and hangs for ever; told this, it has no mutex. */
static const char *const one_thread[] = { "opensc-pkcs11.", "onepin-opensc-pkcs11." };

static void
begin_with_one_thread (HostModule *module, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  for (guint i = 0; i < G_N_ELEMENTS (one_thread); i++)
    if (g_str_has_prefix (name, one_thread[i]))
      module->one_thread = module->functions.C_Initialize (NULL) == CKR_OK;
}

gboolean
host_module_has_one_thread (HostModule *module)
{
  return module->one_thread;
}

static void
take_version (HostModule *module)
{
  CK_INFO info = { 0 };

  if (module->functions.C_GetInfo (&info) == CKR_OK)
    g_snprintf (module->version, sizeof module->version, "%u.%u", info.libraryVersion.major, info.libraryVersion.minor);
}

HostModule *
host_module_load (const char *path, gboolean user, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autofree HostModule *module = g_new0 (HostModule, 1);

  if (!host_module_check (path, user, &canonical, error))
    return NULL;
  if (!take_functions (module, canonical, error))
    return NULL;
  begin_with_one_thread (module, canonical);
  module->libp11 = PKCS11_CTX_new ();
  if (module->libp11 == NULL || PKCS11_CTX_load (module->libp11, canonical) != 0)
    {
      refuse_load (error, canonical);
      return NULL;
    }
  take_version (module);
  return g_steal_pointer (&module);
}

CK_FUNCTION_LIST *
host_module_get (HostModule *module)
{
  return &module->functions;
}

static GVariant *
text (const char *string)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, string != NULL ? string : "",
                                    string != NULL ? strnlen (string, HOST_MAX_TEXT) : 0, 1);
}

GVariant *
host_module_describe (HostModule *module, const char *state)
{
  g_auto (GVariantDict) description = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&description, "manufacturer", text (module->libp11->manufacturer));
  g_variant_dict_insert_value (&description, "description", text (module->libp11->description));
  g_variant_dict_insert (&description, "version", "s", module->version);
  g_variant_dict_insert (&description, "state", "s", state);
  g_variant_dict_insert (&description, "wall", "s", host_wall_describe ());
  return g_variant_dict_end (&description);
}
