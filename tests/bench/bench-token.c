/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench-token.c: what the core adds to a token, in one process and in turn with the bare module: listing (cold: with the process that holds
 * the module started and ended each time; warm: that process runs already), one signature, and the time from plugging in to being listed.
 *
 * Usage: bench-token list ROUNDS MODULE LABEL FLOOR-LIST
 *        bench-token sign ROUNDS MODULE LABEL PIN
 *        bench-token plug ROUNDS SOFTWARE-TOKEN-FOLDER   (with a token in it, which is taken out and put back)
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "../../app/core/token/signet-token-private.h"
#include "floor-pkcs11.h"

#define MAX_ROUNDS 1000
#define MAX_OBJECTS 4096

typedef struct { double ours[MAX_ROUNDS], raw[MAX_ROUNDS]; int n; } Pairs;

static void
die (const char   *what,
     const GError *error)
{
  fprintf (stderr, "bench-token: %s%s%s\n", what, error != NULL ? ": " : "", error != NULL ? error->message : "");
  exit (70);
}

/* --- figures ------------------------------------------------------------------------------------------------------------- */

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
median (double *values,
        int     n)
{
  qsort (values, n, sizeof *values, compare);
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static const char *
judge (double value,
       double aim)
{
  return aim <= 0 ? "" : value <= aim ? "met" : "MISSED";
}

static void
print_pairs (const char *name,
             Pairs      *pairs,
             double      aim)
{
  double ratios[MAX_ROUNDS], differences[MAX_ROUNDS], middle;

  for (int i = 0; i < pairs->n; i++)
    {
      ratios[i] = pairs->ours[i] / pairs->raw[i];
      differences[i] = pairs->ours[i] - pairs->raw[i];
    }
  middle = median (ratios, pairs->n);
  printf ("  %-10s ours %8.2f ms  bare %8.2f ms  %5.2f x [%.2f-%.2f]  more by %.2f ms", name, median (pairs->ours, pairs->n) * 1e3,
          median (pairs->raw, pairs->n) * 1e3, middle, ratios[0], ratios[pairs->n - 1], median (differences, pairs->n) * 1e3);
  if (aim > 0)
    printf ("  aim %.2f x: %s", aim, judge (middle, aim));
  printf ("\n");
}

/* --- listing ------------------------------------------------------------------------------------------------------------- */

/* As a face does that shows all of them: tokens, their keys joined with their certificates. */
static guint
list_ours (SignetTokenManager *manager)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = NULL;
  g_autoptr(GPtrArray) tokens = signet_token_manager_refresh (manager, NULL, &problems, &error);
  guint n = 0;

  if (tokens == NULL)
    die ("listing", error);
  if (problems != NULL && problems->len > 0)
    die ("listing", g_ptr_array_index (problems, 0));
  for (guint i = 0; i < tokens->len; i++)
    n += signet_token_get_keys (g_ptr_array_index (tokens, i))->len;
  return n;
}

static SignetTokenManager *
new_manager (const char *module)
{
  const char *const modules[] = { module, NULL };

  return signet_token_manager_new (modules);
}

static double
time_cold (const char *module,
           guint      *n)
{
  double start = floor_now ();
  g_autoptr(SignetTokenManager) manager = new_manager (module);

  *n = list_ours (manager);
  return floor_now () - start;
}

static double
time_floor_process (const char *program,
                    const char *module,
                    const char *label)
{
  double start = floor_now ();
  int status;
  pid_t pid = vfork ();

  if (pid == 0)
    {
      if (freopen ("/dev/null", "w", stdout) == NULL)
        _exit (126);
      execl (program, program, module, label, NULL);
      _exit (127);
    }
  if (pid < 0 || waitpid (pid, &status, 0) != pid || !WIFEXITED (status) || WEXITSTATUS (status) != 0)
    die ("the floor failed", NULL);
  return floor_now () - start;
}

static CK_ULONG
read_class (CK_FUNCTION_LIST *functions,
            CK_SESSION_HANDLE session,
            CK_OBJECT_CLASS   class,
            CK_ATTRIBUTE_TYPE type)
{
  static CK_OBJECT_HANDLE objects[MAX_OBJECTS];
  static CK_BYTE value[65536], id[256], label[256];
  CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof class } };
  CK_ULONG n = 0;

  floor_check ("C_FindObjectsInit", functions->C_FindObjectsInit (session, template, 1));
  floor_check ("C_FindObjects", functions->C_FindObjects (session, objects, MAX_OBJECTS, &n));
  floor_check ("C_FindObjectsFinal", functions->C_FindObjectsFinal (session));
  for (CK_ULONG i = 0; i < n; i++)
    {
      CK_ATTRIBUTE attributes[] = { { type, value, sizeof value }, { CKA_ID, id, sizeof id }, { CKA_LABEL, label, sizeof label } };

      floor_check ("C_GetAttributeValue", functions->C_GetAttributeValue (session, objects[i], attributes, 3));
    }
  return n;
}

