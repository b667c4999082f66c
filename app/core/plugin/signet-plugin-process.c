/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-plugin-process.c: the conversation with one running plugin.
 *
 * A call writes one line and reads lines until its answer comes; what the plugin asks for in between is served by the caller.
 * The plugin's own time is limited, not the time it waits for us (a person may look for a PIN for minutes). The first breach of the
 * protocol ends the process: there is no way back into step. Used from one thread at a time (a lock sees to it).
 */
#define G_LOG_DOMAIN "signet-plugin-process"

#include "config.h"

#include "signet-plugin-private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "../base/signet-text.h"

#define MAX_METHODS       64
#define MAX_REQUESTS      256                 /* in one call */
#define MAX_CALL_BYTES    (16 * 1024 * 1024)  /* in one call, all lines together */
#define MAX_LOG           (16 * 1024)
#define READ_SIZE         (64 * 1024)
#define HELLO_SECONDS     15
#define GOODBYE_MILLISECONDS 300

struct _SignetPluginProcess
{
  GObject parent_instance;

  GMutex                lock;
  SignetPluginManifest *manifest;
  SignetChild          *child;
  int                   to_plugin;
  int                   from_plugin;
  int                   complaints;    /* its stderr */
  int                   report;        /* what its door says before it becomes the plugin */
  gboolean              alone;         /* without namespaces */
  char                 *wall;          /* what stands, e.g. "namespaces limits files calls"; "" as long as nothing does */
  GHashTable           *methods;       /* of its hello */
  SignetPluginState    *state;         /* (nullable) */
  SignetPluginTap       tap;           /* (nullable) */
  gpointer              tap_data;
  GByteArray           *pending;       /* read, not yet a whole line */
  GString              *log;           /* the first MAX_LOG bytes of its stderr */
  gint64                next_id;
  gint64                last_asked;    /* ids of the plugin's requests only grow */
  gboolean              over;
};

G_DEFINE_FINAL_TYPE (SignetPluginProcess, signet_plugin_process, G_TYPE_OBJECT)

/* One call under way; lives on the stack of signet_plugin_process_call(). */
typedef struct {
  SignetPluginProcess *self;
  gint64               id;
  gint64               deadline;   /* monotonic, microseconds; moved on while we serve */
  guint                n_requests;
  gsize                n_bytes;
  SignetPluginServe    serve;
  gpointer             user_data;
  GCancellable        *cancellable;
} Call;

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
end_process (SignetPluginProcess *self)
{
  self->over = TRUE;
  if (self->child != NULL)
    signet_child_kill (self->child);
  close_fd (&self->to_plugin);
  close_fd (&self->from_plugin);
  close_fd (&self->complaints);
  close_fd (&self->report);
  g_clear_pointer (&self->state, _signet_plugin_state_close);
}

static void
signet_plugin_process_finalize (GObject *object)
{
  SignetPluginProcess *self = SIGNET_PLUGIN_PROCESS (object);

  end_process (self);
  g_clear_object (&self->child);
  g_clear_object (&self->manifest);
  g_byte_array_unref (self->pending);
  g_string_free (self->log, TRUE);
  g_hash_table_unref (self->methods);
  g_free (self->wall);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (signet_plugin_process_parent_class)->finalize (object);
}

static void
signet_plugin_process_class_init (SignetPluginProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_plugin_process_finalize;
}

static void
signet_plugin_process_init (SignetPluginProcess *self)
{
  g_mutex_init (&self->lock);
  self->to_plugin = self->from_plugin = self->complaints = self->report = -1;
  self->wall = g_strdup ("");
  self->methods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->pending = g_byte_array_new ();
  self->log = g_string_new (NULL);
}

/* --- bytes -------------------------------------------------------------------------------------------------------------- */

