/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-run.c: runs two commands in turn, A B B A A B…, and prints what each cost: median and range of the wall time, peak resident
 * memory of the largest process, and the median of the ratios of neighbouring runs. Interleaved, because a shared machine drifts.
 * A folder that is to be empty is emptied by putting what is in it aside: a file system that was just told to delete hundreds of files looks
 * longer for a place for each new one (ext4 leaves out what was deleted in the last seconds), which nobody who signs has done.
 * With --documents, also how much more processor time A took than B for each of so many: user and system, of all processes of the act. That
 * does not depend on how busy the disk and other people are, as the wall time does.
 * Single-threaded. Usage: bench-run [--rounds N] [--remove FILE]… [--empty FOLDER] [--aim-ratio R] [--aim-rss MB] [--documents N]
 * [--aim-cpu MS] NAME -- A… -- B…
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 1000
#define MAX_REMOVE 8

typedef struct { double seconds; double processor; double megabytes; } Cost;

typedef struct {
  const char *name;
  int         rounds;
  const char *remove[MAX_REMOVE];
  int         n_remove;
  const char *empty;     /* (nullable): a folder */
  double      aim_ratio; /* 0: none */
  double      aim_rss;   /* MB, of A; 0: none */
  int         documents; /* 0: processor time is not looked at */
  double      aim_cpu;   /* milliseconds a document; 0: none */
  char      **a;
  char      **b;
} Options;

static void
die (const char *what)
{
  fprintf (stderr, "bench-run: %s: %s\n", what, strerror (errno));
  exit (70);
}

static void
usage (void)
{
  fprintf (stderr, "usage: bench-run [--rounds N] [--remove FILE]… [--empty FOLDER] [--aim-ratio R] [--aim-rss MB] [--documents N] [--aim-cpu MS] NAME -- A… -- B…\n");
  exit (64);
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static double
seconds_of (struct timeval time)
{
  return (double) time.tv_sec + (double) time.tv_usec / 1e6;
}

/* Only the first run is heard: what it has to say would be said every time. */
static void
run_child (char   **command,
           bool     heard)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (null < 0 || dup2 (null, STDIN_FILENO) < 0 || dup2 (null, STDOUT_FILENO) < 0 || (!heard && dup2 (null, STDERR_FILENO) < 0))
    _exit (126);
  execvp (command[0], command);
  fprintf (stderr, "bench-run: %s: %s\n", command[0], strerror (errno));
  _exit (127);
}

/* Beside @path: what it held before each run, to be deleted by whoever made the folder both are in. */
static void
empty_folder (const char *path)
{
  static int run = 0;
  char aside[PATH_MAX];

  snprintf (aside, sizeof aside, "%s.aside-%d-%d", path, (int) getpid (), run++);
  if (rename (path, aside) != 0 || mkdir (path, 0777) != 0)
    die (path);
}

