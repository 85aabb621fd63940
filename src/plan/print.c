/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as text.  Both forms are driven by the tables of ops.c: a new op is
 * printed without a line here.
 */
#include <string.h>
#include <sys/resource.h>

#include "plan/plan.h"
#include "spec/names.h"

static const char *const phase_names[BH_PHASE_COUNT] = {
	[BH_PHASE_PREPARE] = "prepare",	      [BH_PHASE_CGROUP] = "cgroup",
	[BH_PHASE_NAMESPACES] = "namespaces", [BH_PHASE_ID_MAPS] = "id-maps",
	[BH_PHASE_ROOTFS] = "rootfs",	      [BH_PHASE_MOUNTS] = "mounts",
	[BH_PHASE_DEVICES] = "devices",	      [BH_PHASE_HOOKS] = "hooks",
	[BH_PHASE_HARDEN] = "harden",	      [BH_PHASE_EXEC] = "exec",
};

static const char *const lane_names[] = {
	[BH_PARENT] = "parent",
	[BH_CHILD] = "child",
};

static const char *const on_error_names[] = {
	[BH_FAIL] = "fail",
	[BH_SKIP_ENOENT] = "skip-enoent",
	[BH_ELSE] = "else",
};

/* How bits and numbers of a kind are named. */
static const struct bh_name *kind_names(enum bh_kind kind)
{
	switch (kind) {
	case BH_KIND_attr:
		return bh_attribute_names;
	case BH_KIND_access:
		return bh_access_names;
	case BH_KIND_scope:
		return bh_scope_names;
	case BH_KIND_prop:
		return bh_propagation_names;
	case BH_KIND_ns:
		return bh_namespace_names;
	case BH_KIND_rlim:
		return bh_rlimit_names;
	default:
		return NULL;
	}
}

/* Names hold paths of the config. */
static void print_name(const char *name, struct bh_buf *out)
{
	bh_buf_char(out, '$');
	bh_buf_escaped(out, name, 256);
}

static void print_slot(const struct bh_plan *plan, int slot, struct bh_buf *out)
{
	if (slot >= 0 && (size_t)slot < plan->slot_count)
		print_name(plan->slots[slot].name, out);
	else
		bh_buf_str(out, "-");
}

/* A short form for sets that are nearly full: what is left out. */
static void print_caps(uint64_t caps, struct bh_buf *out)
{
	if (!caps) {
		bh_buf_str(out, "none");
		return;
	}
	for (const struct bh_name *cap = bh_capability_names; cap->name;
	     cap++) {
		if (!(caps >> cap->value & 1))
			continue;
		bh_buf_str(out, cap->name + strlen("CAP_"));
		caps &= ~(1ull << cap->value);
		if (caps)
			bh_buf_char(out, ',');
	}
	if (caps)
		bh_buf_printf(out, "0x%llx", (unsigned long long)caps);
}

static void print_limit(uint64_t limit, struct bh_buf *out)
{
	if (limit == RLIM_INFINITY)
		bh_buf_str(out, "unlimited");
	else
		bh_buf_printf(out, "%llu", (unsigned long long)limit);
}

static void print_ids(struct bh_ids ids, struct bh_buf *out)
{
	for (size_t i = 0; i < ids.len; i++)
		bh_buf_printf(out, "%s%u", i ? "," : "", ids.items[i]);
}

static void print_slots(const struct bh_plan *plan, struct bh_ids slots,
			struct bh_buf *out)
{
	for (size_t i = 0; i < slots.len; i++) {
		if (i)
			bh_buf_char(out, ',');
		print_slot(plan, (int)slots.items[i], out);
	}
}

static void print_texts(const char *const *texts, struct bh_buf *out)
{
	bh_buf_char(out, '[');
	for (size_t i = 0; texts && texts[i]; i++) {
		if (i)
			bh_buf_char(out, ' ');
		bh_buf_escaped(out, texts[i], 256);
	}
	bh_buf_char(out, ']');
}