static void
read_complaints (SignetPluginProcess *self)
{
  char buffer[4096];
  gssize n;

  while (self->complaints >= 0 && (n = read (self->complaints, buffer, sizeof buffer)) != 0)
    {
      if (n < 0)
        return;
      g_string_append_len (self->log, buffer, MIN ((gsize) n, MAX_LOG - self->log->len));
    }
  close_fd (&self->complaints);
}

/* The door speaks once, right before it becomes the plugin; until then whoever ended was not the plugin. */
static void
read_report (SignetPluginProcess *self)
{
  char text[64];
  gssize n = self->report >= 0 ? read (self->report, text, sizeof text - 1) : 0;

  if (n <= 0 || *self->wall != '\0')
    return;
  text[n] = '\0';
  g_free (self->wall);
  self->wall = g_strconcat (self->alone ? "" : "namespaces ", g_strchomp (text), NULL);
  close_fd (&self->report);
}

static gboolean
set_died (SignetPluginProcess *self, GError **error)
{
  g_autofree char *end = NULL;
  g_autofree char *words = NULL;

  signet_child_wait (self->child, 1000);
  read_complaints (self);
  read_report (self);
  end = signet_child_has_exited (self->child) ? signet_child_describe_end (self->child) : g_strdup ("closed its output");
  words = signet_text_sanitize (g_strchomp (self->log->str), -1, 500);
  if (*self->wall == '\0' && !self->alone && g_str_has_prefix (words, "bwrap:"))
    _signet_plugin_sandbox_explain (self->manifest, words, error);
  else if (*self->wall == '\0')
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_SANDBOX, "no wall for %s (%s): %s", signet_plugin_manifest_get_id (self->manifest),
                 end, words);
  else
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DIED, "plugin %s ended: %s%s%s",
                 signet_plugin_manifest_get_id (self->manifest), end, *words != '\0' ? ": " : "", words);
  return FALSE;
}

static gboolean
set_timeout (Call *call, GError **error)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_TIMEOUT, "plugin %s gave no answer in time",
               signet_plugin_manifest_get_id (call->self->manifest));
  return FALSE;
}

static gboolean
set_protocol (Call *call, const char *why, GError **error)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "plugin %s %s",
               signet_plugin_manifest_get_id (call->self->manifest), why);
  return FALSE;
}

/* Sleeps until @fd is ready for @events; its stderr is emptied meanwhile, so that it cannot get stuck on that. */
static gboolean
wait_for (Call *call, int fd, short events, GError **error)
{
  SignetPluginProcess *self = call->self;
  GPollFD cancel = { .fd = -1 };
  gboolean has_cancel = g_cancellable_make_pollfd (call->cancellable, &cancel);
  struct pollfd polls[3] = { { .fd = fd, .events = events }, { .fd = self->complaints, .events = POLLIN },
                             { .fd = cancel.fd, .events = POLLIN } };
  gboolean ok = TRUE;

  for (;;)
    {
      gint64 left = (call->deadline - g_get_monotonic_time ()) / 1000;
      int n = left > 0 ? poll (polls, 3, (int) MIN (left + 1, G_MAXINT)) : 0;

      if ((ok = !g_cancellable_set_error_if_cancelled (call->cancellable, error)) == FALSE)
        break;
      if (n == 0)
        {
          ok = set_timeout (call, error);
          break;
        }
      if (n > 0 && polls[1].revents != 0)
        read_complaints (self);
      polls[1].fd = self->complaints;
      if (n > 0 && polls[0].revents != 0)
        break;
    }
  if (has_cancel)
    g_cancellable_release_fd (call->cancellable);
  return ok;
}

/* A plugin that died must not take us along: without SIGPIPE, whatever the program's own handling of it is. */
static gssize
write_quietly (int fd, const char *data, gsize length)
{
  const struct timespec at_once = { 0 };
  sigset_t pipe_signal, before, pending;
  gssize n;
  int errnum;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &before);
  n = write (fd, data, length);
  errnum = errno;
  if (n < 0 && errnum == EPIPE && !sigismember (&pending, SIGPIPE))
    sigtimedwait (&pipe_signal, NULL, &at_once);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = errnum;
  return n;
}

