/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark.c: the description of a mark and its text form. What stands in it comes from a person or a script: each part has a limit and an
 * error that names it. Draws nothing, reads no file. Any thread.
 */
#define G_LOG_DOMAIN "signet-mark"

#include "config.h"

#include "signet-mark.h"

#include <math.h>
#include <string.h>

#define MAX_SPEC    8192
#define MAX_TEXT    1000 /* characters */
#define MAX_LINES   12
#define MAX_HEADING 100
#define MAX_PAGE    1000000
#define ROUNDING    0.02 /* points: what is lost when a length is written in hundredths of a millimetre */

G_DEFINE_QUARK (signet-mark-error-quark, signet_mark_error)

G_DEFINE_BOXED_TYPE (SignetVisibleMark, signet_mark, signet_mark_copy, signet_mark_free)

static const char *const show_names[] = { "text", "image", "both", NULL };
static const char *const corner_names[] = { "bottom-left", "bottom-right", "top-left", "top-right", NULL };

void
signet_mark_box_get_drawing_size (const SignetMarkBox *box, double *width, double *height)
{
  gboolean lies = box->turn == 90 || box->turn == 270;

  *width = lies ? box->height : box->width;
  *height = lies ? box->width : box->height;
}

SignetVisibleMark *
signet_mark_new (void)
{
  SignetVisibleMark *self = g_new0 (SignetVisibleMark, 1);

  self->page = -1;
  self->width = SIGNET_MARK_DEFAULT_WIDTH;
  self->height = SIGNET_MARK_DEFAULT_HEIGHT;
  return self;
}

SignetVisibleMark *
signet_mark_copy (const SignetVisibleMark *self)
{
  SignetVisibleMark *copy = g_memdup2 (self, sizeof *self);

  copy->text = g_strdup (self->text);
  copy->heading = g_strdup (self->heading);
  copy->image = g_strdup (self->image);
  copy->field = g_strdup (self->field);
  return copy;
}

void
signet_mark_free (SignetVisibleMark *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->heading);
  g_free (self->image);
  g_free (self->field);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (2, 3)
set_spec_error (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_SPEC, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* --- values ---------------------------------------------------------------------------------------------------------------- */

/* "20mm", "2cm", "0.5in", "56.7pt", "56.7" */
static gboolean
read_length (const char *key, const char *value, double least, double most, double *length, GError **error)
{
  static const struct { const char *name; double points; } units[] = { { "", 1 }, { "pt", 1 }, { "mm", 72 / 25.4 }, { "cm", 720 / 25.4 }, { "in", 72 } };
  char *end = NULL;
  double number = g_ascii_strtod (value, &end);

  /* plain decimals: no exponent, no hexadecimal, no "inf" */
  if (end == value || end != value + strspn (value, "+-.0123456789") || !isfinite (number))
    return set_spec_error (error, "%s=%s: not a length", key, value);
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (end, units[i].name))
      {
        *length = number * units[i].points;
        if (*length >= least - ROUNDING && *length <= most)
          return TRUE;
        return set_spec_error (error, "%s=%s: out of range", key, value);
      }
  return set_spec_error (error, "%s=%s: the unit is mm, cm, in or pt", key, value);
}

static gboolean
read_page (const char *value, int *page, GError **error)
{
  gint64 number = 0;

  if (g_str_equal (value, "last"))
    number = -1;
  else if (g_str_equal (value, "first"))
    number = 1;
  else if (!g_ascii_string_to_signed (value, 10, -MAX_PAGE, MAX_PAGE, &number, NULL) || number == 0)
    return set_spec_error (error, "page=%s: a number from 1, first, last, or -2 for the one before the last", value);
  *page = (int) number;
  return TRUE;
}

static gboolean
read_choice (const char *key, const char *value, const char *const *names, guint *choice, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], value))
      {
        *choice = i;
        return TRUE;
      }
  return set_spec_error (error, "%s=%s: not known", key, value);
}

