/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * liar.c: a token host that lies: started in place of ours, by a module whose code has taken it over. For tests only.
 *
 *   liar [OPTIONS] -- FOLDER/MODE.so     the file need not be there; its name says what to do
 *
 * What it says when it does not lie is one token with one key, the generator of P-256.
 */
#include "config.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../app/core/token/signet-token-error.h"
#include "../../../app/core/token/signet-token-frame.h"
#include "signet-host-handlers.h"

#define SOCKET 3
#define FLOOD 20000
#define LATE_SECONDS 30

/* More than anybody believes (SIGNET_TOKEN_MAX_OBJECTS); how much more is a matter of patience where each allocation is watched.
 */
#if defined(__SANITIZE_ADDRESS__)
#define MANY 6000
#else
#define MANY 100000
#endif

static char *mode;

static gboolean
is (const char *name)
{
  return g_str_equal (mode, name);
}

/* --- what is said ------------------------------------------------------------------------------------------------- */

static const guint8 point[] = {
  0x04, 0x41, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4,
  0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
  0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
  0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};
static const guint8 p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };

static GVariant *
bytes (gconstpointer data, gsize length)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1);
}

static GVariant *
make_key (guint64 class)
{
  g_auto (GVariantDict) object = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&object, "class", "t", class);
  g_variant_dict_insert (&object, "handle", "t", is ("login-handle") ? G_MAXUINT64 : (guint64) 1);
  g_variant_dict_insert (&object, "key-type", "t", (guint64) 3);
  g_variant_dict_insert_value (&object, "id", bytes ("\1", 1));
  g_variant_dict_insert_value (&object, "label", bytes ("sample", 6));
  g_variant_dict_insert_value (&object, "params", bytes (p256, sizeof p256));
  g_variant_dict_insert_value (&object, "point", bytes (point, sizeof point));
  return g_variant_dict_end (&object);
}

static GVariant *
make_objects (guint64 class, guint n)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < n; i++)
    g_variant_builder_add_value (&builder, make_key (class));
  return g_variant_builder_end (&builder);
}

static GVariant *
make_huge (void)
{
  static guint8 data[60 * 1024 * 1024];

  return bytes (data, sizeof data);
}

static GVariant *
make_deep (void)
{
  GVariant *value = g_variant_new_string ("deep");

  for (guint i = 0; i < 50; i++)
    value = g_variant_new_variant (value);
  return value;
}

static GVariant *
make_token (guint number)
{
  g_auto (GVariantDict) token = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *serial = g_strdup_printf ("%04u", number);
  g_autofree char *id = is ("long-id") ? g_strnfill (1 << 20, 'x') : g_strdup_printf ("mock/%s", serial);

  g_variant_dict_insert (&token, "id", "s", id);
  g_variant_dict_insert_value (&token, "label", is ("long-label") ? make_huge () : bytes ("Liar (sample)", 13));
  g_variant_dict_insert_value (&token, "model", bytes ("mock", 4));
  g_variant_dict_insert_value (&token, "serial", bytes (serial, 4));
  g_variant_dict_insert (&token, "flags", "t", is ("all-flags") ? G_MAXUINT64 : (guint64) 0x40c); /* initialised, login, PIN */
  g_variant_dict_insert (&token, "min-pin", "u", is ("pin-limits") ? 4000000000u : 4u);
  g_variant_dict_insert (&token, "max-pin", "u", is ("pin-limits") ? 1u : 8u);
  g_variant_dict_insert_value (&token, "mechanisms",
                               g_variant_new_parsed ("[(uint64 0x1041, uint64 256, uint64 521, uint64 2048), "
                                                     "(uint64 0x1040, uint64 256, uint64 521, uint64 65536)]"));
  g_variant_dict_insert_value (&token, "objects",
                               is ("wrong-types") ? make_deep () : make_objects (2, is ("many-objects") ? MANY : 1));
  if (is ("deep"))
    g_variant_dict_insert_value (&token, "extra", make_deep ());
  return g_variant_dict_end (&token);
}

