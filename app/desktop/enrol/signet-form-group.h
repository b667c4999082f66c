/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-form-group.h: draws a SignetForm as rows, checks what is typed, says what is wrong in words. Signal "changed". */
#pragma once

#include <adwaita.h>

#include "../../core/base/signet-form.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_FORM_GROUP (signet_form_group_get_type ())
G_DECLARE_FINAL_TYPE (SignetFormGroup, signet_form_group, SIGNET, FORM_GROUP, AdwPreferencesGroup)

void        signet_form_group_set_form    (SignetFormGroup *self, SignetForm *form);
gboolean    signet_form_group_is_complete (SignetFormGroup *self);
GHashTable *signet_form_group_dup_values  (SignetFormGroup *self);  /* (transfer full): id -> char *, without secrets */
/* (transfer full): id -> path, of the fields for files; they are among the values too */
GHashTable *signet_form_group_dup_files   (SignetFormGroup *self);
GHashTable *signet_form_group_dup_secrets (SignetFormGroup *self);  /* (transfer full): id -> SignetSecret */

G_END_DECLS
