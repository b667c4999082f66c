/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-test-service.h: starts one of the test servers as a process of its own and ends it. For test programs in C. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  GSubprocess *process;
  char        *url;      /* "http://127.0.0.1:PORT/" */
} TestService;

/* @variable: "SIGNET_TEST_OCSP" or "SIGNET_TEST_TSA"; @fault: (nullable). Ready when it returns. */
TestService *test_service_start (const char *variable, const char *dir, const char *fault);
/* With options of its own, before --port-file. @arguments: NULL at the end. */
TestService *test_service_start_with (const char *variable, const char *const *arguments);
void         test_service_stop  (TestService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestService, test_service_stop)

G_END_DECLS
