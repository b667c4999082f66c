/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hostile-fault.c: the faults any function of the hostile module can have.
 *
 *   DEED FUNCTION     "crash C_Sign": see deeds below         rv FUNCTION NUMBER   "rv C_Login 0xa0": that answer
 *   kill-at NUMBER    dies once, at that call of a process    null FUNCTION        NULL in the function list (hostile.c)
 *
 * A file "calls" in the folder, when there is one, gets a line for each call.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hostile.h"

/* --- the folder --- */

static const char *
folder (void)
{
  static char own[4096];
  char fault[sizeof own + 8];
  Dl_info info;

  if (own[0] != '\0')
    return own;
  if (dladdr ((void *) folder, &info) != 0)
    {
      char path[sizeof own];

      snprintf (path, sizeof path, "%s", info.dli_fname);
      snprintf (own, sizeof own, "%s", dirname (path));
      snprintf (fault, sizeof fault, "%s/fault", own);
      if (access (fault, F_OK) == 0)
        return own;
    }
  snprintf (own, sizeof own, "%s",
            getenv ("SIGNET_TEST_HOSTILE_DIR") != NULL ? getenv ("SIGNET_TEST_HOSTILE_DIR") : "/nonexistent");
  return own;
}

FILE *
hostile_open (const char *name, const char *mode)
{
  char path[8192];

  snprintf (path, sizeof path, "%s/%s", folder (), name);
  return fopen (path, mode);
}

size_t
hostile_read (const char *name, void *data, size_t size)
{
  FILE *file = hostile_open (name, "rb");
  size_t length = file != NULL ? fread (data, 1, size, file) : 0;

  if (file != NULL)
    fclose (file);
  return length;
}

void
hostile_append (const char *name, char letter)
{
  FILE *file = hostile_open (name, "ab");

  if (file == NULL)
    return;
  fputc (letter, file);
  fclose (file);
}

int
hostile_count (const char *name)
{
  char letters[1024];

  return (int) hostile_read (name, letters, sizeof letters);
}

int
hostile_has (const char *name)
{
  char path[8192];

  snprintf (path, sizeof path, "%s/%s", folder (), name);
  return access (path, F_OK) == 0;
}

static void
read_fault (char fault[256])
{
  memset (fault, 0, 256);
  hostile_read ("fault", fault, 255);
}

/* As it was when the call began. */
static _Thread_local char current[256];

int
fault_is (const char *name)
{
  return strcmp (current, name) == 0;
}

static int
still_is (const char *name)
{
  char fault[256];

  read_fault (fault);
  return strcmp (fault, name) == 0;
}

/* --- deeds --- */

/* A crash on purpose is no finding of a sanitizer. */
static void
die (int number)
{
  signal (number, SIG_DFL);
  raise (number);
}

static void
crash (void)
{
  die (SIGSEGV);
}

static void
break_bus (void)
{
  die (SIGBUS);
}

static void
divide (void)
{
  die (SIGFPE);
}

static void
trap (void)
{
  die (SIGABRT);
}

static void
break_pipe (void)
{
  die (SIGPIPE);
}

static void
kill_itself (void)
{
  die (SIGKILL);
}

static void
leave (void)
{
  exit (0);
}

static void
leave_at_once (void)
{
  _exit (3);
}

static void
leave_thread (void)
{
  pthread_exit (NULL);
}

/* What waits for it is not told by the kernel: it hangs. */
static void
stop (void)
{
  die (SIGSTOP);
}

static void
spin (void)
{
  for (volatile int i = 0;; i = i + 1)
    if (i % 100000 == 0 && !hostile_has ("fault"))
      return;
}

static void
close_all (void)
{
  for (int fd = 0; fd < 1024; fd++)
    close (fd);
}

/* --- deeds a call may survive --- */

static void
chatter (void)
{
  static char line[1024];

  memset (line, 'x', sizeof line - 1);
  line[sizeof line - 1] = '\n';
  for (int i = 0; i < 4096; i++)
    {
      if (write (STDOUT_FILENO, line, sizeof line) < 0)
        return;
    }
}

