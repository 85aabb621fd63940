/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "container/prepare.h"
#include "container/workspaces.h"
#include "plan/compile.h"
#include "policy/cap.h"
#include "policy/narrow.h"
#include "trust/workspace-grant.h"

/* Text to structures; what the reader did not know becomes a remark. */
static int read_config(struct bh_prepared *p, struct oci_config **ret,
		       struct oci_strings *unknown, struct bh_err *err)
{
	struct oci_error error;
	const char *text = p->bundle.config.data ? p->bundle.config.data : "";

	if (oci_config_read(text, p->bundle.config.len, ret, unknown, &error) ==
	    0)
		return 0;
	return bh_refuse(err, "read config.json: line %zu, column %zu: %s%s%s",
			 error.line, error.column, error.pointer,
			 error.pointer[0] ? ": " : "", error.message);
}

static int build_spec(struct bh_prepared *p, const char *id, struct bh_err *err)
{
	struct oci_strings unknown = { 0 };
	struct oci_config *config = NULL;
	int r = read_config(p, &config, &unknown, err);

	if (r == 0)
		r = bh_spec_build(config, p->bundle.path, id, &p->spec, err);
	for (size_t i = 0; r == 0 && i < unknown.len; i++)
		bh_note(&p->spec.notes, &p->spec.arena,
			"config.json: the unknown field %s is ignored",
			unknown.items[i]);
	oci_strings_clear(&unknown);
	return r;
}

/* Host paths are opened once, and the same descriptors go into the plan. */
static int open_paths(struct bh_prepared *p, struct bh_err *err)
{
	size_t count = p->spec.wanted_count;

	p->paths = bh_calloc(count, sizeof(*p->paths));
	for (size_t i = 0; i < count; i++)
		p->paths[i].fd = -1;
	for (size_t i = 0; i < count; i++) {
		const struct bh_wanted_path *wanted = &p->spec.wanted[i];
		int r = bh_host_open(&p->host, wanted->path, wanted->namespace,
				     &p->paths[i], err);

		if (r < 0)
			return bh_context(err, "%s", wanted->field);
		if (i == p->spec.root && !S_ISDIR(p->paths[i].type))
			return bh_refuse(err, "%s: %s is not a directory",
					 wanted->field, wanted->path);
	}
	return 0;
}

/* The groups that a container has, in the hierarchies that there are. */
static size_t find_groups(struct bh_prepared *p,
			  const struct bh_request *request,
			  struct bh_plan_group *ret)
{
	const struct bh_state *state = request->joins;
	size_t count = 0;

	for (size_t i = 0; i < state->groups.len; i++) {
		const struct bh_state_group *group = &state->groups.items[i];

		for (size_t k = 0; k < p->host.cgroups.len; k++)
			if (bh_str_eq(p->host.cgroups.items[k].mount,
				      group->mount))
				ret[count++] = (struct bh_plan_group){
					.hierarchy = k,
					.path = bh_arena_strdup(&p->arena,
								group->path),
					.inode = group->inode.value,
					.place = request->places[i],
				};
	}
	return count;
}

static int compile(struct bh_prepared *p, const struct bh_request *request,
		   struct bh_err *err)
{
	const struct bh_state *joins = request->joins;
	size_t room = joins ? joins->groups.len * p->host.cgroups.len : 0;
	struct bh_plan_group *groups =
		bh_arena_alloc(&p->arena, room * sizeof(*groups));
	struct bh_plan_inputs inputs = {
		.spec = &p->spec,
		.host = &p->host,
		.paths = p->paths,
		.settings = &p->settings,
		.builtin = { p->builtin.len, p->builtin.insns },
		.builtin_origin = bh_arena_printf(&p->arena, "profile %s",
						  p->profile->name),
		.filter = { p->kept.filter.len, p->kept.filter.insns },
		.filter_flags = p->kept.filter.flags,
		.workspace_count = p->plan_workspace_count,
		.workspaces = p->plan_workspaces,
		.waits = p->waits,
		.caller = request->caller,
		.console = request->console ||
			   (request->attached && p->spec.process.terminal),
		.joins = joins,
		.group_count = joins ? find_groups(p, request, groups) : 0,
		.groups = groups,
		.writable = request->writable,
		.hooks = p->hooks,
	};
	int r;

