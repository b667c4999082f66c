/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-sign-choice.h: what is chosen for a signature (certificate, format, level) with all that an act of signing needs of the core: taken together
 * on the main thread, turned into acts on any.
 */
#pragma once

#include "../../core/signing/signet-signing.h"
#include "../common/signet-desktop.h"

G_BEGIN_DECLS

typedef struct _SignetSignChoice SignetSignChoice;

/* @key, @format: (nullable): none yet; what is usual for the content */
SignetSignChoice *signet_sign_choice_new         (SignetDesktop *desktop, SignetTokenKey *key, const char *format, const char *level);
void              signet_sign_choice_free        (SignetSignChoice *self);
gboolean          signet_sign_choice_has_key     (SignetSignChoice *self);
/* Without a time-stamp when none is to be had, which then comes later. */
void              signet_sign_choice_set_or_later (SignetSignChoice *self, gboolean or_later);
/* An act for @file; where its signed file goes is not chosen here. */
SignetSigning    *signet_sign_choice_new_signing (SignetSignChoice *self, SignetDocumentFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignetSignChoice, signet_sign_choice_free)

G_END_DECLS