static double
time_raw_list (CK_FUNCTION_LIST *functions,
               const char       *label)
{
  double start = floor_now ();
  CK_SESSION_HANDLE session;

  floor_check ("C_OpenSession",
               functions->C_OpenSession (floor_find_slot (functions, label), CKF_SERIAL_SESSION, NULL, NULL, &session));
  read_class (functions, session, CKO_CERTIFICATE, CKA_VALUE);
  read_class (functions, session, CKO_PUBLIC_KEY, CKA_KEY_TYPE);
  floor_check ("C_CloseSession", functions->C_CloseSession (session));
  return floor_now () - start;
}

static void
bench_list (int         rounds,
            const char *module,
            const char *label,
            const char *floor_program)
{
  static Pairs cold, warm;
  CK_FUNCTION_LIST *functions = floor_load (module);
  g_autoptr(SignetTokenManager) manager = new_manager (module);
  guint n = list_ours (manager);

  time_floor_process (floor_program, module, label);
  time_raw_list (functions, label);
  cold.n = warm.n = rounds;
  for (int i = 0; i < rounds; i++)
    {
      double start;

      cold.ours[i] = time_cold (module, &n);
      cold.raw[i] = time_floor_process (floor_program, module, label);
      start = floor_now ();
      list_ours (manager);
      warm.ours[i] = floor_now () - start;
      warm.raw[i] = time_raw_list (functions, label);
    }
  printf ("listing a token with %u certificate%s : a C loop on the same module (%d rounds)\n", n, n == 1 ? "" : "s", rounds);
  print_pairs ("cold", &cold, n > 1 ? 1.2 : 0);
  print_pairs ("warm", &warm, n > 1 ? 1.2 : 0);
}

/* --- one signature --------------------------------------------------------------------------------------------------------- */

/* Answers the one question. */
#define BENCH_TYPE_PERSON (bench_person_get_type ())
G_DECLARE_FINAL_TYPE (BenchPerson, bench_person, BENCH, PERSON, GObject)
struct _BenchPerson { GObject parent; const char *pin; };

static SignetSecret *
ask_pin (SignetInteraction       *interaction,
         const SignetPinQuestion *question,
         GCancellable            *cancellable,
         GError                 **error)
{
  const char *pin = BENCH_PERSON (interaction)->pin;

  return signet_secret_new ((const guint8 *) pin, strlen (pin));
}

static void
person_iface_init (SignetInteractionInterface *iface)
{
  iface->ask_pin = ask_pin;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchPerson, bench_person, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (SIGNET_TYPE_INTERACTION, person_iface_init))

static void
bench_person_class_init (BenchPersonClass *klass)
{
}

static void
bench_person_init (BenchPerson *self)
{
}

static SignetSigner *
log_in (SignetTokenManager *manager,
        const char         *label,
        const char         *pin)
{
  g_autoptr(BenchPerson) person = g_object_new (BENCH_TYPE_PERSON, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(SignetToken) token = signet_token_manager_find_token (manager, label, NULL, &error);
  g_autoptr(SignetTokenSession) session = NULL;
  GPtrArray *keys = token != NULL ? signet_token_get_keys (token) : NULL;
  SignetSigner *signer = NULL;

  person->pin = pin;
  if (token != NULL)
    session = signet_token_login (token, SIGNET_INTERACTION (person), NULL, NULL, &error);
  if (session != NULL && keys->len > 0)
    signer = signet_token_session_new_signer (session, g_ptr_array_index (keys, 0), NULL, &error);
  if (signer == NULL)
    die ("logging in", error);
  return signer;
}

static double
time_ours_sign (SignetSigner            *signer,
                SignetSignatureAlgorithm algorithm)
{
  g_autoptr(GBytes) message = g_bytes_new_static ("what is signed in a benchmark", 29);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) signature = NULL;
  double start = floor_now ();

  signature = signet_signer_sign (signer, algorithm, message, NULL, &error);
  if (signature == NULL)
    die ("signing", error);
  return floor_now () - start;
}

static double
time_raw_sign (CK_FUNCTION_LIST *functions,
               CK_SESSION_HANDLE session,
               CK_OBJECT_HANDLE  key,
               CK_MECHANISM_TYPE type)
{
  CK_MECHANISM mechanism = { type, NULL, 0 };
  CK_BYTE digest[32] = { 1 }, signature[1024];
  CK_ULONG length = sizeof signature;
  double start = floor_now ();

  floor_check ("C_SignInit", functions->C_SignInit (session, &mechanism, key));
  floor_check ("C_Sign", functions->C_Sign (session, digest, sizeof digest, signature, &length));
  return floor_now () - start;
}