	r = bh_plan_compile(&inputs, &p->plan, err);

	return r < 0 ? r : bh_plan_check(&p->plan, err);
}

int bh_prepare_config(const struct bh_request *request,
		      struct oci_config *config, struct bh_prepared *ret,
		      struct bh_err *err)
{
	int r = bh_spec_build(config, ret->bundle.path, request->id, &ret->spec,
			      err);

	return r < 0 ? r :
		       bh_narrow_exec(request->profile, &ret->spec,
				      request->verb, err);
}

static const char *annotation(const struct bh_spec *spec, const char *name)
{
	const struct oci_pairs *pairs = &spec->config->annotations;

	for (size_t i = 0; i < pairs->len; i++)
		if (bh_str_eq(pairs->items[i].key, name))
			return pairs->items[i].value;
	return NULL;
}

/* The host's observers hear of all; a user's own, where the host has none. */
static struct bh_agent_hooks *take_agent_hooks(struct bh_policies *policies)
{
	if (policies->host && policies->host->agent_hooks)
		return bh_steal_ptr(policies->host->agent_hooks);
	if (policies->user)
		return bh_steal_ptr(policies->user->agent_hooks);
	return NULL;
}

static int choose_profile(const struct bh_request *request,
			  struct bh_prepared *p, struct bh_err *err)
{
	const struct bh_profile_choice choice = {
		.flag = request->wishes.profile,
		.program = request->wishes.program,
		.annotation = annotation(&p->spec, BH_PROFILE_ANNOTATION),
	};
	struct bh_policies policies = { 0 };
	int r = bh_policies_read(request->wishes.policy,
				 request->wishes.user_policy, &policies, err);

	if (r == 0)
		r = bh_policies_choose(&policies, &choice, &p->profile, err);
	if (r == 0)
		p->agent_hooks = take_agent_hooks(&policies);
	bh_policies_clear(&policies);
	return r;
}

int bh_prepare_spec(const struct bh_request *request, struct bh_prepared *ret,
		    struct bh_err *err)
{
	int r = bh_spec_check_id(request->id, err);

	if (r == 0)
		r = bh_bundle_open(request->bundle, request->config,
				   &ret->bundle, err);
	if (r == 0)
		r = build_spec(ret, request->id, err);
	if (r == 0)
		r = choose_profile(request, ret, err);
	return r < 0 ? r :
		       bh_narrow_spec(ret->profile, &ret->spec, request->verb,
				      err);
}

static struct bh_gate_request gate_request(const struct bh_request *request,
					   const struct bh_prepared *p)
{
	return (struct bh_gate_request){
		.verb = request->verb,
		.spec = &p->spec,
		.profile = p->profile,
		.agent_hooks = p->agent_hooks,
		.places = request->trust,
		.once_count = request->once ? request->once->count : 0,
		.once = request->once ? request->once->items : NULL,
	};
}

void bh_prepare_tell(const struct bh_request *request, struct bh_prepared *p)
{
	const struct bh_gate_request gate = gate_request(request, p);

	if (p->spec.hook_count && !p->host.fake)
		bh_gate_tell(&gate, &p->plan.notes, &p->plan.arena);
}

int bh_prepare_gate(const struct bh_request *request, struct bh_prepared *ret,
		    struct bh_err *err)
{
	const struct bh_gate_request gate = gate_request(request, ret);

	ret->places = request->trust;
	return bh_pass_gate(&gate, &ret->passed, err);
}

/* What an image's program may be, as the plan shows it. */
static const char *const *digests_of(struct bh_prepared *p,
				     const struct bh_judged *judged)
{
	const char **list;

	if (judged->any)
		return NULL;
	list = bh_arena_alloc(&p->arena,
			      (judged->digest_count + 1) * sizeof(*list));
	for (size_t i = 0; i < judged->digest_count; i++) {
		char hex[BH_DIGEST_HEX_SIZE];

		bh_digest_hex(&judged->digests[i], hex);
		list[i] = bh_arena_strdup(&p->arena, hex);
	}
	return list;
}

