/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-batch.c: hands copies of what is chosen to a thread that opens and checks, file after file, and lists of acts to one that signs. Each tells
 * the main thread of one file at a time. What an older choice still finds out is thrown away. Main thread, except the functions named *_in_thread and
 * what they call.
 */
#define G_LOG_DOMAIN "signet-batch"

#include "config.h"

#include <string.h>
#include <sys/resource.h>

#include <glib/gi18n.h>

#include "signet-batch.h"
#include "signet-sign-later.h"

struct _SignetBatch {
  GObject parent_instance;

  SignetDesktop  *desktop;  /* (owned) */
  GPtrArray      *files;    /* (owned) (element-type SignetBatchFile) */
  SignetTokenKey *key;      /* (owned) (nullable) */
  char           *format;   /* (nullable) */
  char           *level;
  gboolean        or_later; /* signed without a time-stamp when none is to be had */
  SignetMarkPlan *plan;     /* (owned) (nullable): the visible mark of all */
  GCancellable   *looking;  /* (owned) (nullable): the look that counts */
  GCancellable   *running;  /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (SignetBatch, signet_batch, G_TYPE_OBJECT)

enum { CHANGED, FILES_CHANGED, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

GPtrArray *
signet_batch_get_files (SignetBatch *self)
{
  return self->files;
}

SignetTokenKey *
signet_batch_get_key (SignetBatch *self)
{
  return self->key;
}

gboolean
signet_batch_is_looking (SignetBatch *self)
{
  return self->looking != NULL;
}

gboolean
signet_batch_is_running (SignetBatch *self)
{
  return self->running != NULL;
}

guint
signet_batch_count (SignetBatch      *self,
                    SignetBatchState  state)
{
  guint n = 0;

  for (guint i = 0; i < self->files->len; i++)
    if (signet_batch_file_get_state (g_ptr_array_index (self->files, i)) == state)
      n++;
  return n;
}

static void
tell_changed (SignetBatch *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- looking ------------------------------------------------------------------------------------------------------------- */

/* One file on its way through the thread. */
typedef struct {
  SignetBatchFile    *owner;   /* (owned): not touched there */
  char               *path;
  char               *folder;  /* (nullable) */
  SignetDocumentFile *file;    /* (owned) (nullable): opened before */
  guint               n_pages;
  SignetSigning      *signing; /* (owned) (nullable) */
  gboolean            unmarked; /* nothing of it can show the mark of all */
  SignetSigningCheck *told;    /* (owned) (nullable): what concerns the mark on this one */
  GPtrArray          *checks;  /* (owned) (nullable) */
  GError             *error;   /* (owned) (nullable) */
} Item;

/* What all of them share. */
typedef struct {
  SignetBatch         *batch;   /* (owned): not touched there */
  GPtrArray           *items;   /* (owned) */
  SignetSignChoice    *choice;  /* (owned) */
  SignetMarkPlan      *plan;    /* (owned) (nullable) */
  SignetSigning       *first;   /* (owned) (nullable): what it found out of the certificate serves all */
  GCancellable        *cancellable;
} Look;

/* One that was looked at, on its way back. */
typedef struct {
  SignetBatch  *batch;       /* (owned) */
  Item         *item;        /* (owned) */
  GCancellable *cancellable; /* (owned): of the look it is from */
} Found;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_object_unref (item->owner);
  g_free (item->path);
  g_free (item->folder);
  g_clear_object (&item->file);
  g_clear_object (&item->signing);
  g_clear_pointer (&item->told, signet_signing_check_free);
  g_clear_pointer (&item->checks, g_ptr_array_unref);
  g_clear_error (&item->error);
  g_free (item);
}

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->batch);
  g_ptr_array_unref (look->items);
  signet_sign_choice_free (look->choice);
  g_clear_pointer (&look->plan, signet_mark_plan_free);
  g_clear_object (&look->first);
  g_object_unref (look->cancellable);
  g_free (look);
}

static Item *
item_new (SignetBatchFile *file)
{
  Item *item = g_new0 (Item, 1);

  item->owner = g_object_ref (file);
  item->path = g_strdup (signet_batch_file_get_path (file));
  item->folder = g_strdup (signet_batch_file_get_folder (file));
  if (signet_batch_file_get_file (file) != NULL)
    item->file = g_object_ref (signet_batch_file_get_file (file));
  return item;
}

