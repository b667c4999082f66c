/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-form.h: a form an outside party (a CA plugin) wants filled in. Described as data, drawn by the faces; texts are plain, never markup. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum {
  SIGNET_FIELD_TEXT,
  SIGNET_FIELD_CHOICE,
  SIGNET_FIELD_SECRET,
  SIGNET_FIELD_FILE,
} SignetFieldKind;

/* All strings owned by the form. */
typedef struct {
  char            *id;
  SignetFieldKind  kind;
  char            *label;
  char            *help;      /* (nullable) */
  char            *pattern;   /* (nullable): a PCRE the whole value must match */
  char            *message;   /* (nullable): what to say when it does not */
  char            *value;     /* (nullable): preset */
  gboolean         required;
  char           **choices;       /* (nullable): ids */
  char           **choice_labels; /* (nullable) */
} SignetField;

#define SIGNET_TYPE_FORM (signet_form_get_type ())
G_DECLARE_FINAL_TYPE (SignetForm, signet_form, SIGNET, FORM, GObject)

SignetForm        *signet_form_new          (void);
SignetField       *signet_form_add          (SignetForm *self, SignetFieldKind kind, const char *id, const char *label); /* (transfer none) */
guint              signet_form_get_n_fields (SignetForm *self);
const SignetField *signet_form_get_field    (SignetForm *self, guint index);
const SignetField *signet_form_find_field   (SignetForm *self, const char *id);  /* (nullable) */
/* Whose form it is, safe to show: faces frame it with that name, so that it is never taken for one of Signet's. (nullable) */
void               signet_form_set_asker    (SignetForm *self, const char *asker);
const char        *signet_form_get_asker    (SignetForm *self);
/* Whether it speaks of what opens a token: faces warn, for nobody but Signet asks for that. */
gboolean           signet_form_names_pin    (SignetForm *self);
/* Checks one value; on failure the error's message is fit to be shown under the field. */
gboolean           signet_form_check_value  (SignetForm *self, const char *id, const char *value, GError **error);

G_END_DECLS