/* What was judged is what runs: the look keeps the descriptors. */
static void take_programs(struct bh_prepared *p)
{
	const struct bh_judgement *judgement = &p->passed.judgement;

	p->hooks =
		bh_arena_alloc(&p->arena, judgement->count * sizeof(*p->hooks));
	for (size_t i = 0; i < judgement->count; i++) {
		const struct bh_judged *judged = &judgement->items[i];

		p->hooks[i].program = judged->item->program;
		p->hooks[i].digests = digests_of(p, judged);
	}
}

static struct oci_device_rule rule_of(struct bh_prepared *p,
				      const struct bh_device *device,
				      const char *access)
{
	return (struct oci_device_rule){
		.allow = { true, true },
		.type = bh_arena_strdup(&p->arena,
					S_ISBLK(device->mode) ? "b" : "c"),
		.major = { true, (int64_t)device->major },
		.minor = { true, (int64_t)device->minor },
		.access = bh_arena_strdup(&p->arena, access),
	};
}

/*
 * Without device rules a group allows everything, and a capability is all that
 * is between the container and the host's disks: only the default devices are
 * left then; with rules of our own, those that the container has besides.
 */
static void replace_rules(struct bh_prepared *p,
			  struct oci_resources *resources)
{
	const struct bh_spec *spec = &p->spec;
	size_t count = spec->own_device_rules ? spec->device_count : 0;
	struct oci_device_rule *rules =
		bh_arena_alloc(&p->arena, (count + 1) * sizeof(*rules));

	rules[0].allow.set = true;
	for (size_t i = 0; i < count; i++)
		rules[i + 1] = rule_of(p, &spec->devices[i], "rwm");
	resources->devices.set = true;
	resources->devices.len = count + 1;
	resources->devices.items = rules;
}

/* The config's devices are made from inside the group: that must be allowed,
 * even if opening them is not.  In a user namespace they are the host's. */
static void allow_making(struct bh_prepared *p, struct oci_resources *resources)
{
	const struct bh_spec *spec = &p->spec;
	size_t count = resources->devices.len;
	struct oci_device_rule *rules = bh_arena_alloc(
		&p->arena, (count + spec->device_count) * sizeof(*rules));

	for (size_t i = 0; i < count; i++)
		rules[i] = resources->devices.items[i];
	for (size_t i = 0; i < spec->device_count; i++)
		if (!S_ISFIFO(spec->devices[i].mode))
			rules[count++] = rule_of(p, &spec->devices[i], "m");
	resources->devices.len = count;
	resources->devices.items = rules;
}

static int make_settings(struct bh_prepared *p, struct bh_err *err)
{
	struct oci_resources resources = { 0 };

	if (p->host.cgroups.layout == BH_CGROUP_NONE)
		return bh_cgroup_settings(p->spec.resources, &p->host.cgroups,
					  &p->arena, &p->settings, err);
	if (p->spec.resources)
		resources = *p->spec.resources;
	if (!resources.devices.len || p->spec.own_device_rules)
		replace_rules(p, &resources);
	if (!p->spec.own_device_rules &&
	    !p->spec.namespaces[OCI_NS_USER].wanted)
		allow_making(p, &resources);
	return bh_cgroup_settings(&resources, &p->host.cgroups, &p->arena,
				  &p->settings, err);
}

static enum bh_flavour flavour_of(const struct bh_profile *profile)
{
	if (profile->rank == BH_RANK_STRICT)
		return BH_FLAVOUR_STRICT;
	return profile->rank == BH_RANK_NESTED ? BH_FLAVOUR_NESTED :
						 BH_FLAVOUR_AGENT;
}

static int find_filter(struct bh_prepared *p, const char *root,
		       struct bh_err *err)
{
	const struct bh_notes *notes = &p->kept.notes;
	int r = bh_filters_find(root, p->spec.seccomp, &p->arena, &p->kept,
				err);

	for (size_t i = 0; r == 0 && i < notes->len; i++)
		bh_note(&p->spec.notes, &p->spec.arena, "%s", notes->items[i]);
	return r;
}

static int make_filters(struct bh_prepared *p, const char *root,
			struct bh_err *err)
{
	const struct bh_profile_seccomp *seccomp = p->profile->seccomp;
	const struct bh_call_names more = {
		seccomp->allow.len,
		(const char *const *)seccomp->allow.items,
	};
	int r = 0;

