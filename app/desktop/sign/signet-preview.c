/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signet-preview.c: pages, thumbnails and zoom of one document, and what it holds that a page does not show. Main thread; pictures come
 * from the renderer's thread.
 */
#define G_LOG_DOMAIN "signet-preview"

#include "config.h"

#include <glib/gi18n.h>

#include "signet-preview.h"
#include "signet-mark-layer.h"
#include "signet-page-bar.h"
#include "signet-page-view.h"
#include "../common/signet-ui.h"
#include "../../core/base/signet-text.h"

#define DESK_MARGIN 36
#define THUMBNAIL_WIDTH 66
#define MOST_ZOOM 5.0
#define LEAST_ZOOM 0.1
#define BELOW_MARK 110 /* pixels that the bar and the edge want below it */
#define SEEK_DELAY 120 /* ms: a page that was turned to has been measured by then */

struct _SignetPreview {
  AdwBin parent_instance;

  SignetPageRenderer *renderer; /* (owned) (nullable) */
  guint               page;
  guint               n_pages;
  gboolean            hides_nothing; /* a PDF without scripts and attachments */
  double              zoom;     /* 0: fit the width */
  guint               room_idle;

  GtkWidget     *thumbnail_area;
  GtkWidget     *thumbnail_line;
  GtkListView   *thumbnails;
  GtkLabel      *name;
  GtkLabel      *hides;
  GtkBox        *tags;
  GtkStack      *stack;
  AdwStatusPage *none;
  GtkScrolledWindow *desk;
  SignetPageView    *view;
  SignetPageBar     *bar;
  SignetMarkLayer   *layer;
  SignetMarkChoice  *choice;    /* (owned) (nullable) */
  guint              marked;    /* the page the mark was seen on last, from 1 */
  guint              mark_idle;
  GtkSingleSelection *selection; /* (owned) */
};

G_DEFINE_FINAL_TYPE (SignetPreview, signet_preview, ADW_TYPE_BIN)

/* --- page and zoom --------------------------------------------------------------------------------------------------- */

static double
get_zoom (SignetPreview *self)
{
  double natural = signet_page_view_get_natural_width (self->view);
  double room = gtk_adjustment_get_page_size (gtk_scrolled_window_get_hadjustment (self->desk)) - DESK_MARGIN;

  if (self->zoom > 0)
    return self->zoom;
  return natural > 0 ? CLAMP (room / natural, LEAST_ZOOM, MOST_ZOOM) : 1;
}

/* the one function that makes the desk fit page, zoom and room */
static void
update_desk (SignetPreview *self)
{
  double room = gtk_adjustment_get_page_size (gtk_scrolled_window_get_hadjustment (self->desk)) - DESK_MARGIN;
  double natural = signet_page_view_get_natural_width (self->view);
  g_autofree char *label = g_strdup_printf (_("Page %u of %u"), self->page + 1, self->n_pages);
  int width;

  if (self->renderer == NULL || room < 1)
    return;
  width = (int) (self->zoom > 0 && natural > 0 ? natural * self->zoom : room);
  signet_page_view_set_width (self->view, MAX (width, 1));
  signet_page_bar_set (self->bar, self->page, self->n_pages, get_zoom (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* once what is new has its size */
static gboolean
on_mark_idle_cb (gpointer data)
{
  SignetPreview *self = data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->desk);
  double width, height, scale;
  SignetMarkBox box;

  self->mark_idle = 0;
  if (!signet_mark_choice_get_box (self->choice, &box) || box.page != self->page || !signet_page_view_get_page_size (self->view, &width, &height))
    return G_SOURCE_REMOVE;
  scale = gtk_widget_get_width (GTK_WIDGET (self->view)) / width;
  gtk_adjustment_clamp_page (adjustment, box.top * scale, (box.top + box.height) * scale + BELOW_MARK);
  return G_SOURCE_REMOVE;
}

static void
seek_mark (SignetPreview *self)
{
  if (self->mark_idle == 0)
    self->mark_idle = g_timeout_add (SEEK_DELAY, on_mark_idle_cb, self);
}

/* the mark stands on what is shown below it */
static void
update_layer (SignetPreview *self)
{
  double width = 0;
  double height = 0;

  signet_page_view_get_page_size (self->view, &width, &height);
  signet_mark_layer_set_page (self->layer, self->page, width, height);
}

static gboolean
on_room_idle_cb (gpointer data)
{
  SignetPreview *self = data;

  self->room_idle = 0;
  update_desk (self);
  return G_SOURCE_REMOVE;
}

/* the room is told in the middle of an allocation, when nothing may ask for another size */
static void
on_room_changed_cb (SignetPreview *self)
{
  if (self->room_idle == 0)
    self->room_idle = g_idle_add (on_room_idle_cb, self);
}

static void
go_to (SignetPreview *self,
       guint          page)
{
  if (self->renderer == NULL || page >= self->n_pages)
    return;
  if (page != self->page)
    signet_mark_layer_set_page (self->layer, page, 0, 0); /* until its size is known */
  self->page = page;
  signet_page_view_set_page (self->view, self->renderer, page);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->desk), 0);
  gtk_single_selection_set_selected (self->selection, page);
  gtk_widget_activate_action (GTK_WIDGET (self->thumbnails), "list.scroll-to-item", "u", page);
  update_desk (self);
}

