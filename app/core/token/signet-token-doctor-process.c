/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor-process.c: which programs use the reader service or hold a USB device, from the kernel's list of sockets
 * (sock_diag(7)) and from /proc. A process of another user shows its name, not its files: a known name is told all the same.
 */
#define G_LOG_DOMAIN "signet-token-doctor-process"

#include "config.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "signet-token-doctor-private.h"

#define MAX_PROCESSES 16
#define MAX_PEERS     256
#define OUR_HOST      "signet-token-ho" /* comm is cut at 15 bytes */

/* --- sockets --- */

typedef struct
{
  const char *path;
  GHashTable *peers; /* inodes of the other ends */
} Peers;

/* An entry of the socket @path, seen from the service: its peer is the client's end. */
static void
take_entry (Peers *self, const struct nlmsghdr *header)
{
  const struct unix_diag_msg *message = NLMSG_DATA (header);
  int length = (int) (header->nlmsg_len - NLMSG_LENGTH (sizeof *message));
  gboolean named = FALSE;
  guint32 peer = 0;

  for (struct rtattr *at = (struct rtattr *) (gpointer) (message + 1); RTA_OK (at, length); at = RTA_NEXT (at, length))
    {
      if (at->rta_type == UNIX_DIAG_NAME)
        named = RTA_PAYLOAD (at) >= strlen (self->path) && memcmp (RTA_DATA (at), self->path, strlen (self->path)) == 0 &&
                (RTA_PAYLOAD (at) == strlen (self->path) || ((const char *) RTA_DATA (at))[strlen (self->path)] == '\0');
      else if (at->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD (at) >= sizeof peer)
        memcpy (&peer, RTA_DATA (at), sizeof peer);
    }
  if (named && peer != 0 && g_hash_table_size (self->peers) < MAX_PEERS)
    g_hash_table_add (self->peers, GUINT_TO_POINTER (peer));
}

static gboolean
take_answer (Peers *self, gpointer buffer, gsize size)
{
  guint length = (guint) size;

  for (struct nlmsghdr *header = buffer; NLMSG_OK (header, length); header = NLMSG_NEXT (header, length))
    {
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
        return FALSE;
      if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY && header->nlmsg_len >= NLMSG_LENGTH (sizeof (struct unix_diag_msg)))
        take_entry (self, header);
    }
  return TRUE;
}

static void
ask_kernel (Peers *self)
{
  struct
  {
    struct nlmsghdr header;
    struct unix_diag_req request;
  } question = {
    .header = { .nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
    .request = { .sdiag_family = AF_UNIX, .udiag_states = (guint) -1, .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER },
  };
  const struct timeval patience = { .tv_sec = 1 };
  union
  {
    char bytes[32 * 1024];
    struct nlmsghdr header;
  } buffer;
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  ssize_t length = 0;

  if (fd < 0)
    return;
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (send (fd, &question, sizeof question, 0) == (ssize_t) sizeof question)
    do
      length = recv (fd, &buffer, sizeof buffer, 0);
    while (length > 0 && take_answer (self, &buffer, (gsize) length));
  close (fd);
}

/* --- processes --- */

typedef gboolean (*LinkTest) (const char *target, gconstpointer what);

static gboolean
is_peer (const char *target, gconstpointer what)
{
  guint64 inode = 0;

  if (!g_str_has_prefix (target, "socket:["))
    return FALSE;
  inode = g_ascii_strtoull (target + strlen ("socket:["), NULL, 10);
  return g_hash_table_contains ((GHashTable *) what, GUINT_TO_POINTER ((guint) inode));
}

static gboolean
is_node (const char *target, gconstpointer what)
{
  return g_str_equal (target, what);
}

static gboolean
has_link (const char *process, LinkTest test, gconstpointer what)
{
  g_autofree char *dir = g_build_filename (process, "fd", NULL);
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      char target[256];
      ssize_t length = readlink (path, target, sizeof target - 1);

      if (length <= 0)
        continue;
      target[length] = '\0';
      if (test (target, what))
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_name (const char *process, char name[16])
{
  g_autofree char *path = g_build_filename (process, "comm", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  g_strlcpy (name, g_strchomp (text), 16);
  return *name != '\0';
}

static gboolean
is_readable (const char *process)
{
  g_autofree char *dir = g_build_filename (process, "fd", NULL);

  return access (dir, R_OK | X_OK) == 0;
}

static void
look_at_process (GArray *found, const char *process, GPid pid, LinkTest test, gconstpointer what)
{
  SignetDoctorProcess one = { .pid = pid };

  if (found->len >= MAX_PROCESSES || pid == getpid () || !read_name (process, one.name) || g_str_equal (one.name, OUR_HOST))
    return;
  one.entry = _signet_token_vendors_find_program (_signet_token_vendors_get (), one.name);
  if (is_readable (process) ? has_link (process, test, what) : one.entry != NULL)
    g_array_append_val (found, one);
}

static int
compare_known (gconstpointer a, gconstpointer b)
{
  const SignetDoctorProcess *first = a;
  const SignetDoctorProcess *second = b;

  return (second->entry != NULL) - (first->entry != NULL);
}

static GArray *
find_processes (LinkTest test, gconstpointer what)
{
  GArray *found = g_array_new (FALSE, TRUE, sizeof (SignetDoctorProcess));
  g_autofree char *dir = _signet_doctor_root_path ("/proc");
  g_autoptr (GDir) folder = g_dir_open (dir, 0, NULL);
  const char *name = NULL;
  guint64 pid = 0;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *process = g_build_filename (dir, name, NULL);

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT, &pid, NULL))
        look_at_process (found, process, (GPid) pid, test, what);
    }
  g_array_sort (found, compare_known);
  return found;
}

GArray *
_signet_doctor_find_clients (const char *socket_path)
{
  g_autoptr (GHashTable) inodes = g_hash_table_new (NULL, NULL);
  Peers peers = { .path = socket_path, .peers = inodes };

  ask_kernel (&peers);
  return find_processes (is_peer, inodes);
}

GArray *
_signet_doctor_find_holders (const char *node)
{
  return find_processes (is_node, node);
}

char *
_signet_doctor_describe_processes (GArray *processes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < processes->len; i++)
    {
      const SignetDoctorProcess *one = &g_array_index (processes, SignetDoctorProcess, i);

      g_string_append_printf (text, "%s%s (%d)", i > 0 ? ", " : "", one->name, (int) one->pid);
    }
  return g_string_free (text, FALSE);
}