/* (transfer full) (nullable): what is wrong with it the checks tell */
static SignetDocumentPdf *
open_pdf (Item *item)
{
  SignetDocumentPdf *pdf = NULL;

  if (signet_document_file_get_format (item->file) == SIGNET_FORMAT_PDF)
    pdf = signet_document_pdf_open (item->file, NULL, NULL);
  item->n_pages = pdf != NULL ? signet_document_pdf_get_n_pages (pdf) : 0;
  return pdf;
}

static void
choose_mark (Look              *look,
             Item              *item,
             SignetDocumentPdf *pdf)
{
  gboolean shows = pdf != NULL && g_str_equal (signet_signing_get_format (item->signing), "pades");

  item->unmarked = look->plan != NULL && !shows;
  if (look->plan != NULL && shows)
    item->told = signet_mark_plan_apply (look->plan, item->signing, pdf);
}

static void
check (Look *look,
       Item *item)
{
  item->checks = signet_signing_preflight (item->signing, look->cancellable, &item->error);
  if (item->checks != NULL && item->told != NULL)
    g_ptr_array_insert (item->checks, 0, g_steal_pointer (&item->told));
}

static guint
count_signatures (SignetDocumentFile *file)
{
  g_autoptr(GPtrArray) signatures = signet_document_find_signatures (file, NULL, NULL, NULL);
  guint n = 0;

  for (guint i = 0; signatures != NULL && i < signatures->len; i++)
    n += strchr (signet_document_signature_get_id (g_ptr_array_index (signatures, i)), '.') == NULL;
  return n;
}

/* a signature file that is signed again: what it is about, and which is countersigned where only one can be meant */
static void
choose_signature (Item *item)
{
  g_autoptr(SignetDocumentFile) content = signet_sign_open_content (item->file);

  if (signet_document_file_get_format (item->file) != SIGNET_FORMAT_CMS)
    return;
  signet_signing_set_cades (item->signing, content, "1");
  if (!g_str_equal (signet_signing_get_format (item->signing), "cades-counter") || count_signatures (item->file) < 2)
    return;
  item->told = g_new0 (SignetSigningCheck, 1);
  item->told->code = g_strdup ("signed-file");
  item->told->state = SIGNET_CHECK_STOP;
  item->told->detail = g_strdup ("which-signature");
}

static void
look_at (Look *look,
         Item *item)
{
  g_autoptr(SignetDocumentPdf) pdf = NULL;

  if (item->file == NULL)
    item->file = signet_document_file_open (item->path, &item->error);
  if (item->file == NULL)
    return;
  pdf = open_pdf (item);
  item->signing = signet_sign_choice_new_signing (look->choice, item->file);
  choose_signature (item);
  choose_mark (look, item, pdf);
  if (item->folder != NULL)
    signet_signing_set_output_folder (item->signing, item->folder, FALSE);
  if (look->first != NULL)
    signet_signing_share_findings (item->signing, look->first);
  else
    look->first = g_object_ref (item->signing);
  if (signet_sign_choice_has_key (look->choice))
    check (look, item);
}

static void
found_free (gpointer data)
{
  Found *found = data;

  g_object_unref (found->batch);
  item_free (found->item);
  g_object_unref (found->cancellable);
  g_free (found);
}

static gboolean
take_found (gpointer data)
{
  Found *found = data;
  Item *item = found->item;

  if (found->batch->looking != found->cancellable)
    return G_SOURCE_REMOVE;
  signet_batch_file_set_unmarked (item->owner, item->unmarked);
  signet_batch_file_take_look (item->owner, item->file, item->n_pages, item->signing, item->checks, item->error);
  tell_changed (found->batch);
  return G_SOURCE_REMOVE;
}

/* @item: taken */
static void
send_found (Look *look,
            Item *item)
{
  Found *found = g_new0 (Found, 1);

  found->batch = g_object_ref (look->batch);
  found->item = item;
  found->cancellable = g_object_ref (look->cancellable);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, take_found, found, found_free);
}

