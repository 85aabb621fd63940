/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of bh_plan_check, and what they share; for this folder alone. */
#ifndef BH_PLAN_CHECK_RULES_H
#define BH_PLAN_CHECK_RULES_H

#include "plan/plan.h"

/* The refusal of a plan that breaks a rule at a step; -EINVAL. */
int bh_check_broken(struct bh_err *err, const struct bh_plan *plan, size_t at,
		    const char *rule);

bool bh_check_is_clone(enum bh_op op);

/* Index of the first step of op from `from` on, or plan->len. */
size_t bh_check_find(const struct bh_plan *plan, enum bh_op op, size_t from);

/* Index of the last step of op, or plan->len. */
size_t bh_check_find_last(const struct bh_plan *plan, enum bh_op op);

/* Index of the step that starts the child, or plan->len. */
size_t bh_check_find_clone(const struct bh_plan *plan);

/* check-root.c */
int bh_rule_host_paths(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_id_maps(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_mount_ids(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_network(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_root(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_readonly(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_workspaces(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_masks(const struct bh_plan *plan, struct bh_err *err);

/* check-hooks.c */
int bh_rule_hooks(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_inside_hooks(const struct bh_plan *plan, struct bh_err *err);

/* check-process.c */
int bh_rule_dumpable(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_privileges(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_filter(const struct bh_plan *plan, struct bh_err *err);
int bh_rule_exec(const struct bh_plan *plan, struct bh_err *err);

#endif
