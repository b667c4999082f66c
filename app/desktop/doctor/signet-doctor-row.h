/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-doctor-row.h: one layer: its state, what was found, what mends it; technical words folded. */
#pragma once

#include <adwaita.h>

#include "../common/signet-state.h"
#include "../../core/token/signet-token-doctor.h"

G_BEGIN_DECLS

/* (transfer floating) */
GtkWidget  *signet_doctor_row_new   (const SignetDoctorFinding *finding);
SignetState signet_doctor_state     (SignetDoctorState state);
/* A command to be typed in a terminal, with a button that copies it. (transfer floating) */
GtkWidget  *signet_doctor_command_new (const char *command);

G_END_DECLS
