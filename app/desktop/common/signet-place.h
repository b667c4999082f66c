/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-place.h: what the window asks of each of its four places: the core, a way back, the main button, files to open. */
#pragma once

#include <adwaita.h>

#include "signet-desktop.h"

G_BEGIN_DECLS

#define SIGNET_TYPE_PLACE (signet_place_get_type ())
G_DECLARE_DERIVABLE_TYPE (SignetPlace, signet_place, SIGNET, PLACE, AdwBin)

/**
 * SignetPlaceClass:
 * @start: the core is open; fill in what is shown
 * @go_back: one step back; only called while can-go-back is set
 * @activate_main: the screen's main button (Ctrl+Return)
 * @open_file: a file was given to this place
 * @open_files: several were (element-type GFile); without it the first is opened
 */
struct _SignetPlaceClass {
  AdwBinClass parent_class;

  void (*start)         (SignetPlace *self);
  void (*go_back)       (SignetPlace *self);
  void (*activate_main) (SignetPlace *self);
  void (*open_file)     (SignetPlace *self, GFile *file);
  void (*open_files)    (SignetPlace *self, GPtrArray *files);
};

void           signet_place_set_desktop     (SignetPlace *self, SignetDesktop *desktop);
SignetDesktop *signet_place_get_desktop     (SignetPlace *self);
void           signet_place_set_can_go_back (SignetPlace *self, gboolean can_go_back);
gboolean       signet_place_get_can_go_back (SignetPlace *self);
void           signet_place_go_back         (SignetPlace *self);
void           signet_place_activate_main   (SignetPlace *self);
void           signet_place_open_file       (SignetPlace *self, GFile *file);
void           signet_place_open_files      (SignetPlace *self, GPtrArray *files);   /* (element-type GFile): at least one */

G_END_DECLS
