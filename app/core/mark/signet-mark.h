/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark.h: the visible mark of a signature: what it shows and where it stands, as a value; its text form SPEC (docs/cli.md). */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define SIGNET_MARK_ERROR (signet_mark_error_quark ())

/**
 * SignetMarkError:
 * @SIGNET_MARK_ERROR_SPEC: a description that is not understood; the message names what
 * @SIGNET_MARK_ERROR_IMAGE: not a PNG or JPEG picture, damaged, or of a kind not handled (CMYK)
 * @SIGNET_MARK_ERROR_IMAGE_TOO_LARGE: more bytes or pixels than a mark needs
 * @SIGNET_MARK_ERROR_TOO_SMALL: the text would be smaller than anybody can read
 * @SIGNET_MARK_ERROR_NO_FONT: no font of this computer has the characters
 * @SIGNET_MARK_ERROR_NO_PAGE: the document has no such page
 * @SIGNET_MARK_ERROR_OFF_PAGE: it would reach beyond the page
 * @SIGNET_MARK_ERROR_NO_PLACE: the page has no free place of this size
 * @SIGNET_MARK_ERROR_NO_AREA: the signature field takes no place on a page
 */
typedef enum {
  SIGNET_MARK_ERROR_SPEC,
  SIGNET_MARK_ERROR_IMAGE,
  SIGNET_MARK_ERROR_IMAGE_TOO_LARGE,
  SIGNET_MARK_ERROR_TOO_SMALL,
  SIGNET_MARK_ERROR_NO_FONT,
  SIGNET_MARK_ERROR_NO_PAGE,
  SIGNET_MARK_ERROR_OFF_PAGE,
  SIGNET_MARK_ERROR_NO_PLACE,
  SIGNET_MARK_ERROR_NO_AREA,
} SignetMarkError;
GQuark signet_mark_error_quark (void);

typedef enum { SIGNET_MARK_SHOW_TEXT, SIGNET_MARK_SHOW_IMAGE, SIGNET_MARK_SHOW_BOTH } SignetMarkShow;
typedef enum { SIGNET_MARK_BOTTOM_LEFT, SIGNET_MARK_BOTTOM_RIGHT, SIGNET_MARK_TOP_LEFT, SIGNET_MARK_TOP_RIGHT } SignetMarkCorner;

#define SIGNET_MARK_DEFAULT_WIDTH  (70 * 72 / 25.4)
#define SIGNET_MARK_DEFAULT_HEIGHT (25 * 72 / 25.4)
#define SIGNET_MARK_LEAST_SIDE     12.0   /* points: one line that can be read, with its margin */
#define SIGNET_MARK_MOST_SIDE      14400.0
#define SIGNET_MARK_MOST_NAME      64     /* characters of a template's name */

/* Lengths in points (1/72 inch) on the page as it is shown. */
typedef struct {
  SignetMarkShow   show;
  char            *text;    /* (nullable): lines with {placeholders}; NULL: the usual ones */
  char            *heading; /* (nullable): in large letters beside the text; NULL: the usual one if @text is NULL, else none */
  char            *image;   /* (nullable): path of a PNG or JPEG file */
  int              page;    /* 1 the first, -1 the last, -2 the one before … */
  gboolean         placed;  /* else: the next free place of the page */
  SignetMarkCorner corner;  /* @x and @y are from this corner of the page to the same corner of the mark */
  double           x, y, width, height;
  char            *field;   /* (nullable): in this existing signature field, whose place it takes */
} SignetVisibleMark;

/* A place on a page as it is shown: turned and cropped. Points, from its upper left corner; @page counts from 0. @turn: degrees by which what stands
   there is turned clockwise (0, 90, 180, 270), as some signature fields want it. */
typedef struct { guint page; double left, top, width, height; guint turn; } SignetMarkBox;
/* Of the drawing that, turned, fills @box */
void        signet_mark_box_get_drawing_size (const SignetMarkBox *box, double *width, double *height);

#define SIGNET_TYPE_MARK (signet_mark_get_type ())
GType       signet_mark_get_type (void);
SignetVisibleMark *signet_mark_new      (void); /* the usual text on the next free place of the last page */
SignetVisibleMark *signet_mark_copy     (const SignetVisibleMark *self);
void        signet_mark_free     (SignetVisibleMark *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetVisibleMark, signet_mark_free)

/* One "key=value" of the description. */
gboolean    signet_mark_set      (SignetVisibleMark *self, const char *key, const char *value, GError **error);
/* A whole description; also the name of a saved template alone, and "default". */
SignetVisibleMark *signet_mark_parse    (const char *spec, GError **error);
char       *signet_mark_to_spec  (const SignetVisibleMark *self);

/* --- templates: a mark under a name, in the person's configuration folder ------------------------------------------------- */

gboolean    signet_mark_template_is_name (const char *name);
char      **signet_mark_template_list    (GError **error);                    /* (transfer full): names, sorted */
SignetVisibleMark *signet_mark_template_load    (const char *name, GError **error);  /* NOT_FOUND in SIGNET_BASE_ERROR */
/* With a copy of its picture, so that it stays what it was. EXISTS unless @overwrite. */
gboolean    signet_mark_template_save    (const char *name, const SignetVisibleMark *mark, gboolean overwrite, GError **error);
gboolean    signet_mark_template_remove  (const char *name, GError **error);

G_END_DECLS
