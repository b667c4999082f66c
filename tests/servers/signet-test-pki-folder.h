/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-pki-folder.h: one test PKI for all tests of a program: making its keys is what costs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *test_pki_folder (void); /* inside the test's home */

G_END_DECLS
