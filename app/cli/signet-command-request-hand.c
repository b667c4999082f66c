/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-command-request-hand.c: `signet request export | answer`: a request that is carried to the authority, and what is carried back.
 * Main thread.
 */
#define G_LOG_DOMAIN "signet-command-request-hand"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "../core/base/signet-base-error.h"
#include "../core/base/signet-output-file.h"
#include "../core/face/signet-qr.h"
#include "signet-command-request.h"
#include "signet-command.h"

#define MAX_ANSWER (1024 * 1024)

/* --- export -------------------------------------------------------------------------------------------------------------- */
typedef struct
{
  char *output; /* (owned) (nullable) */
  gboolean qr;
  gboolean overwrite;
} SignetExportOptions;

static void
signet_export_options_clear (SignetExportOptions *options)
{
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SignetExportOptions, signet_export_options_clear)

static gboolean
signet_request_save (GBytes                     *file,
                     const SignetExportOptions  *options,
                     GError                    **error)
{
  g_autoptr(SignetOutputFile) output = signet_output_file_open (options->output, options->overwrite, error);

  return output != NULL &&
         signet_output_file_write (output, g_bytes_get_data (file, NULL), g_bytes_get_size (file), error) &&
         signet_output_file_commit (output, error);
}

/* 0: stdout is no terminal, or does not tell */
static guint
signet_request_terminal_columns (void)
{
  struct winsize size = { 0 };

  return isatty (STDOUT_FILENO) && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static gboolean
signet_request_show_qr (GBytes  *file,
                        GError **error)
{
  g_autoptr(SignetQr) qr = signet_qr_new (file, error);
  guint columns = signet_request_terminal_columns ();
  g_autofree char *text = NULL;

  if (qr == NULL)
    return FALSE;
  if (columns > 0 && columns < signet_qr_columns (qr))
    {
      g_set_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_TOO_LARGE, "the QR code is %u columns wide and this terminal has %u",
                   signet_qr_columns (qr), columns);
      return FALSE;
    }
  text = signet_qr_to_text (qr, columns > 0);
  signet_terminal_print_raw (text);
  return TRUE;
}

/* PEM is text for the screen; DER is bytes for a file or pipe. */
static gboolean
signet_request_write_out (GBytes  *file,
                          GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (file, &length);

  if (isatty (STDOUT_FILENO) && !g_utf8_validate (data, (gssize) length, NULL))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_USAGE, "the request is not text: name a file with -o");
      return FALSE;
    }
  while (length > 0)
    {
      ssize_t n = write (STDOUT_FILENO, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return signet_base_error_set_errno (error, errno, "writing the request");
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static void
signet_request_print_export (SignetRequest *request,
                             GBytes        *file,
                             const char    *name,
                             const char    *text)
{
  JsonObject *document = signet_invocation_new_document ();
  JsonObject *object = json_object_new ();
  g_autofree char *content = g_base64_encode (g_bytes_get_data (file, NULL), g_bytes_get_size (file));

  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "content", content);
  if (text != NULL)
    json_object_set_string_member (object, "text", text);
  else
    json_object_set_null_member (object, "text");
  json_object_set_object_member (document, "file", object);
  json_object_set_object_member (document, "request", signet_request_to_json (request));
  signet_invocation_print_document (document);
}

static gboolean
signet_request_export (SignetInvocation           *invocation,
                       const SignetExportOptions  *options,
                       SignetRequest              *request,
                       GError                    **error)
{
  const char *name = NULL, *text = NULL;
  GBytes *file = signet_request_get_hand_file (request, &name, &text);

  if (file == NULL)
    {
      g_set_error_literal (error, SIGNET_ENROLMENT_ERROR, SIGNET_ENROLMENT_ERROR_STATE,
                           "there is nothing to carry: this authority is reached over the network, or the request is not made yet");
      return FALSE;
    }
  if (options->output != NULL && !signet_request_save (file, options, error))
    return FALSE;
  if (invocation->json)
    {
      signet_request_print_export (request, file, name, text);
      return TRUE;
    }
  if (text != NULL)
    signet_terminal_message ("%s", text);
  if (options->qr)
    return signet_request_show_qr (file, error);
  return options->output != NULL || signet_request_write_out (file, error);
}

int
signet_command_request_export (SignetInvocation *invocation)
{
  g_auto(SignetExportOptions) options = { NULL };
  SignetEnrolment *enrolment = NULL;
  g_autoptr(SignetRequest) request = NULL;
  g_autoptr(GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("Write the request here instead of on the screen"), N_("FILE") },
    { "qr", 0, 0, G_OPTION_ARG_NONE, &options.qr, N_("Show the request as a QR code"), NULL },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &options.overwrite, N_("Replace a file that is already there"), NULL },
    { NULL }
  };

  if (!signet_invocation_parse (invocation, entries, SIGNET_OPTIONS_JSON))
    return invocation->status;
  request = signet_request_of_argument (invocation, &enrolment);
  if (request == NULL)
    return invocation->status;
  if (!signet_request_export (invocation, &options, request, &error))
    return signet_invocation_fail (invocation, invocation->arguments[0], error);
  return SIGNET_STATUS_DONE;
}

/* --- answer -------------------------------------------------------------------------------------------------------------- */

/* A byte more than may be there, so that too much is seen as too much. */
static GBytes *
signet_request_read_all (int      fd,
                         GError **error)
{
  g_autoptr(GByteArray) content = g_byte_array_new ();
  guint8 buffer[65536];
  ssize_t n = 1;

  while (n != 0 && content->len <= MAX_ANSWER)
    {
      n = read (fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          signet_base_error_set_errno (error, errno, "reading the answer");
          return NULL;
        }
      g_byte_array_append (content, buffer, (guint) n);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&content));
}

static GBytes *
signet_request_read_answer (const char  *path,
                            GError     **error)
{
  gboolean is_stdin = g_str_equal (path, "-");
  int fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  GBytes *content = NULL;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      signet_base_error_set_errno (error, errno, "opening the answer");
      return NULL;
    }
  if (S_ISDIR (status.st_mode))
    g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_UNSUPPORTED, "this is a folder; choose the file in it");
  else
    content = signet_request_read_all (fd, error);
  if (!is_stdin)
    close (fd);
  return content;
}

int
signet_command_request_answer (SignetInvocation *invocation)
{
  SignetEnrolment *enrolment = NULL;
  g_autoptr(SignetRequest) request = NULL;
  g_autoptr(GBytes) content = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = NULL;
  const char *path;

  if (!signet_invocation_parse (invocation, NULL, SIGNET_OPTIONS_JSON | SIGNET_OPTIONS_MODULE | SIGNET_OPTIONS_PIN | SIGNET_OPTIONS_WRITE))
    return invocation->status;
  if (signet_invocation_n_arguments (invocation) != 1)
    return signet_invocation_usage (invocation, "%s", _("give one file, or - for the standard input"));
  path = invocation->arguments[0];
  name = g_path_get_basename (path);
  enrolment = signet_core_get_enrolment (signet_invocation_get_core (invocation), &error);
  if (enrolment != NULL && (content = signet_request_read_answer (path, &error)) != NULL)
    request = signet_enrolment_answer (enrolment, content, name, &error);
  if (request == NULL)
    return signet_invocation_fail (invocation, path, error);
  return signet_request_continue (invocation, enrolment, request);
}
