/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-child.c: starts and supervises one child process. Needs no main loop. Thread-safe.
 *
 * The parent-death signal is tied to the *thread* that forked (prctl(2)), and worker threads come and go; therefore one
 * thread that never ends does all forking. A child that has ended stays a zombie until kill() or finalize, so that its
 * process group cannot be somebody else's when it is killed.
 */
#define G_LOG_DOMAIN "signet-child"

#include "config.h"

#include "signet-child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signet-base-error.h"

#define MAX_DESCRIPTORS 16
#define POLL_MILLISECONDS 10 /* where the kernel has no pidfd */

struct _SignetChild {
  GObject  parent;
  GMutex   lock;
  GPid     pid;
  int      pidfd;  /* (owned): -1 where the kernel has none */
  gboolean reaped;
  gboolean ended;
  int      code;   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
  int      status;
};

G_DEFINE_FINAL_TYPE (SignetChild, signet_child, G_TYPE_OBJECT)

/* One request to the forking thread; lives on the caller's stack. */
typedef struct {
  const char *const *argv;
  const char *const *envp;
  const int         *fds;
  guint              n_fds;
  int                null_fd;
  int                report_fd; /* the child writes errno here when it cannot become the program */
  GPid               parent_pid;
  GPid               pid;       /* answer */
  int                errnum;    /* answer */
  gboolean           answered;
} ForkRequest;

static GMutex fork_lock;
static GCond fork_cond;

/* --- in the child, between vfork and exec: system calls only; memory is still that of the parent ----------------------- */

static void
child_fail (int report_fd)
{
  int errnum = errno;
  gssize ignored = write (report_fd, &errnum, sizeof errnum);

  (void) ignored;
  _exit (127);
}

