/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-request-details.h: what a request is beside where it stands: kind, second certificate, files, what differs. */
#pragma once

#include "signet-invocation.h"

G_BEGIN_DECLS

/* Adds to what `request show --json` tells of @request. */
void     signet_request_details_to_json (JsonObject *object, SignetRequest *request);
/* Lines for a person, each a name and a value. */
typedef void (*SignetRequestLine) (const char *name, const char *value);
void     signet_request_details_show    (SignetRequest *request, SignetRequestLine show_line);
/* [{"field", "name", "size", "sha256"}]; (transfer full) */
JsonArray *signet_request_files_to_json (SignetEnrolment *enrolment, SignetRequest *request);
void     signet_request_files_show      (SignetEnrolment *enrolment, SignetRequest *request, SignetRequestLine show_line);
/* Takes the paths of file fields out of @values. (transfer full): field -> path */
GHashTable *signet_request_take_files   (SignetForm *form, GHashTable *values);
gboolean signet_request_attach_files    (SignetEnrolment *enrolment, SignetRequest *request, GHashTable *files, GError **error);

G_END_DECLS
