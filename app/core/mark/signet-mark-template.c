/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-mark-template.c: marks under a name: NAME.mark (a key file, its keys are those of a description) and, when it has a picture, NAME.image beside
 * it, in the folder "marks" of the person's configuration. Written whole or not at all. Any thread.
 */
#define G_LOG_DOMAIN "signet-mark-template"

#include "config.h"

#include "signet-mark-draw.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../base/signet-base-error.h"
#include "../base/signet-output-file.h"
#include "../base/signet-paths.h"

#define GROUP       "Mark"
#define ENDING      ".mark"
#define IMAGE       ".image"
#define MAX_FILE    65536
#define MAX_MARKS   500

/* The order of the keys in the file. "image" is true; which file is said by the name. */
static const char *const keys[] = { "show", "page", "from", "x", "y", "width", "height", "field", "heading", "text", NULL };

/**
 * signet_mark_template_is_name:
 *
 * Returns: whether @name can be a template's: not hidden, no separator of folders or of a description, nothing invisible, not "default"
 */
gboolean
signet_mark_template_is_name (const char *name)
{
  if (*name == '\0' || *name == '.' || g_str_equal (name, "default") || !g_utf8_validate (name, -1, NULL)
      || g_utf8_strlen (name, -1) > SIGNET_MARK_MOST_NAME || strpbrk (name, "/,=\\") != NULL || g_ascii_isspace (*name))
    return FALSE;
  for (; *name != '\0'; name = g_utf8_next_char (name))
    if (!g_unichar_isprint (g_utf8_get_char (name)))
      return FALSE;
  return TRUE;
}

static char *
dup_path (const char *name, const char *ending)
{
  g_autofree char *file = g_strconcat (name, ending, NULL);

  return g_build_filename (signet_paths_get_mark_dir (), file, NULL);
}

static gboolean
check_name (const char *name, GError **error)
{
  if (signet_mark_template_is_name (name))
    return TRUE;
  g_set_error (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_SPEC, "a template cannot have this name");
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

/**
 * signet_mark_template_list:
 *
 * Returns: (transfer full) (nullable): the names, NULL-terminated; none when there is no folder
 */
char **
signet_mark_template_list (GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) folder = g_dir_open (signet_paths_get_mark_dir (), 0, NULL);
  const char *file;

  while (folder != NULL && names->len < MAX_MARKS && (file = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *name = g_str_has_suffix (file, ENDING) ? g_strndup (file, strlen (file) - strlen (ENDING)) : NULL;

      if (name != NULL && signet_mark_template_is_name (name))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* --- reading ----------------------------------------------------------------------------------------------------------------- */

static GKeyFile *
read_key_file (const char *path, GError **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_autoptr(GMappedFile) map = g_mapped_file_new (path, FALSE, NULL);

  if (map == NULL)
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_NOT_FOUND, "no mark is saved under this name");
      return NULL;
    }
  if (g_mapped_file_get_length (map) > MAX_FILE || g_mapped_file_get_length (map) == 0
      || !g_key_file_load_from_data (file, g_mapped_file_get_contents (map), g_mapped_file_get_length (map), G_KEY_FILE_NONE, NULL)
      || !g_key_file_has_group (file, GROUP))
    {
      g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_SPEC, "the saved mark is damaged");
      return NULL;
    }
  return g_steal_pointer (&file);
}