/* Values are left out: a plan is shown and stored where secrets must not be. */
static void print_names(const char *const *environment, struct bh_buf *out)
{
	bh_buf_char(out, '[');
	for (size_t i = 0; environment && environment[i]; i++) {
		bh_autobuf struct bh_buf name = { 0 };

		bh_buf_add(&name, environment[i], strcspn(environment[i], "="));
		if (i)
			bh_buf_char(out, ' ');
		bh_buf_escaped(out, name.data, 256);
	}
	bh_buf_char(out, ']');
}

/* Attributes and propagation that are not there are left out by is_silent. */
static void print_bits(enum bh_kind kind, uint64_t bits, struct bh_buf *out)
{
	if (kind == BH_KIND_ns && !bits)
		bh_buf_str(out, "none");
	else
		bh_names_of_bits(kind_names(kind), bits, out);
}

static void print_length(enum bh_kind kind, const void *at, struct bh_buf *out)
{
	const struct bh_blob *program = at;
	const struct bh_data *content = at;

	if (kind == BH_KIND_blob)
		bh_buf_printf(out, "%zu instructions", program->count);
	else
		bh_buf_printf(out, "%zu bytes", content->len);
}

/* The value of one argument, as in the text form. */
static void print_value(const struct bh_plan *plan, enum bh_kind kind,
			const void *at, struct bh_buf *out)
{
	switch (kind) {
	case BH_KIND_in:
	case BH_KIND_out:
		print_slot(plan, *(const int *)at, out);
		return;
	case BH_KIND_ins:
		print_slots(plan, *(const struct bh_ids *)at, out);
		return;
	case BH_KIND_flag:
		bh_buf_str(out, *(const bool *)at ? "yes" : "no");
		return;
	case BH_KIND_num:
		bh_buf_printf(out, "%llu", *(const unsigned long long *)at);
		return;
	case BH_KIND_snum:
		bh_buf_printf(out, "%lld", *(const long long *)at);
		return;
	case BH_KIND_octal:
		bh_buf_printf(out, "%04o", *(const mode_t *)at);
		return;
	case BH_KIND_id:
		bh_buf_printf(out, "%u", *(const uint32_t *)at);
		return;
	case BH_KIND_str:
	case BH_KIND_path:
	case BH_KIND_hostpath:
		bh_buf_escaped(out, *(const char *const *)at, 256);
		return;
	case BH_KIND_strv:
		print_texts(*(const char *const *const *)at, out);
		return;
	case BH_KIND_env:
		print_names(*(const char *const *const *)at, out);
		return;
	case BH_KIND_ids:
		print_ids(*(const struct bh_ids *)at, out);
		return;
	case BH_KIND_caps:
		print_caps(*(const uint64_t *)at, out);
		return;
	case BH_KIND_rlim:
		bh_buf_str(out, bh_value_name(bh_rlimit_names,
					      (uint64_t) * (const int *)at));
		return;
	case BH_KIND_limit:
		print_limit(*(const uint64_t *)at, out);
		return;
	case BH_KIND_data:
	case BH_KIND_blob:
		print_length(kind, at, out);
		return;
	default:
		print_bits(kind, *(const uint64_t *)at, out);
		return;
	}
}

/* An argument that says nothing ("recursive=no", no propagation) is left out. */
static bool is_silent(enum bh_kind kind, const void *at)
{
	switch (kind) {
	case BH_KIND_nothing:
		return true;
	case BH_KIND_flag:
		return !*(const bool *)at;
	case BH_KIND_in:
		return *(const int *)at < 0;
	case BH_KIND_attr:
	case BH_KIND_scope:
	case BH_KIND_prop:
		return !*(const uint64_t *)at;
	case BH_KIND_ids:
		return !((const struct bh_ids *)at)->len;
	case BH_KIND_strv:
		return !*(const char *const *const *)at ||
		       !**(const char *const *const *)at;
	default:
		return false;
	}
}

void bh_plan_print_step(const struct bh_plan *plan, size_t index,
			struct bh_buf *out)
{
	const struct bh_step *step = &plan->steps[index];
	const struct bh_op_info *info = &bh_op_info[step->op];
	const struct bh_field_info *field;

	bh_buf_str(out, info->name);
	for (field = info->fields; field->name; field++) {
		const void *at = (const char *)&step->args + field->offset;

		if (is_silent(field->kind, at))
			continue;
		bh_buf_printf(out, " %s=", field->name);
		print_value(plan, field->kind, at, out);
	}
}

