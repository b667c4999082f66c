/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floor-token.c: the least a process can do to get signatures from a token: load the module, initialise it, log in, find a private key,
 * sign, finish. The floor under `signet sign`: one signature, or a batch with one or several PKCS#11 sessions, each on a thread of its
 * own. Usage: floor-token MODULE PIN [TOKEN LABEL [SIGNATURES [SESSIONS]]]
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor-pkcs11.h"

#define MAX_SESSIONS 16

typedef struct {
  CK_FUNCTION_LIST *functions;
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE  key;
  CK_MECHANISM_TYPE type;
  int               n_signatures;
} Work;

static void *
sign (void *data)
{
  Work *work = data;
  CK_BYTE digest[32] = { 1 }, signature[1024];
  CK_MECHANISM mechanism = { work->type, NULL, 0 };

  for (int i = 0; i < work->n_signatures; i++)
    {
      CK_ULONG length = sizeof signature;

      floor_check ("C_SignInit", work->functions->C_SignInit (work->session, &mechanism, work->key));
      floor_check ("C_Sign", work->functions->C_Sign (work->session, digest, sizeof digest, signature, &length));
    }
  return NULL;
}

static void
sign_all (Work *first,
          CK_SLOT_ID slot,
          int   n_signatures,
          int   n_sessions)
{
  Work work[MAX_SESSIONS];
  pthread_t threads[MAX_SESSIONS];

  for (int i = 0; i < n_sessions; i++)
    {
      work[i] = *first;
      work[i].n_signatures = n_signatures / n_sessions + (i < n_signatures % n_sessions);
      if (i > 0)
        floor_check ("C_OpenSession",
                     first->functions->C_OpenSession (slot, CKF_SERIAL_SESSION, NULL, NULL, &work[i].session));
      if (i > 0 && pthread_create (&threads[i], NULL, sign, &work[i]) != 0)
        exit (70);
    }
  sign (&work[0]);
  for (int i = 1; i < n_sessions; i++)
    pthread_join (threads[i], NULL);
}

int
main (int    argc,
      char **argv)
{
  int n_signatures = argc > 4 ? atoi (argv[4]) : 1, n_sessions = argc > 5 ? atoi (argv[5]) : 1;
  CK_SLOT_ID slot;
  Work work;

  if (argc < 3 || n_signatures < 1 || n_sessions < 1 || n_sessions > MAX_SESSIONS)
    {
      fprintf (stderr, "usage: floor-token MODULE PIN [TOKEN LABEL [SIGNATURES [SESSIONS]]]\n");
      return 64;
    }
  work.functions = n_sessions > 1 ? floor_load_locked (argv[1]) : floor_load (argv[1]);
  slot = floor_find_slot (work.functions, argc > 3 && *argv[3] != '\0' ? argv[3] : NULL);
  work.session = floor_log_in (work.functions, slot, argv[2]);
  work.key = floor_find_key (work.functions, work.session);
  work.type = floor_mechanism (work.functions, work.session, work.key);
  sign_all (&work, slot, n_signatures, n_sessions);
  floor_check ("C_Finalize", work.functions->C_Finalize (NULL));
  printf ("%d signatures\n", n_signatures);
  return EXIT_SUCCESS;
}
