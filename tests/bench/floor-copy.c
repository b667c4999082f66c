/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floor-copy.c: copies a file with copy_file_range in one thread while another hashes it with SHA-256 in windows of 256 kB: the least
 * that signing a large file into a new one costs on two cores. With "sync", the copy is on the disk at the end, as a signed file is: how long that takes
 * depends on the disk and on what others write to it, and without it the copy is a promise. Usage: floor-copy IN OUT [sync]
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#define WINDOW (256 * 1024)
#define STEP   ((off_t) 8 * 1024 * 1024)

static int input, output;
static off_t size;
static bool syncs;

static void
die (const char *what)
{
  perror (what);
  exit (74);
}

static void *
copy (void *unused)
{
  off_t from = 0;

  while (from < size)
    {
      off_t begun = from;
      ssize_t n = copy_file_range (input, &from, output, NULL, size - from < STEP ? size - from : STEP, 0);

      if (n <= 0)
        die ("copy_file_range");
      if (syncs) /* the disk begins while there is still something to copy */
        sync_file_range (output, begun, n, SYNC_FILE_RANGE_WRITE);
    }
  return NULL;
}

static void
hash (unsigned char *digest)
{
  static unsigned char window[WINDOW];
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  ssize_t n;

  EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
  for (off_t at = 0; (n = pread (input, window, sizeof window, at)) > 0; at += n)
    EVP_DigestUpdate (context, window, n);
  if (n < 0)
    die ("pread");
  EVP_DigestFinal_ex (context, digest, NULL);
  EVP_MD_CTX_free (context);
}

int
main (int    argc,
      char **argv)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  struct stat status;
  pthread_t thread;

  if (argc != 3 && (argc != 4 || strcmp (argv[3], "sync") != 0))
    return 64;
  syncs = argc == 4;
  input = open (argv[1], O_RDONLY | O_CLOEXEC);
  output = open (argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (input < 0 || output < 0 || fstat (input, &status) != 0)
    die (argv[1]);
  size = status.st_size;
  if (pthread_create (&thread, NULL, copy, NULL) != 0)
    die ("pthread_create");
  hash (digest);
  pthread_join (thread, NULL);
  if (syncs && fdatasync (output) != 0)
    die ("fdatasync");
  printf ("%02x%02x%02x%02x\n", digest[0], digest[1], digest[2], digest[3]);
  return EXIT_SUCCESS;
}
