/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-signing-batch.c: many documents, one signer. While the token signs one document the next ones are read and hashed and the last ones
 * checked; the signed files get their names in the order of the documents, those that are ready together with one wait for the folder and
 * the journal. The calling thread does that and tells; some workers do the rest. Nothing is told before it is on the disk.
 */
#define G_LOG_DOMAIN "signet-signing-batch"

#include "config.h"

#include "signet-signing-private.h"

#define MAX_WORKERS 8
#define MAX_AHEAD   16 /* documents begun before the oldest of them is told: each holds an open file */
#define GROUP       8  /* documents that are worth a wait for the disk */
#define GROUP_WAIT  (20 * G_TIME_SPAN_MILLISECOND) /* for them to be ready; nobody notices it */

/* One document. Its worker's alone until it is ready. */
typedef struct {
  SignetSigningAct *act;    /* (nullable) */
  GError           *error;  /* (nullable) */
  gboolean          passed; /* no longer wants the key */
  gboolean          ready;  /* made or failed */
} Item;

typedef struct {
  GPtrArray    *signings;
  SignetSigner *signer;
  GCancellable *cancellable; /* (nullable) */
  guint         width;       /* signatures at a time */
  GMutex        lock;        /* for what follows */
  GCond         changed;
  Item         *items;
  guint         next;        /* the first not begun */
  guint         told;
  guint         n_signing;
  GError       *end;         /* (nullable): why no more are begun */
} Batch;

/* --- the workers ---------------------------------------------------------------------------------------------------------- */

static gboolean
ends_the_run (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SIGNET_TOKEN_ERROR;
}

/* Called with the lock held. */
static gboolean
is_over (Batch *self)
{
  if (self->end == NULL)
    g_cancellable_set_error_if_cancelled (self->cancellable, &self->end);
  return self->end != NULL || self->next >= self->signings->len;
}

static gboolean
take_next (Batch *self, guint *index)
{
  gboolean taken = FALSE;

  g_mutex_lock (&self->lock);
  while (!is_over (self) && self->next >= self->told + MAX_AHEAD)
    g_cond_wait (&self->changed, &self->lock);
  taken = !is_over (self);
  if (taken)
    *index = self->next++;
  g_mutex_unlock (&self->lock);
  return taken;
}

/* Called with the lock held. A person who is asked at each signature is asked in the order of the documents. */
static gboolean
may_sign (Batch *self, guint index)
{
  if (self->n_signing >= self->width)
    return FALSE;
  for (guint i = self->told; self->width == 1 && i < index; i++)
    if (!self->items[i].passed)
      return FALSE;
  return TRUE;
}

/* Waits for a turn at the key; FALSE: the run is over. */
static gboolean
enter (Batch *self, guint index, GError **error)
{
  gboolean entered = FALSE;

  g_mutex_lock (&self->lock);
  is_over (self);
  while (self->end == NULL && !may_sign (self, index))
    {
      g_cond_wait (&self->changed, &self->lock);
      is_over (self);
    }
  entered = self->end == NULL;
  if (entered)
    self->n_signing++;
  else
    g_propagate_error (error, g_error_copy (self->end));
  g_mutex_unlock (&self->lock);
  return entered;
}

static void
leave (Batch *self, guint index, const GError *error)
{
  g_mutex_lock (&self->lock);
  self->n_signing--;
  self->items[index].passed = TRUE;
  if (error != NULL && self->end == NULL && ends_the_run (error))
    self->end = g_error_copy (error);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
make (Batch *self, guint index, GError **error)
{
  Item *item = &self->items[index];
  gboolean signed_it = FALSE;

  item->act = _signet_signing_act_new (g_ptr_array_index (self->signings, index), self->signer, NULL, self->cancellable);
  if (!_signet_signing_act_prepare (item->act, error) || !enter (self, index, error))
    return FALSE;
  _signet_signing_name_document (g_ptr_array_index (self->signings, index), self->signer, index + 1, self->signings->len);
  signed_it = _signet_signing_act_sign (item->act, error);
  leave (self, index, signed_it ? NULL : *error);
  return signed_it && _signet_signing_act_complete (item->act, error);
}

static gpointer
work (gpointer data)
{
  Batch *self = data;
  guint index = 0;

  while (take_next (self, &index))
    {
      Item *item = &self->items[index];
      GError *error = NULL;

      if (!make (self, index, &error))
        g_clear_pointer (&item->act, _signet_signing_act_free);
      g_mutex_lock (&self->lock);
      item->error = error;
      item->passed = TRUE;
      item->ready = TRUE;
      if (error != NULL && self->end == NULL && ends_the_run (error))
        self->end = g_error_copy (error);
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
    }
  return NULL;
}

/* --- the calling thread --------------------------------------------------------------------------------------------------- */

/* Called with the lock held: how many from the oldest untold one on are ready. */
static guint
count_ready (Batch *self)
{
  guint n = 0;

  while (self->told + n < self->signings->len && self->items[self->told + n].ready)
    n++;
  return n;
}

/* At least one; 0: the rest was never begun. A few more are waited for a moment: they share one wait for the disk. */
static guint
wait_for_ready (Batch *self)
{
  gint64 end = 0;
  guint n = 0;

  g_mutex_lock (&self->lock);
  while (!self->items[self->told].ready && !(is_over (self) && self->told >= self->next))
    g_cond_wait (&self->changed, &self->lock);
  end = g_get_monotonic_time () + GROUP_WAIT;
  while ((n = count_ready (self)) > 0 && n < GROUP && self->told + n < self->next
         && g_cond_wait_until (&self->changed, &self->lock, end))
    ;
  g_mutex_unlock (&self->lock);
  return n;
}

static void
publish (Batch *self, guint n)
{
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) signet_journal_entry_free);
  SignetSigning *first = g_ptr_array_index (self->signings, self->told);

  for (guint i = self->told; i < self->told + n; i++)
    {
      Item *item = &self->items[i];

      if (item->act == NULL || !_signet_signing_act_publish (item->act, TRUE, &item->error))
        continue;
      g_ptr_array_add (outputs, _signet_signing_act_get_output (item->act));
      g_ptr_array_add (entries, _signet_signing_act_describe (item->act));
    }
  _signet_signing_keep (outputs, first->journal, entries);
}

