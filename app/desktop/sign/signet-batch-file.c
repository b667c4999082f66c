/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-batch-file.c: one row of a batch as a value: its state follows from what the pre-flight said and what the person did. Main thread. */
#define G_LOG_DOMAIN "signet-batch-file"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-batch-file.h"
#include "../../core/document/signet-document-password.h"
#include "../../core/face/signet-words.h"

struct _SignetBatchFile {
  GObject parent_instance;

  char               *path;
  char               *folder;   /* (nullable) */
  SignetBatchState    state;
  SignetDocumentFile *file;     /* (owned) (nullable) */
  SignetSigning      *signing;  /* (owned) (nullable) */
  GPtrArray          *checks;   /* (owned) (nullable) */
  GError             *error;    /* (owned) (nullable) */
  char               *result;   /* (nullable) */
  guint               n_pages;  /* 0: no pages, or not counted */
  gint64              looked;
  gint64              signed_at;
  gboolean            postponed; /* its time-stamp is still to come */
  gboolean            left_out; /* by the person */
  gboolean            unmarked;
};

G_DEFINE_FINAL_TYPE (SignetBatchFile, signet_batch_file, G_TYPE_OBJECT)

static guint changed_signal;

const char *
signet_batch_file_get_path (SignetBatchFile *self)
{
  return self->path;
}

SignetBatchState
signet_batch_file_get_state (SignetBatchFile *self)
{
  return self->state;
}

SignetDocumentFile *
signet_batch_file_get_file (SignetBatchFile *self)
{
  return self->file;
}

SignetSigning *
signet_batch_file_get_signing (SignetBatchFile *self)
{
  return self->signing;
}

GPtrArray *
signet_batch_file_get_checks (SignetBatchFile *self)
{
  return self->checks;
}

const GError *
signet_batch_file_get_error (SignetBatchFile *self)
{
  return self->error;
}

const char *
signet_batch_file_get_result (SignetBatchFile *self)
{
  return self->result;
}

const char *
signet_batch_file_get_folder (SignetBatchFile *self)
{
  return self->folder;
}

gint64
signet_batch_file_get_looked (SignetBatchFile *self)
{
  return self->looked;
}

gboolean
signet_batch_file_is_left_out (SignetBatchFile *self)
{
  return self->left_out;
}

static void
tell (SignetBatchFile *self)
{
  g_signal_emit (self, changed_signal, 0);
}

gboolean
signet_batch_file_has_pages (SignetBatchFile *self)
{
  return self->n_pages > 0;
}

/* --- words --------------------------------------------------------------------------------------------------------------- */

static const char *
format_word (SignetFormat format)
{
  switch (format)
    {
    case SIGNET_FORMAT_PDF: return "PDF";
    /* translators: kinds of files, by what is in them */
    case SIGNET_FORMAT_CMS: return _("Signature file");
    case SIGNET_FORMAT_XML: return "XML";
    case SIGNET_FORMAT_ZIP: return _("Container or archive");
    case SIGNET_FORMAT_UNKNOWN:
    case SIGNET_FORMAT_OTHER:
    default: return _("File");
    }
}

/* "PDF · 2 pages" or "File · 1.2 MB" */
char *
signet_batch_file_dup_kind (SignetBatchFile *self)
{
  g_autofree char *extent = NULL;

  if (self->file == NULL)
    return g_strdup ("");
  extent = self->n_pages > 0 ? g_strdup_printf (ngettext ("%u page", "%u pages", self->n_pages), self->n_pages)
                             : g_format_size (signet_document_file_get_size (self->file));
  return g_strdup_printf ("%s · %s", format_word (signet_document_file_get_format (self->file)), extent);
}

gboolean
signet_batch_check_is_of_all (const SignetSigningCheck *check)
{
  return g_str_has_prefix (check->code, "certificate-") || g_str_has_prefix (check->code, "key-") || g_str_equal (check->code, "level");
}

/* (nullable): the first check of @state that is about this file, or else about all */
static const SignetSigningCheck *
find_check (SignetBatchFile  *self,
            SignetCheckState  state,
            gboolean          of_all)
{
  for (guint i = 0; self->checks != NULL && i < self->checks->len; i++)
    {
      const SignetSigningCheck *check = g_ptr_array_index (self->checks, i);

      if (check->state == state && signet_batch_check_is_of_all (check) == of_all)
        return check;
    }
  return NULL;
}