static gboolean
write_line (Call *call, const char *line, GError **error)
{
  gsize length = strlen (line);
  gsize done = 0;

  if (length > SIGNET_PLUGIN_MAX_LINE)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED, "what a plugin should be told is too long");
      return FALSE;
    }
  if (call->self->tap != NULL)
    call->self->tap (TRUE, line, length - 1, call->self->tap_data);
  while (done < length)
    {
      gssize n = write_quietly (call->self->to_plugin, line + done, length - done);

      if (n > 0)
        done += n;
      else if (errno == EAGAIN || errno == EINTR)
        {
          if (!wait_for (call, call->self->to_plugin, POLLOUT, error))
            return FALSE;
        }
      else
        return set_died (call->self, error);
    }
  return TRUE;
}

static gboolean
read_more (Call *call, GError **error)
{
  SignetPluginProcess *self = call->self;
  guint8 buffer[READ_SIZE];
  gssize n;

  if (!wait_for (call, self->from_plugin, POLLIN, error))
    return FALSE;
  n = read (self->from_plugin, buffer, sizeof buffer);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (n <= 0)
    return set_died (self, error);
  call->n_bytes += n;
  if (call->n_bytes > MAX_CALL_BYTES)
    return set_protocol (call, "says too much", error);
  g_byte_array_append (self->pending, buffer, n);
  return TRUE;
}

static SignetPluginLine *
take_line (SignetPluginProcess *self, const guint8 *newline, GError **error)
{
  gsize length = newline - self->pending->data;
  gsize size = 0;
  SignetPluginLine *line = _signet_plugin_line_parse ((const char *) self->pending->data, length, error);

  if (self->tap != NULL)
    self->tap (FALSE, (const char *) self->pending->data, length, self->tap_data);

  /* it may have been a code that unblocks a token */
  size = self->pending->len;
  g_byte_array_remove_range (self->pending, 0, length + 1);
  explicit_bzero (self->pending->data + self->pending->len, size - self->pending->len);
  return line;
}

static SignetPluginLine *
read_line (Call *call, GError **error)
{
  GByteArray *pending = call->self->pending;
  gsize searched = 0;

  for (;;)
    {
      const guint8 *newline = pending->len > searched ? memchr (pending->data + searched, '\n', pending->len - searched) : NULL;

      if (newline != NULL)
        return take_line (call->self, newline, error);
      searched = pending->len;
      if (pending->len > SIGNET_PLUGIN_MAX_LINE)
        {
          set_protocol (call, "writes a line that is too long", error);
          return NULL;
        }
      if (!read_more (call, error))
        return NULL;
    }
}

/* --- messages ----------------------------------------------------------------------------------------------------------- */

static gboolean
answer_request (Call *call, SignetPluginLine *line, GError **error)
{
  gint64 before = g_get_monotonic_time ();
  g_autoptr (GError) refusal = NULL;
  g_autofree char *reply = NULL;
  JsonNode *result = NULL;
  JsonObject *params = line->body != NULL ? json_node_get_object (line->body) : NULL;
  g_autoptr (JsonObject) nothing = params == NULL ? json_object_new () : NULL;

  if (call->serve == NULL)
    g_set_error (&refusal, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DENIED, "nothing can be asked for here");
  else
    result = call->serve (line->method, params != NULL ? params : nothing, call->user_data, call->cancellable, &refusal);
  if (line->kind == SIGNET_PLUGIN_LINE_NOTICE)
    {
      g_clear_pointer (&result, json_node_unref);
      return TRUE;
    }
  reply = refusal != NULL ? _signet_plugin_line_refuse (line->id, refusal) : _signet_plugin_line_answer (line->id, result);
  call->deadline += g_get_monotonic_time () - before;
  return write_line (call, reply, error);
}

