/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-module.c: one PKCS#11 module and the process that holds it: starts it, knows what is logged in there. How it is
 * called, timed and killed is in signet-token-call.c. Needs no main loop. Any thread.
 */
#define G_LOG_DOMAIN "signet-token-module"

#include "config.h"

#include "signet-token-call-private.h"
#include "signet-token-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "../base/signet-child.h"
#include "../base/signet-paths.h"
#include "../base/signet-policy.h"

#define GREETING_SECONDS 10

struct _SignetTokenModule
{
  GObject parent_instance;
  char *path;
  char *software_dir; /* (nullable) */
  gboolean user;
  const char *origin;       /* (nullable) */
  SignetTokenBell *bell;    /* (nullable) */
  guint touches;            /* (atomic) */
  GMutex lock;              /* for what follows */
  SignetTokenHostRef *host; /* (nullable) */
  char *tokens;             /* (nullable): those in the software folder when @host was started */
  char *listed;             /* (nullable): the state the last listing began with */
  guint deadlines[SIGNET_TOKEN_N_DEADLINES];
};

G_DEFINE_FINAL_TYPE (SignetTokenModule, signet_token_module, G_TYPE_OBJECT)

static const guint default_deadlines[SIGNET_TOKEN_N_DEADLINES] = { 10 * 1000, 60 * 1000, 120 * 1000 };

/* --- the process --- */

SignetTokenHostRef *
_signet_token_host_ref (SignetTokenHostRef *host)
{
  g_atomic_ref_count_inc (&host->references);
  return host;
}

void
_signet_token_host_unref (SignetTokenHostRef *host)
{
  if (!g_atomic_ref_count_dec (&host->references))
    return;
  _signet_token_host_kill (host);
  g_clear_pointer (&host->proxy, _signet_token_wire_unref);
  g_clear_object (&host->child);
  g_hash_table_unref (host->logins);
  g_free (host->software_dir);
  g_mutex_clear (&host->lock);
  g_cond_clear (&host->turn);
  g_free (host);
}

gboolean
_signet_token_host_is_alive (SignetTokenHostRef *host)
{
  gboolean alive = FALSE;

  g_mutex_lock (&host->lock);
  if (!host->dead && (_signet_token_wire_is_closed (host->proxy) || signet_child_has_exited (host->child)))
    _signet_token_host_kill (host);
  alive = !host->dead;
  g_mutex_unlock (&host->lock);
  return alive;
}

GPid
_signet_token_host_get_pid (SignetTokenHostRef *host)
{
  return signet_child_get_pid (host->child);
}

gboolean
_signet_token_host_claim_login (SignetTokenHostRef *host, const char *token)
{
  gboolean claimed = FALSE;

  g_mutex_lock (&host->lock);
  claimed = !g_hash_table_contains (host->logins, token);
  if (claimed)
    g_hash_table_insert (host->logins, g_strdup (token),
                         GINT_TO_POINTER (_signet_token_software_mark_login (host->software_dir, token)));
  g_mutex_unlock (&host->lock);
  return claimed;
}

void
_signet_token_host_release_login (SignetTokenHostRef *host, const char *token)
{
  g_mutex_lock (&host->lock);
  g_hash_table_remove (host->logins, token);
  g_mutex_unlock (&host->lock);
}

void
_signet_token_host_abort (SignetTokenHostRef *host)
{
  g_mutex_lock (&host->lock);
  _signet_token_host_kill (host);
  g_mutex_unlock (&host->lock);
}

void
_signet_token_host_retire (SignetTokenHostRef *host)
{
  g_mutex_lock (&host->lock);
  if (g_hash_table_size (host->logins) == 0 && !host->busy && host->n_signing == 0)
    _signet_token_host_kill (host);
  g_mutex_unlock (&host->lock);
}

SignetTokenHost *
_signet_token_host_get_proxy (SignetTokenHostRef *host)
{
  return host->proxy;
}

int
_signet_token_host_get_deadline (SignetTokenHostRef *host, SignetTokenDeadline deadline)
{
  return (int) host->deadlines[deadline];
}

/* --- starting it --- */

/* A module finds its own settings through variables of its vendor; what makes the loader or GLib run other code stays out. */
static char **
host_environment (void)
{
  static const char *const forbidden[] = { "LD_",      "GIO_",     "GTK_", "GCONV_PATH", "MALLOC_", "G_DEBUG", "G_SLICE",
                                           "OPENSSL_", "P11_KIT_", "SSH_", "QT_",        "PYTHON",  "GLIBC_" };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();

  for (guint i = 0; environment[i] != NULL; i++)
    {
      gboolean keep = TRUE;

      for (guint n = 0; n < G_N_ELEMENTS (forbidden) && keep; n++)
        keep = !g_str_has_prefix (environment[i], forbidden[n]);
      if (keep)
        g_strv_builder_add (kept, environment[i]);
    }
  /* what a module frees is overwritten, and what it gets is zero: OpenSC 0.23 leaves a PIN in a line for its log */
  g_strv_builder_add (kept, "GLIBC_TUNABLES=glibc.malloc.perturb=255:glibc.malloc.tcache_count=0");
  return g_strv_builder_end (kept);
}