static void
close_standard (void)
{
  close (STDIN_FILENO);
  close (STDOUT_FILENO);
  close (STDERR_FILENO);
}

static void
upset (void)
{
  sigset_t all;

  umask (0);
  setlocale (LC_ALL, "");
  if (chdir ("/proc") != 0)
    return;
  for (int number = 1; number < 32; number++)
    signal (number, SIG_IGN);
  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
  unsetenv ("HOME");
  unsetenv ("PATH");
}

/* Until there is no more, and all of it is used; where nothing limits it, the machine is spared. */
static void
allocate (void)
{
  struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
  int most = getrlimit (RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? 65536 : 64;

  for (int i = 0; i < most; i++)
    {
      char *memory = malloc (1 << 20);

      if (memory == NULL)
        break;
      memset (memory, 1, 1 << 20);
    }
}

static void
open_many (void)
{
  for (int i = 0; i < 100000 && open ("/dev/null", O_RDONLY) >= 0; i++)
    ;
}

static void *
sleep_on (void *unused)
{
  for (;;)
    pause ();
  return NULL;
}

static void
start_threads (void)
{
  pthread_t thread;
  pthread_attr_t small;

  pthread_attr_init (&small);
  pthread_attr_setstacksize (&small, 65536);
  for (int i = 0; i < 1000 && pthread_create (&thread, &small, sleep_on, NULL) == 0; i++)
    ;
}

/* Nonsense on the socket to the client, as a module that finds it would write. */
static void
scribble (void)
{
  static const char nonsense[] = "l\1\0\1\377\377\377\377nonsense that is no message";

  for (int fd = 3; fd < 16; fd++)
    {
      struct stat info;

      if (fstat (fd, &info) == 0 && S_ISSOCK (info.st_mode) && write (fd, nonsense, sizeof nonsense) < 0)
        return;
    }
}

static void
at_exit (void)
{
  crash ();
}

static void
crash_at_exit (void)
{
  atexit (at_exit);
}

static const struct
{
  const char *name;
  void (*do_it) (void);
} deeds[] = {
  { "crash", crash },
  { "bus", break_bus },
  { "divide", divide },
  { "abort", trap },
  { "pipe", break_pipe },
  { "kill", kill_itself },
  { "exit", leave },
  { "_exit", leave_at_once },
  { "pthread_exit", leave_thread },
  { "stop", stop },
  { "spin", spin },
  { "close-all", close_all },
  { "chatter", chatter },
  { "close-standard", close_standard },
  { "upset", upset },
  { "allocate", allocate },
  { "open-many", open_many },
  { "start-threads", start_threads },
  { "scribble", scribble },
  { "crash-at-exit", crash_at_exit },
  { "try", hostile_try },
};

static void
do_deed (const char *name)
{
  for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
    if (strcmp (deeds[i].name, name) == 0)
      deeds[i].do_it ();
}

/* --- entering --- */

static void
log_call (const char *function)
{
  FILE *file = hostile_has ("calls") ? hostile_open ("calls", "ab") : NULL;

  if (file == NULL)
    return;
  fprintf (file, "%s\n", function);
  fclose (file);
}

static void
die_in_time (const char *fault, int call)
{
  if (strncmp (fault, "kill-at ", 8) != 0 || atoi (fault + 8) != call || hostile_has ("killed"))
    return;
  hostile_append ("killed", 'x');
  kill_itself ();
}

CK_RV
hostile_enter (const char *function)
{
  static int call;
  char *fault = current;
  char deed[64] = "";
  char whom[64] = "";
  unsigned long number = 0;
  int n = 0;

  log_call (function);
  read_fault (fault);
  die_in_time (fault, ++call);
  n = sscanf (fault, "%63s %63s %lx", deed, whom, &number);
  if (n < 2 || strcmp (whom, function) != 0)
    return CKR_OK;
  if (strcmp (deed, "fail") == 0)
    return CKR_GENERAL_ERROR;
  if (strcmp (deed, "rv") == 0)
    return number;
  if (strcmp (deed, "hang") == 0)
    while (still_is (fault))
      usleep (20000);
  else
    do_deed (deed);
  return CKR_OK;
}
