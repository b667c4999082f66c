/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-details.h: the authority's form and the key: on which token, of which type. Signal "changed". */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"
#include "signet-enrol-work.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_DETAILS (signet_enrol_details_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolDetails, signet_enrol_details, SIGNET, ENROL_DETAILS, AdwBin)

void                signet_enrol_details_set_desktop   (SignetEnrolDetails *self, SignetDesktop *desktop);
/* @form: (nullable): still asked for */
void                signet_enrol_details_set           (SignetEnrolDetails *self, SignetAuthority *authority, SignetForm *form);
/* A key to be used again: no token, type or place is chosen. */
void                signet_enrol_details_set_key       (SignetEnrolDetails *self, SignetTokenKey *key);
gboolean            signet_enrol_details_is_complete   (SignetEnrolDetails *self);
SignetEnrolAnswers *signet_enrol_details_dup_answers   (SignetEnrolDetails *self);

G_END_DECLS
