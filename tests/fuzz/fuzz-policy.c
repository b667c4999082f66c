/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-policy.c: the administrator's policy: a policy or an error, and never more than can be allowed. */
#include "config.h"

#include <stdint.h>

#include "../../app/core/base/signet-policy.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SignetPolicy) policy = signet_policy_parse ((const char *) data, size, &error);

  g_assert_true ((policy != NULL) != (error != NULL));
  if (policy == NULL)
    return 0;
  g_assert_cmpuint (signet_policy_get_maximum (policy), <=, 86400);
  /* what is not set is as it is without a policy */
  if (!signet_policy_sets (policy, SIGNET_POLICY_SOFTWARE_TOKENS))
    g_assert_true (signet_policy_get_software_tokens (policy));
  if (!signet_policy_sets (policy, SIGNET_POLICY_USER_MODULES))
    g_assert_true (signet_policy_get_user_modules (policy));
  if (!signet_policy_sets (policy, SIGNET_POLICY_ALLOWED_PLUGINS))
    g_assert_null (signet_policy_get_list (policy, SIGNET_POLICY_ALLOWED_PLUGINS)[0]);
  return 0;
}
