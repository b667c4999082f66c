/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-token-doctor.h: which layer between the USB port and a signature does not work, and what mends it.
 *
 * Looks from the outside in: device, reader service, reader, card, module, slot, token, key, certificate, signature. A layer whose
 * ground is missing is SKIPPED, not failed: the first FAILED finding names the cause. Findings are codes and outside
 * text; sentences are in app/core/face/signet-words-doctor.c. Blocks up to half a minute, worker threads.
 */
#pragma once

#include "signet-token-manager.h"

G_BEGIN_DECLS

typedef enum {
  SIGNET_DOCTOR_USB,
  SIGNET_DOCTOR_READER_SERVICE,
  SIGNET_DOCTOR_READER,
  SIGNET_DOCTOR_CARD,
  SIGNET_DOCTOR_MODULE,
  SIGNET_DOCTOR_SLOT,
  SIGNET_DOCTOR_TOKEN,
  SIGNET_DOCTOR_KEY,
  SIGNET_DOCTOR_CERTIFICATE,
  SIGNET_DOCTOR_SIGNATURE,
  SIGNET_DOCTOR_N_LAYERS,
} SignetDoctorLayer;

typedef enum {
  SIGNET_DOCTOR_OK,
  SIGNET_DOCTOR_WARNING,
  SIGNET_DOCTOR_FAILED,
  SIGNET_DOCTOR_SKIPPED,
} SignetDoctorState;

typedef struct {
  SignetDoctorLayer layer;
  SignetDoctorState state;
  char *subject; /* what was looked at, outside text, not sanitized: name of a device, reader, module, token; "" when nothing */
  char *code;    /* what was found: "no-driver", "pin-locked"…; the sentence is the face's */
  char *detail;  /* technical, "" when there is none */
  char *package; /* the Debian package that is missing, "" when none is */
  char *command; /* what to type to mend it, "" when no single command does */
} SignetDoctorFinding;

void       signet_doctor_finding_free (SignetDoctorFinding *finding);

/* The code of a layer in documents: "usb", "reader-service"…; names: signet_doctor */
const char *signet_doctor_layer_name (SignetDoctorLayer layer);
const char *signet_doctor_state_name (SignetDoctorState state);

/*
 * @token: (nullable): that one alone, from its module on; %NULL: all there are
 * @interaction: (nullable): asks the PIN once for a test signature; %NULL: no test signature
 * Returns: (transfer full) (nullable) (element-type SignetDoctorFinding): in the order of the layers; %NULL only when cancelled
 */
GPtrArray *signet_token_doctor_examine (SignetTokenManager *manager, SignetToken *token, SignetInteraction *interaction,
                                        GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetDoctorFinding, signet_doctor_finding_free)

G_END_DECLS