static char *
dup_error_words (SignetBatchFile *self)
{
  g_autofree char *what = NULL;
  g_autofree char *remedy = NULL;

  signet_words_explain_error (self->error, &what, &remedy);
  return remedy != NULL ? g_strdup_printf ("%s %s", what, remedy) : g_steal_pointer (&what);
}

static char *
dup_look_words (SignetBatchFile *self)
{
  g_autofree char *kind = signet_batch_file_dup_kind (self);
  g_autofree char *time = self->looked != SIGNET_TIME_UNKNOWN ? signet_words_time (self->looked) : NULL;
  /* translators: %s is a time of day */
  g_autofree char *looked = time != NULL ? g_strdup_printf (_("looked at, %s"), time) : g_strdup (_("not looked at"));

  if (self->unmarked)
    return g_strdup_printf ("%s · %s · %s", kind, _("without a visible mark"), looked);
  return g_strdup_printf ("%s · %s", kind, looked);
}

static char *
dup_signed_words (SignetBatchFile *self)
{
  g_autofree char *time = signet_words_time (self->signed_at);
  g_autofree char *name = self->result != NULL ? g_filename_display_basename (self->result) : g_strdup ("");

  if (self->postponed)
    return g_strdup_printf ("%s · %s · %s", time, name, _("the time stamp comes later"));
  return g_strdup_printf ("%s · %s", time, name);
}

char *
signet_batch_file_dup_words (SignetBatchFile *self)
{
  const SignetSigningCheck *check = NULL;

  switch (self->state)
    {
    case SIGNET_BATCH_SIGNED: return dup_signed_words (self);
    case SIGNET_BATCH_NEEDS_LOOK: check = find_check (self, SIGNET_CHECK_WARNING, FALSE); break;
    case SIGNET_BATCH_LEFT_OUT:
      check = find_check (self, SIGNET_CHECK_STOP, FALSE) != NULL ? find_check (self, SIGNET_CHECK_STOP, FALSE)
                                                                  : find_check (self, SIGNET_CHECK_STOP, TRUE);
      break;
    case SIGNET_BATCH_LOOKING:
    case SIGNET_BATCH_READY:
    case SIGNET_BATCH_LOCKED:
    case SIGNET_BATCH_WAITING:
    case SIGNET_BATCH_SIGNING:
    case SIGNET_BATCH_FAILED:
    default: break;
    }
  if (check != NULL)
    return signet_words_check (check);
  if (self->left_out)
    return g_strdup (_("You left it out"));
  if (self->state == SIGNET_BATCH_LOCKED)
    return g_strdup (_("It is encrypted and left out as long as its password is not given"));
  if (self->error != NULL)
    return dup_error_words (self);
  return self->file != NULL ? dup_look_words (self) : g_strdup (_("Reading the file"));
}

/* --- what happens to it -------------------------------------------------------------------------------------------------- */

/* Where it stands while nothing is being signed: the pre-flight says, and the person has the last word where it only warns. */
static SignetBatchState
judge (SignetBatchFile *self)
{
  if (self->result != NULL)
    return SIGNET_BATCH_SIGNED;
  if (!self->left_out && signet_document_password_is_missing (self->error))
    return SIGNET_BATCH_LOCKED;
  if (self->left_out || self->error != NULL || find_check (self, SIGNET_CHECK_STOP, FALSE) != NULL || find_check (self, SIGNET_CHECK_STOP, TRUE) != NULL)
    return SIGNET_BATCH_LEFT_OUT;
  if (self->checks == NULL)
    return SIGNET_BATCH_LOOKING;
  if (self->looked == SIGNET_TIME_UNKNOWN && find_check (self, SIGNET_CHECK_WARNING, FALSE) != NULL)
    return SIGNET_BATCH_NEEDS_LOOK;
  return SIGNET_BATCH_READY;
}

static void
update (SignetBatchFile *self)
{
  self->state = judge (self);
  tell (self);
}