static GVariant *
answer_list (void)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  guint n = is ("many-tokens") ? MANY / 10 : is ("no-tokens") ? 0 : 1;

  for (guint i = 1; i <= n; i++)
    g_variant_builder_add_value (&builder, make_token (is ("same-tokens") ? 1 : i));
  return g_variant_new ("(@a{sv}@aa{sv})", g_variant_new_parsed ("{'state': <'liar'>}"), g_variant_builder_end (&builder));
}

static GVariant *
answer_sign (void)
{
  static const guint8 nonsense[4097] = { 1 };

  if (is ("sign-huge"))
    return g_variant_new ("(@ay)", make_huge ());
  return g_variant_new ("(@ay)", bytes (nonsense, is ("sign-empty") ? 0 : is ("sign-long") ? sizeof nonsense : 64));
}

static GVariant *
answer_generate (void)
{
  guint n = is ("generate-none") ? 0 : is ("generate-many") ? 5000 : 1;

  if (is ("generate-garbage"))
    return g_variant_new_parsed (
        "([{'class': <uint64 2>, 'key-type': <uint64 3>, 'params': <[byte 0x30]>, 'point': <[byte 0xff]>}],)");
  return g_variant_new ("(@aa{sv})", make_objects (is ("generate-class") ? 1 : 2, n));
}

/* What a call is answered by, when it is answered as it should be. */
static GVariant *
answer_to (guint method)
{
  switch (method)
    {
    case SIGNET_TOKEN_HOST_LIST_TOKENS:
      return answer_list ();
    case SIGNET_TOKEN_HOST_GET_STATE:
      return g_variant_new ("(s)", "liar");
    case SIGNET_TOKEN_HOST_GET_FLAGS:
      return g_variant_new ("(t)", is ("all-flags") ? G_MAXUINT64 : (guint64) 0x40c);
    case SIGNET_TOKEN_HOST_LOGIN:
      return g_variant_new ("(u@aa{sv})", 0,
                            is ("login-none") ? make_objects (3, 0) : make_objects (3, is ("login-many") ? MANY : 1));
    case SIGNET_TOKEN_HOST_SIGN:
      return answer_sign ();
    case SIGNET_TOKEN_HOST_GENERATE_KEY:
      return answer_generate ();
    default:
      return g_variant_new ("()");
    }
}

/* --- how it is said ------------------------------------------------------------------------------------------------------ */

static void
write_all (gconstpointer data, gsize size)
{
  const guint8 *at = data;

  while (size > 0)
    {
      gssize n = write (SOCKET, at, size);

      if (n < 0)
        _exit (1);
      at += n;
      size -= (gsize) n;
    }
}

static void
send_frame (guint32 serial, guint kind, guint detail, gconstpointer body, gsize size)
{
  SignetTokenFrame header = { .size = (guint32) size, .serial = serial, .kind = (guint16) kind, .detail = (guint16) detail };

  write_all (&header, sizeof header);
  write_all (body, size);
}

static gboolean
send_error (guint32 serial, guint code, const char *text)
{
  send_frame (serial, SIGNET_TOKEN_FRAME_ERROR, code, text, strlen (text));
  return TRUE;
}

/* Calls, or frames of no kind there is. */
static void
flood (gboolean calls)
{
  g_autofree char *text = g_strnfill (4096, 'x');

  for (guint i = 0; i < FLOOD; i++)
    send_frame (i, calls ? SIGNET_TOKEN_FRAME_CALL : 77, 0, text, strlen (text));
}

/* The start of an answer, and no more. */
static gboolean
send_half (guint32 serial)
{
  SignetTokenFrame header = { .size = 4096, .serial = serial, .kind = SIGNET_TOKEN_FRAME_ANSWER };

  write_all (&header, sizeof header);
  write_all ("half", 4);
  return TRUE;
}

