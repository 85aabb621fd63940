/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The specification's spelling of each enumeration, by constant.
 */
#ifndef OCISPEC_ENUM_NAMES_H
#define OCISPEC_ENUM_NAMES_H

#include <stddef.h>

struct oci_names {
	const char *const *names;
	size_t count;
};

/* The constant that text spells, -1 when it is none. */
int oci_names_find(const struct oci_names *names, const char *text);

/* The spelling of a constant, NULL when it is none of names. */
const char *oci_names_get(const struct oci_names *names, int value);

extern const struct oci_names oci_namespace_type_names;
extern const struct oci_names oci_propagation_names;
extern const struct oci_names oci_seccomp_action_names;
extern const struct oci_names oci_seccomp_op_names;
extern const struct oci_names oci_seccomp_flag_names;
extern const struct oci_names oci_seccomp_arch_names;
extern const struct oci_names oci_ioprio_class_names;
extern const struct oci_names oci_scheduler_policy_names;
extern const struct oci_names oci_scheduler_flag_names;
extern const struct oci_names oci_mempolicy_mode_names;
extern const struct oci_names oci_mempolicy_flag_names;
extern const struct oci_names oci_personality_domain_names;
extern const struct oci_names oci_status_names;

#endif