	if (seccomp->filter.value == BH_FILTER_BUILTIN)
		r = bh_builtin_filter(flavour_of(p->profile), &more, &p->arena,
				      &p->builtin, err);
	if (r == 0 && p->spec.seccomp)
		r = find_filter(p, root, err);
	return r;
}

static int narrow_on_host(const struct bh_request *request,
			  struct bh_prepared *p, struct bh_err *err)
{
	const struct bh_narrow_host host = {
		.host = &p->host,
		.paths = p->paths,
		.grouped = bh_plan_has_groups(&p->host, &request->caller),
	};

	return bh_narrow_on_host(p->profile, &p->spec, &host, request->verb,
				 err);
}

/* Which workspaces are trusted.  Who only shows a plan may not be allowed to know:
 * to him none is. */
static int judge_workspaces(const struct bh_request *request,
			    struct bh_prepared *p, struct bh_err *err)
{
	struct bh_trust_store store = { 0 };
	int r;

	if (!request->trust || !p->workspaces.len)
		return 0;
	r = bh_trust_load(&request->trust->trust, &store, err);
	if (r == 0)
		bh_gate_workspaces(&p->workspaces, &store, bh_when_now(),
				   &p->arena);
	bh_trust_clear(&store);
	if (r < 0 && p->places)
		return bh_context(err,
				  "%s refused: the trust in its "
				  "workspaces can't be read",
				  request->verb);
	if (r < 0)
		bh_note(&p->spec.notes, &p->spec.arena,
			"the trust in workspaces can't be read: %s", err->text);
	return 0;
}

/* Who may not give any is refused as such. */
static bool gives_ids(const struct bh_prepared *p)
{
	return p->spec.id_mapped && !bh_host_is_rootless();
}

int bh_prepare_ids(struct bh_prepared *ret, struct bh_err *err)
{
	return gives_ids(ret) ? bh_id_range_take(&ret->ids, err) : 0;
}

static int find_ids(struct bh_prepared *p, struct bh_err *err)
{
	if (p->host.fake || !gives_ids(p))
		return 0;
	p->host.id_range = p->ids.first;
	return p->ids.first ? 0 : bh_id_range_look(&p->host.id_range, err);
}

int bh_prepare_plan(const struct bh_request *request, struct bh_prepared *ret,
		    struct bh_err *err)
{
	int r = request->host_file ?
			bh_host_load(request->host_file, &ret->host, err) :
			bh_host_probe(&ret->host, err);

	if (r == 0)
		r = find_ids(ret, err);
	if (r == 0)
		r = open_paths(ret, err);
	/* Where nothing will be executed, nothing was looked at. */
	if (r == 0 && ret->passed.judgement.count)
		take_programs(ret);
	if (r == 0 && !request->joins)
		r = narrow_on_host(request, ret, err);
	if (r == 0 && !request->joins)
		r = bh_workspaces_look(ret, err);
	if (r == 0 && !request->joins)
		r = judge_workspaces(request, ret, err);
	if (r == 0 && !request->joins)
		r = bh_workspaces_plan(ret, request->verb, err);
	if (r == 0 && !request->joins)
		r = make_settings(ret, err);
	if (r == 0)
		r = make_filters(
			ret, request->host_file ? NULL : request->filters, err);
	ret->waits = request->waits;
	ret->kept_count = request->caller.kept_count;
	ret->notifies = request->caller.notify_path;
	return r < 0 ? r : compile(ret, request, err);
}

void bh_prepared_clear(struct bh_prepared *p)
{
	if (p->ids.first)
		bh_id_range_close(&p->ids);
	bh_plan_clear(&p->plan);
	bh_arena_clear(&p->arena);
	for (size_t i = 0; p->paths && i < p->spec.wanted_count; i++)
		bh_close(&p->paths[i].fd);
	free(p->paths);
	bh_host_clear(&p->host);
	bh_passed_clear(&p->passed);
	bh_agent_hooks_free(p->agent_hooks);
	bh_spec_clear(&p->spec);
	bh_profile_free(p->profile);
	bh_bundle_clear(&p->bundle);
	*p = (struct bh_prepared){ 0 };
}