static void
look_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Look *look = data;

  while (look->items->len > 0 && !g_cancellable_is_cancelled (look->cancellable))
    {
      Item *item = g_ptr_array_steal_index (look->items, 0);

      look_at (look, item);
      send_found (look, item);
    }
  g_task_return_boolean (task, TRUE);
}

static void
on_looked_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  SignetBatch *self = SIGNET_BATCH (source);
  Look *look = g_task_get_task_data (G_TASK (result));

  /* a newer one has taken its place */
  if (self->looking != look->cancellable)
    return;
  g_clear_object (&self->looking);
  tell_changed (self);
}

/* Each document stays open from the first look at it to the end of its signing, with what is written beside it. */
static void
make_room (guint n_files)
{
  struct rlimit limit;
  rlim_t wanted = (rlim_t) n_files * 2 + 512;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = MIN (wanted, limit.rlim_max);
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
wants_look (SignetBatchFile *file,
            gboolean         again)
{
  SignetBatchState state = signet_batch_file_get_state (file);

  if (state == SIGNET_BATCH_SIGNED || state == SIGNET_BATCH_FAILED)
    return FALSE;
  return again || (signet_batch_file_get_checks (file) == NULL && signet_batch_file_get_error (file) == NULL);
}

/* @again: also those that were looked at already: what is chosen is another thing than before */
static void
look (SignetBatch *self,
      gboolean     again)
{
  g_autoptr(GTask) task = NULL;
  Look *look = NULL;

  if (signet_batch_is_running (self))
    return;
  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  self->looking = g_cancellable_new ();
  make_room (self->files->len);
  look = g_new0 (Look, 1);
  look->batch = g_object_ref (self);
  look->items = g_ptr_array_new_with_free_func (item_free);
  look->choice = signet_sign_choice_new (self->desktop, self->key, self->format, self->level);
  signet_sign_choice_set_or_later (look->choice, self->or_later);
  look->plan = signet_mark_plan_copy (self->plan);
  look->cancellable = g_object_ref (self->looking);
  for (guint i = 0; i < self->files->len; i++)
    if (wants_look (g_ptr_array_index (self->files, i), again))
      g_ptr_array_add (look->items, item_new (g_ptr_array_index (self->files, i)));
  task = g_task_new (self, NULL, on_looked_cb, NULL);
  g_task_set_task_data (task, look, look_free);
  g_task_run_in_thread (task, look_in_thread);
  tell_changed (self);
}

/* --- what is chosen ------------------------------------------------------------------------------------------------------ */

static gboolean
has_path (SignetBatch *self,
          const char  *path)
{
  for (guint i = 0; i < self->files->len; i++)
    if (g_str_equal (signet_batch_file_get_path (g_ptr_array_index (self->files, i)), path))
      return TRUE;
  return FALSE;
}

guint
signet_batch_add (SignetBatch *self,
                  GPtrArray   *files)
{
  guint n = 0;

  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *path = g_file_get_path (g_ptr_array_index (files, i));

      if (path == NULL || has_path (self, path))
        continue;
      g_ptr_array_add (self->files, signet_batch_file_new (path));
      n++;
    }
  if (n > 0)
    {
      g_signal_emit (self, signals[FILES_CHANGED], 0);
      look (self, FALSE);
    }
  return n;
}

void
signet_batch_choose (SignetBatch    *self,
                     SignetTokenKey *key,
                     const char     *format,
                     const char     *level)
{
  gboolean other = g_set_object (&self->key, key);

  other |= g_strcmp0 (self->format, format) != 0 || g_strcmp0 (self->level, level) != 0;
  if (!other)
    return;
  g_free (self->format);
  self->format = g_strdup (format);
  g_free (self->level);
  self->level = g_strdup (level);
  /* what was agreed to of another level was not agreed to of this one */
  self->or_later = FALSE;
  look (self, TRUE);
}

void
signet_batch_set_or_later (SignetBatch *self,
                           gboolean     or_later)
{
  if (self->or_later == or_later)
    return;
  self->or_later = or_later;
  look (self, TRUE);
}

