/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-sign-watch.c: signs what appears in a folder: what is there when it begins, and what is closed after writing or moved in later (inotify). One
 * login, kept; one line for each file. Signed files go into another folder, so that none of them is ever taken for a document; what was signed already
 * is left out. Main thread.
 */
#define G_LOG_DOMAIN "signet-sign-watch"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "signet-sign-watch.h"

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-text.h"

#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_ONLYDIR)
#define BUFFER (64 * (sizeof (struct inotify_event) + NAME_MAX + 1))
#define SHOWN  128

typedef struct
{
  SignetInvocation *invocation;
  const SignetSignOptions *options;
  SignetTokenKey *key;
  SignetTimestampServers *servers;
  SignetSigner *signer;
  SignetTerminalInteraction *interaction;
  GError *end;  /* (owned) (nullable): why no more can be signed */
  int status;
  guint n_signed;
} SignetWatch;

/* --- one file ------------------------------------------------------------------------------------------------------------ */
/* Hidden files and what programs write beside a file until it is whole are nobody's documents. */
static gboolean
signet_watch_is_document (const char *name)
{
  static const char *const endings[] = { "~", ".tmp", ".part", ".crdownload", ".swp" };

  if (*name == '.' || *name == '\0')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return FALSE;
  return TRUE;
}

/* Somebody has it open for writing: it is not whole, and its end will be told. Where leases are not known nobody can say. */
static gboolean
signet_watch_is_being_written (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  gboolean written = fd >= 0 && fcntl (fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;

  if (fd >= 0)
    {
      fcntl (fd, F_SETLEASE, F_UNLCK);
      close (fd);
    }
  return written;
}

static gboolean
signet_watch_ends (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SIGNET_TOKEN_ERROR;
}

/* One JSON object a line: `--json` of something without an end. */
static void
signet_watch_tell_json (SignetSignJob *job)
{
  g_autoptr(JsonGenerator) generator = json_generator_new ();
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (node, signet_sign_job_to_json (job));
  json_generator_set_root (generator, node);
  text = json_generator_to_data (generator, NULL);
  signet_terminal_print ("%s", text);
}

static void
signet_watch_tell (SignetWatch   *watch,
                   SignetSignJob *job)
{
  g_autofree char *name = signet_text_sanitize (job->path, -1, 0);
  g_autofree char *result = NULL;
  g_autofree char *mark = NULL;

  if (watch->invocation->json)
    {
      signet_watch_tell_json (job);
      return;
    }
  if (job->error != NULL)
    {
      signet_terminal_show_error (job->path, job->error);
      return;
    }
  if (!job->done)
    return; /* what stopped it was said with the checks */
  result = signet_text_sanitize (signet_signing_get_result_path (job->signing), -1, 0);
  mark = signet_terminal_mark (SIGNET_MARK_OK, _("Signed"), FALSE);
  signet_terminal_print ("%s  %s → %s", mark, name, result);
  if (signet_signing_is_postponed (job->signing))
    signet_terminal_message ("%s: %s", result, _("without a time stamp, which will be added later: signet extend --waiting"));
}

static void
signet_watch_run (SignetWatch   *watch,
                  SignetSignJob *job)
{
  SignetJournal *journal = signet_core_get_journal (signet_invocation_get_core (watch->invocation), NULL);

  signet_sign_job_open (job, watch->invocation, watch->options);
  signet_sign_job_resume (job, watch->invocation, watch->options, watch->key);
  if (job->before != NULL)
    return;
  if (job->error == NULL)
    signet_sign_job_check (job, watch->invocation, watch->options, watch->key, journal, watch->servers, NULL);
  job->status = signet_words_exit_status (job->error);
  signet_sign_job_show_checks (job, FALSE);
  if (job->status != 0 || job->signing == NULL)
    return;
  job->done = signet_signing_run (job->signing, watch->signer, NULL, watch->invocation->cancellable, &job->error);
  job->status = signet_words_exit_status (job->error);
  watch->n_signed += job->done;
}

static void
signet_watch_take (SignetWatch *watch,
                   const char  *folder,
                   const char  *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  SignetSignJob *job;
  struct stat info;

  if (!signet_watch_is_document (name) || lstat (path, &info) != 0 || !S_ISREG (info.st_mode) || signet_watch_is_being_written (path))
    return;
  job = g_new0 (SignetSignJob, 1);
  job->path = path;
  signet_watch_run (watch, job);
  /* gone again before it was looked at: nothing of ours */
  if (job->error == NULL || !g_error_matches (job->error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND))
    signet_watch_tell (watch, job);
  fflush (stdout); /* whoever reads along waits for this line */
  if (job->error != NULL && signet_watch_ends (job->error))
    watch->end = g_error_copy (job->error);
  signet_sign_job_free (job);
}

/* --- the folder ----------------------------------------------------------------------------------------------------------- */
static gint
signet_watch_compare (gconstpointer a,
                      gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* What lies there already, in the order of names. */
static gboolean
signet_watch_take_present (SignetWatch *watch,
                           const char  *folder,
                           GError     **error)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, signet_watch_compare);
  for (guint i = 0; i < names->len && watch->end == NULL; i++)
    signet_watch_take (watch, folder, g_ptr_array_index (names, i));
  return TRUE;
}

