/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * liar.c: a token host that lies: started in place of ours, by a module whose code has taken it over. For tests only.
 *
 *   liar [OPTIONS] -- FOLDER/MODE.so     the file need not be there; its name says what to do
 *
 * What it says when it does not lie is one token with one key, the generator of P-256. It answers in GDBus's thread.
 */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET 3
#define ERROR_PREFIX "org.signet.TokenHost.Error."
#define FLOOD 20000
#define LATE_SECONDS 30

/* More than anybody believes (SIGNET_TOKEN_MAX_OBJECTS); how much more is a matter of patience where each allocation is watched. */
#if defined(__SANITIZE_ADDRESS__)
#define MANY 6000
#else
#define MANY 100000
#endif

static GDBusConnection *connection;
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
answer_to (const char *member)
{
  if (g_str_equal (member, "ListTokens"))
    return answer_list ();
  if (g_str_equal (member, "GetState"))
    return g_variant_new ("(s)", "liar");
  if (g_str_equal (member, "GetFlags"))
    return g_variant_new ("(t)", is ("all-flags") ? G_MAXUINT64 : (guint64) 0x40c);
  if (g_str_equal (member, "Login"))
    return g_variant_new ("(u@aa{sv})", 0,
                          is ("login-none") ? make_objects (3, 0) : make_objects (3, is ("login-many") ? MANY : 1));
  if (g_str_equal (member, "Sign"))
    return answer_sign ();
  if (g_str_equal (member, "GenerateKey"))
    return answer_generate ();
  return NULL;
}

/* --- how it is said ------------------------------------------------------------------------------------------------------ */

static void
send_message (GDBusMessage *message)
{
  g_dbus_connection_send_message (connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);
}

static void
send_error (GDBusMessage *call, const char *name, const char *text)
{
  send_message (g_dbus_message_new_method_error_literal (call, name, text));
}

/* Signals, or calls whose answers are never looked at. */
static void
flood (gboolean signals)
{
  g_autofree char *text = g_strnfill (4096, 'x');

  for (guint i = 0; i < FLOOD; i++)
    {
      GDBusMessage *message =
          signals ? g_dbus_message_new_signal ("/a", "a.b", "c") : g_dbus_message_new_method_call (NULL, "/a", "a.b", "c");

      g_dbus_message_set_body (message, g_variant_new ("(s)", text));
      send_message (message);
    }
}

/* The start of a message, and no more. */
static void
send_half (void)
{
  static const guint8 half[] = { 'l', 2, 0, 1, 0, 0, 16, 0, 9, 0, 0, 0, 8, 0, 0, 0, 5, 1, 'u', 0 };

  if (write (SOCKET, half, sizeof half) < 0)
    _exit (1);
}

static void
add_descriptors (GDBusMessage *message)
{
  GUnixFDList *fds = g_unix_fd_list_new ();

  for (guint i = 0; i < 200; i++)
    g_unix_fd_list_append (fds, 0, NULL);
  g_dbus_message_set_unix_fd_list (message, fds);
  g_object_unref (fds);
}

static void
send_answer (GDBusMessage *call, GVariant *body)
{
  GDBusMessage *message = g_dbus_message_new_method_reply (call);

  if (body != NULL)
    g_dbus_message_set_body (message, body);
  if (is ("descriptors"))
    add_descriptors (message);
  if (is ("foreign-serial"))
    g_dbus_message_set_reply_serial (message, 4711);
  if (is ("twice"))
    send_message (g_dbus_message_copy (message, NULL));
  send_message (message);
}

/* TRUE: it was dealt with. */
static gboolean
misbehave (GDBusMessage *call)
{
  g_autofree char *megabyte = NULL;

  if (is ("silent"))
    return TRUE;
  if (is ("late"))
    sleep (LATE_SECONDS);
  if (is ("dies"))
    _exit (0);
  if (is ("half"))
    return send_half (), TRUE;
  if (is ("empty-answer"))
    return send_answer (call, NULL), TRUE;
  if (is ("wrong-answer"))
    return send_answer (call, g_variant_new ("(sas)", "no", NULL)), TRUE;
  if (is ("foreign-error"))
    return send_error (call, "org.freedesktop.DBus.Error.Timeout", "not really"), TRUE;
  if (is ("unknown-error"))
    return send_error (call, "a.b", ""), TRUE;
  if (is ("wrong-pin-error"))
    return send_error (call, ERROR_PREFIX "WrongPin", "at a listing"), TRUE;
  megabyte = g_strnfill (1 << 20, '\33');
  if (is ("long-error"))
    return send_error (call, ERROR_PREFIX "Failed", megabyte), TRUE;
  if (is ("signals") || is ("calls"))
    flood (is ("signals"));
  return FALSE;
}

static GDBusMessage *
on_message (GDBusConnection *unused, GDBusMessage *message, gboolean incoming, gpointer data)
{
  if (!incoming)
    return message;
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL && !misbehave (message))
    send_answer (message, answer_to (g_dbus_message_get_member (message)));
  g_object_unref (message);
  return NULL;
}

static void
on_closed (GDBusConnection *unused, gboolean vanished, GError *error, gpointer loop)
{
  g_main_loop_quit (loop);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (SOCKET, NULL);
  g_autoptr (GSocketConnection) stream = NULL;
  g_autofree char *guid = g_dbus_generate_guid ();

  if (argc < 2 || socket == NULL)
    return EXIT_FAILURE;
  mode = g_path_get_basename (argv[argc - 1]);
  mode[strcspn (mode, ".")] = '\0';
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), guid,
                                           G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_ALLOW_ANONYMOUS |
                                               G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                           NULL, NULL, NULL);
  if (connection == NULL)
    return EXIT_FAILURE;
  g_dbus_connection_add_filter (connection, on_message, NULL, NULL);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), loop);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);
  g_object_unref (connection);
  g_free (mode);
  return EXIT_SUCCESS;
}
