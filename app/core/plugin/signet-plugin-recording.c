/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-plugin-recording.c: see the header. Notices (progress, log) are kept and not compared: they are no part of the work. */
#define G_LOG_DOMAIN "signet-plugin-recording"

#include "config.h"

#include "signet-plugin-private.h"
#include "signet-plugin-recording.h"

#include <string.h>

#include "../base/signet-text.h"

#define MAX_RECORDING (8 * 1024 * 1024)
#define MAX_LINES     2000
#define CALL_SECONDS  60
#define BLANK         "•••"

typedef struct {
  gboolean  to_plugin;
  guint     number;   /* in the file */
  char     *text;
} Line;

struct _SignetPluginRecording
{
  GPtrArray *lines;
  GPtrArray *secrets;
  gsize      size;
};

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->text);
  g_free (line);
}

SignetPluginRecording *
signet_plugin_recording_new (void)
{
  SignetPluginRecording *self = g_new0 (SignetPluginRecording, 1);

  self->lines = g_ptr_array_new_with_free_func (line_free);
  self->secrets = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
signet_plugin_recording_free (SignetPluginRecording *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->secrets);
  g_free (self);
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */

void
signet_plugin_recording_blank (SignetPluginRecording *self, const char *secret)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);
  g_autofree char *quoted = NULL;
  g_autofree char *base64 = g_base64_encode ((const guchar *) secret, strlen (secret));

  if (*secret == '\0')
    return;
  json_node_set_string (node, secret);
  quoted = json_to_string (node, FALSE);
  /* as a line of JSON spells it, and as the whole of a text in base64 */
  quoted[strlen (quoted) - 1] = '\0';
  g_ptr_array_add (self->secrets, g_strdup (secret));
  g_ptr_array_add (self->secrets, g_strdup (quoted + 1));
  g_ptr_array_add (self->secrets, g_steal_pointer (&base64));
}

static void
add_line (SignetPluginRecording *self, gboolean to_plugin, guint number, const char *text, gsize length)
{
  Line *line = g_new0 (Line, 1);

  line->to_plugin = to_plugin;
  line->number = number;
  line->text = g_strndup (text, length);
  self->size += length;
  g_ptr_array_add (self->lines, line);
}

void
signet_plugin_recording_tap (gboolean to_plugin, const char *text, gsize length, gpointer recording)
{
  SignetPluginRecording *self = recording;

  if (self->lines->len < MAX_LINES && self->size + length <= MAX_RECORDING)
    add_line (self, to_plugin, self->lines->len + 1, text, length);
}

char *
signet_plugin_recording_print (SignetPluginRecording *self)
{
  GString *text = g_string_new ("# A conversation of a plugin with Signet; play it again with: signet plugin check --replay\n");

  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (self->lines, i);

      g_string_append_printf (text, "%s %s\n", line->to_plugin ? ">" : "<", line->text);
    }
  for (guint i = 0; i < self->secrets->len; i++)
    g_string_replace (text, g_ptr_array_index (self->secrets, i), BLANK, 0);
  return g_string_free (text, FALSE);
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

static gboolean
malformed (GError **error, guint number, const char *why)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "line %u of the recording: %s", number, why);
  return FALSE;
}

static gboolean
read_line (SignetPluginRecording *self, guint number, const char *text, GError **error)
{
  g_autoptr (SignetPluginLine) parsed = NULL;

  if (*text == '\0' || *text == '#')
    return TRUE;
  if ((text[0] != '>' && text[0] != '<') || text[1] != ' ')
    return malformed (error, number, "begins with neither “> ” nor “< ”");
  if (self->lines->len >= MAX_LINES)
    return malformed (error, number, "one line too many");
  parsed = _signet_plugin_line_parse (text + 2, strlen (text + 2), NULL);
  if (parsed == NULL)
    return malformed (error, number, "no line of a conversation");
  add_line (self, text[0] == '>', number, text + 2, strlen (text + 2));
  return TRUE;
}