/* What the administrator lets this module do beyond the wall of its process; no vendor and no person decides that. */
static void
add_permissions (GPtrArray *argv, const char *path)
{
  const char *const *folders = signet_policy_get_module_folders ();

  if (signet_policy_names_module (SIGNET_POLICY_NETWORK_MODULES, path))
    {
      g_ptr_array_add (argv, g_strdup ("--allow"));
      g_ptr_array_add (argv, g_strdup ("network"));
    }
  if (signet_policy_names_module (SIGNET_POLICY_PROGRAM_MODULES, path))
    {
      g_ptr_array_add (argv, g_strdup ("--allow"));
      g_ptr_array_add (argv, g_strdup ("processes"));
    }
  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_ptr_array_add (argv, g_strdup ("--folder"));
      g_ptr_array_add (argv, g_build_filename (g_get_home_dir (), folders[i], NULL));
    }
}

static SignetChild *
spawn (SignetTokenModule *self, int socket, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) environment = host_environment ();
  /* what vendors' modules print is for a developer who asks for it: some print a page when there is no token */
  const gboolean heard = SIGNET_DEVELOPMENT && g_getenv ("SIGNET_MODULE_OUTPUT") != NULL;
  const int fds[] = { -1, -1, heard ? STDERR_FILENO : -1, socket };

  g_ptr_array_add (argv, g_strdup (signet_paths_get_token_host ()));
  if (self->user)
    g_ptr_array_add (argv, g_strdup ("--user"));
  if (self->software_dir != NULL)
    {
      g_ptr_array_add (argv, g_strdup ("--software-token"));
      g_ptr_array_add (argv, g_strdup (self->software_dir));
    }
  add_permissions (argv, self->path);
  g_ptr_array_add (argv, g_strdup ("--"));
  g_ptr_array_add (argv, g_strdup (self->path));
  g_ptr_array_add (argv, NULL);
  return signet_child_spawn ((const char *const *) argv->pdata, (const char *const *) environment, fds, G_N_ELEMENTS (fds),
                             error);
}

static SignetTokenHostRef *
not_started (const GError *failure, GError **error)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_error_copy (failure));
  else
    g_set_error (error, SIGNET_TOKEN_ERROR, SIGNET_TOKEN_ERROR_MODULE_NOT_LOADED, "the token host does not start: %s",
                 failure->message);
  return NULL;
}

static SignetTokenHostRef *
start_host (SignetTokenModule *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetTokenHostRef) host = g_new0 (SignetTokenHostRef, 1);
  g_autoptr (GError) failure = NULL;
  int pair[2];

  g_atomic_ref_count_init (&host->references);
  g_mutex_init (&host->lock);
  g_cond_init (&host->turn);
  host->logins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, _signet_token_software_unmark_login);
  host->software_dir = g_strdup (self->software_dir);
  memcpy (host->deadlines, self->deadlines, sizeof host->deadlines);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    {
      signet_base_error_set_errno (error, errno, "making a socket for the token host");
      return NULL;
    }
  host->child = spawn (self, pair[1], &failure);
  close (pair[1]);
  if (host->child == NULL)
    {
      close (pair[0]);
      return not_started (failure, error);
    }
  host->proxy = _signet_token_wire_new (pair[0]);
  if (_signet_token_wire_greet (host->proxy, GREETING_SECONDS * 1000, cancellable, &failure))
    return g_steal_pointer (&host);
  return not_started (failure, error);
}

/* --- the module --- */

static void
signet_token_module_finalize (GObject *object)
{
  SignetTokenModule *self = SIGNET_TOKEN_MODULE (object);

  g_clear_pointer (&self->host, _signet_token_host_unref);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self->software_dir);
  g_free (self->tokens);
  g_free (self->listed);
  g_clear_pointer (&self->bell, _signet_token_bell_unref);
  G_OBJECT_CLASS (signet_token_module_parent_class)->finalize (object);
}

static void
signet_token_module_class_init (SignetTokenModuleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_token_module_finalize;
}

/* So that a test of a whole program need not wait for a minute. An installed program does not listen to it. */
static void
shorten_deadlines (SignetTokenModule *self)
{
#if SIGNET_DEVELOPMENT
  const char *value = g_getenv ("SIGNET_TOKEN_DEADLINE");
  guint64 milliseconds = value != NULL ? g_ascii_strtoull (value, NULL, 10) : 0;

  for (guint i = 0; i < SIGNET_TOKEN_N_DEADLINES && milliseconds > 0; i++)
    self->deadlines[i] = (guint) MIN (milliseconds, G_MAXINT);
#else
  (void) self;
#endif
}

