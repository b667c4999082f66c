/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-key-list.h: all certificates of all tokens to choose from: those that can sign first, the others greyed and, when many, folded. */
#pragma once

#include <adwaita.h>

#include "../common/signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_KEY_LIST (signet_key_list_get_type ())
G_DECLARE_FINAL_TYPE (SignetKeyList, signet_key_list, SIGNET, KEY_LIST, AdwPreferencesGroup)

/* Signal "chosen" whenever the choice is another one, also when there is none any more. */
void            signet_key_list_set_desktop (SignetKeyList *self, SignetDesktop *desktop);
SignetTokenKey *signet_key_list_get_key     (SignetKeyList *self); /* (nullable) borrowed */

G_END_DECLS