static void
on_turn_cb (SignetPreview *self,
            int            step)
{
  if (step < 0 && self->page == 0)
    return;
  go_to (self, self->page + (guint) step);
}

static void
on_zoom_cb (SignetPreview *self,
            int            step)
{
  if (step == 0)
    self->zoom = 0;
  else
    self->zoom = CLAMP (get_zoom (self) * (step > 0 ? 1.25 : 0.8), LEAST_ZOOM, MOST_ZOOM);
  update_desk (self);
}

static void
on_page_loaded_cb (SignetPreview *self)
{
  update_layer (self);
  update_desk (self);
}

static void
show_none (SignetPreview *self,
           const char    *title,
           const char    *words)
{
  adw_status_page_set_title (self->none, title);
  adw_status_page_set_description (self->none, words); /* ours, no outside text */
  gtk_stack_set_visible_child_name (self->stack, "none");
}

static void
on_page_failed_cb (SignetPreview *self,
                   const char    *message)
{
  g_debug ("preview: %s", message);
  show_none (self, _("No Preview"), _("The pages of this document cannot be drawn. Sign it only if you know what is in it."));
}

static void
on_selected_cb (SignetPreview *self)
{
  guint page = gtk_single_selection_get_selected (self->selection);

  if (page != GTK_INVALID_LIST_POSITION && page != self->page)
    go_to (self, page);
}

static gboolean
on_key_cb (GtkEventController *controller,
           guint               key,
           guint               code,
           GdkModifierType     state,
           SignetPreview      *self)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Page_Down: on_turn_cb (self, 1); break;
    case GDK_KEY_Page_Up:   on_turn_cb (self, -1); break;
    case GDK_KEY_Home:      go_to (self, 0); break;
    case GDK_KEY_End:       go_to (self, self->n_pages - 1); break;
    case GDK_KEY_plus: case GDK_KEY_KP_Add:       on_zoom_cb (self, 1); break;
    case GDK_KEY_minus: case GDK_KEY_KP_Subtract: on_zoom_cb (self, -1); break;
    case GDK_KEY_0: case GDK_KEY_KP_0:            on_zoom_cb (self, 0); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

/* --- thumbnails ------------------------------------------------------------------------------------------------------ */

static void
on_setup_cb (GtkSignalListItemFactory *factory,
             GtkListItem              *item,
             SignetPreview            *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *view = g_object_new (SIGNET_TYPE_PAGE_VIEW, "halign", GTK_ALIGN_CENTER, NULL);
  GtkWidget *label = gtk_label_new (NULL);

  signet_page_view_set_width (SIGNET_PAGE_VIEW (view), THUMBNAIL_WIDTH);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (box), view);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_item_set_child (item, box);
}

static void
on_bind_cb (GtkSignalListItemFactory *factory,
            GtkListItem              *item,
            SignetPreview            *self)
{
  GtkWidget *view = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  g_autofree char *number = g_strdup_printf ("%u", gtk_list_item_get_position (item) + 1);
  /* translators: %s is the number of a page */
  g_autofree char *label = g_strdup_printf (_("Page %s"), number);

  signet_page_view_set_page (SIGNET_PAGE_VIEW (view), self->renderer, gtk_list_item_get_position (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_next_sibling (view)), number);
}

static void
on_unbind_cb (GtkSignalListItemFactory *factory,
              GtkListItem              *item,
              SignetPreview            *self)
{
  signet_page_view_set_page (SIGNET_PAGE_VIEW (gtk_widget_get_first_child (gtk_list_item_get_child (item))), NULL, 0);
}

/* a model of nothing but numbers: pages are read when they come into view */
static GListModel *
new_page_model (guint n_pages)
{
  GtkStringList *model = gtk_string_list_new (NULL);

  for (guint i = 0; i < n_pages; i++)
    gtk_string_list_append (model, "");
  return G_LIST_MODEL (model);
}

/* --- what a page does not show --------------------------------------------------------------------------------------- */

static const struct { SignetPdfContent flag; const char *word; } hidden_things[] = {
  /* translators: tags beside the name of a PDF: what it holds that a page does not show */
  { SIGNET_PDF_HAS_SCRIPT, N_("Scripts") },
  { SIGNET_PDF_HAS_ATTACHMENT, N_("Attachments") },
  { SIGNET_PDF_HAS_XFA, N_("Dynamic form") },
  { SIGNET_PDF_HAS_OPTIONAL_LAYER, N_("Layers") },
  { SIGNET_PDF_HAS_EXTERNAL, N_("Points outside") },
  { SIGNET_PDF_HAS_EMPTY_FIELD, N_("Empty fields") },
};