void
signet_batch_set_mark (SignetBatch          *self,
                       const SignetMarkPlan *plan)
{
  if (plan == NULL && self->plan == NULL)
    return;
  g_clear_pointer (&self->plan, signet_mark_plan_free);
  self->plan = signet_mark_plan_copy (plan);
  look (self, TRUE);
}

void
signet_batch_take_unlocked (SignetBatch        *self,
                            SignetBatchFile    *file,
                            SignetDocumentFile *unlocked)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      SignetBatchFile *other = g_ptr_array_index (self->files, i);

      if (other == file)
        signet_batch_file_take_unlocked (other, unlocked);
      else if (signet_batch_file_get_state (other) == SIGNET_BATCH_LOCKED && signet_batch_file_get_file (other) != NULL)
        {
          signet_document_file_try_password_of (signet_batch_file_get_file (other), unlocked);
          signet_batch_file_take_unlocked (other, signet_batch_file_get_file (other));
        }
    }
  look (self, FALSE);
}

void
signet_batch_retry (SignetBatch     *self,
                    SignetBatchFile *file,
                    const char      *folder)
{
  if (folder != NULL)
    signet_batch_file_set_folder (file, folder);
  signet_batch_file_forget (file);
  look (self, FALSE);
}

/* --- signing ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  SignetBatch       *batch;       /* (owned): not touched on the thread */
  GPtrArray         *files;       /* (owned) (element-type SignetBatchFile): not touched on the thread */
  GPtrArray         *signings;    /* (owned) (element-type SignetSigning) */
  SignetInteraction *interaction; /* (owned) */
  GCancellable      *cancellable; /* (owned) */
  char              *documents;   /* "12 documents" */
  GError            *end;         /* (owned) (nullable): what ended it before its time */
} Run;

/* One that was told of, on its way to the main thread. */
typedef struct {
  SignetBatch     *batch; /* (owned) */
  SignetBatchFile *file;  /* (owned) */
  SignetBatchFile *next;  /* (owned) (nullable): its turn now */
  GError          *error; /* (owned) (nullable) */
  gboolean         unstamped; /* nothing but a time-stamp could not be had */
} Told;

static void
run_free (gpointer data)
{
  Run *run = data;

  g_object_unref (run->batch);
  g_ptr_array_unref (run->files);
  g_ptr_array_unref (run->signings);
  g_object_unref (run->interaction);
  g_object_unref (run->cancellable);
  g_free (run->documents);
  g_clear_error (&run->end);
  g_free (run);
}

static void
told_free (gpointer data)
{
  Told *told = data;

  g_object_unref (told->batch);
  g_object_unref (told->file);
  g_clear_object (&told->next);
  g_clear_error (&told->error);
  g_free (told);
}

static gboolean
take_told (gpointer data)
{
  Told *told = data;

  if (told->unstamped)
    signet_batch_file_set_state (told->file, SIGNET_BATCH_READY);
  else
    signet_batch_file_take_outcome (told->file, told->error, g_get_real_time () / G_USEC_PER_SEC);
  if (told->next != NULL && signet_batch_file_get_state (told->next) == SIGNET_BATCH_WAITING)
    signet_batch_file_set_state (told->next, SIGNET_BATCH_SIGNING);
  tell_changed (told->batch);
  return G_SOURCE_REMOVE;
}