static gboolean
signet_watch_gone (GError **error)
{
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "the folder is no longer there");
  return FALSE;
}

/* What happened to the folder, each file once. FALSE: the folder is gone. */
static gboolean
signet_watch_take_events (SignetWatch *watch,
                          const char  *folder,
                          const char  *buffer,
                          gsize        length,
                          GError     **error)
{
  g_autoptr(GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (const char *at = buffer; at < buffer + length && watch->end == NULL;)
    {
      const struct inotify_event *event = (const struct inotify_event *) (const void *) at;

      at += sizeof *event + event->len;
      if ((event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0)
        return signet_watch_gone (error);
      /* more happened than was told: look at everything, what is signed already is left out by its name */
      if ((event->mask & IN_Q_OVERFLOW) != 0)
        return signet_watch_take_present (watch, folder, error);
      if (event->len > 0 && (event->mask & IN_ISDIR) == 0 && g_hash_table_add (taken, (gpointer) event->name))
        signet_watch_take (watch, folder, event->name);
    }
  return TRUE;
}

/* FALSE with an error: it cannot go on; TRUE: interrupted, or watch->end says why */
static gboolean
signet_watch_wait (SignetWatch *watch,
                   const char  *folder,
                   int          fd,
                   GError     **error)
{
  GCancellable *cancellable = watch->invocation->cancellable;
  struct pollfd waits[2] = { { .fd = fd, .events = POLLIN }, { .fd = g_cancellable_get_fd (cancellable), .events = POLLIN } };
  g_autofree char *buffer = g_malloc (BUFFER);
  gboolean ok = TRUE;

  while (ok && watch->end == NULL && !g_cancellable_is_cancelled (cancellable))
    {
      gssize length = 0;

      if (poll (waits, waits[1].fd >= 0 ? 2 : 1, -1) < 0 && errno != EINTR)
        ok = signet_base_error_set_errno (error, errno, "watching a folder");
      else if ((waits[0].revents & POLLIN) != 0 && (length = read (fd, buffer, BUFFER)) > 0)
        ok = signet_watch_take_events (watch, folder, buffer, (gsize) length, error);
    }
  if (waits[1].fd >= 0)
    g_cancellable_release_fd (cancellable);
  return ok;
}

static gboolean
signet_watch_folder (SignetWatch *watch,
                     const char  *folder,
                     GError     **error)
{
  int fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  gboolean ok = fd >= 0 && inotify_add_watch (fd, folder, EVENTS) >= 0;
  g_autofree char *name = signet_text_sanitize (folder, -1, SHOWN);

  if (!ok)
    signet_base_error_set_errno (error, errno, "watching a folder");
  else
    {
      signet_terminal_message (_("Signing what appears in %s. End with Ctrl-C."), name);
      ok = signet_watch_take_present (watch, folder, error) && signet_watch_wait (watch, folder, fd, error);
    }
  if (fd >= 0)
    close (fd);
  return ok;
}

int
signet_sign_watch (SignetInvocation          *invocation,
                   const SignetSignOptions   *options,
                   SignetTokenKey            *key,
                   SignetTimestampServers    *servers,
                   SignetSigner              *signer,
                   SignetTerminalInteraction *interaction)
{
  SignetWatch watch = { invocation, options, key, servers, signer, interaction, NULL, 0, 0 };
  g_autoptr(GError) error = NULL;
  int status = SIGNET_STATUS_DONE;

  if (!signet_watch_folder (&watch, options->watch, &error))
    {
      signet_terminal_show_error (options->watch, error);
      status = signet_words_exit_status (error);
    }
  else if (watch.end != NULL && !g_error_matches (watch.end, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      status = signet_words_exit_status (watch.end);
      if (invocation->json)
        signet_terminal_show_error (options->watch, watch.end); /* else it was said with the file it happened to */
    }
  signet_terminal_message (ngettext ("%u document was signed.", "%u documents were signed.", watch.n_signed), watch.n_signed);
  g_clear_error (&watch.end);
  return status;
}
