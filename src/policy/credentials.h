/* SPDX-License-Identifier: Apache-2.0 */
/* Inside policy/: what an environment variable is, by its name. */
#ifndef BH_POLICY_CREDENTIALS_H
#define BH_POLICY_CREDENTIALS_H

/* From credentials.def, the worse the higher. */
enum bh_credential {
	BH_CREDENTIAL_NONE,
	BH_CREDENTIAL_GENERIC, /* called like one */
	BH_CREDENTIAL_FORGE,   /* of a model or a code forge */
	BH_CREDENTIAL_CONTROL, /* commands a cloud or a host */
};

enum bh_credential bh_credential_of(const char *name);

#endif
