/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "container/prepare.h"

static const struct bh_option options[] = {
	BH_VALUE("bundle", 'b', "DIR", "the bundle; default: this directory",
		 bundle),
	BH_VALUE("config", 'f', "FILE", "in the bundle; default: config.json",
		 config),
	BH_VALUE("format", 0, "FORMAT", "text or json", format),
	BH_VALUE("host", 0, "FILE", "imitate the host described in FILE", host),
	{ 0 },
};

int bh_print_plan(const struct bh_invocation *in,
		  const struct bh_prepared *prepared, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };

	if (bh_str_eq(in->format, "json"))
		bh_plan_print_json(&prepared->plan, &text);
	else
		bh_plan_print(&prepared->plan, &text);
	return bh_print(text.data, text.len, err);
}

int bh_show_plan(const struct bh_invocation *in,
		 const struct bh_request *request, struct bh_prepared *prepared,
		 struct bh_err *err)
{
	bh_prepare_tell(request, prepared);
	return bh_print_plan(in, prepared, err);
}

static int print_plan(struct bh_invocation *in, struct bh_err *err)
{
	struct bh_request request = {
		.verb = "run",
		.wishes = in->wishes,
		.bundle = in->bundle ? in->bundle : ".",
		.config = in->config,
		.id = in->id ? in->id : "container",
		.host_file = in->host,
		.attached = true,
	};
	struct bh_prepared prepared = { 0 };
	struct bh_places places;
	int r;

	if (in->format && !bh_str_eq(in->format, "json") &&
	    !bh_str_eq(in->format, "text"))
		return bh_refuse(err,
				 "read the command line: --format %s: "
				 "must be text or json",
				 in->format);
	r = bh_caller_read(in, false, &request.caller, err);
	if (r < 0)
		return r;
	bh_places_find(&places);
	request.trust = &places.gate;
	request.wishes.user_policy = in->host ? NULL : places.policy;
	r = bh_prepare_spec(&request, &prepared, err);
	if (r == 0)
		r = bh_prepare_plan(&request, &prepared, err);
	if (r == 0)
		r = bh_show_plan(in, &request, &prepared, err);
	bh_prepared_clear(&prepared);
	bh_places_clear(&places);
	return r;
}

const struct bh_command bh_cmd_plan = {
	.name = "plan",
	.summary = "show what would be done to run a bundle; change nothing",
	.words = BH_OPTIONAL_ID,
	.options = options,
	.run = print_plan,
};