/* More than may be; the size is all that comes. */
static gboolean
send_size (guint32 serial)
{
  SignetTokenFrame header = { .size = G_MAXUINT32, .serial = serial, .kind = SIGNET_TOKEN_FRAME_ANSWER };

  write_all (&header, sizeof header);
  return TRUE;
}

/* As many as one message can carry, with the first byte of a frame nobody asked for. */
static void
send_descriptors (void)
{
  enum
  {
    N = 200
  };
  union
  {
    char bytes[CMSG_SPACE (N * sizeof (int))];
    struct cmsghdr align;
  } control = { { 0 } };
  SignetTokenFrame header = { .kind = 77 };
  struct iovec part = { &header, sizeof header };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control };
  struct cmsghdr *first = CMSG_FIRSTHDR (&message);

  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN (N * sizeof (int)); /* all of them are descriptor 0 */
  if (sendmsg (SOCKET, &message, 0) != sizeof header)
    _exit (1);
}

static gboolean
send_answer (guint32 serial, GVariant *body)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (body);

  if (is ("descriptors"))
    send_descriptors ();
  if (is ("foreign-serial"))
    serial = 4711;
  for (guint i = 0; i < (is ("twice") ? 2 : 1); i++)
    send_frame (serial, SIGNET_TOKEN_FRAME_ANSWER, 0, g_variant_get_data (owned), g_variant_get_size (owned));
  return TRUE;
}

/* TRUE: it was dealt with. */
static gboolean
misbehave (guint32 serial)
{
  g_autofree char *megabyte = NULL;

  if (is ("silent"))
    return TRUE;
  if (is ("late"))
    sleep (LATE_SECONDS);
  if (is ("dies"))
    _exit (0);
  if (is ("half"))
    return send_half (serial);
  if (is ("size"))
    return send_size (serial);
  if (is ("empty-answer"))
    return send_frame (serial, SIGNET_TOKEN_FRAME_ANSWER, 0, "", 0), TRUE;
  if (is ("wrong-answer"))
    return send_answer (serial, g_variant_new ("(sas)", "no", NULL));
  if (is ("foreign-error"))
    return send_error (serial, SIGNET_TOKEN_ERROR_LAST + 1, "not really");
  if (is ("unknown-error"))
    return send_error (serial, G_MAXUINT16, "");
  if (is ("wrong-pin-error"))
    return send_error (serial, SIGNET_TOKEN_ERROR_WRONG_PIN, "at a listing");
  megabyte = g_strnfill (1 << 20, '\33');
  if (is ("long-error"))
    return send_error (serial, SIGNET_TOKEN_ERROR_FAILED, megabyte);
  if (is ("frames") || is ("calls"))
    flood (is ("calls"));
  return FALSE;
}

/* FALSE: the client is gone. Descriptors are not taken. */
static gboolean
read_all (gpointer buffer, gsize size)
{
  for (gsize at = 0; at < size;)
    {
      gssize n = read (SOCKET, (guint8 *) buffer + at, size - at);

      if (n <= 0)
        return FALSE;
      at += (gsize) n;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  SignetTokenFrame call;

  if (argc < 2)
    return EXIT_FAILURE;
  mode = g_path_get_basename (argv[argc - 1]);
  mode[strcspn (mode, ".")] = '\0';
  send_frame (0, SIGNET_TOKEN_FRAME_HELLO, is ("other-version") ? SIGNET_TOKEN_HOST_HASH + 1 : SIGNET_TOKEN_HOST_HASH, "", 0);
  while (read_all (&call, sizeof call))
    {
      g_autofree char *arguments = g_malloc (call.size + 1);

      if (!read_all (arguments, call.size))
        break;
      if (!misbehave (call.serial))
        send_answer (call.serial, answer_to (call.detail));
    }
  g_free (mode);
  return EXIT_SUCCESS;
}
