/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-sign-result.h: it is signed: where the file is and what to do with it. Signal "next". */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_SIGN_RESULT (signet_sign_result_get_type ())
G_DECLARE_FINAL_TYPE (SignetSignResult, signet_sign_result, SIGNET, SIGN_RESULT, AdwBin)

void signet_sign_result_set (SignetSignResult *self, const char *path, gboolean software_token, gboolean postponed);

G_END_DECLS
