/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-interrupt.h: Ctrl+C, TERM and HUP cancel what is being done, so that everything is put back before the program ends. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* (transfer none): cancelled by the first signal; a second one ends the program at once with status 130. Installs the handlers on the first call. */
GCancellable *signet_interrupt_get_cancellable (void);

G_END_DECLS