void
signet_batch_file_set_state (SignetBatchFile  *self,
                             SignetBatchState  state)
{
  if (self->state == state)
    return;
  self->state = state;
  tell (self);
}

void
signet_batch_file_note_look (SignetBatchFile *self,
                             gint64           time)
{
  self->looked = time;
  if (self->state == SIGNET_BATCH_READY || self->state == SIGNET_BATCH_NEEDS_LOOK || self->state == SIGNET_BATCH_LEFT_OUT)
    self->state = judge (self);
  tell (self);
}

void
signet_batch_file_leave_out (SignetBatchFile *self,
                             gboolean         leave_out)
{
  self->left_out = leave_out;
  update (self);
}

void
signet_batch_file_set_unmarked (SignetBatchFile *self,
                                gboolean         unmarked)
{
  self->unmarked = unmarked;
}

void
signet_batch_file_set_folder (SignetBatchFile *self,
                              const char      *folder)
{
  g_free (self->folder);
  self->folder = g_strdup (folder);
}

void
signet_batch_file_take_look (SignetBatchFile    *self,
                             SignetDocumentFile *file,
                             guint               n_pages,
                             SignetSigning      *signing,
                             GPtrArray          *checks,
                             const GError       *error)
{
  if (self->state == SIGNET_BATCH_SIGNED)
    return;
  g_set_object (&self->file, file);
  g_set_object (&self->signing, signing);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  self->checks = checks != NULL ? g_ptr_array_ref (checks) : NULL;
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->n_pages = n_pages;
  /* one that was tried with the password of another is asked for its own from the start */
  if (g_error_matches (error, SIGNET_DOCUMENT_ERROR, SIGNET_DOCUMENT_ERROR_WRONG_PASSWORD))
    g_clear_object (&self->file);
  update (self);
}

void
signet_batch_file_take_unlocked (SignetBatchFile    *self,
                                 SignetDocumentFile *file)
{
  g_set_object (&self->file, file);
  g_clear_object (&self->signing);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_error (&self->error);
  update (self);
}

/* one that was not reached, because the person stopped or the token went, is as it was */
static gboolean
was_not_reached (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SIGNET_TOKEN_ERROR;
}

void
signet_batch_file_take_outcome (SignetBatchFile *self,
                                const GError    *error,
                                gint64           time)
{
  g_clear_error (&self->error);
  if (error == NULL)
    {
      self->result = g_strdup (signet_signing_get_result_path (self->signing));
      self->signed_at = time;
      self->postponed = signet_signing_is_postponed (self->signing);
      signet_batch_file_set_state (self, SIGNET_BATCH_SIGNED);
      /* hundreds of open files are let go as they are done */
      g_clear_object (&self->signing);
      g_clear_object (&self->file);
      return;
    }
  if (was_not_reached (error))
    {
      update (self);
      return;
    }
  self->error = g_error_copy (error);
  self->state = SIGNET_BATCH_FAILED;
  tell (self);
}

void
signet_batch_file_forget (SignetBatchFile *self)
{
  g_clear_object (&self->file);
  g_clear_object (&self->signing);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_error (&self->error);
  self->state = SIGNET_BATCH_LOOKING;
  tell (self);
}

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static void
signet_batch_file_finalize (GObject *object)
{
  SignetBatchFile *self = SIGNET_BATCH_FILE (object);

  g_free (self->path);
  g_free (self->folder);
  g_free (self->result);
  g_clear_object (&self->file);
  g_clear_object (&self->signing);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (signet_batch_file_parent_class)->finalize (object);
}

static void
signet_batch_file_class_init (SignetBatchFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_batch_file_finalize;
  changed_signal = g_signal_new ("changed", SIGNET_TYPE_BATCH_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_batch_file_init (SignetBatchFile *self)
{
  self->looked = SIGNET_TIME_UNKNOWN;
  self->signed_at = SIGNET_TIME_UNKNOWN;
}

SignetBatchFile *
signet_batch_file_new (const char *path)
{
  SignetBatchFile *self = g_object_new (SIGNET_TYPE_BATCH_FILE, NULL);

  self->path = g_strdup (path);
  return self;
}