void bh_plan_print(const struct bh_plan *plan, struct bh_buf *out)
{
	int phase = -1;

	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		if ((int)step->phase != phase)
			bh_buf_printf(out, "%s\n", phase_names[step->phase]);
		phase = (int)step->phase;
		bh_buf_printf(out, "  %-6s  ", lane_names[step->lane]);
		bh_plan_print_step(plan, i, out);
		if (step->on_error != BH_FAIL)
			bh_buf_printf(out, " (%s)",
				      on_error_names[step->on_error]);
		bh_buf_printf(out, "  # %s", step->origin);
		if (step->reason)
			bh_buf_printf(out, ": %s", step->reason);
		bh_buf_char(out, '\n');
	}
	for (size_t i = 0; i < plan->notes.len; i++) {
		bh_buf_str(out, "note: ");
		bh_buf_escaped(out, plan->notes.items[i], 0);
		bh_buf_char(out, '\n');
	}
}

static void json_texts(const char *const *texts, struct bh_buf *out)
{
	bh_buf_char(out, '[');
	for (size_t i = 0; texts && texts[i]; i++) {
		if (i)
			bh_buf_char(out, ',');
		bh_buf_json(out, texts[i]);
	}
	bh_buf_char(out, ']');
}

/* Numbers and lists keep their type; all else is the text form as a string. */
static void json_value(const struct bh_plan *plan, enum bh_kind kind,
		       const void *at, struct bh_buf *out)
{
	bh_autobuf struct bh_buf text = { 0 };

	switch (kind) {
	case BH_KIND_flag:
		bh_buf_str(out, *(const bool *)at ? "true" : "false");
		return;
	case BH_KIND_num:
	case BH_KIND_snum:
	case BH_KIND_id:
		print_value(plan, kind, at, out);
		return;
	case BH_KIND_strv:
		json_texts(*(const char *const *const *)at, out);
		return;
	case BH_KIND_str:
	case BH_KIND_path:
	case BH_KIND_hostpath:
		bh_buf_json(out, *(const char *const *)at);
		return;
	default:
		print_value(plan, kind, at, &text);
		bh_buf_json(out, text.data ? text.data : "");
		return;
	}
}

static void json_step(const struct bh_plan *plan, size_t index,
		      struct bh_buf *out)
{
	const struct bh_step *step = &plan->steps[index];
	const struct bh_op_info *info = &bh_op_info[step->op];
	const struct bh_field_info *field;

	bh_buf_printf(out,
		      "{\"step\":%zu,\"phase\":\"%s\",\"lane\":\"%s\","
		      "\"op\":\"%s\",\"onError\":\"%s\",\"args\":{",
		      index, phase_names[step->phase], lane_names[step->lane],
		      info->name, on_error_names[step->on_error]);
	for (field = info->fields; field->name; field++) {
		if (field->kind == BH_KIND_nothing)
			continue;
		bh_buf_printf(out,
			      "%s\"%s\":", field == info->fields ? "" : ",",
			      field->name);
		json_value(plan, field->kind,
			   (const char *)&step->args + field->offset, out);
	}
	bh_buf_str(out, "},\"origin\":");
	bh_buf_json(out, step->origin);
	if (step->reason) {
		bh_buf_str(out, ",\"reason\":");
		bh_buf_json(out, step->reason);
	}
	bh_buf_char(out, '}');
}

void bh_plan_print_json(const struct bh_plan *plan, struct bh_buf *out)
{
	bh_buf_printf(out, "{\"version\":%d,\"steps\":[\n", BH_PLAN_VERSION);
	for (size_t i = 0; i < plan->len; i++) {
		json_step(plan, i, out);
		bh_buf_str(out, i + 1 < plan->len ? ",\n" : "\n");
	}
	bh_buf_str(out, "],\"notes\":[");
	for (size_t i = 0; i < plan->notes.len; i++) {
		if (i)
			bh_buf_char(out, ',');
		bh_buf_json(out, plan->notes.items[i]);
	}
	bh_buf_str(out, "]}\n");
}