static Cost
run (const Options *options,
     char         **command,
     bool           heard)
{
  struct rusage usage;
  Cost cost;
  double start;
  int status;
  pid_t pid;

  for (int i = 0; i < options->n_remove; i++)
    if (unlink (options->remove[i]) != 0 && errno != ENOENT)
      die (options->remove[i]);
  if (options->empty != NULL)
    empty_folder (options->empty);
  start = now ();
  pid = vfork ();
  if (pid == 0)
    run_child (command, heard);
  if (pid < 0 || wait4 (pid, &status, 0, &usage) != pid)
    die ("wait4");
  cost.seconds = now () - start;
  cost.processor = seconds_of (usage.ru_utime) + seconds_of (usage.ru_stime);
  cost.megabytes = (double) usage.ru_maxrss / 1024;
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    {
      fprintf (stderr, "bench-run: %s: %s ended with status %d\n", options->name, command[0],
               WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
      exit (70);
    }
  return cost;
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Sorts @values. */
static double
median (double *values,
        int     n)
{
  qsort (values, n, sizeof *values, compare);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* "env NAME=value /long/way/program" is called program. */
static const char *
name_of (char **command)
{
  const char *slash;

  if (strcmp (*command, "env") == 0)
    do
      command++;
    while (*command != NULL && strchr (*command, '=') != NULL);
  slash = *command != NULL ? strrchr (*command, '/') : NULL;
  return slash != NULL ? slash + 1 : *command != NULL ? *command : "env";
}

static void
print_side (const char *which,
            char      **command,
            Cost       *costs,
            int         n)
{
  double seconds[MAX_ROUNDS], megabytes = 0, middle;

  for (int i = 0; i < n; i++)
    {
      seconds[i] = costs[i].seconds;
      megabytes = costs[i].megabytes > megabytes ? costs[i].megabytes : megabytes;
    }
  middle = median (seconds, n);
  printf ("  %s  %9.1f ms [%.1f-%.1f]  %6.1f MB  %s\n", which, middle * 1e3, seconds[0] * 1e3, seconds[n - 1] * 1e3, megabytes,
          name_of (command));
}

static const char *
judge (double value,
       double aim)
{
  return aim <= 0 ? "" : value <= aim ? " met" : " MISSED";
}

static void
print_result (const Options *options,
              Cost          *a,
              Cost          *b)
{
  double ratios[MAX_ROUNDS], peak = 0, middle;

  for (int i = 0; i < options->rounds; i++)
    {
      ratios[i] = a[i].seconds / b[i].seconds;
      peak = a[i].megabytes > peak ? a[i].megabytes : peak;
    }
  middle = median (ratios, options->rounds);
  printf ("%s (%d rounds)\n", options->name, options->rounds);
  print_side ("A", options->a, a, options->rounds);
  print_side ("B", options->b, b, options->rounds);
  printf ("  A/B %7.2f x  [%.2f-%.2f]", middle, ratios[0], ratios[options->rounds - 1]);
  if (options->aim_ratio > 0)
    printf ("  aim %.2f x:%s", options->aim_ratio, judge (middle, options->aim_ratio));
  if (options->aim_rss > 0)
    printf ("  memory aim %.0f MB:%s", options->aim_rss, judge (peak, options->aim_rss));
  printf ("\n");
}

/* The medians are of each side alone: processor time does not drift as wall time does. */
static void
print_processor (const Options *options,
                 Cost          *a,
                 Cost          *b)
{
  double ours[MAX_ROUNDS], theirs[MAX_ROUNDS], more;

  for (int i = 0; i < options->rounds; i++)
    {
      ours[i] = a[i].processor * 1e3;
      theirs[i] = b[i].processor * 1e3;
    }
  more = (median (ours, options->rounds) - median (theirs, options->rounds)) / options->documents;
  printf ("  processor time A %.0f ms, B %.0f ms: %.2f ms more a document", median (ours, options->rounds), median (theirs, options->rounds), more);
  if (options->aim_cpu > 0)
    printf ("  aim %.2f ms:%s", options->aim_cpu, judge (more, options->aim_cpu));
  printf ("\n");
}

static char **
take_command (char ***arguments)
{
  char **command = *arguments, **end = command;

  while (*end != NULL && strcmp (*end, "--") != 0)
    end++;
  *arguments = *end == NULL ? end : end + 1;
  *end = NULL;
  return command;
}

static Options
parse (char **argument)
{
  Options options = { .rounds = 11 };

  for (; *argument != NULL && strncmp (*argument, "--", 2) == 0 && argument[1] != NULL; argument += 2)
    {
      if (strcmp (*argument, "--rounds") == 0)
        options.rounds = atoi (argument[1]);
      else if (strcmp (*argument, "--remove") == 0 && options.n_remove < MAX_REMOVE)
        options.remove[options.n_remove++] = argument[1];
      else if (strcmp (*argument, "--empty") == 0)
        options.empty = argument[1];
      else if (strcmp (*argument, "--aim-ratio") == 0)
        options.aim_ratio = atof (argument[1]);
      else if (strcmp (*argument, "--aim-rss") == 0)
        options.aim_rss = atof (argument[1]);
      else if (strcmp (*argument, "--documents") == 0)
        options.documents = atoi (argument[1]);
      else if (strcmp (*argument, "--aim-cpu") == 0)
        options.aim_cpu = atof (argument[1]);
      else
        usage ();
    }
  if (argument[0] == NULL || argument[1] == NULL || strcmp (argument[1], "--") != 0)
    usage ();
  options.name = argument[0];
  argument += 2;
  options.a = take_command (&argument);
  options.b = take_command (&argument);
  if (*options.a == NULL || *options.b == NULL || options.rounds < 1 || options.rounds > MAX_ROUNDS)
    usage ();
  return options;
}

int
main (int    argc,
      char **argv)
{
  static Cost a[MAX_ROUNDS], b[MAX_ROUNDS];
  Options options = parse (argv + 1);

  /* once each for the page cache */
  run (&options, options.a, true);
  run (&options, options.b, true);
  for (int i = 0; i < options.rounds; i++)
    {
      if (i % 2 == 1)
        b[i] = run (&options, options.b, false);
      a[i] = run (&options, options.a, false);
      if (i % 2 == 0)
        b[i] = run (&options, options.b, false);
    }
  print_result (&options, a, b);
  if (options.documents > 0)
    print_processor (&options, a, b);
  return EXIT_SUCCESS;
}
