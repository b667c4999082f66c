/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-mark-choice.h: what the person chose for the visible mark of one document, where it stands, and its picture; between panel and page. */
#pragma once

#include <gdk/gdk.h>

#include "signet-mark-plan.h"
#include "signet-sign-work.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_MARK_CHOICE (signet_mark_choice_get_type ())
G_DECLARE_FINAL_TYPE (SignetMarkChoice, signet_mark_choice, SIGNET, MARK_CHOICE, GObject)

SignetMarkChoice        *signet_mark_choice_new          (void);
/* One mark for many files: it stays when another of them is shown, and is moved on all of them at once. */
SignetMarkChoice        *signet_mark_choice_new_for_many (void);
gboolean                 signet_mark_choice_is_for_many  (SignetMarkChoice *self);
/* For many: on the pages of @pdf it is seen and moved from now on. Both (nullable) */
void                     signet_mark_choice_show_on      (SignetMarkChoice *self, SignetDocumentFile *file, SignetDocumentPdf *pdf);
/* For many: in the empty signature field of each file */
void                     signet_mark_choice_set_in_fields (SignetMarkChoice *self, gboolean in_fields);
gboolean                 signet_mark_choice_is_in_fields (SignetMarkChoice *self);
/* For many: (transfer full) (nullable): what any thread can apply; NULL: nothing is seen */
SignetMarkPlan          *signet_mark_choice_dup_plan     (SignetMarkChoice *self);
/* @document: borrowed, (nullable). Nothing is chosen afterwards. */
void                     signet_mark_choice_set_document (SignetMarkChoice *self, SignetOpenDocument *document);
SignetDocumentPdf       *signet_mark_choice_get_pdf      (SignetMarkChoice *self); /* (nullable): no pages to stand on */
/* Whose name it shows. (nullable) */
void                     signet_mark_choice_set_key      (SignetMarkChoice *self, SignetTokenKey *key, SignetClock *clock);
void                     signet_mark_choice_set_texts    (SignetMarkChoice *self, const char *reason, const char *location);

const SignetVisibleMark *signet_mark_choice_get_mark     (SignetMarkChoice *self); /* (nullable): nothing is seen */
void                     signet_mark_choice_take_mark    (SignetMarkChoice *self, SignetVisibleMark *mark); /* (transfer full) (nullable) */
gboolean                 signet_mark_choice_get_cover    (SignetMarkChoice *self);
void                     signet_mark_choice_set_cover    (SignetMarkChoice *self, gboolean cover);

/* FALSE: not known (yet), or there is no place for it */
gboolean                 signet_mark_choice_get_box      (SignetMarkChoice *self, SignetMarkBox *box);
void                     signet_mark_choice_move         (SignetMarkChoice *self, const SignetMarkBox *box);
GdkTexture              *signet_mark_choice_get_picture  (SignetMarkChoice *self); /* borrowed, (nullable) */
/* Gives all of it to an act. */
void                     signet_mark_choice_apply        (SignetMarkChoice *self, SignetSigning *signing);
/* Signals: "changed": something else would be signed; "drawn": place or picture are others */

G_END_DECLS
