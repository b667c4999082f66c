/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-choice.c: keeps one visible mark, has it placed and drawn whenever it changes, and tells when it has come to rest: a mark that is being
 * pushed about is not checked at each step. Main thread; the work is in signet-mark-work.c.
 */
#define G_LOG_DOMAIN "signet-mark-choice"

#include "config.h"

#include "signet-mark-choice.h"
#include "signet-mark-work.h"

#define REST 350 /* ms after the last push */

struct _SignetMarkChoice {
  GObject parent_instance;

  SignetDocumentFile *file;     /* (owned) (nullable) */
  SignetDocumentPdf  *pdf;      /* (owned) (nullable) */
  SignetSigning      *drawer;   /* (owned) (nullable): draws; never signs */
  SignetTokenKey     *key;      /* (owned) (nullable) */
  SignetClock        *clock;    /* (owned) (nullable) */
  SignetVisibleMark  *mark;     /* (owned) (nullable) */
  char               *reason;   /* (owned) (nullable) */
  char               *location; /* (owned) (nullable) */
  gboolean            cover;
  gboolean            many;     /* one mark for many files: the document is only where it is seen just now */
  gboolean            in_fields;
  SignetMarkBox       box;
  gboolean            placed;   /* @box is known */
  GdkTexture         *picture;  /* (owned) (nullable) */
  gboolean            drawing;  /* @drawer is a thread's */
  gboolean            again;    /* something changed meanwhile */
  guint               rest;     /* source */
};

G_DEFINE_FINAL_TYPE (SignetMarkChoice, signet_mark_choice, G_TYPE_OBJECT)

enum { CHANGED, DRAWN, N_SIGNALS };
static guint signals[N_SIGNALS];

SignetMarkChoice *
signet_mark_choice_new (void)
{
  return g_object_new (SIGNET_TYPE_MARK_CHOICE, NULL);
}

SignetMarkChoice *
signet_mark_choice_new_for_many (void)
{
  SignetMarkChoice *self = signet_mark_choice_new ();

  self->many = TRUE;
  return self;
}

gboolean
signet_mark_choice_is_for_many (SignetMarkChoice *self)
{
  return self->many;
}

static void draw (SignetMarkChoice *self);

static void
on_drawn_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(SignetMarkChoice) self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetMarkDrawing) drawing = signet_mark_draw_finish (SIGNET_SIGNING (source), result, &error);

  /* another document by now */
  if (SIGNET_SIGNING (source) != self->drawer)
    return;
  self->drawing = FALSE;
  if (self->again)
    {
      draw (self);
      return;
    }
  if (error != NULL)
    g_debug ("the mark is not drawn: %s", error->message);
  self->placed = drawing != NULL || (self->placed && self->mark != NULL && self->mark->placed);
  g_clear_object (&self->picture);
  if (drawing != NULL)
    {
      self->box = drawing->box;
      self->picture = g_steal_pointer (&drawing->picture);
    }
  g_signal_emit (self, signals[DRAWN], 0);
}

/* of this file nothing can be shown */
static gboolean
has_no_field (SignetMarkChoice *self)
{
  return self->in_fields && self->mark != NULL && self->mark->field == NULL;
}

static void
draw (SignetMarkChoice *self)
{
  self->again = self->drawing;
  if (self->drawing || self->mark == NULL || self->drawer == NULL || has_no_field (self))
    return;
  signet_signing_set_key (self->drawer, self->key);
  if (self->clock != NULL)
    signet_signing_set_seams (self->drawer, NULL, self->clock, NULL);
  signet_mark_choice_apply (self, self->drawer);
  self->drawing = TRUE;
  signet_mark_draw_async (self->drawer, on_drawn_cb, g_object_ref (self));
}