SignetPluginRecording *
signet_plugin_recording_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (SignetPluginRecording) self = signet_plugin_recording_new ();
  g_autofree char *whole = NULL;
  g_auto (GStrv) lines = NULL;

  if (length > MAX_RECORDING || memchr (text, 0, length) != NULL || !g_utf8_validate (text, (gssize) length, NULL))
    {
      malformed (error, 1, "not a text of 8 MiB at most");
      return NULL;
    }
  whole = g_strndup (text, length);
  lines = g_strsplit (whole, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (!read_line (self, i + 1, lines[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

SignetPluginRecording *
signet_plugin_recording_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;

  return g_file_get_contents (path, &text, &length, error) ? signet_plugin_recording_parse (text, length, error) : NULL;
}

/* --- playing ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetPluginRecording *recording;
  guint                  next;     /* index of the line that comes next */
  GError                *fault;    /* (nullable): where the plugin did otherwise */
} Play;

static SignetPluginLine *
parse (const Line *line)
{
  return _signet_plugin_line_parse (line->text, strlen (line->text), NULL);
}

static gboolean
is_notice (const Line *line)
{
  g_autoptr (SignetPluginLine) parsed = parse (line);

  return parsed != NULL && parsed->kind == SIGNET_PLUGIN_LINE_NOTICE;
}

/* (nullable): the next line that is work; it stays the next */
static const Line *
peek (Play *play)
{
  while (play->next < play->recording->lines->len && is_notice (g_ptr_array_index (play->recording->lines, play->next)))
    play->next++;
  return play->next < play->recording->lines->len ? g_ptr_array_index (play->recording->lines, play->next) : NULL;
}

guint
signet_plugin_recording_count (SignetPluginRecording *self)
{
  guint n = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      g_autoptr (SignetPluginLine) parsed = parse (g_ptr_array_index (self->lines, i));
      const Line *line = g_ptr_array_index (self->lines, i);

      n += line->to_plugin && parsed->kind == SIGNET_PLUGIN_LINE_REQUEST && strcmp (parsed->method, "hello") != 0;
    }
  return n;
}

static gboolean
same_body (JsonNode *one, JsonNode *other)
{
  return (one == NULL || other == NULL) ? one == other : json_node_equal (one, other);
}

static void
set_other (Play *play, const Line *line, const char *what, JsonNode *got)
{
  g_autofree char *text = got != NULL ? json_to_string (got, FALSE) : g_strdup ("nothing");
  g_autofree char *shown = signet_text_sanitize (text, -1, 300);

  if (play->fault == NULL)
    g_set_error (&play->fault, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_PROTOCOL, "line %u of the recording: %s: %s",
                 line != NULL ? line->number : 0, what, shown);
}

static JsonNode *
refuse (SignetPluginLine *answer, GError **error)
{
  g_set_error (error, SIGNET_PLUGIN_ERROR, g_strcmp0 (answer->code, "rejected") == 0    ? SIGNET_PLUGIN_ERROR_REJECTED
                                           : g_strcmp0 (answer->code, "try-later") == 0 ? SIGNET_PLUGIN_ERROR_TRY_LATER
                                           : g_strcmp0 (answer->code, "denied") == 0    ? SIGNET_PLUGIN_ERROR_DENIED
                                                                                        : SIGNET_PLUGIN_ERROR_FAILED, "%s",
               answer->text != NULL ? answer->text : "");
  return NULL;
}

static JsonNode *
serve (const char *method, JsonObject *params, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Play *play = user_data;
  g_autoptr (JsonNode) asked = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (SignetPluginLine) request = NULL;
  g_autoptr (SignetPluginLine) answer = NULL;
  const Line *line;

  json_node_set_object (asked, params);
  if (strcmp (method, "progress") == 0 || strcmp (method, "log") == 0)
    return NULL;
  line = peek (play);
  request = line != NULL ? parse (line) : NULL;
  if (line == NULL || line->to_plugin || request->kind != SIGNET_PLUGIN_LINE_REQUEST || strcmp (request->method, method) != 0)
    set_other (play, line, "here the plugin asked for nothing like this", asked);
  else if (!same_body (request->body, asked))
    set_other (play, line, "here the plugin asked for something else", asked);
  else
    play->next++;
  line = play->fault == NULL ? peek (play) : NULL;
  answer = line != NULL && line->to_plugin ? parse (line) : NULL;
  if (answer == NULL)
    {
      g_set_error (error, SIGNET_PLUGIN_ERROR, SIGNET_PLUGIN_ERROR_DENIED, "it is not in the recording");
      return NULL;
    }
  play->next++;
  return answer->kind == SIGNET_PLUGIN_LINE_ERROR ? refuse (answer, error) : json_node_copy (answer->body);
}

/* One call; what it brings must be what the recording has. */
static gboolean
play_call (Play *play, SignetPluginProcess *process, SignetPluginLine *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) result = signet_plugin_process_call (process, call->method, call->body != NULL ? json_node_copy (call->body) : NULL,
                                                            CALL_SECONDS, serve, play, cancellable, &local);
  const Line *line = play->fault == NULL ? peek (play) : NULL;
  g_autoptr (SignetPluginLine) expected = line != NULL && !line->to_plugin ? parse (line) : NULL;

  if (play->fault == NULL && expected == NULL)
    set_other (play, line, "here the plugin did not answer", result);
  else if (play->fault == NULL && (expected->kind == SIGNET_PLUGIN_LINE_ERROR) != (result == NULL))
    set_other (play, line, result == NULL ? local->message : "here the plugin refused", result);
  else if (play->fault == NULL && result != NULL && !same_body (expected->body, result))
    set_other (play, line, "here the plugin answered something else", result);
  if (play->fault != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&play->fault));
      return FALSE;
    }
  play->next++;
  return TRUE;
}

static gboolean
play_all (Play *play, SignetPluginProcess *process, GCancellable *cancellable, GError **error)
{
  const Line *line;

  while ((line = peek (play)) != NULL)
    {
      g_autoptr (SignetPluginLine) call = parse (line);

      play->next++;
      /* starting it said hello, and had it answered */
      if (!line->to_plugin || call->kind != SIGNET_PLUGIN_LINE_REQUEST || strcmp (call->method, "hello") == 0)
        continue;
      if (!play_call (play, process, call, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
signet_plugin_recording_replay (SignetPluginRecording *self, SignetPluginManifest *manifest, const SignetPluginUse *use, GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (SignetPluginProcess) process = signet_plugin_process_start (manifest, use, cancellable, error);
  Play play = { .recording = self };
  gboolean ok;

  if (process == NULL)
    return FALSE;
  ok = play_all (&play, process, cancellable, error);
  g_clear_error (&play.fault);
  signet_plugin_process_stop (process);
  return ok;
}
