/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-place.c: the base of the four places. Waits for the core and starts the place when it is open. Main thread.
 */
#define G_LOG_DOMAIN "signet-place"

#include "config.h"

#include "signet-place.h"

typedef struct {
  SignetDesktop *desktop; /* (owned) (nullable) */
  gboolean       can_go_back;
} SignetPlacePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (SignetPlace, signet_place, ADW_TYPE_BIN)

enum { PROP_0, PROP_CAN_GO_BACK, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

static void
start (SignetPlace *self)
{
  if (SIGNET_PLACE_GET_CLASS (self)->start != NULL)
    SIGNET_PLACE_GET_CLASS (self)->start (self);
}

/**
 * signet_place_set_desktop:
 * @self: a place
 * @desktop: the core as the window sees it
 *
 * The place starts at once when the core is open, else as soon as it is.
 */
void
signet_place_set_desktop (SignetPlace   *self,
                          SignetDesktop *desktop)
{
  SignetPlacePrivate *priv = signet_place_get_instance_private (self);

  g_return_if_fail (priv->desktop == NULL);
  priv->desktop = g_object_ref (desktop);
  if (signet_desktop_is_open (desktop))
    start (self);
  else
    g_signal_connect_object (desktop, "opened", G_CALLBACK (start), self, G_CONNECT_SWAPPED);
}

SignetDesktop *
signet_place_get_desktop (SignetPlace *self)
{
  SignetPlacePrivate *priv = signet_place_get_instance_private (self);

  return priv->desktop;
}

void
signet_place_set_can_go_back (SignetPlace *self,
                              gboolean     can_go_back)
{
  SignetPlacePrivate *priv = signet_place_get_instance_private (self);

  if (priv->can_go_back == can_go_back)
    return;
  priv->can_go_back = can_go_back;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_GO_BACK]);
}

gboolean
signet_place_get_can_go_back (SignetPlace *self)
{
  SignetPlacePrivate *priv = signet_place_get_instance_private (self);

  return priv->can_go_back;
}

void
signet_place_go_back (SignetPlace *self)
{
  if (signet_place_get_can_go_back (self) && SIGNET_PLACE_GET_CLASS (self)->go_back != NULL)
    SIGNET_PLACE_GET_CLASS (self)->go_back (self);
}

void
signet_place_activate_main (SignetPlace *self)
{
  if (SIGNET_PLACE_GET_CLASS (self)->activate_main != NULL)
    SIGNET_PLACE_GET_CLASS (self)->activate_main (self);
}

void
signet_place_open_file (SignetPlace *self,
                        GFile       *file)
{
  if (SIGNET_PLACE_GET_CLASS (self)->open_file != NULL)
    SIGNET_PLACE_GET_CLASS (self)->open_file (self, file);
}

void
signet_place_open_files (SignetPlace *self,
                         GPtrArray   *files)
{
  g_return_if_fail (files->len > 0);

  if (SIGNET_PLACE_GET_CLASS (self)->open_files != NULL)
    SIGNET_PLACE_GET_CLASS (self)->open_files (self, files);
  else
    signet_place_open_file (self, g_ptr_array_index (files, 0));
}

static void
signet_place_get_property (GObject    *object,
                           guint       id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  if (id == PROP_CAN_GO_BACK)
    g_value_set_boolean (value, signet_place_get_can_go_back (SIGNET_PLACE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
signet_place_dispose (GObject *object)
{
  SignetPlacePrivate *priv = signet_place_get_instance_private (SIGNET_PLACE (object));

  g_clear_object (&priv->desktop);
  G_OBJECT_CLASS (signet_place_parent_class)->dispose (object);
}

static void
signet_place_class_init (SignetPlaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = signet_place_get_property;
  object_class->dispose = signet_place_dispose;
  properties[PROP_CAN_GO_BACK] =
    g_param_spec_boolean ("can-go-back", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
signet_place_init (SignetPlace *self)
{
}