static void
signet_token_module_init (SignetTokenModule *self)
{
  g_mutex_init (&self->lock);
  memcpy (self->deadlines, default_deadlines, sizeof self->deadlines);
  shorten_deadlines (self);
}

SignetTokenModule *
_signet_token_module_new (const char *path, const char *software_dir, gboolean user)
{
  SignetTokenModule *self = g_object_new (SIGNET_TYPE_TOKEN_MODULE, NULL);

  self->path = g_strdup (path);
  self->software_dir = g_strdup (software_dir);
  self->user = user;
  return self;
}

void
_signet_token_module_set_origin (SignetTokenModule *self, const char *origin)
{
  self->origin = origin;
}

const char *
_signet_token_module_get_origin (SignetTokenModule *self)
{
  return self->origin;
}

void
_signet_token_module_set_bell (SignetTokenModule *self, SignetTokenBell *bell)
{
  self->bell = _signet_token_bell_ref (bell);
}

const char *
_signet_token_module_get_path (SignetTokenModule *self)
{
  return self->path;
}

const char *
_signet_token_module_get_software_dir (SignetTokenModule *self)
{
  return self->software_dir;
}

void
_signet_token_module_take_listed (SignetTokenModule *self, char *state)
{
  g_mutex_lock (&self->lock);
  g_free (self->listed);
  self->listed = state;
  g_mutex_unlock (&self->lock);
}

gboolean
_signet_token_module_was_listed (SignetTokenModule *self, const char *state)
{
  gboolean was = FALSE;

  g_mutex_lock (&self->lock);
  was = g_strcmp0 (self->listed, state) == 0;
  g_mutex_unlock (&self->lock);
  return was;
}

void
_signet_token_module_touch (SignetTokenModule *self)
{
  g_atomic_int_inc (&self->touches);
  if (self->bell != NULL)
    _signet_token_bell_ring (self->bell);
}

guint
_signet_token_module_get_touches (SignetTokenModule *self)
{
  return (guint) g_atomic_int_get (&self->touches);
}

void
_signet_token_module_set_deadline (SignetTokenModule *self, SignetTokenDeadline deadline, guint milliseconds)
{
  g_mutex_lock (&self->lock);
  self->deadlines[deadline] = milliseconds;
  if (self->host != NULL)
    self->host->deadlines[deadline] = milliseconds;
  g_mutex_unlock (&self->lock);
}

static void
remember_tokens (SignetTokenModule *self)
{
  g_free (self->tokens);
  self->tokens = self->software_dir != NULL ? _signet_token_software_dup_tokens (self->software_dir) : NULL;
  /* SoftHSM does not start without its folder; settings that were moved are mended on the way */
  if (self->software_dir != NULL && _signet_token_software_exists (self->software_dir))
    _signet_token_software_prepare (self->software_dir, NULL);
}

void
_signet_token_module_drop_outdated (SignetTokenModule *self)
{
  g_autofree char *now = self->software_dir != NULL ? _signet_token_software_dup_tokens (self->software_dir) : NULL;

  g_mutex_lock (&self->lock);
  if (self->host != NULL && g_strcmp0 (now, self->tokens) != 0)
    g_clear_pointer (&self->host, _signet_token_host_unref);
  g_mutex_unlock (&self->lock);
}

SignetTokenHostRef *
_signet_token_module_ensure_host (SignetTokenModule *self, GCancellable *cancellable, GError **error)
{
  SignetTokenHostRef *host = NULL;

  g_mutex_lock (&self->lock);
  if (self->host != NULL && !_signet_token_host_is_alive (self->host))
    g_clear_pointer (&self->host, _signet_token_host_unref);
  if (self->host == NULL)
    {
      remember_tokens (self);
      self->host = start_host (self, cancellable, error);
    }
  if (self->host != NULL)
    host = _signet_token_host_ref (self->host);
  g_mutex_unlock (&self->lock);
  return host;
}

SignetTokenHostRef *
_signet_token_module_new_host (SignetTokenModule *self, GCancellable *cancellable, GError **error)
{
  SignetTokenHostRef *host = NULL;

  g_mutex_lock (&self->lock);
  host = start_host (self, cancellable, error);
  g_mutex_unlock (&self->lock);
  return host;
}

SignetTokenHostRef *
_signet_token_module_dup_host (SignetTokenModule *self)
{
  SignetTokenHostRef *host = NULL;

  g_mutex_lock (&self->lock);
  if (self->host != NULL && _signet_token_host_is_alive (self->host))
    host = _signet_token_host_ref (self->host);
  g_mutex_unlock (&self->lock);
  return host;
}

void
_signet_token_module_forget_host (SignetTokenModule *self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->host, _signet_token_host_unref);
  g_mutex_unlock (&self->lock);
}