static gboolean
on_rest_cb (gpointer data)
{
  SignetMarkChoice *self = data;

  self->rest = 0;
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
change (SignetMarkChoice *self,
        gboolean          at_once)
{
  g_clear_handle_id (&self->rest, g_source_remove);
  draw (self);
  if (at_once)
    g_signal_emit (self, signals[CHANGED], 0);
  else
    self->rest = g_timeout_add (REST, on_rest_cb, self);
}

/* --- what it is about ------------------------------------------------------------------------------------------------- */

void
signet_mark_choice_set_document (SignetMarkChoice   *self,
                                 SignetOpenDocument *document)
{
  g_clear_handle_id (&self->rest, g_source_remove);
  g_clear_object (&self->drawer);
  g_clear_object (&self->file);
  g_clear_object (&self->pdf);
  g_clear_object (&self->picture);
  g_clear_pointer (&self->mark, signet_mark_free);
  self->drawing = self->again = self->placed = self->cover = FALSE;
  if (document != NULL && document->pdf != NULL)
    {
      self->file = g_object_ref (document->file);
      self->pdf = g_object_ref (document->pdf);
      self->drawer = signet_signing_new (document->file, NULL);
    }
  g_signal_emit (self, signals[DRAWN], 0);
}

/* which field it is differs from file to file */
static void
find_field (SignetMarkChoice *self)
{
  g_auto(GStrv) fields = self->in_fields && self->pdf != NULL ? signet_document_pdf_dup_empty_fields (self->pdf) : NULL;

  if (!self->many || self->mark == NULL)
    return;
  g_free (self->mark->field);
  self->mark->field = fields != NULL ? g_strdup (fields[0]) : NULL;
}

void
signet_mark_choice_show_on (SignetMarkChoice   *self,
                            SignetDocumentFile *file,
                            SignetDocumentPdf  *pdf)
{
  g_set_object (&self->file, file);
  g_set_object (&self->pdf, pdf);
  g_clear_object (&self->drawer);
  g_clear_object (&self->picture);
  self->drawing = self->again = self->placed = FALSE;
  if (pdf != NULL)
    self->drawer = signet_signing_new (file, NULL);
  find_field (self);
  g_signal_emit (self, signals[DRAWN], 0);
  draw (self);
}

void
signet_mark_choice_set_in_fields (SignetMarkChoice *self,
                                  gboolean          in_fields)
{
  if (self->in_fields == in_fields)
    return;
  self->in_fields = in_fields;
  find_field (self);
  change (self, TRUE);
}

gboolean
signet_mark_choice_is_in_fields (SignetMarkChoice *self)
{
  return self->in_fields;
}

SignetDocumentPdf *
signet_mark_choice_get_pdf (SignetMarkChoice *self)
{
  return self->pdf;
}

void
signet_mark_choice_set_key (SignetMarkChoice *self,
                            SignetTokenKey   *key,
                            SignetClock      *clock)
{
  g_set_object (&self->clock, clock);
  if (g_set_object (&self->key, key))
    draw (self);
}

void
signet_mark_choice_set_texts (SignetMarkChoice *self,
                              const char       *reason,
                              const char       *location)
{
  if (g_strcmp0 (reason, self->reason) == 0 && g_strcmp0 (location, self->location) == 0)
    return;
  g_free (self->reason);
  g_free (self->location);
  self->reason = g_strdup (reason);
  self->location = g_strdup (location);
  change (self, FALSE);
}

/* --- the mark --------------------------------------------------------------------------------------------------------- */

const SignetVisibleMark *
signet_mark_choice_get_mark (SignetMarkChoice *self)
{
  return self->mark;
}

void
signet_mark_choice_take_mark (SignetMarkChoice  *self,
                              SignetVisibleMark *mark)
{
  g_clear_pointer (&self->mark, signet_mark_free);
  self->mark = mark;
  self->cover = FALSE;
  self->placed = FALSE;
  find_field (self);
  if (mark == NULL)
    {
      g_clear_object (&self->picture);
      g_signal_emit (self, signals[DRAWN], 0);
    }
  change (self, TRUE);
}

gboolean
signet_mark_choice_get_cover (SignetMarkChoice *self)
{
  return self->cover;
}

void
signet_mark_choice_set_cover (SignetMarkChoice *self,
                              gboolean          cover)
{
  if (self->cover == cover)
    return;
  self->cover = cover;
  change (self, TRUE);
}

gboolean
signet_mark_choice_get_box (SignetMarkChoice *self,
                            SignetMarkBox    *box)
{
  if (self->mark == NULL || !self->placed)
    return FALSE;
  *box = self->box;
  return TRUE;
}

/* On the last page of one it stands on the last of all: for many files, a page that was counted from the end still is. */
static int
number_page (SignetMarkChoice *self,
             guint             page)
{
  int n_pages = self->pdf != NULL ? (int) signet_document_pdf_get_n_pages (self->pdf) : 0;

  return self->many && self->mark->page < 0 && n_pages > 0 ? (int) page - n_pages : (int) page + 1;
}

void
signet_mark_choice_move (SignetMarkChoice    *self,
                         const SignetMarkBox *box)
{
  if (self->mark == NULL || self->mark->field != NULL)
    return;
  self->box = *box;
  self->mark->placed = TRUE;
  self->mark->corner = SIGNET_MARK_TOP_LEFT;
  self->mark->page = number_page (self, box->page);
  self->mark->x = box->left;
  self->mark->y = box->top;
  self->mark->width = box->width;
  self->mark->height = box->height;
  change (self, FALSE);
  g_signal_emit (self, signals[DRAWN], 0);
}

GdkTexture *
signet_mark_choice_get_picture (SignetMarkChoice *self)
{
  return self->picture;
}

static const char *
or_null (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

void
signet_mark_choice_apply (SignetMarkChoice *self,
                          SignetSigning    *signing)
{
  gboolean says = self->mark != NULL && self->mark->show != SIGNET_MARK_SHOW_IMAGE; /* what is asked for nowhere is not signed */

  signet_signing_set_pdf (signing, says ? or_null (self->reason) : NULL, says ? or_null (self->location) : NULL, NULL, 0);
  signet_signing_set_mark (signing, self->mark, self->cover);
}

SignetMarkPlan *
signet_mark_choice_dup_plan (SignetMarkChoice *self)
{
  gboolean says = self->mark != NULL && self->mark->show != SIGNET_MARK_SHOW_IMAGE;

  if (self->mark == NULL)
    return NULL;
  return signet_mark_plan_new (self->mark, says ? or_null (self->reason) : NULL, says ? or_null (self->location) : NULL, self->in_fields);
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

static void
signet_mark_choice_finalize (GObject *object)
{
  SignetMarkChoice *self = SIGNET_MARK_CHOICE (object);

  g_clear_handle_id (&self->rest, g_source_remove);
  g_clear_object (&self->drawer);
  g_clear_object (&self->file);
  g_clear_object (&self->pdf);
  g_clear_object (&self->key);
  g_clear_object (&self->clock);
  g_clear_object (&self->picture);
  g_clear_pointer (&self->mark, signet_mark_free);
  g_free (self->reason);
  g_free (self->location);
  G_OBJECT_CLASS (signet_mark_choice_parent_class)->finalize (object);
}

static void
signet_mark_choice_class_init (SignetMarkChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_mark_choice_finalize;
  signals[CHANGED] = g_signal_new ("changed", SIGNET_TYPE_MARK_CHOICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DRAWN] = g_signal_new ("drawn", SIGNET_TYPE_MARK_CHOICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
signet_mark_choice_init (SignetMarkChoice *self)
{
}
