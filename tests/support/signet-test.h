/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test.h: what tests share: a home of their own, keys and certificates to throw away, scripted people, a lying server. */
#pragma once

#include <gio/gio.h>
#include <openssl/x509v3.h>

#include "../../app/core/base/signet-interaction.h"
#include "../../app/core/base/signet-signer.h"

G_BEGIN_DECLS

/* --- places --------------------------------------------------------------------------------------------------------------- */

/* A new folder that HOME, XDG_* and SIGNET_USER_DIR point at; call once, first thing in main(). Removed at exit. */
const char *signet_test_home (void);
char       *signet_test_make_dir (void);                    /* (transfer full): a further folder inside the home */
char       *signet_test_write_file (const char *dir, const char *name, const void *data, gssize length); /* (transfer full): its path */
void        signet_test_remove_tree (const char *path);
guint       signet_test_count_files (const char *dir);      /* entries of all kinds, hidden ones too */

/* --- keys and certificates -------------------------------------------------------------------------------------------------- */

EVP_PKEY *signet_test_new_key (const char *key_spec);       /* "rsa-2048", "ec-p256", … and "rsa-pss-2048" */

/* Zero means what is said beside it. */
typedef struct {
  const char        *subject;     /* "CN=Somebody,O=Sample" (commas only between parts); NULL: CN=Test */
  gint64             not_before;  /* 0: yesterday */
  gint64             not_after;   /* 0: in a year */
  guint64            serial;      /* 0: a random one */
  gboolean           ca;
  const char        *key_usage;   /* NULL: nonRepudiation, or keyCertSign,cRLSign for a CA; "": none */
  const char *const *extensions;  /* (nullable): OpenSSL names and values in turn: "extendedKeyUsage", "OCSPSigning", NULL */
  gboolean           sign_pss;    /* the issuer signs with RSA-PSS */
  const EVP_MD      *digest;      /* NULL: SHA-256 */
} SignetTestCertificate;

/* @issuer: NULL: self-signed with @issuer_key. */
X509   *signet_test_new_certificate (const SignetTestCertificate *what, EVP_PKEY *subject_key, X509 *issuer, EVP_PKEY *issuer_key);
GBytes *signet_test_certificate_der (X509 *certificate);

/* --- a software key behind the seam -------------------------------------------------------------------------------------- */

typedef enum {
  SIGNET_TEST_SIGNER_GOOD,
  SIGNET_TEST_SIGNER_FAILS,     /* returns an error */
  SIGNET_TEST_SIGNER_LIES,      /* returns bytes that are no signature */
  SIGNET_TEST_SIGNER_WRONG_KEY, /* signs with another key than it shows */
} SignetTestSignerFault;

#define SIGNET_TYPE_TEST_SIGNER (signet_test_signer_get_type ())
G_DECLARE_FINAL_TYPE (SignetTestSigner, signet_test_signer, SIGNET, TEST_SIGNER, GObject)

typedef void (*SignetTestSignerHook) (gpointer data);

SignetTestSigner *signet_test_signer_new       (EVP_PKEY *key);                                   /* takes a reference of its own */
void              signet_test_signer_set_fault (SignetTestSigner *self, SignetTestSignerFault fault);
void              signet_test_signer_set_hook  (SignetTestSigner *self, SignetTestSignerHook hook, gpointer data); /* called before each signature */
guint             signet_test_signer_get_count (SignetTestSigner *self);                          /* signatures asked for */

/* --- a scripted person ------------------------------------------------------------------------------------------------------- */

#define SIGNET_TYPE_TEST_INTERACTION (signet_test_interaction_get_type ())
G_DECLARE_FINAL_TYPE (SignetTestInteraction, signet_test_interaction, SIGNET, TEST_INTERACTION, GObject)

SignetTestInteraction *signet_test_interaction_new          (const char *first_pin, ...) G_GNUC_NULL_TERMINATED; /* answered in turn; then cancelled */
void                   signet_test_interaction_add_pin      (SignetTestInteraction *self, const char *pin);         /* behind the others */
void                   signet_test_interaction_set_consent  (SignetTestInteraction *self, gboolean agrees);       /* TRUE at first */
void                   signet_test_interaction_refuse       (SignetTestInteraction *self, const char *kind); /* no to this kind of consent alone */
void                   signet_test_interaction_set_value    (SignetTestInteraction *self, const char *field, const char *value); /* secrets too */
guint                  signet_test_interaction_get_n_pins   (SignetTestInteraction *self);                        /* PIN questions asked */
guint                  signet_test_interaction_get_n_consents (SignetTestInteraction *self);
SignetPinFlags         signet_test_interaction_get_pin_flags (SignetTestInteraction *self);                       /* of the last question */
const char            *signet_test_interaction_get_document (SignetTestInteraction *self);                        /* (nullable): of the last question */
const char            *signet_test_interaction_get_steps    (SignetTestInteraction *self);                        /* "hashing signing …" */

/* --- a server on loopback ------------------------------------------------------------------------------------------------------ */

typedef enum {
  SIGNET_TEST_SERVER_GOOD,
  SIGNET_TEST_SERVER_HANGS,    /* takes the request and never answers */
  SIGNET_TEST_SERVER_CUTS,     /* closes in the middle of the body */
  SIGNET_TEST_SERVER_ENDLESS,  /* a body without an end */
  SIGNET_TEST_SERVER_GARBAGE,  /* not HTTP */
} SignetTestServerFault;

typedef struct _SignetTestServer SignetTestServer;

/* @answer: a whole HTTP answer with headers; sent to every request. */
SignetTestServer *signet_test_server_new         (SignetTestServerFault fault, const void *answer, gssize length);
SignetTestServer *signet_test_server_new_body    (const char *content_type, const void *body, gsize length);
const char       *signet_test_server_get_url     (SignetTestServer *self);  /* "http://127.0.0.1:PORT/" */
const char       *signet_test_server_get_host    (SignetTestServer *self);  /* "127.0.0.1:PORT" */
guint             signet_test_server_get_count   (SignetTestServer *self);  /* requests taken */
char             *signet_test_server_dup_request (SignetTestServer *self);  /* (nullable): the last one */
void              signet_test_server_free        (SignetTestServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetTestServer, signet_test_server_free)

G_END_DECLS