static gboolean
read_keys (SignetVisibleMark *mark, GKeyFile *file, GError **error)
{
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_string (file, GROUP, keys[i], NULL);

      if (value != NULL && !signet_mark_set (mark, keys[i], value, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * signet_mark_template_load:
 * @error: NOT_FOUND in %SIGNET_BASE_ERROR; %SIGNET_MARK_ERROR_SPEC when it is damaged
 *
 * Returns: (transfer full) (nullable): the mark
 */
SignetVisibleMark *
signet_mark_template_load (const char *name, GError **error)
{
  g_autoptr(SignetVisibleMark) mark = signet_mark_new ();
  g_autofree char *path = NULL;
  g_autoptr(GKeyFile) file = NULL;

  if (!check_name (name, error))
    return NULL;
  path = dup_path (name, ENDING);
  file = read_key_file (path, error);
  if (file == NULL || !read_keys (mark, file, error))
    return NULL;
  if (g_key_file_get_boolean (file, GROUP, "image", NULL))
    mark->image = dup_path (name, IMAGE);
  else if (mark->show != SIGNET_MARK_SHOW_TEXT)
    {
      g_set_error_literal (error, SIGNET_MARK_ERROR, SIGNET_MARK_ERROR_SPEC, "the saved mark is damaged");
      return NULL;
    }
  return g_steal_pointer (&mark);
}

/* --- writing ----------------------------------------------------------------------------------------------------------------- */

static gboolean
write_whole (const char *path, gconstpointer data, gsize length, gboolean overwrite, GError **error)
{
  g_autoptr(SignetOutputFile) output = signet_output_file_open (path, overwrite, error);

  return output != NULL && signet_output_file_write (output, data, length, error) && signet_output_file_commit (output, error);
}

/* Goes through the text form, so that file and description never differ */
static char *
to_key_file (const SignetVisibleMark *mark, gsize *length)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  static const char *const corners[] = { "bottom-left", "bottom-right", "top-left", "top-right" };
  static const char *const shows[] = { "text", "image", "both" };
  const struct { const char *key; double value; gboolean there; } lengths[] = {
    { "x", mark->x, mark->placed }, { "y", mark->y, mark->placed }, { "width", mark->width, TRUE }, { "height", mark->height, TRUE },
  };
  const struct { const char *key; const char *value; } texts[] = { { "field", mark->field }, { "heading", mark->heading }, { "text", mark->text } };

  g_key_file_set_string (file, GROUP, "show", shows[mark->show]);
  g_key_file_set_integer (file, GROUP, "page", mark->page);
  if (mark->placed)
    g_key_file_set_string (file, GROUP, "from", corners[mark->corner]);
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    if (lengths[i].there)
      {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_autofree char *value = g_strdup_printf ("%smm", g_ascii_formatd (number, sizeof number, "%.2f", lengths[i].value * 25.4 / 72));

        g_key_file_set_string (file, GROUP, lengths[i].key, value);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].value != NULL)
      g_key_file_set_string (file, GROUP, texts[i].key, texts[i].value);
  g_key_file_set_boolean (file, GROUP, "image", mark->image != NULL);
  return g_key_file_to_data (file, length, NULL);
}

static gboolean
save_image (const char *name, const SignetVisibleMark *mark, GError **error)
{
  g_autofree char *path = dup_path (name, IMAGE);
  g_autoptr(GBytes) image = NULL;

  if (mark->image == NULL)
    return TRUE;
  image = signet_mark_read_image (mark->image, error);
  return image != NULL && write_whole (path, g_bytes_get_data (image, NULL), g_bytes_get_size (image), TRUE, error);
}

/**
 * signet_mark_template_save:
 * @overwrite: replace the one that is there
 * @error: EXISTS, CANNOT_WRITE in %SIGNET_BASE_ERROR; what reading its picture may end with
 */
gboolean
signet_mark_template_save (const char *name, const SignetVisibleMark *mark, gboolean overwrite, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *data = NULL;
  gsize length = 0;

  if (!check_name (name, error))
    return FALSE;
  path = dup_path (name, ENDING);
  if (!overwrite && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_EXISTS, "a mark is saved under this name already");
      return FALSE;
    }
  if (g_mkdir_with_parents (signet_paths_get_mark_dir (), 0700) != 0)
    return signet_base_error_set_errno (error, errno, "making a folder");
  data = to_key_file (mark, &length);
  return save_image (name, mark, error) && write_whole (path, data, length, overwrite, error);
}

gboolean
signet_mark_template_remove (const char *name, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *image = NULL;

  if (!check_name (name, error))
    return FALSE;
  path = dup_path (name, ENDING);
  image = dup_path (name, IMAGE);
  if (unlink (path) != 0)
    return signet_base_error_set_errno (error, errno, "removing a mark");
  unlink (image);
  return TRUE;
}
