/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-kept.c: keeps the last drawings with everything they were made from: text with its placeholders filled, picture, size. A batch draws
 * the same mark for each document in the pre-flight and again in the act; it is the same as long as the minute it shows. Any thread.
 */
#define G_LOG_DOMAIN "signet-mark-kept"

#include "config.h"

#include "signet-mark-kept-private.h"

#define MOST_KEPT  4
#define MOST_BYTES ((gsize) 16 * 1024 * 1024) /* drawings and pictures together */

typedef struct {
  SignetMarkPicture picture; /* strings and picture are ours */
  GBytes           *drawing;
  gboolean          shortened;
} Kept;

static GMutex lock;
static GQueue kept = G_QUEUE_INIT; /* under @lock; the newest first */

static void
kept_free (Kept *self)
{
  g_free ((char *) self->picture.text);
  g_free ((char *) self->picture.heading);
  g_clear_pointer (&self->picture.image, g_bytes_unref);
  g_bytes_unref (self->drawing);
  g_free (self);
}

static Kept *
kept_new (const SignetMarkPicture *picture, GBytes *drawing, gboolean shortened)
{
  Kept *self = g_new0 (Kept, 1);

  self->picture = *picture;
  self->picture.text = g_strdup (picture->text);
  self->picture.heading = g_strdup (picture->heading);
  self->picture.image = picture->image != NULL ? g_bytes_ref (picture->image) : NULL;
  self->drawing = g_bytes_ref (drawing);
  self->shortened = shortened;
  return self;
}

static gsize
size_of (const Kept *self)
{
  return g_bytes_get_size (self->drawing) + (self->picture.image != NULL ? g_bytes_get_size (self->picture.image) : 0);
}

static gboolean
same_image (GBytes *a, GBytes *b)
{
  return a == b || (a != NULL && b != NULL && g_bytes_equal (a, b));
}

static gboolean
is_same (const SignetMarkPicture *a, const SignetMarkPicture *b)
{
  return !(a->width < b->width || a->width > b->width || a->height < b->height || a->height > b->height) && !a->opaque == !b->opaque
         && g_strcmp0 (a->text, b->text) == 0 && g_strcmp0 (a->heading, b->heading) == 0 && same_image (a->image, b->image);
}

static GList *
find (const SignetMarkPicture *picture)
{
  GList *link = kept.head;

  while (link != NULL && !is_same (&((Kept *) link->data)->picture, picture))
    link = link->next;
  return link;
}

static void
keep (const SignetMarkPicture *picture, GBytes *drawing, gboolean shortened)
{
  gsize total = 0;
  guint n = 0;

  g_queue_push_head (&kept, kept_new (picture, drawing, shortened));
  for (GList *link = kept.head; link != NULL; n++)
    {
      GList *next = link->next;

      total += size_of (link->data);
      if (n >= MOST_KEPT || total > MOST_BYTES)
        {
          kept_free (link->data);
          g_queue_delete_link (&kept, link);
        }
      link = next;
    }
}

GBytes *
_signet_mark_draw_once (SignetMarkDrawFunction draw, const SignetMarkPicture *picture, gboolean *shortened, GError **error)
{
  GBytes *drawing = NULL;
  GList *found = NULL;

  g_mutex_lock (&lock);
  found = find (picture);
  if (found != NULL)
    {
      g_queue_unlink (&kept, found);
      g_queue_push_head_link (&kept, found);
      drawing = g_bytes_ref (((Kept *) found->data)->drawing);
      *shortened = ((Kept *) found->data)->shortened;
    }
  else
    {
      *shortened = FALSE;
      drawing = draw (picture, shortened, error);
      if (drawing != NULL)
        keep (picture, drawing, *shortened);
    }
  g_mutex_unlock (&lock);
  return drawing;
}
