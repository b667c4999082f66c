/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "signet-evidence.h"
G_DEFINE_QUARK (signet-evidence-error-quark, signet_evidence_error)
