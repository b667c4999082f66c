/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-inotify.c: which of the folders that matter to tokens changed: USB devices, the reader service, configuration, files
 * of software tokens. A hint to look, never what is believed. One thread.
 */
#define G_LOG_DOMAIN "signet-token-inotify"

#include "config.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "signet-token-manager-private.h"

/* What is in a file matters for configuration alone: SoftHSM writes its lock files whenever it reads. */
#define MASK (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define MAX_WATCHES 128

struct _SignetTokenInotify
{
  int fd;
  GHashTable *kinds; /* watch descriptor to SignetTokenEvents */
};

/* (nullable) */
SignetTokenInotify *
_signet_token_inotify_new (void)
{
  int fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  SignetTokenInotify *self = NULL;

  if (fd < 0)
    return NULL;
  self = g_new0 (SignetTokenInotify, 1);
  self->fd = fd;
  self->kinds = g_hash_table_new (NULL, NULL);
  return self;
}

void
_signet_token_inotify_free (SignetTokenInotify *self)
{
  close (self->fd);
  g_hash_table_unref (self->kinds);
  g_free (self);
}

/* Again and again is fine: a folder has one watch. One that is not there yet is watched once it is. */
void
_signet_token_inotify_add (SignetTokenInotify *self, const char *path, SignetTokenEvents kind)
{
  uint32_t mask = MASK;
  int watch = -1;

  if (g_hash_table_size (self->kinds) >= MAX_WATCHES)
    return;
  mask |= kind == SIGNET_TOKEN_EVENT_MODULES ? IN_CLOSE_WRITE : 0;
  mask |= kind == SIGNET_TOKEN_EVENT_USB ? IN_ATTRIB : 0;
  watch = inotify_add_watch (self->fd, path, mask);
  if (watch >= 0)
    g_hash_table_insert (self->kinds, GINT_TO_POINTER (watch), GINT_TO_POINTER (kind));
}

void
_signet_token_inotify_add_children (SignetTokenInotify *self, const char *path, SignetTokenEvents kind)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      _signet_token_inotify_add (self, child, kind);
    }
}

int
_signet_token_inotify_get_fd (SignetTokenInotify *self)
{
  return self->fd;
}

/* An overflow means that anything may have happened. */
static SignetTokenEvents
kind_of (SignetTokenInotify *self, const struct inotify_event *event)
{
  gpointer kind = g_hash_table_lookup (self->kinds, GINT_TO_POINTER (event->wd));

  if (event->mask & IN_Q_OVERFLOW)
    return SIGNET_TOKEN_EVENT_ALL;
  if (event->mask & IN_IGNORED)
    g_hash_table_remove (self->kinds, GINT_TO_POINTER (event->wd));
  return GPOINTER_TO_INT (kind);
}

SignetTokenEvents
_signet_token_inotify_read (SignetTokenInotify *self)
{
  union
  {
    char bytes[16 * 1024];
    struct inotify_event event;
  } buffer;
  SignetTokenEvents events = 0;
  ssize_t length = 0;

  while ((length = read (self->fd, &buffer, sizeof buffer)) > 0)
    for (char *at = buffer.bytes; at < buffer.bytes + length;)
      {
        const struct inotify_event *event = (const struct inotify_event *) (gpointer) at;

        events |= kind_of (self, event);
        at += sizeof *event + event->len;
      }
  return events;
}
