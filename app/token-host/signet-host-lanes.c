/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-host-lanes.c: several PKCS#11 sessions of one login that sign side by side, each on a thread of its own.
 *
 * libp11 loads every module with CKF_OS_LOCKING_OK, so a module that loaded has promised to be called from several threads. The
 * first lane is the login's own session; what fails on another one is done again on the first, whose answer counts, and that
 * other lane is closed. There is no C_Login here and no PIN. The main thread calls the module only when nothing is being signed.
 */
#define G_LOG_DOMAIN "signet-host-lanes"

#include "config.h"

#include "signet-host-private.h"

#define MAX_LANES 4

typedef struct
{
  HostLanes *lanes;
  HostSession *session; /* of the login for the first, else one of its own */
  GThread *thread;
  gboolean closed;
} Lane;

struct _HostLanes
{
  CK_FUNCTION_LIST *p11;
  Lane lane[MAX_LANES];
  guint n_lanes;
  GMutex lock; /* for what follows */
  GCond changed;
  GQueue waiting; /* (element-type HostSignature) */
  GQueue again;   /* (element-type HostSignature): for the first lane only */
  guint n_signing;
  guint n_beside; /* lanes other than the first that call the module now */
  gboolean alone; /* the first lane signs by itself from now on */
  gboolean ends;
};

/* --- signing --- */

static void
signature_free (HostSignature *signature)
{
  g_bytes_unref (signature->data);
  g_free (signature->scheme);
  g_free (signature);
}

static gboolean
is_first (Lane *lane)
{
  return lane == &lane->lanes->lane[0];
}

/* (nullable): the end */
static HostSignature *
take (Lane *lane)
{
  HostLanes *self = lane->lanes;
  HostSignature *signature = NULL;

  g_mutex_lock (&self->lock);
  while (!self->ends && signature == NULL && (is_first (lane) || !self->alone))
    {
      signature = is_first (lane) ? g_queue_pop_head (&self->again) : NULL;
      if (signature == NULL)
        signature = g_queue_pop_head (&self->waiting);
      if (signature == NULL)
        g_cond_wait (&self->changed, &self->lock);
    }
  if (signature != NULL && !is_first (lane))
    self->n_beside++;
  g_mutex_unlock (&self->lock);
  return signature;
}

static void
leave (Lane *lane)
{
  HostLanes *self = lane->lanes;

  if (is_first (lane))
    return;
  g_mutex_lock (&self->lock);
  self->n_beside--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* A module that promised to be called from several threads may have promised too much: what fails while others sign is worth a
 * second look. FALSE: there was nobody beside. */
static gboolean
be_alone (HostLanes *self)
{
  gboolean was = FALSE;

  g_mutex_lock (&self->lock);
  was = self->alone;
  self->alone = TRUE;
  g_cond_broadcast (&self->changed);
  while (self->n_beside > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  return !was;
}

static GVariant *
sign (Lane *lane, HostSignature *wanted, GError **error)
{
  return host_session_sign (lane->lanes->p11, lane->session, wanted->key, wanted->scheme, wanted->digest, wanted->data, FALSE,
                            NULL, error);
}

static void
give_back (HostLanes *self, HostSignature *signature)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->again, signature);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
count_down (HostLanes *self)
{
  g_mutex_lock (&self->lock);
  self->n_signing--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gpointer
run (gpointer data)
{
  Lane *lane = data;
  HostSignature *wanted = NULL;

  while (!lane->closed && (wanted = take (lane)) != NULL)
    {
      GError *error = NULL;
      GVariant *signature = sign (lane, wanted, &error);

      leave (lane);
      if (signature == NULL && is_first (lane) && be_alone (lane->lanes))
        {
          g_debug ("signing side by side is over: %s", error->message);
          g_clear_error (&error);
          signature = sign (lane, wanted, &error);
        }
      if (signature == NULL && !is_first (lane))
        {
          g_debug ("a second session does not sign: %s", error->message);
          g_clear_error (&error);
          give_back (lane->lanes, wanted);
          lane->closed = TRUE;
          continue;
        }
      wanted->done (wanted->user_data, signature, error);
      signature_free (wanted);
      count_down (lane->lanes);
    }
  return NULL;
}

/* --- opening --- */

/* CK_EFFECTIVELY_INFINITE is 0; a token that does not know its limit is asked by trying. */
static gboolean
has_room (CK_FUNCTION_LIST *p11, CK_SLOT_ID slot)
{
  CK_TOKEN_INFO info;

  if (p11->C_GetTokenInfo (slot, &info) != CKR_OK)
    return FALSE;
  if (info.ulMaxSessionCount == CK_EFFECTIVELY_INFINITE || info.ulMaxSessionCount == CK_UNAVAILABLE_INFORMATION)
    return TRUE;
  if (info.ulSessionCount == CK_UNAVAILABLE_INFORMATION)
    return info.ulMaxSessionCount > 1;
  return info.ulSessionCount < info.ulMaxSessionCount;
}

/* PKCS#11 v2.40, 5.6: a login counts for every session of the token; a module that forgets that is not asked for a second one. */
static gboolean
shares_the_login (CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE handle)
{
  CK_SESSION_INFO info;

  return p11->C_GetSessionInfo != NULL && p11->C_GetSessionInfo (handle, &info) == CKR_OK &&
         (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS);
}

static HostSession *
open_another (CK_FUNCTION_LIST *p11, HostSession *first)
{
  CK_SESSION_HANDLE handle = 0;
  HostSession *session = NULL;

  if (!has_room (p11, first->slot) || p11->C_OpenSession (first->slot, CKF_SERIAL_SESSION, NULL, NULL, &handle) != CKR_OK)
    return NULL;
  if (handle == first->handle)
    return NULL;
  if (!shares_the_login (p11, handle))
    {
      p11->C_CloseSession (handle);
      return NULL;
    }
  session = g_new0 (HostSession, 1);
  session->slot = first->slot;
  session->token = g_strdup (first->token);
  session->handle = handle;
  session->read_only = TRUE;
  return session;
}

HostLanes *
host_lanes_open (CK_FUNCTION_LIST *p11, HostSession *session, guint wanted)
{
  HostLanes *self = g_new0 (HostLanes, 1);

  self->p11 = p11;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  for (guint i = 0; i < MIN (wanted, MAX_LANES); i++)
    {
      HostSession *own = i == 0 ? session : open_another (p11, session);

      if (own == NULL)
        break;
      self->lane[i] = (Lane){ .lanes = self, .session = own };
      self->n_lanes++;
    }
  if (self->n_lanes < 2)
    {
      host_lanes_free (self);
      return NULL;
    }
  for (guint i = 0; i < self->n_lanes; i++)
    self->lane[i].thread = g_thread_new ("signet-lane", run, &self->lane[i]);
  return self;
}

guint
host_lanes_count (HostLanes *self)
{
  return self->n_lanes;
}

void
host_lanes_sign (HostLanes *self, HostSignature *signature)
{
  g_mutex_lock (&self->lock);
  self->n_signing++;
  g_queue_push_tail (&self->waiting, signature);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
host_lanes_wait (HostLanes *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_signing > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
host_lanes_free (HostLanes *self)
{
  host_lanes_wait (self);
  g_mutex_lock (&self->lock);
  self->ends = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->n_lanes; i++)
    {
      if (self->lane[i].thread != NULL)
        g_thread_join (self->lane[i].thread);
      if (i > 0)
        host_session_close (self->p11, self->lane[i].session, NULL);
    }
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}
