/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-core.c: the core, put together once for a face. Each part is made when it is first asked for and kept.
 *
 * Not a service locator for the rooms: only faces use it. Any thread may ask; what is returned is borrowed and lives as
 * long as the core.
 */
#define G_LOG_DOMAIN "signet-core"

#include "config.h"

#include "signet-core.h"
#include "signet-words.h"

#include "../base/signet-paths.h"

struct _SignetCore
{
  GObject parent_instance;

  GRecMutex lock;
  char **modules;              /* (owned) (nullable) */
  SignetClock *clock;          /* (owned) (nullable) until asked for, as all that follow */
  SignetHttp *http;
  SignetEvidenceCache *evidence_cache;
  SignetTokenManager *tokens;
  SignetStore *store;
  SignetJournal *journal;
  SignetPluginConsents *consents;
  SignetEnrolment *enrolment;
  GPtrArray *plugins;          /* (element-type SignetPluginManifest) */
  GPtrArray *authorities;      /* (element-type SignetAuthority) */
  GPtrArray *anchors;          /* (element-type SignetCertificate) */
  GPtrArray *ca_certificates;  /* (element-type SignetCertificate) */
  GPtrArray *problems;         /* (element-type GError): profiles, manifests and anchors that were left out */
};

G_DEFINE_FINAL_TYPE (SignetCore, signet_core, G_TYPE_OBJECT)

static void
signet_core_add_certificates (GPtrArray *all,
                              GPtrArray *certificates)
{
  for (guint i = 0; certificates != NULL && i < certificates->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (certificates, i)));
}

static void
signet_core_add_problems (SignetCore *self,
                          GPtrArray  *problems)
{
  if (problems == NULL)
    return;

  for (guint i = 0; i < problems->len; i++)
    {
      const GError *problem = g_ptr_array_index (problems, i);

      g_message ("left out: %s", problem->message);
      g_ptr_array_add (self->problems, g_error_copy (problem));
    }
}

static void
signet_core_finalize (GObject *object)
{
  SignetCore *self = SIGNET_CORE (object);

  g_clear_object (&self->enrolment);
  g_clear_object (&self->consents);
  g_clear_object (&self->journal);
  g_clear_object (&self->store);
  g_clear_object (&self->tokens);
  g_clear_object (&self->http);
  g_clear_pointer (&self->evidence_cache, signet_evidence_cache_unref);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->plugins, g_ptr_array_unref);
  g_clear_pointer (&self->authorities, g_ptr_array_unref);
  g_clear_pointer (&self->anchors, g_ptr_array_unref);
  g_clear_pointer (&self->ca_certificates, g_ptr_array_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->modules, g_strfreev);
  g_rec_mutex_clear (&self->lock);

  G_OBJECT_CLASS (signet_core_parent_class)->finalize (object);
}

static void
signet_core_class_init (SignetCoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = signet_core_finalize;
}

static void
signet_core_init (SignetCore *self)
{
  g_rec_mutex_init (&self->lock);
  self->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
}

/**
 * signet_core_new:
 * @modules: (nullable): PKCS#11 modules to use instead of those this computer offers
 *
 * Returns: (transfer full): a core that has opened nothing yet
 */
SignetCore *
signet_core_new (const char *const *modules)
{
  SignetCore *self = g_object_new (SIGNET_TYPE_CORE, NULL);

  self->modules = g_strdupv ((char **) modules);
  return self;
}

/**
 * signet_core_get_clock:
 * @self: a core
 *
 * Returns: (transfer none): the system's clock
 */
SignetClock *
signet_core_get_clock (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->clock == NULL)
    self->clock = signet_clock_new_system ();
  return self->clock;
}

/**
 * signet_core_get_http:
 * @self: a core
 *
 * Returns: (transfer none): the door to the network
 */
SignetHttp *
signet_core_get_http (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->http == NULL)
    self->http = signet_http_new ();
  return self->http;
}

/**
 * signet_core_get_evidence_cache:
 * @self: a core
 *
 * Returns: (transfer none): what is kept of answers about revocation and of fetched certificates
 */
SignetEvidenceCache *
signet_core_get_evidence_cache (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->evidence_cache == NULL)
    self->evidence_cache = signet_evidence_cache_new (NULL, 0);
  return self->evidence_cache;
}

/**
 * signet_core_get_tokens:
 * @self: a core
 *
 * As a list model it belongs to the thread that asks first.
 *
 * Returns: (transfer none): the tokens
 */
SignetTokenManager *
signet_core_get_tokens (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->tokens == NULL)
    self->tokens = signet_token_manager_new ((const char *const *) self->modules);
  return self->tokens;
}

/**
 * signet_core_get_store:
 * @self: a core
 * @error: return location, in the %SIGNET_BASE_ERROR domain
 *
 * Returns: (transfer none) (nullable): the user's database
 */
SignetStore *
signet_core_get_store (SignetCore  *self,
                       GError     **error)
{
  g_autoptr(GRecMutexLocker) locker = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->store == NULL)
    self->store = signet_store_open (signet_paths_get_database (), error);
  return self->store;
}

/**
 * signet_core_get_journal:
 * @self: a core
 * @error: return location, in the %SIGNET_BASE_ERROR domain
 *
 * Returns: (transfer none) (nullable): the user's journal
 */
SignetJournal *
signet_core_get_journal (SignetCore  *self,
                         GError     **error)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  SignetStore *store;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->journal != NULL)
    return self->journal;

  store = signet_core_get_store (self, error);
  if (store == NULL)
    return NULL;

  self->journal = signet_journal_new (store, signet_core_get_clock (self), error);
  return self->journal;
}

