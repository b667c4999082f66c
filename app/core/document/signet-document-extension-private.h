/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-document-extension-private.h: the formats that can be extended; each adds itself to the table in signet-document-extension.c. */
#pragma once

#include "signet-document-extension.h"

G_BEGIN_DECLS

GType _signet_cms_extension_get_type (void);
GType _signet_asic_extension_get_type (void);
GType _signet_pdf_extension_get_type (void);
GType _signet_xades_extension_get_type (void);

G_END_DECLS