/* @error: what became of it, or what ended the run before it was begun. */
static void
tell (Batch *self, const GError *error, SignetInteraction *interaction, SignetSigningTold told, gpointer data)
{
  guint index = self->told;

  told (index, error, data);
  signet_interaction_progress (interaction, "signing", (double) (index + 1) / self->signings->len);
  g_clear_pointer (&self->items[index].act, _signet_signing_act_free);
  g_mutex_lock (&self->lock);
  self->told++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
finish_in_order (Batch *self, SignetInteraction *interaction, SignetSigningTold told, gpointer data)
{
  while (self->told < self->signings->len)
    {
      guint n = wait_for_ready (self);

      publish (self, n);
      for (guint i = 0; i < n; i++)
        tell (self, self->items[self->told].error, interaction, told, data);
      if (n == 0)
        tell (self, self->end, interaction, told, data);
    }
}

static void
on_cancelled_cb (GCancellable *cancellable, Batch *self)
{
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
run (Batch *self, SignetInteraction *interaction, SignetSigningTold told, gpointer data)
{
  GThread *workers[MAX_WORKERS];
  guint n_workers = MIN (MIN (self->width + 1, MAX_WORKERS), self->signings->len);
  gulong handler = self->cancellable != NULL ? g_cancellable_connect (self->cancellable, G_CALLBACK (on_cancelled_cb), self, NULL) : 0;

  for (guint i = 0; i < n_workers; i++)
    workers[i] = g_thread_new ("signet-batch", work, self);
  finish_in_order (self, interaction, told, data);
  for (guint i = 0; i < n_workers; i++)
    g_thread_join (workers[i]);
  g_cancellable_disconnect (self->cancellable, handler);
}

/* Alone, a document has its own thread and its own steps of progress. */
static gboolean
run_one (SignetSigning *signing, SignetSigner *signer, SignetInteraction *interaction, SignetSigningTold told, gpointer data,
         GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  gboolean done = signet_signing_run (signing, signer, interaction, cancellable, &error);

  told (0, error, data);
  return done;
}

/**
 * signet_signing_run_batch:
 * @signings: (element-type SignetSigning): one act each, all with the signer's certificate and one journal; in nobody else's hands meanwhile
 * @signer: logged in
 * @interaction: (nullable): told of progress
 * @told: called on this thread, once for each document and in their order
 *
 * What concerns one document alone (it changed, its output exists) fails that document. A cancelled run or a failing token ends the run: what
 * was signed is finished and told, what was not is told with that error. Blocks; worker threads only.
 *
 * Returns: whether all were signed
 */
gboolean
signet_signing_run_batch (GPtrArray *signings, SignetSigner *signer, SignetInteraction *interaction, SignetSigningTold told, gpointer data,
                          GCancellable *cancellable)
{
  Batch self = { .signings = signings, .signer = signer, .cancellable = cancellable };
  gboolean done = TRUE;

  g_return_val_if_fail (signings != NULL && SIGNET_IS_SIGNER (signer) && told != NULL, FALSE);

  if (signings->len == 0)
    return TRUE;
  if (signings->len == 1)
    return run_one (g_ptr_array_index (signings, 0), signer, interaction, told, data, cancellable);
  signet_token_signer_announce (signer, signings->len, cancellable, &self.end);
  self.width = signet_signer_expect (signer, signings->len);
  self.items = g_new0 (Item, signings->len);
  g_mutex_init (&self.lock);
  g_cond_init (&self.changed);
  run (&self, interaction, told, data);
  for (guint i = 0; i < signings->len; i++)
    {
      done &= self.items[i].ready && self.items[i].error == NULL;
      g_clear_error (&self.items[i].error);
    }
  g_clear_error (&self.end);
  g_mutex_clear (&self.lock);
  g_cond_clear (&self.changed);
  g_free (self.items);
  return done;
}
