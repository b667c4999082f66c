/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-mark-kept.c: a mark is drawn once for the same inputs, and anew for any other; what is kept has a limit. */
#include "config.h"

#include "../../app/core/base/signet-base-error.h"
#include "../../app/core/mark/signet-mark-kept-private.h"

static guint n_drawn;

/* Says what it was asked for, so that an answer to another question is seen */
static GBytes *
draw (const SignetMarkPicture *picture, gboolean *shortened, GError **error)
{
  char *text = g_strdup_printf ("%.1f %.1f %s %s %u %d", picture->width, picture->height, picture->text, picture->heading,
                                picture->image != NULL ? (guint) g_bytes_get_size (picture->image) : 0, picture->opaque);

  n_drawn++;
  *shortened = picture->opaque; /* something to be seen again */
  if (g_strcmp0 (picture->text, "fails") != 0)
    return g_bytes_new_take (text, strlen (text));
  g_free (text);
  g_set_error_literal (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED, "as asked");
  return NULL;
}

static void
assert_draws (const SignetMarkPicture *picture, guint n)
{
  gboolean shortened = FALSE;
  g_autoptr(GBytes) fresh = draw (picture, &shortened, NULL);
  guint before = n_drawn;
  g_autoptr(GBytes) answer = _signet_mark_draw_once (draw, picture, &shortened, NULL);

  g_assert_cmpuint (n_drawn - before, ==, n);
  g_assert_true (g_bytes_equal (answer, fresh));
  g_assert_cmpint (shortened, ==, picture->opaque);
}

static void
test_once (void)
{
  g_autoptr(GBytes) image = g_bytes_new_static ("picture", 7);
  g_autoptr(GBytes) same_image = g_bytes_new ("picture", 7);
  g_autoptr(GBytes) other_image = g_bytes_new_static ("Picture!", 8);
  g_autofree char *text = g_strdup ("Wang Fang\n12:00");
  SignetMarkPicture first = { .width = 100, .height = 50, .text = text, .heading = "Wang Fang", .image = image };
  SignetMarkPicture same = first;

  assert_draws (&first, 1);
  assert_draws (&first, 0);
  same.text = "Wang Fang\n12:00";
  same.image = same_image;
  assert_draws (&same, 0);
  text[14] = '1'; /* a minute later, in memory that was looked at before */
  assert_draws (&first, 1);
  text[14] = '0';
  assert_draws (&first, 0);
  same.width = 101;
  assert_draws (&same, 1);
  same.height = 51;
  assert_draws (&same, 1);
  same.heading = NULL;
  assert_draws (&same, 1);
  same.image = other_image;
  assert_draws (&same, 1);
  same.opaque = TRUE;
  assert_draws (&same, 1);
  same.image = NULL;
  assert_draws (&same, 1);
  same.text = NULL;
  assert_draws (&same, 1);
  assert_draws (&same, 0);
}

static void
test_failure_is_not_kept (void)
{
  SignetMarkPicture picture = { .width = 100, .height = 50, .text = "fails" };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr(GError) error = NULL;
      gboolean shortened = FALSE;
      guint before = n_drawn;

      g_assert_null (_signet_mark_draw_once (draw, &picture, &shortened, &error));
      g_assert_error (error, SIGNET_BASE_ERROR, SIGNET_BASE_ERROR_FAILED);
      g_assert_cmpuint (n_drawn - before, ==, 1);
    }
}

static void
test_limits (void)
{
  SignetMarkPicture picture = { .width = 10, .height = 10, .text = "" };
  g_autoptr(GBytes) large = g_bytes_new_take (g_malloc0 (17 * 1024 * 1024), 17 * 1024 * 1024);

  for (picture.width = 10; picture.width < 15; picture.width++)
    assert_draws (&picture, 1);
  picture.width = 14;
  assert_draws (&picture, 0);
  picture.width = 10; /* the first of five is not kept any more */
  assert_draws (&picture, 1);
  picture.image = large; /* with one so large nothing else is kept, and it neither */
  assert_draws (&picture, 1);
  assert_draws (&picture, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mark/kept/once", test_once);
  g_test_add_func ("/mark/kept/failure", test_failure_is_not_kept);
  g_test_add_func ("/mark/kept/limits", test_limits);
  return g_test_run ();
}