static gboolean
ends_run (const GError *error)
{
  return error != NULL && (error->domain == SIGNET_TOKEN_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

static void
on_told_in_thread (guint         index,
                   const GError *error,
                   gpointer      data)
{
  Run *run = data;
  Told *told = g_new0 (Told, 1);

  told->batch = g_object_ref (run->batch);
  told->file = g_object_ref (g_ptr_array_index (run->files, index));
  if (index + 1 < run->files->len)
    told->next = g_object_ref (g_ptr_array_index (run->files, index + 1));
  told->error = error != NULL ? g_error_copy (error) : NULL;
  told->unstamped = error != NULL && signet_sign_later_is_possible (g_ptr_array_index (run->signings, index), error);
  if (run->end == NULL && (told->unstamped || ends_run (error)))
    run->end = g_error_copy (error);
  /* where none of the servers gives a time-stamp now, the next document would wait for all of them again */
  if (told->unstamped)
    g_cancellable_cancel (run->cancellable);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, take_told, told, told_free);
}

static void
run_in_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Run *run = data;
  GError *error = NULL;

  if (signet_signing_run_batch_with_token (run->signings, run->documents, run->interaction, on_told_in_thread, run, cancellable, &error))
    error = g_steal_pointer (&run->end);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* no login, and so nothing was told of any */
static void
put_back (Run *run)
{
  for (guint i = 0; i < run->files->len; i++)
    {
      SignetBatchFile *file = g_ptr_array_index (run->files, i);
      SignetBatchState state = signet_batch_file_get_state (file);

      if (state == SIGNET_BATCH_WAITING || state == SIGNET_BATCH_SIGNING)
        signet_batch_file_set_state (file, SIGNET_BATCH_READY);
    }
}

static void
on_run_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  SignetBatch *self = SIGNET_BATCH (source);
  g_autoptr(GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  put_back (g_task_get_task_data (G_TASK (result)));
  g_clear_object (&self->running);
  signet_desktop_tell_changed (self->desktop);
  tell_changed (self);
  g_signal_emit (self, signals[ENDED], 0, error);
}

static void
collect_ready (SignetBatch *self,
               Run         *run)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      SignetBatchFile *file = g_ptr_array_index (self->files, i);

      if (signet_batch_file_get_state (file) != SIGNET_BATCH_READY || signet_batch_file_get_signing (file) == NULL)
        continue;
      g_ptr_array_add (run->files, g_object_ref (file));
      g_ptr_array_add (run->signings, g_object_ref (signet_batch_file_get_signing (file)));
      signet_batch_file_set_state (file, SIGNET_BATCH_WAITING);
    }
}

void
signet_batch_run (SignetBatch       *self,
                  SignetInteraction *interaction)
{
  g_autoptr(GTask) task = NULL;
  Run *run = NULL;
  guint n = signet_batch_count (self, SIGNET_BATCH_READY);

  if (n == 0 || signet_batch_is_running (self) || signet_batch_is_looking (self))
    return;
  run = g_new0 (Run, 1);
  run->batch = g_object_ref (self);
  run->files = g_ptr_array_new_with_free_func (g_object_unref);
  run->signings = g_ptr_array_new_with_free_func (g_object_unref);
  run->interaction = g_object_ref (interaction);
  /* translators: so many documents will be signed with one PIN */
  run->documents = g_strdup_printf (ngettext ("%u document", "%u documents", n), n);
  self->running = g_cancellable_new ();
  run->cancellable = g_object_ref (self->running);
  collect_ready (self, run);
  task = g_task_new (self, self->running, on_run_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, run, run_free);
  g_task_run_in_thread (task, run_in_thread);
  tell_changed (self);
}

void
signet_batch_stop (SignetBatch *self)
{
  g_cancellable_cancel (self->running);
}

/* --- life ---------------------------------------------------------------------------------------------------------------- */

static void
signet_batch_finalize (GObject *object)
{
  SignetBatch *self = SIGNET_BATCH (object);

  g_cancellable_cancel (self->looking);
  g_cancellable_cancel (self->running);
  g_clear_object (&self->looking);
  g_clear_object (&self->running);
  g_clear_object (&self->desktop);
  g_clear_object (&self->key);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_free (self->format);
  g_free (self->level);
  g_clear_pointer (&self->plan, signet_mark_plan_free);
  G_OBJECT_CLASS (signet_batch_parent_class)->finalize (object);
}

static void
signet_batch_class_init (SignetBatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_batch_finalize;
  signals[CHANGED] = g_signal_new ("changed", SIGNET_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FILES_CHANGED] = g_signal_new ("files-changed", SIGNET_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", SIGNET_TYPE_BATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
signet_batch_init (SignetBatch *self)
{
  self->files = g_ptr_array_new_with_free_func (g_object_unref);
  self->level = g_strdup ("b");
}

SignetBatch *
signet_batch_new (SignetDesktop *desktop)
{
  SignetBatch *self = g_object_new (SIGNET_TYPE_BATCH, NULL);

  self->desktop = g_object_ref (desktop);
  return self;
}