static void
child_reset_signals (void)
{
  sigset_t none;

  for (int i = 1; i < NSIG; i++)
    signal (i, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* Two passes, so that no wanted descriptor is overwritten before its turn. Returns where to report to from now on. */
static int
child_place_descriptors (const ForkRequest *request)
{
  int moved[MAX_DESCRIPTORS];
  int first_free = (int) request->n_fds;
  int report_fd = fcntl (request->report_fd, F_DUPFD_CLOEXEC, first_free);

  for (guint i = 0; i < request->n_fds; i++)
    {
      moved[i] = fcntl (request->fds[i] >= 0 ? request->fds[i] : request->null_fd, F_DUPFD_CLOEXEC, first_free);
      if (moved[i] < 0)
        child_fail (report_fd);
    }
  for (guint i = 0; i < request->n_fds; i++)
    if (dup2 (moved[i], (int) i) < 0)
      child_fail (report_fd);
  return report_fd;
}

static void
child_close_rest (guint first)
{
  /* close-on-exec, not closed: the report must still get through when exec fails */
  if (close_range (first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
    return;
  for (int fd = (int) first; fd < 4096; fd++)
    fcntl (fd, F_SETFD, FD_CLOEXEC);
}

static void
child_run (const ForkRequest *request)
{
  int report_fd;

  child_reset_signals ();
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0)
    child_fail (request->report_fd);
  if (getppid () != request->parent_pid) /* it died before the line above */
    _exit (127);
  setsid ();
  report_fd = child_place_descriptors (request);
  child_close_rest (MAX (request->n_fds, 3));
  if (chdir ("/") != 0)
    child_fail (report_fd);
  execve (request->argv[0], (char *const *) request->argv, (char *const *) request->envp);
  child_fail (report_fd);
}

/* --- the forking thread ------------------------------------------------------------------------------------------------ */

static void
answer (ForkRequest *request)
{
  GPid pid = vfork (); /* a fork would copy the page tables of a whole desktop, to throw them away at once */

  if (pid == 0)
    child_run (request);
  g_mutex_lock (&fork_lock);
  request->pid = pid;
  request->errnum = pid < 0 ? errno : 0;
  request->answered = TRUE;
  g_cond_broadcast (&fork_cond);
  g_mutex_unlock (&fork_lock);
}

static gpointer
fork_thread (gpointer data)
{
  GAsyncQueue *queue = data;
  sigset_t all;

  /* a handler of ours must not run in a child that still has our memory */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, NULL);
  for (;;)
    answer (g_async_queue_pop (queue));
  return NULL;
}

static GAsyncQueue *
get_fork_queue (void)
{
  static gsize once;
  static GAsyncQueue *queue;

  if (g_once_init_enter (&once))
    {
      queue = g_async_queue_new ();
      g_thread_unref (g_thread_new ("signet-fork", fork_thread, queue));
      g_once_init_leave (&once, 1);
    }
  return queue;
}

static void
fork_and_wait (ForkRequest *request)
{
  g_async_queue_push (get_fork_queue (), request);
  g_mutex_lock (&fork_lock);
  while (!request->answered)
    g_cond_wait (&fork_cond, &fork_lock);
  g_mutex_unlock (&fork_lock);
}

/* 0 when exec closed the pipe; else the child's errno */
static int
read_report (int fd)
{
  int errnum = 0;
  gssize n;

  do
    n = read (fd, &errnum, sizeof errnum);
  while (n < 0 && errno == EINTR);
  return n == (gssize) sizeof errnum ? errnum : 0;
}

/* --- the object -------------------------------------------------------------------------------------------------------- */

static void
signet_child_finalize (GObject *object)
{
  SignetChild *self = SIGNET_CHILD (object);

  signet_child_kill (self);
  if (self->pidfd >= 0)
    close (self->pidfd);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (signet_child_parent_class)->finalize (object);
}

static void
signet_child_class_init (SignetChildClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_child_finalize;
}

static void
signet_child_init (SignetChild *self)
{
  self->pid = -1;
  self->pidfd = -1;
  g_mutex_init (&self->lock);
}

static int
open_pidfd (GPid pid)
{
#ifdef SYS_pidfd_open
  return (int) syscall (SYS_pidfd_open, pid, 0);
#else
  return -1;
#endif
}

static gboolean
start (SignetChild *self, ForkRequest *request, int report, GError **error)
{
  fork_and_wait (request);
  close (request->report_fd);
  if (request->pid < 0)
    return signet_base_error_set_errno (error, request->errnum, "starting a process");
  self->pid = request->pid;
  self->pidfd = open_pidfd (request->pid);
  request->errnum = read_report (report);
  if (request->errnum == 0)
    return TRUE;
  g_set_error (error, SIGNET_BASE_ERROR, request->errnum == ENOENT ? SIGNET_BASE_ERROR_NOT_FOUND : SIGNET_BASE_ERROR_FAILED,
               "cannot run %s: %s", request->argv[0], g_strerror (request->errnum));
  return FALSE;
}

/**
 * signet_child_spawn:
 * @argv: argv[0] is the absolute path of the program; nothing is searched
 * @envp: the whole environment of the child
 * @fds: (array length=n_fds): become its 0, 1, 2…; -1 stands for /dev/null; they stay open here
 * @n_fds: 3 to 16
 *
 * The child runs in "/", in a session and process group of its own, and dies with this process.
 *
 * Returns: (transfer full) (nullable): the running child
 */
SignetChild *
signet_child_spawn (const char *const *argv, const char *const *envp, const int *fds, guint n_fds, GError **error)
{
  g_autoptr (SignetChild) self = NULL;
  ForkRequest request = { .argv = argv, .envp = envp, .fds = fds, .n_fds = n_fds, .parent_pid = getpid () };
  int report[2];
  gboolean started;

  g_return_val_if_fail (n_fds >= 3 && n_fds <= MAX_DESCRIPTORS, NULL);

  if (pipe2 (report, O_CLOEXEC) != 0)
    {
      signet_base_error_set_errno (error, errno, "starting a process");
      return NULL;
    }
  self = g_object_new (SIGNET_TYPE_CHILD, NULL);
  request.report_fd = report[1];
  request.null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
  started = start (self, &request, report[0], error);
  close (report[0]);
  if (request.null_fd >= 0)
    close (request.null_fd);
  return started ? g_steal_pointer (&self) : NULL;
}

GPid
signet_child_get_pid (SignetChild *self)
{
  return self->pid;
}

/* Leaves the zombie where it is. Called with the lock held. */
static gboolean
look (SignetChild *self)
{
  siginfo_t info = { 0 };

  if (self->ended || self->pid <= 0)
    return TRUE;
  if (waitid (P_PID, (id_t) self->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    {
      if (errno == ECHILD) /* somebody else waited for all children */
        self->ended = self->reaped = TRUE;
      return self->ended;
    }
  if (info.si_pid == 0)
    return FALSE;
  self->ended = TRUE;
  self->code = info.si_code;
  self->status = info.si_status;
  return TRUE;
}

gboolean
signet_child_has_exited (SignetChild *self)
{
  gboolean ended;

  g_return_val_if_fail (SIGNET_IS_CHILD (self), TRUE);

  g_mutex_lock (&self->lock);
  ended = look (self);
  g_mutex_unlock (&self->lock);
  return ended;
}

gboolean
signet_child_wait (SignetChild *self, guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + (gint64) milliseconds * 1000;

  while (!signet_child_has_exited (self))
    {
      gint64 left = (end - g_get_monotonic_time () + 999) / 1000;
      struct pollfd waiting = { .fd = self->pidfd, .events = POLLIN };

      if (left <= 0)
        return FALSE;
      poll (&waiting, self->pidfd >= 0 ? 1 : 0, (int) (self->pidfd >= 0 ? MIN (left, G_MAXINT) : MIN (left, POLL_MILLISECONDS)));
    }
  return TRUE;
}

/**
 * signet_child_describe_end:
 *
 * Returns: (transfer full): how it ended, for a log; "running" while it has not
 */
char *
signet_child_describe_end (SignetChild *self)
{
  if (!signet_child_has_exited (self))
    return g_strdup ("running");
  if (self->code == CLD_EXITED)
    return g_strdup_printf ("exit status %d", self->status);
  if (self->code == CLD_KILLED || self->code == CLD_DUMPED)
    return g_strdup_printf ("signal %d (%s)", self->status, strsignal (self->status));
  return g_strdup ("ended");
}

/**
 * signet_child_kill:
 *
 * Kills the child and whatever it left in its process group, and reaps it. Harmless when done before.
 */
void
signet_child_kill (SignetChild *self)
{
  g_return_if_fail (SIGNET_IS_CHILD (self));

  g_mutex_lock (&self->lock);
  if (self->pid > 0 && !self->reaped)
    {
      look (self);
      /* setsid() may not have happened yet: then there is no such group */
      kill (-self->pid, SIGKILL);
      kill (self->pid, SIGKILL);
      while (!self->ended && waitid (P_PID, (id_t) self->pid, &(siginfo_t) { 0 }, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
      look (self);
      waitpid (self->pid, NULL, WNOHANG);
      self->reaped = TRUE;
      self->ended = TRUE;
    }
  g_mutex_unlock (&self->lock);
}