/**
 * signet_core_record:
 * @self: a core
 * @act: as docs/cli.md names it, e.g. "certificate-imported"
 * @token: what it was done to
 * @certificate: (nullable): which it was about
 * @error: return location
 *
 * The token room knows no journal. The act itself is done and stays done, also when it cannot be recorded.
 *
 * Returns: whether it stands in the journal
 */
gboolean
signet_core_record (SignetCore         *self,
                    const char         *act,
                    SignetToken        *token,
                    SignetCertificate  *certificate,
                    GError            **error)
{
  SignetJournal *journal = signet_core_get_journal (self, error);
  SignetJournalEntry entry = { .act = (char *) act, .subject = (char *) signet_token_get_label (token) };

  if (certificate != NULL)
    entry.certificate = (char *) signet_certificate_get_sha256 (certificate);
  return journal != NULL && signet_journal_append (journal, &entry, error);
}

/**
 * signet_core_get_plugins:
 * @self: a core
 *
 * Returns: (transfer none) (element-type SignetPluginManifest): plugins whose manifest can be used
 */
GPtrArray *
signet_core_get_plugins (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  g_autoptr(GPtrArray) problems = NULL;
  g_auto(GStrv) directories = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->plugins != NULL)
    return self->plugins;

  directories = signet_paths_dup_plugin_dirs ();
  self->plugins = signet_plugin_registry_load ((const char *const *) directories, &problems);
  signet_core_add_problems (self, problems);
  return self->plugins;
}

/**
 * signet_core_get_plugin_consents:
 * @self: a core
 * @error: return location, in the %SIGNET_BASE_ERROR domain
 *
 * Returns: (transfer none) (nullable): which plugins may run
 */
SignetPluginConsents *
signet_core_get_plugin_consents (SignetCore  *self,
                                 GError     **error)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  SignetJournal *journal;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->consents != NULL)
    return self->consents;
  journal = signet_core_get_journal (self, error);
  if (journal == NULL)
    return NULL;
  self->consents = signet_plugin_consents_new (self->store, signet_core_get_clock (self), journal, error);
  return self->consents;
}

/**
 * signet_core_get_authorities:
 * @self: a core
 *
 * Returns: (transfer none) (element-type SignetAuthority): the authorities this computer has a profile of
 */
GPtrArray *
signet_core_get_authorities (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  g_autoptr(GPtrArray) problems = NULL;
  g_auto(GStrv) directories = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->authorities != NULL)
    return self->authorities;

  directories = signet_paths_dup_authority_dirs ();
  self->authorities = signet_authority_load_all ((const char *const *) directories, &problems);
  signet_core_add_problems (self, problems);
  return self->authorities;
}

/**
 * signet_core_get_anchors:
 * @self: a core
 *
 * Returns: (transfer none) (element-type SignetCertificate): the trust anchors this computer holds
 */
GPtrArray *
signet_core_get_anchors (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  g_autoptr(GError) error = NULL;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->anchors != NULL)
    return self->anchors;

  /* the folders of anchors, not those of authorities: a filed chain is not trusted for being filed */
  self->anchors = signet_authority_load_anchors (NULL, &error);
  if (self->anchors == NULL)
    {
      /* without anchors nothing passes: the safe side to fail on */
      g_message ("no trust anchors: %s", error->message);
      g_ptr_array_add (self->problems, g_steal_pointer (&error));
      self->anchors = g_ptr_array_new_with_free_func (g_object_unref);
    }
  return self->anchors;
}

/**
 * signet_core_get_ca_certificates:
 * @self: a core
 *
 * What a path may be built from. Only anchors end one.
 *
 * Returns: (transfer none) (element-type SignetCertificate): anchors and the filed chains of all authorities
 */
GPtrArray *
signet_core_get_ca_certificates (SignetCore *self)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  g_autoptr(GPtrArray) issuers = NULL;
  GPtrArray *authorities;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->ca_certificates != NULL)
    return self->ca_certificates;

  self->ca_certificates = g_ptr_array_new_with_free_func (g_object_unref);
  signet_core_add_certificates (self->ca_certificates, signet_core_get_anchors (self));
  authorities = signet_core_get_authorities (self);
  for (guint i = 0; i < authorities->len; i++)
    signet_core_add_certificates (self->ca_certificates, signet_authority_get_chain (g_ptr_array_index (authorities, i)));
  issuers = signet_enrolment_load_issuers ();
  signet_core_add_certificates (self->ca_certificates, issuers);
  return self->ca_certificates;
}

/**
 * signet_core_get_enrolment:
 * @self: a core
 * @error: return location, in the %SIGNET_BASE_ERROR domain
 *
 * Returns: (transfer none) (nullable): requests for certificates
 */
SignetEnrolment *
signet_core_get_enrolment (SignetCore  *self,
                           GError     **error)
{
  g_autoptr(GRecMutexLocker) locker = NULL;
  g_autofree char *name = NULL;
  SignetJournal *journal;

  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  locker = g_rec_mutex_locker_new (&self->lock);
  if (self->enrolment != NULL)
    return self->enrolment;

  journal = signet_core_get_journal (self, error);
  if (journal == NULL)
    return NULL;

  name = signet_words_secret ();
  signet_enrolment_set_secret_words (name);
  self->enrolment = signet_enrolment_new (self->store, signet_core_get_http (self), signet_core_get_clock (self),
                                          signet_core_get_tokens (self), journal, signet_core_get_plugins (self),
                                          signet_core_get_authorities (self), error);
  return self->enrolment;
}

/**
 * signet_core_get_problems:
 * @self: a core
 *
 * Returns: (transfer none) (element-type GError): what was left out while plugins, authorities and anchors were read
 */
GPtrArray *
signet_core_get_problems (SignetCore *self)
{
  g_return_val_if_fail (SIGNET_IS_CORE (self), NULL);

  return self->problems;
}
