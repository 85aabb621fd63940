/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/parts.h"

const char *bh_hook_stage_name(enum bh_hook_stage stage)
{
	static const char *const names[] = {
		[BH_PRESTART] = "prestart",
		[BH_CREATE_RUNTIME] = "createRuntime",
		[BH_CREATE_CONTAINER] = "createContainer",
		[BH_START_CONTAINER] = "startContainer",
		[BH_POSTSTART] = "poststart",
		[BH_POSTSTOP] = "poststop",
	};

	return names[stage];
}
