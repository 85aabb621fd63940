/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of a container beside its own: what was trusted runs, nothing else. */
#include <sys/stat.h>

#include "base/digest.h"
#include "base/mem.h"
#include "run-build.h"
#include "run/sync.h"

static const char *const no_texts[] = { NULL };

/* A file that can be executed, and its digest. */
static void make_file(char *path, const char *text,
		      char digest[BH_DIGEST_HEX_SIZE])
{
	bh_autoclose int fd = mkstemp(path);
	struct bh_digest bytes;

	(void)fchmod(fd, 0755);
	(void)bh_write_all(fd, text, strlen(text));
	bh_digest_of(text, strlen(text), &bytes);
	bh_digest_hex(&bytes, digest);
}

/* `echo program`, with this before it. */
static void make_job(struct job *job, const char *path,
		     const char *const *digests, const char *const *arguments)
{
	static const char *const echo[] = { "/bin/echo", NULL };
	static const char *const args[] = { "echo", "program", NULL };
	union bh_args *step;
	struct bh_step last;
	int slot;

	job_init(job);
	slot = bh_plan_slot(&job->plan, "own", -1);
	job_clone(job);
	job_exec(job, echo, args, no_texts);
	last = job->plan.steps[--job->plan.len];
	step = job_step(job, BH_OP_hook_load, BH_CHILD);
	step->hook_load = (struct bh_args_hook_load){
		.name = "own[0]",
		.path = path,
		.program = slot,
		.digests = digests,
	};
	step = job_step(job, BH_OP_hook_inside, BH_CHILD);
	step->hook_inside = (struct bh_args_hook_inside){
		.name = "own[0]",
		.path = path,
		.program = slot,
		.arguments = arguments,
		.environment = no_texts,
		.timeout = 60,
	};
	*bh_plan_step(&job->plan, BH_OP_exec, BH_CHILD, BH_PHASE_EXEC) = last;
}

static void runs(const char *path, const char *const *digests,
		 const char *const *arguments, const char *title)
{
	struct job job;

	make_job(&job, path, digests, arguments);
	job_run(&job);
	if (!is_int(job.result, 0, "%s", title))
		diag("%s", job.err.text);
	is_str(job.out.data, "program\n", "%s, then the program", title);
	job_end(&job, title);
}

static void refuses(const char *path, const char *const *digests,
		    const char *want, const char *title)
{
	const char *const args[] = { "own", NULL };
	struct job job;

	make_job(&job, path, digests, args);
	job_run(&job);
	ok(job.result < 0, "%s is refused", title);
	if (!ok(strstr(job.err.text, want), "%s: why", title))
		diag("%s", job.err.text);
	ok(!job.out.data || !job.out.len, "%s: the program does not run",
	   title);
	job_end(&job, title);
}

int main(void)
{
	char script[] = "/tmp/bulkhead-test.XXXXXX";
	char failing[] = "/tmp/bulkhead-test.XXXXXX";
	char hex[BH_DIGEST_HEX_SIZE], other[BH_DIGEST_HEX_SIZE];
	const char *const args[] = { "own", "word", NULL };
	const char *wrong[] = { other, NULL };
	const char *right[] = { other, hex, NULL };

	make_file(script, "#!/bin/sh\n[ \"$1\" = word ] && [ -z \"$HOME\" ]\n",
		  hex);
	make_file(failing, "#!/bin/sh\necho why; exit 7\n", other);
	runs(script, NULL, args, "a program that may be anything");
	runs(script, right, args, "one that is one of what it may be");
	refuses(script, wrong, "it is not what was trusted", "another");
	refuses(script, no_texts, "it is not what was trusted",
		"one that may be nothing");
	refuses(failing, NULL, "exit status 7; it said: why", "one that fails");
	refuses("/nonexistent", NULL, "open it", "one that is not there");
	refuses("/", NULL, "open it", "a directory");
	(void)chmod(script, 0644);
	refuses(script, right, "open it", "one that is no program");
	(void)unlink(script);
	(void)unlink(failing);
	return done_testing();
}