static gboolean
take_request (Call *call, SignetPluginLine *line, GError **error)
{
  if (++call->n_requests > MAX_REQUESTS)
    return set_protocol (call, "asks for too much in one call", error);
  if (line->kind == SIGNET_PLUGIN_LINE_REQUEST && line->id <= call->self->last_asked)
    return set_protocol (call, "uses an id again", error);
  call->self->last_asked = MAX (line->id, call->self->last_asked);
  return answer_request (call, line, error);
}

static const struct {
  const char *code;
  GQuark    (*domain) (void);
  int         number;
} refusals[] = {
  { "rejected", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_REJECTED },
  { "try-later", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_TRY_LATER },
  { "unreachable", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_TRY_LATER },
  { "denied", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_DENIED },
  { "wrong-secret", signet_plugin_error_quark, SIGNET_PLUGIN_ERROR_WRONG_SECRET },
  { "cancelled", g_io_error_quark, G_IO_ERROR_CANCELLED },
};

static void
set_refusal (SignetPluginLine *line, GError **error)
{
  const char *words = line->text != NULL && *line->text != '\0' ? line->text : "the plugin gave no reason";

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (refusals[i].code, line->code) == 0)
      {
        g_set_error_literal (error, refusals[i].domain (), refusals[i].number, words);
        return;
      }
  g_set_error_literal (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_FAILED, words);
}

/* FALSE and no @refused: the conversation broke. */
static gboolean
converse (Call *call, JsonNode **result, gboolean *refused, GError **error)
{
  for (;;)
    {
      g_autoptr (SignetPluginLine) line = read_line (call, error);

      if (line == NULL)
        return FALSE;
      if (line->kind == SIGNET_PLUGIN_LINE_REQUEST || line->kind == SIGNET_PLUGIN_LINE_NOTICE)
        {
          if (!take_request (call, line, error))
            return FALSE;
          continue;
        }
      if (line->id != call->id)
        return set_protocol (call, "answers what was not asked", error);
      if (line->kind == SIGNET_PLUGIN_LINE_RESULT)
        {
          *result = g_steal_pointer (&line->body);
          return TRUE;
        }
      *refused = TRUE;
      set_refusal (line, error);
      return FALSE;
    }
}

static gboolean
is_out_of_turn (SignetPluginProcess *self)
{
  struct pollfd out = { .fd = self->from_plugin, .events = POLLIN };

  return self->pending->len > 0 || (poll (&out, 1, 0) == 1 && (out.revents & POLLIN) != 0);
}

static JsonNode *
run_call (Call *call, const char *method, JsonNode *params, GError **error)
{
  g_autofree char *line = _signet_plugin_line_call (call->id, method, params);
  JsonNode *result = NULL;
  gboolean refused = FALSE;

  if (is_out_of_turn (call->self))
    set_protocol (call, "speaks out of turn", error);
  else if (write_line (call, line, error) && converse (call, &result, &refused, error))
    return result;
  if (!refused)
    end_process (call->self);
  return NULL;
}

/**
 * signet_plugin_process_call:
 * @params: (transfer full) (nullable): an object node
 * @deadline_seconds: of the plugin's own time, without what @serve takes
 * @serve: (nullable): answers what the plugin asks for; without it everything is refused
 *
 * Calls a method of the plugin and waits for the answer.
 *
 * Returns: (transfer full): the result. %NULL with REJECTED, TRY_LATER, DENIED, FAILED as the plugin says (it lives on), or PROTOCOL,
 *   DIED, TIMEOUT, %G_IO_ERROR_CANCELLED (it was killed; further calls are DIED)
 */
JsonNode *
signet_plugin_process_call (SignetPluginProcess *self, const char *method, JsonNode *params, guint deadline_seconds,
                            SignetPluginServe serve, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Call call = { .self = self, .serve = serve, .user_data = user_data, .cancellable = cancellable };
  JsonNode *result = NULL;

  g_return_val_if_fail (SIGNET_IS_PLUGIN_PROCESS (self), NULL);

  g_mutex_lock (&self->lock);
  if (self->over)
    {
      g_clear_pointer (&params, json_node_unref);
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DIED, "plugin %s has ended", signet_plugin_manifest_get_id (self->manifest));
    }
  else
    {
      call.id = ++self->next_id;
      call.deadline = g_get_monotonic_time () + (gint64) deadline_seconds * G_USEC_PER_SEC;
      result = run_call (&call, method, params, error);
    }
  g_mutex_unlock (&self->lock);
  return result;
}