static void
bench_sign (int         rounds,
            const char *module,
            const char *label,
            const char *pin)
{
  static Pairs pairs;
  static double more[MAX_ROUNDS];
  CK_FUNCTION_LIST *functions = floor_load (module);
  CK_SESSION_HANDLE session = floor_log_in (functions, floor_find_slot (functions, label), pin);
  CK_OBJECT_HANDLE key = floor_find_key (functions, session);
  CK_MECHANISM_TYPE type = floor_mechanism (functions, session, key);
  SignetSignatureAlgorithm algorithm = { type == CKM_ECDSA ? SIGNET_SIGNATURE_ECDSA : SIGNET_SIGNATURE_RSA_PKCS1, SIGNET_DIGEST_SHA256 };
  g_autoptr(SignetTokenManager) manager = new_manager (module);
  g_autoptr(SignetSigner) signer = log_in (manager, label, pin);
  double middle;

  pairs.n = rounds;
  for (int i = -3; i < rounds; i++)
    {
      double ours = time_ours_sign (signer, algorithm), raw = time_raw_sign (functions, session, key, type);

      if (i < 0)
        continue;
      pairs.ours[i] = ours;
      pairs.raw[i] = raw;
      more[i] = ours - raw;
    }
  middle = median (more, rounds) * 1e3;
  printf ("one signature through the process wall, and checked : C_SignInit and C_Sign in this process (%d rounds)\n", rounds);
  print_pairs (type == CKM_ECDSA ? "ECDSA" : "RSA", &pairs, 0);
  printf ("  the wall costs %.2f ms a signature  aim 1.00 ms: %s\n", middle, judge (middle, 1));
}

/* --- plugging in ------------------------------------------------------------------------------------------------------------ */

typedef struct { SignetTokenManager *manager; GMainLoop *loop; guint wanted; } Plug;

static gboolean
on_late_cb (gpointer data)
{
  die ("a token that came or went was not listed within 20 seconds", NULL);
  return G_SOURCE_REMOVE;
}

static void
on_items_changed_cb (GListModel *model,
                     guint       position,
                     guint       removed,
                     guint       added,
                     Plug       *plug)
{
  if (g_list_model_get_n_items (model) == plug->wanted)
    g_main_loop_quit (plug->loop);
}

static double
wait_for_tokens (Plug *plug,
                 guint wanted)
{
  double start = floor_now ();
  guint late = g_timeout_add_seconds (20, on_late_cb, NULL);

  plug->wanted = wanted;
  if (g_list_model_get_n_items (G_LIST_MODEL (plug->manager)) != wanted)
    g_main_loop_run (plug->loop);
  g_source_remove (late);
  return floor_now () - start;
}

static char *
find_token_folder (const char *folder)
{
  g_autofree char *tokens = g_build_filename (folder, "tokens", NULL);
  g_autoptr(GDir) dir = g_dir_open (tokens, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;

  if (name == NULL)
    die ("no software token in the folder", NULL);
  return g_build_filename (tokens, name, NULL);
}

static void
bench_plug (int         rounds,
            const char *folder)
{
  static double in[MAX_ROUNDS], out[MAX_ROUNDS];
  g_autofree char *token = find_token_folder (folder);
  g_autofree char *aside = g_strconcat (folder, ".aside", NULL);
  Plug plug = { .manager = signet_token_manager_new (NULL),
                .loop = g_main_loop_new (NULL, FALSE) };

  g_signal_connect (plug.manager, "items-changed", G_CALLBACK (on_items_changed_cb), &plug);
  signet_token_manager_watch (plug.manager);
  wait_for_tokens (&plug, 1);
  for (int i = 0; i < rounds; i++)
    {
      g_usleep (g_random_int_range (100, 900) * 1000); /* not in step with somebody who looks once a second */
      if (g_rename (token, aside) != 0)
        die ("taking the token out", NULL);
      out[i] = wait_for_tokens (&plug, 0);
      g_usleep (g_random_int_range (100, 900) * 1000);
      if (g_rename (aside, token) != 0)
        die ("putting the token back", NULL);
      in[i] = wait_for_tokens (&plug, 1);
    }
  printf ("a software token that comes or goes, until it is listed (%d rounds)\n", rounds);
  printf ("  in   %6.0f ms [", median (in, rounds) * 1e3);
  printf ("%.0f-%.0f]  aim 1000 ms: %s\n", in[0] * 1e3, in[rounds - 1] * 1e3, judge (in[rounds - 1], 1.0));
  printf ("  out  %6.0f ms [", median (out, rounds) * 1e3);
  printf ("%.0f-%.0f]  aim 1000 ms: %s\n", out[0] * 1e3, out[rounds - 1] * 1e3, judge (out[rounds - 1], 1.0));
  g_object_unref (plug.manager);
  g_main_loop_unref (plug.loop);
}

int
main (int    argc,
      char **argv)
{
  int rounds = argc > 2 ? atoi (argv[2]) : 0;

  if (rounds < 1 || rounds > MAX_ROUNDS)
    return 64;
  if (argc == 6 && strcmp (argv[1], "list") == 0)
    bench_list (rounds, argv[3], argv[4], argv[5]);
  else if (argc == 6 && strcmp (argv[1], "sign") == 0)
    bench_sign (rounds, argv[3], argv[4], argv[5]);
  else if (argc == 4 && strcmp (argv[1], "plug") == 0)
    bench_plug (rounds, argv[3]);
  else
    return 64;
  return EXIT_SUCCESS;
}
