/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-enrol-authorities.h: the authorities a plugin can serve, as equal cards. Signal "chosen" (SignetAuthority *). */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SIGNET_TYPE_ENROL_AUTHORITIES (signet_enrol_authorities_get_type ())
G_DECLARE_FINAL_TYPE (SignetEnrolAuthorities, signet_enrol_authorities, SIGNET, ENROL_AUTHORITIES, AdwBin)

/* @authorities: (nullable) (element-type SignetAuthority) */
void signet_enrol_authorities_set (SignetEnrolAuthorities *self, GPtrArray *authorities);

G_END_DECLS