/* --- start and stop ------------------------------------------------------------------------------------------------------ */

static gboolean
open_pipes (int theirs[4], int ours[4], GError **error)
{
  for (int i = 0; i < 4; i++)
    {
      int pair[2];
      int mine = i == 0 ? 1 : 0;

      if (!g_unix_open_pipe (pair, FD_CLOEXEC, error))
        return FALSE;
      ours[i] = pair[mine];
      theirs[i] = pair[1 - mine];
      g_unix_set_fd_nonblocking (ours[i], TRUE, NULL);
    }
  return TRUE;
}

static gboolean
open_state (SignetPluginProcess *self, const SignetPluginUse *use, GError **error)
{
  if (!signet_plugin_manifest_has_state (self->manifest))
    return TRUE;
  self->state = _signet_plugin_state_open (signet_plugin_manifest_get_id (self->manifest), use != NULL ? use->authority : NULL, error);
  return self->state != NULL;
}

static gboolean
spawn (SignetPluginProcess *self, const SignetPluginUse *use, GError **error)
{
  int theirs[4] = { -1, -1, -1, -1 };
  int ours[4] = { -1, -1, -1, -1 };
  gboolean ok = open_pipes (theirs, ours, error);

  self->to_plugin = ours[0];
  self->from_plugin = ours[1];
  self->complaints = ours[2];
  self->report = ours[3];
  if (ok && open_state (self, use, error))
    self->child = _signet_plugin_sandbox_spawn (self->manifest, self->state != NULL ? _signet_plugin_state_get_path (self->state) : NULL,
                                                self->alone, theirs, error);
  for (int i = 0; i < 4; i++)
    close_fd (&theirs[i]);
  if (self->child != NULL && self->state != NULL)
    _signet_plugin_state_watch (self->state, self->child);
  return self->child != NULL;
}

static JsonNode *
hello_params (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const *languages = g_get_language_names ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "api");
  json_builder_add_int_value (builder, SIGNET_PLUGIN_API_VERSION);
  json_builder_set_member_name (builder, "host");
  json_builder_add_string_value (builder, SIGNET_NAME " " SIGNET_VERSION);
  json_builder_set_member_name (builder, "language");
  json_builder_add_string_value (builder, languages[0] != NULL ? languages[0] : "C");
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static gboolean
check_hello (SignetPluginProcess *self, JsonNode *result, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (result) ? json_node_get_object (result) : NULL;
  JsonNode *api = object != NULL ? json_object_get_member (object, "api") : NULL;

  if (api == NULL || !JSON_NODE_HOLDS_VALUE (api) || json_node_get_value_type (api) != G_TYPE_INT64)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "plugin %s says no API in its hello",
                 signet_plugin_manifest_get_id (self->manifest));
  else if (json_node_get_int (api) != SIGNET_PLUGIN_API_VERSION)
    g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_API, "plugin %s speaks API %" G_GINT64_FORMAT ", not %d",
                 signet_plugin_manifest_get_id (self->manifest), json_node_get_int (api), SIGNET_PLUGIN_API_VERSION);
  else
    return TRUE;
  return FALSE;
}

static void
note_methods (SignetPluginProcess *self, JsonObject *hello)
{
  JsonNode *node = json_object_get_member (hello, "methods");
  JsonArray *names = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; names != NULL && i < MIN (json_array_get_length (names), MAX_METHODS); i++)
    {
      JsonNode *name = json_array_get_element (names, i);

      if (JSON_NODE_HOLDS_VALUE (name) && json_node_get_value_type (name) == G_TYPE_STRING)
        g_hash_table_add (self->methods, json_node_dup_string (name));
    }
}