static void
show_hidden_things (SignetPreview     *self,
                    SignetDocumentPdf *pdf)
{
  SignetPdfContent content = pdf != NULL ? signet_document_pdf_get_content (pdf) : 0;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->tags))) != NULL)
    gtk_box_remove (self->tags, child);
  for (guint i = 0; i < G_N_ELEMENTS (hidden_things); i++)
    if (content & hidden_things[i].flag)
      gtk_box_append (self->tags, signet_ui_new_tag (_(hidden_things[i].word), "warning"));
  gtk_label_set_label (self->hides, _("No scripts, no attachments"));
  self->hides_nothing = pdf != NULL && !(content & (SIGNET_PDF_HAS_SCRIPT | SIGNET_PDF_HAS_ATTACHMENT));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->hides), _("No scripts, no attachments"));
}

static void
show_pages (SignetPreview      *self,
            SignetDocumentFile *file,
            SignetDocumentPdf  *pdf)
{
  g_autoptr(GListModel) model = NULL;

  self->renderer = signet_page_renderer_new (file);
  self->n_pages = MAX (1, signet_document_pdf_get_n_pages (pdf));
  model = new_page_model (self->n_pages);
  gtk_single_selection_set_model (self->selection, model);
  gtk_stack_set_visible_child_name (self->stack, "pages");
  go_to (self, 0);
}

void
signet_preview_set_narrow (SignetPreview *self,
                           gboolean       narrow)
{
  gboolean visible = !narrow && self->renderer != NULL && self->n_pages > 1;

  gtk_widget_set_visible (self->thumbnail_area, visible);
  gtk_widget_set_visible (self->thumbnail_line, visible);
  gtk_widget_set_visible (GTK_WIDGET (self->hides), !narrow && self->hides_nothing);
}

void
signet_preview_set_file (SignetPreview      *self,
                         SignetDocumentFile *file,
                         SignetDocumentPdf  *pdf)
{
  g_autofree char *name = signet_ui_display_name (signet_document_file_get_path (file));
  g_autofree char *full = g_filename_display_name (signet_document_file_get_path (file));
  g_autofree char *safe = signet_text_sanitize (full, -1, 0);

  g_clear_object (&self->renderer);
  self->zoom = 0;
  self->page = 0;
  gtk_label_set_label (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), safe);
  show_hidden_things (self, pdf);
  if (pdf != NULL)
    show_pages (self, file, pdf);
  else
    show_none (self, _("No Preview for This Kind of File"),
               _("The file itself stays as it is. What is signed is a new file beside it."));
  signet_preview_set_narrow (self, FALSE);
}

/* --- the visible mark ------------------------------------------------------------------------------------------------ */

/* where the mark goes the person is taken, once */
static void
on_mark_drawn_cb (SignetPreview *self)
{
  SignetMarkBox box;
  guint page = signet_mark_choice_get_box (self->choice, &box) ? box.page + 1 : 0;

  if (page != 0 && page != self->marked && box.page != self->page)
    go_to (self, box.page);
  if (page != 0 && (page != self->marked || gtk_widget_has_visible_focus (GTK_WIDGET (self->layer))))
    seek_mark (self);
  self->marked = page;
}

void
signet_preview_set_mark_choice (SignetPreview    *self,
                                SignetMarkChoice *choice)
{
  g_set_object (&self->choice, choice);
  signet_mark_layer_set_choice (self->layer, choice);
  g_signal_connect_object (choice, "drawn", G_CALLBACK (on_mark_drawn_cb), self, G_CONNECT_SWAPPED);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void
signet_preview_dispose (GObject *object)
{
  SignetPreview *self = SIGNET_PREVIEW (object);

  g_clear_handle_id (&self->room_idle, g_source_remove);
  g_clear_handle_id (&self->mark_idle, g_source_remove);
  g_clear_object (&self->renderer);
  g_clear_object (&self->selection);
  g_clear_object (&self->choice);
  G_OBJECT_CLASS (signet_preview_parent_class)->dispose (object);
}

static void
signet_preview_class_init (SignetPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = signet_preview_dispose;
  g_type_ensure (SIGNET_TYPE_PAGE_VIEW);
  g_type_ensure (SIGNET_TYPE_PAGE_BAR);
  g_type_ensure (SIGNET_TYPE_MARK_LAYER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/signet/Signet/sign/signet-preview.ui");
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, thumbnail_area);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, thumbnail_line);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, thumbnails);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, name);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, hides);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, tags);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, stack);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, none);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, desk);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, view);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, bar);
  gtk_widget_class_bind_template_child (widget_class, SignetPreview, layer);
  gtk_widget_class_bind_template_callback (widget_class, on_page_loaded_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_page_failed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_turn_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_cb);
}

static void
make_thumbnails (SignetPreview *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind_cb), self);
  gtk_list_view_set_factory (self->thumbnails, factory);
  g_object_unref (factory);
  self->selection = gtk_single_selection_new (NULL);
  gtk_list_view_set_model (self->thumbnails, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (on_selected_cb), self, G_CONNECT_SWAPPED);
}

static void
signet_preview_init (SignetPreview *self)
{
  GtkEventController *keys;

  gtk_widget_init_template (GTK_WIDGET (self));
  make_thumbnails (self);
  keys = gtk_event_controller_key_new ();
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->desk), keys);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (self->desk), "notify::page-size", G_CALLBACK (on_room_changed_cb),
                           self, G_CONNECT_SWAPPED);
}