static guint
count_lines (const char *text)
{
  guint n = 1;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static gboolean
read_text (const char *key, const char *value, glong most, guint lines, char **place, GError **error)
{
  if (!g_utf8_validate (value, -1, NULL))
    return set_spec_error (error, "%s: not UTF-8", key);
  if (g_utf8_strlen (value, -1) > most || count_lines (value) > lines)
    return set_spec_error (error, "%s: at most %ld characters on %u lines", key, most, lines);
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    if (*p != '\n' && g_unichar_iscntrl (g_utf8_get_char (p)))
      return set_spec_error (error, "%s: has a control character", key);
  g_free (*place);
  *place = g_strdup (value);
  return TRUE;
}

static gboolean
read_coordinate (SignetVisibleMark *self, const char *key, const char *value, double *place, GError **error)
{
  self->placed = TRUE;
  return read_length (key, value, -SIGNET_MARK_MOST_SIDE, SIGNET_MARK_MOST_SIDE, place, error);
}

/**
 * signet_mark_set:
 * @key: page, x, y, width, height, from, field, text, heading, image, show
 * @value: as in docs/cli.md, without escapes
 * @error: %SIGNET_MARK_ERROR_SPEC
 */
gboolean
signet_mark_set (SignetVisibleMark *self, const char *key, const char *value, GError **error)
{
  guint choice = 0;

  if (g_str_equal (key, "page"))
    return read_page (value, &self->page, error);
  if (g_str_equal (key, "x"))
    return read_coordinate (self, key, value, &self->x, error);
  if (g_str_equal (key, "y"))
    return read_coordinate (self, key, value, &self->y, error);
  if (g_str_equal (key, "width"))
    return read_length (key, value, SIGNET_MARK_LEAST_SIDE, SIGNET_MARK_MOST_SIDE, &self->width, error);
  if (g_str_equal (key, "height"))
    return read_length (key, value, SIGNET_MARK_LEAST_SIDE, SIGNET_MARK_MOST_SIDE, &self->height, error);
  if (g_str_equal (key, "text"))
    return read_text (key, value, MAX_TEXT, MAX_LINES, &self->text, error);
  if (g_str_equal (key, "heading"))
    return read_text (key, value, MAX_HEADING, 2, &self->heading, error);
  if (g_str_equal (key, "field"))
    return *value != '\0' ? read_text (key, value, MAX_TEXT, 1, &self->field, error) : set_spec_error (error, "field: a name is missing");
  if (g_str_equal (key, "image"))
    {
      g_free (self->image);
      self->image = g_strdup (value);
      return *value != '\0' || set_spec_error (error, "image: a file is missing");
    }
  if (g_str_equal (key, "from") || g_str_equal (key, "show"))
    {
      gboolean is_corner = g_str_equal (key, "from");

      if (!read_choice (key, value, is_corner ? corner_names : show_names, &choice, error))
        return FALSE;
      if (is_corner)
        self->corner = (SignetMarkCorner) choice;
      else
        self->show = (SignetMarkShow) choice;
      return TRUE;
    }
  return set_spec_error (error, "%.40s: not known", key);
}

/* --- the whole description --------------------------------------------------------------------------------------------------- */

/* Up to the next comma that has no backslash before it; "\n" is a new line, a backslash before anything else stands for that. */
static char *
take_part (const char **spec)
{
  GString *part = g_string_new (NULL);
  const char *p = *spec;

  for (; *p != '\0' && *p != ','; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        g_string_append_c (part, *++p == 'n' ? '\n' : *p);
      else
        g_string_append_c (part, *p);
    }
  *spec = *p == ',' ? p + 1 : p;
  return g_string_free (part, FALSE);
}

typedef struct { gboolean show, text, image, heading; } Given;

static gboolean
add_part (SignetVisibleMark **self, char *part, gboolean first, Given *given, GError **error)
{
  char *equals = strchr (part, '=');

  if (equals == NULL || g_str_has_prefix (part, "template="))
    {
      const char *name = equals == NULL ? part : equals + 1;
      SignetVisibleMark *template = NULL;

      if (!first)
        return set_spec_error (error, "%.40s: a template comes first", part);
      template = g_str_equal (name, "default") ? signet_mark_new () : signet_mark_template_load (name, error);
      if (template == NULL)
        return FALSE;
      signet_mark_free (*self);
      *self = template;
      return TRUE;
    }
  *equals = '\0';
  given->show |= g_str_equal (part, "show");
  given->text |= g_str_equal (part, "text") || g_str_equal (part, "heading");
  given->image |= g_str_equal (part, "image");
  return signet_mark_set (*self, part, equals + 1, error);
}

static gboolean
check_whole (const SignetVisibleMark *self, GError **error)
{
  if (self->show != SIGNET_MARK_SHOW_TEXT && self->image == NULL)
    return set_spec_error (error, "show=%s: an image is missing", show_names[self->show]);
  return TRUE;
}

/**
 * signet_mark_parse:
 * @spec: (type utf8): "page=last,x=20mm,y=20mm,text=Seen by {name}", a template's name, or both with the name first
 * @error: %SIGNET_MARK_ERROR_SPEC; what loading a template may end with
 *
 * Returns: (transfer full) (nullable): the mark
 */
SignetVisibleMark *
signet_mark_parse (const char *spec, GError **error)
{
  g_autoptr(SignetVisibleMark) self = signet_mark_new ();
  Given given = { FALSE };

  g_return_val_if_fail (spec != NULL, NULL);

  if (strlen (spec) > MAX_SPEC || *spec == '\0')
    {
      set_spec_error (error, *spec == '\0' ? "nothing is said" : "longer than %d bytes", MAX_SPEC);
      return NULL;
    }
  for (gboolean first = TRUE; *spec != '\0'; first = FALSE)
    {
      g_autofree char *part = take_part (&spec);

      if (!add_part (&self, part, first, &given, error))
        return NULL;
    }
  if (!given.show && (given.text || given.image))
    self->show = !given.image && self->image == NULL ? SIGNET_MARK_SHOW_TEXT
                 : given.text                        ? SIGNET_MARK_SHOW_BOTH
                 : given.image && self->show == SIGNET_MARK_SHOW_TEXT ? SIGNET_MARK_SHOW_IMAGE
                                                                      : self->show;
  return check_whole (self, error) ? g_steal_pointer (&self) : NULL;
}

static void
append_text (GString *spec, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (spec, ",%s=", key);
  for (; *value != '\0'; value++)
    {
      if (*value == ',' || *value == '\\')
        g_string_append_c (spec, '\\');
      if (*value == '\n')
        g_string_append (spec, "\\n");
      else
        g_string_append_c (spec, *value);
    }
}

/* Hundredths of a millimetre: what a person may read and type again */
static void
append_length (GString *spec, const char *key, double points)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.2f", points * 25.4 / 72);
  g_string_append_printf (spec, ",%s=%smm", key, number);
}

/**
 * signet_mark_to_spec:
 *
 * Returns: (transfer full): a description that signet_mark_parse() reads back
 */
char *
signet_mark_to_spec (const SignetVisibleMark *self)
{
  GString *spec = g_string_new (NULL);

  g_string_append_printf (spec, "show=%s", show_names[self->show]);
  if (self->page == 1 || self->page == -1)
    g_string_append_printf (spec, ",page=%s", self->page == 1 ? "first" : "last");
  else
    g_string_append_printf (spec, ",page=%d", self->page);
  if (self->placed)
    {
      g_string_append_printf (spec, ",from=%s", corner_names[self->corner]);
      append_length (spec, "x", self->x);
      append_length (spec, "y", self->y);
    }
  append_length (spec, "width", self->width);
  append_length (spec, "height", self->height);
  append_text (spec, "field", self->field);
  append_text (spec, "heading", self->heading);
  append_text (spec, "text", self->text);
  append_text (spec, "image", self->image);
  return g_string_free (spec, FALSE);
}