static gboolean
say_hello (SignetPluginProcess *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) hello =
    signet_plugin_process_call (self, "hello", hello_params (), HELLO_SECONDS, NULL, NULL, cancellable, error);

  if (hello == NULL || !check_hello (self, hello, error))
    return FALSE;
  read_report (self);
  note_methods (self, json_node_get_object (hello));
  g_debug ("plugin %s runs behind: %s", signet_plugin_manifest_get_id (self->manifest), self->wall);
  return TRUE;
}

static SignetPluginProcess *
start (SignetPluginManifest *manifest, const SignetPluginUse *use, gboolean alone, GCancellable *cancellable, GError **error)
{
  g_autoptr (SignetPluginProcess) self = g_object_new (SIGNET_TYPE_PLUGIN_PROCESS, NULL);

  self->manifest = g_object_ref (manifest);
  self->alone = alone;
  self->tap = use != NULL ? use->tap : NULL;
  self->tap_data = use != NULL ? use->tap_data : NULL;
  return spawn (self, use, error) && say_hello (self, cancellable, error) ? g_steal_pointer (&self) : NULL;
}

/* What came with Signet and needs nothing but a conversation can do behind the second wall; nobody else's code can. */
static gboolean
may_be_alone (SignetPluginManifest *manifest, const GError *error)
{
  return (g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NO_NAMESPACES) ||
          g_error_matches (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_NO_BUBBLEWRAP)) &&
         signet_plugin_manifest_is_shipped (manifest) && !signet_plugin_manifest_has_network (manifest) &&
         !signet_plugin_manifest_has_programs (manifest) && !signet_plugin_manifest_has_state (manifest);
}

/**
 * signet_plugin_process_start:
 * @use: (nullable): for whom, and what the person agreed to
 *
 * The one place where a plugin becomes a process: what nobody allowed is refused here. Starts it behind its wall and says hello.
 * Blocking, some milliseconds.
 *
 * Returns: (transfer full): the process; %NULL with CONSENT, FORBIDDEN or POLICY when it may not run, NO_BUBBLEWRAP, NO_NAMESPACES
 *   or SANDBOX when the wall cannot be put up, API, PROTOCOL, DIED, TIMEOUT
 */
SignetPluginProcess *
signet_plugin_process_start (SignetPluginManifest *manifest, const SignetPluginUse *use, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  SignetPluginProcess *process;

  g_return_val_if_fail (SIGNET_IS_PLUGIN_MANIFEST (manifest), NULL);

  if (!_signet_plugin_use_is_allowed (use, manifest, error))
    return NULL;
  process = start (manifest, use, FALSE, cancellable, &local);
  if (process == NULL && may_be_alone (manifest, local))
    {
      g_message ("%s; behind the second wall alone", local->message);
      g_clear_error (&local);
      process = start (manifest, use, TRUE, cancellable, &local);
    }
  if (process == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return process;
}

gboolean
signet_plugin_process_has_method (SignetPluginProcess *self, const char *method)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_PROCESS (self), FALSE);
  return g_hash_table_contains (self->methods, method);
}

const char *
signet_plugin_process_get_wall (SignetPluginProcess *self)
{
  g_return_val_if_fail (SIGNET_IS_PLUGIN_PROCESS (self), NULL);
  return self->wall;
}

/* A plugin that does not go when its input ends is killed. */
gboolean
signet_plugin_process_stop (SignetPluginProcess *self)
{
  gboolean went = FALSE;

  g_return_val_if_fail (SIGNET_IS_PLUGIN_PROCESS (self), FALSE);

  g_mutex_lock (&self->lock);
  if (!self->over)
    {
      close_fd (&self->to_plugin);
      went = signet_child_wait (self->child, GOODBYE_MILLISECONDS);
      end_process (self);
    }
  g_mutex_unlock (&self->lock);
  return went;
}
