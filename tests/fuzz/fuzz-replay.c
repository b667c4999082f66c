/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz-replay.c: the main of a fuzz target in an ordinary build: gives it each seed, and each seed cut short and with one byte
 * changed at places spread over it, so that the known shapes of bad input are tried wherever the tests run. Not a fuzzer.
 * Single-threaded. Usage: fuzz-NAME FILE-OR-FOLDER…
 */
#include "config.h"

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

#define N_VARIATIONS 16
#define MAX_VARIED_SIZE (256 * 1024)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The input in memory of its own, exactly as long as it is: the sanitizer sees a read past its end. */
static void
try_input (const guint8 *data,
           gsize         size,
           gsize         changed)
{
  g_autofree guint8 *copy = g_memdup2 (data, MAX (size, 1));

  if (changed < size)
    copy[changed] ^= 0x41;
  LLVMFuzzerTestOneInput (copy, size);
}

static void
try_variations (const guint8 *data,
                gsize         size)
{
  for (gsize i = 0; i < N_VARIATIONS; i++)
    {
      gsize place = size * i / N_VARIATIONS;

      try_input (data, place, G_MAXSIZE);
      try_input (data, size, place);
    }
}

static guint
replay_file (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    {
      g_printerr ("%s\n", error->message);
      exit (1);
    }
  try_input ((const guint8 *) data, size, G_MAXSIZE);
  if (size > 0 && size <= MAX_VARIED_SIZE)
    try_variations ((const guint8 *) data, size);
  return 1;
}

static guint
replay (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  if (folder == NULL)
    return replay_file (path);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      n += replay (child);
    }
  return n;
}

int
main (int    argc,
      char **argv)
{
  guint n = 0;

  for (int i = 1; i < argc; i++)
    n += replay (argv[i]);
  g_print ("%u seeds replayed\n", n);
  return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
