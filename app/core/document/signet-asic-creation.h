/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-asic-creation.h: documents and a signature over them in one container (EN 319 162-1), or one signature more in a container that is there. */
#pragma once

#include "signet-signature-creation.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_ASIC_S, /* one document, one signature directly over it */
  SIGNET_ASIC_E, /* any number of documents, signatures over a list of them */
} SignetAsicFlavour;

typedef enum { SIGNET_ASIC_CADES, SIGNET_ASIC_XADES } SignetAsicInner;

#define SIGNET_TYPE_ASIC_CREATION (signet_asic_creation_get_type ())
G_DECLARE_FINAL_TYPE (SignetAsicCreation, signet_asic_creation, SIGNET, ASIC_CREATION, SignetSignatureCreation)

/* @files: (element-type SignetDocumentFile): the documents, or one container; @inner: of a new container, as one that is there goes on as it began */
SignetSignatureCreation *signet_asic_creation_new (GPtrArray *files, SignetAsicFlavour flavour, SignetAsicInner inner);

/* An ASiC container, by its content. */
gboolean signet_asic_creation_is_container (SignetDocumentFile *file);
/* FALSE: what is in @file is a container of that flavour that cannot be taken on, or no container at all. */
gboolean signet_asic_creation_takes_on (SignetDocumentFile *file, SignetAsicFlavour flavour);

/* What stands in the way of all of @files in one container. */
typedef enum {
  SIGNET_ASIC_NAMES_FINE,
  SIGNET_ASIC_NAME_TWICE,     /* two with one name, or names that some systems take for one */
  SIGNET_ASIC_NAME_FORBIDDEN, /* not UTF-8, control characters, a name the container needs itself */
} SignetAsicNames;
/* @index: (out): of the first file it is about */
SignetAsicNames signet_asic_creation_check_names (GPtrArray *files, guint *index);

G_END_DECLS
