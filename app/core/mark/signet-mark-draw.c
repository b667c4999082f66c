/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-draw.c: puts together what a mark shows and has it drawn. The library that draws brings cairo, pango and all their fonts with it, so it
 * is a file of its own, loaded with the first mark (docs/decisions/0050-drawing-is-loaded-when-needed.md). Any thread.
 */
#define G_LOG_DOMAIN "signet-mark-draw"

#include "config.h"

#include "signet-mark-draw.h"
#include "signet-mark-kept-private.h"

#include "../base/signet-library.h"
#include "../base/signet-paths.h"

/* For a program that gives no text of its own; faces have words for it */
#define PLAIN_TEXT    "{name}\n{date} {time}\n{reason}\n{location}"
#define PLAIN_HEADING "{name}"

static SignetMarkDrawFunction
load_module (GError **error)
{
  static const char *const names[] = { SIGNET_MARK_MODULE_SYMBOL, NULL };
  static union { SignetMarkDrawFunction draw; gpointer place; } function;
  static GMutex lock;
  static gboolean loaded;
  gboolean ok;

  g_mutex_lock (&lock);
  ok = loaded = loaded || signet_library_load (signet_paths_get_mark_module (), names, &function.place, error);
  g_mutex_unlock (&lock);
  return ok ? function.draw : NULL;
}

static gboolean
shows_text (const SignetVisibleMark *mark)
{
  return mark->show != SIGNET_MARK_SHOW_IMAGE;
}

/* A picture takes the place of the heading */
static const char *
find_heading (const SignetVisibleMark *mark)
{
  if (mark->show != SIGNET_MARK_SHOW_TEXT)
    return NULL;
  return mark->heading != NULL ? mark->heading : mark->text == NULL ? PLAIN_HEADING : NULL;
}

/**
 * signet_mark_draw:
 * @mark: what to show; its place is not looked at
 * @facts: for the placeholders
 * @width: in points
 * @height: in points
 * @opaque: draw without transparency
 * @shortened: (out) (optional): there was no room for all of the text, and an ellipsis stands for the rest
 * @error: TOO_SMALL, NO_FONT, IMAGE, IMAGE_TOO_LARGE, SPEC; FAILED in %SIGNET_BASE_ERROR when drawing is not installed
 *
 * Returns: (transfer full) (nullable): a PDF of one page
 */
GBytes *
signet_mark_draw (const SignetVisibleMark *mark, const SignetMarkFacts *facts, double width, double height, gboolean opaque,
                  gboolean *shortened, GError **error)
{
  SignetMarkPicture picture = { .width = width, .height = height, .opaque = opaque };
  const char *heading_template = find_heading (mark);
  g_autofree char *text = NULL;
  g_autofree char *heading = NULL;
  g_autoptr(GBytes) image = NULL;
  GBytes *drawing = NULL;
  SignetMarkDrawFunction draw = NULL;
  gboolean cut = FALSE;

  g_return_val_if_fail (mark != NULL && facts != NULL, NULL);

  if (shows_text (mark) && (text = signet_mark_expand (mark->text != NULL ? mark->text : PLAIN_TEXT, facts, error)) == NULL)
    return NULL;
  if (heading_template != NULL && (heading = signet_mark_expand (heading_template, facts, error)) == NULL)
    return NULL;
  if (mark->show != SIGNET_MARK_SHOW_TEXT && mark->image != NULL && (image = signet_mark_read_image (mark->image, error)) == NULL)
    return NULL;
  draw = load_module (error);
  if (draw == NULL)
    return NULL;
  picture.text = text;
  picture.heading = heading;
  picture.image = image;
  drawing = _signet_mark_draw_once (draw, &picture, &cut, error);
  if (shortened != NULL)
    *shortened = cut;
  return drawing;
}
