/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>

#include "base/str.h"
#include "cgroup/driver-systemd.h"

#ifdef HAVE_SYSTEMD_SD_BUS_H

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "base/cpus.h"
#include "base/mem.h"
#include "base/sys.h"

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT	"/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

#define TIMEOUT_MS 30000

/* In bits, as the sets of base/cpus.h have them. */
#define WORD_BITS (8 * sizeof(unsigned long))

/* What is used of libsystemd. */
#define FUNCTIONS(F)                      \
	F(sd_bus_open_system)             \
	F(sd_bus_flush_close_unref)       \
	F(sd_bus_message_new_method_call) \
	F(sd_bus_message_append)          \
	F(sd_bus_message_append_array)    \
	F(sd_bus_message_open_container)  \
	F(sd_bus_message_close_container) \
	F(sd_bus_message_read)            \
	F(sd_bus_message_unref)           \
	F(sd_bus_call)                    \
	F(sd_bus_call_method)             \
	F(sd_bus_match_signal)            \
	F(sd_bus_process)                 \
	F(sd_bus_wait)                    \
	F(sd_bus_error_free)              \
	F(sd_bus_error_has_name)

static struct {
	void *handle; /* with all of them */
#define F(name) __typeof__(name) *name;
	FUNCTIONS(F)
#undef F
} lib;

/* A job that is waited for: signals may come before its path is known. */
struct job {
	char *path;
	struct bh_buf ended; /* "PATH RESULT\n" of each that has ended */
};

struct manager {
	sd_bus *bus;
	struct job job;
};

static int load(struct bh_err *err)
{
	void *handle;

	if (lib.handle)
		return 0;
	handle = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return bh_refuse(err,
				 "use the systemd cgroup driver: %s; "
				 "install libsystemd, or use cgroupfs",
				 dlerror());
#define F(name)                                                         \
	*(void **)&lib.name = dlsym(handle, #name);                     \
	if (!lib.name)                                                  \
		return bh_refuse(err, "use the systemd cgroup driver: " \
				      "libsystemd has no " #name);
	FUNCTIONS(F)
#undef F
	lib.handle = handle;
	return 0;
}

/* ---- the manager ------------------------------------------------------------------ */

static int note_end(sd_bus_message *message, void *data, sd_bus_error *ignored)
{
	struct job *job = data;
	const char *path, *unit, *result;
	uint32_t id;

	(void)ignored;
	if (lib.sd_bus_message_read(message, "uoss", &id, &path, &unit,
				    &result) >= 0)
		bh_buf_printf(&job->ended, "%s %s\n", path, result);
	return 0;
}

static void close_manager(struct manager *m)
{
	if (m->bus)
		lib.sd_bus_flush_close_unref(m->bus);
	bh_buf_clear(&m->job.ended);
	free(m->job.path);
}

static int open_manager(struct manager *m, struct bh_err *err)
{
	int r = load(err);

	*m = (struct manager){ 0 };
	if (r < 0)
		return r;
	r = lib.sd_bus_open_system(&m->bus);
	if (r < 0)
		return bh_fail(err, -r,
			       "use the systemd cgroup driver: open "
			       "the system's bus");
	/* Without it nobody is told of the ends of jobs. */
	r = lib.sd_bus_call_method(m->bus, SERVICE, OBJECT, MANAGER,
				   "Subscribe", NULL, NULL, "");
	if (r >= 0)
		r = lib.sd_bus_match_signal(m->bus, NULL, SERVICE, OBJECT,
					    MANAGER, "JobRemoved", note_end,
					    &m->job);
	if (r < 0)
		return bh_fail(err, -r,
			       "use the systemd cgroup driver: talk "
			       "to systemd");
	return 0;
}

/* How the job ended, in the job's own memory; NULL: not yet. */
static const char *result_of(const struct job *job)
{
	size_t len = strlen(job->path);

	for (char *line = job->ended.data; line && *line;
	     line = strchr(line, '\n') + 1)
		if (strncmp(line, job->path, len) == 0 && line[len] == ' ')
			return line + len + 1;
	return NULL;
}

static int wait_for_job(struct manager *m)
{
	int64_t until = bh_now_ms() + TIMEOUT_MS;
	const char *result;
	int r = 0;

	while (r >= 0 && !(result = result_of(&m->job))) {
		int64_t left = until - bh_now_ms();

		if (left <= 0)
			return -ETIMEDOUT;
		r = lib.sd_bus_process(m->bus, NULL);
		if (r == 0)
			r = lib.sd_bus_wait(m->bus, (uint64_t)left * 1000);
	}
	if (r < 0)
		return r;
	return bh_starts_with(result, "done\n") ? 0 : -EPROTO;
}

/* Send a call that answers with a job, and wait for that. */
static int call_job(struct manager *m, sd_bus_message *call,
		    sd_bus_error *error)
{
	sd_bus_message *answer = NULL;
	const char *path;
	int r = lib.sd_bus_call(m->bus, call, (uint64_t)TIMEOUT_MS * 1000,
				error, &answer);

	if (r >= 0)
		r = lib.sd_bus_message_read(answer, "o", &path);
	if (r >= 0)
		m->job.path = bh_strdup(path);
	lib.sd_bus_message_unref(answer);
	return r < 0 ? r : wait_for_job(m);
}

static int new_call(struct manager *m, const char *method, sd_bus_message **ret)
{
	*ret = NULL;
	return lib.sd_bus_message_new_method_call(m->bus, ret, SERVICE, OBJECT,
						  MANAGER, method);
}

/* What the bus says of a failure is better than its number. */
static int fail(struct bh_err *err, int r, sd_bus_error *error,
		const char *doing, const char *unit)
{
	if (error->message)
		r = bh_fail(err, -r, "%s the unit %s by systemd: %.512s", doing,
			    unit, error->message);
	else if (r == -EPROTO)
		r = bh_fail(err, EPROTO,
			    "%s the unit %s by systemd: its job "
			    "failed; see journalctl -u %s",
			    doing, unit, unit);
	else
		r = bh_fail(err, -r, "%s the unit %s by systemd", doing, unit);
	lib.sd_bus_error_free(error);
	return r;
}

/* ---- properties -------------------------------------------------------------------- */

/* A set of numbers as bytes, the lowest bit first. */
static int append_set(sd_bus_message *m, const char *name, const char *list)
{
	uint8_t bytes[BH_CPUS_MAX / 8] = { 0 };
	struct bh_cpus cpus;
	size_t len = 0;
	int r = bh_cpus_parse(list, &cpus);

	if (r < 0)
		return r;
	/* None is all, for systemd too. */
	for (unsigned int i = 0; *list && i < BH_CPUS_MAX; i++)
		if (cpus.bits[i / WORD_BITS] >> (i % WORD_BITS) & 1) {
			bytes[i / 8] |= (uint8_t)(1u << (i % 8));
			len = i / 8 + 1;
		}
	r = lib.sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = lib.sd_bus_message_append(m, "s", name);
	if (r >= 0)
		r = lib.sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = lib.sd_bus_message_append_array(m, 'y', bytes, len);
	if (r >= 0)
		r = lib.sd_bus_message_close_container(m);
	return r < 0 ? r : lib.sd_bus_message_close_container(m);
}

static int append_property(sd_bus_message *m, const char *property)
{
	const char *value = strchr(property, '=') + 1;
	bh_autoarena struct bh_arena arena = { 0 };
	const char *name = bh_arena_strndup(&arena, property,
					    (size_t)(value - property) - 1);
	uint64_t number = UINT64_MAX;

	if (bh_starts_with(name, "Allowed"))
		return append_set(m, name, value);
	if (!bh_str_eq(value, "infinity") &&
	    bh_parse_u64(value, UINT64_MAX, &number) < 0)
		return -EINVAL;
	if (bh_str_eq(name, "KillSignal"))
		return lib.sd_bus_message_append(m, "(sv)", name, "i",
						 (int)number);
	return lib.sd_bus_message_append(m, "(sv)", name, "t", number);
}

static int append_properties(sd_bus_message *m, const char *const *properties)
{
	int r = 0;

	for (; r >= 0 && *properties; properties++)
		r = append_property(m, *properties);
	return r;
}

/* ---- what is done ------------------------------------------------------------------ */

static int append_scope(sd_bus_message *call, const char *unit,
			const char *slice, pid_t pid,
			const char *const *properties)
{
	int r = lib.sd_bus_message_append(call, "ss", unit, "fail");

	if (r >= 0)
		r = lib.sd_bus_message_open_container(call, 'a', "(sv)");
	if (r >= 0)
		r = lib.sd_bus_message_append(
			call, "(sv)(sv)(sv)(sv)(sv)(sv)", "Description", "s",
			"bulkhead container", "Slice", "s", slice, "PIDs", "au",
			1, (uint32_t)pid, "Delegate", "b", 1,
			"DefaultDependencies", "b", 0, "CollectMode", "s",
			"inactive-or-failed");
	if (r >= 0)
		r = append_properties(call, properties);
	if (r >= 0)
		r = lib.sd_bus_message_close_container(call);
	return r < 0 ? r : lib.sd_bus_message_append(call, "a(sa(sv))", 0);
}

int bh_systemd_start(const char *unit, const char *slice, pid_t pid,
		     const char *const *properties, struct bh_err *err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *call = NULL;
	struct manager m;
	int r = open_manager(&m, err);

	if (r == 0) {
		r = new_call(&m, "StartTransientUnit", &call);
		if (r >= 0)
			r = append_scope(call, unit, slice, pid, properties);
		if (r >= 0)
			r = call_job(&m, call, &error);
		if (r < 0)
			r = fail(err, r, &error, "start", unit);
		lib.sd_bus_message_unref(call);
	}
	close_manager(&m);
	return r;
}

int bh_systemd_set(const char *unit, const char *const *properties,
		   struct bh_err *err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *call = NULL;
	struct manager m;
	int r = open_manager(&m, err);

	if (r == 0) {
		r = new_call(&m, "SetUnitProperties", &call);
		if (r >= 0)
			r = lib.sd_bus_message_append(call, "sb", unit, 1);
		if (r >= 0)
			r = lib.sd_bus_message_open_container(call, 'a',
							      "(sv)");
		if (r >= 0)
			r = append_properties(call, properties);
		if (r >= 0)
			r = lib.sd_bus_message_close_container(call);
		if (r >= 0)
			r = lib.sd_bus_call(m.bus, call,
					    (uint64_t)TIMEOUT_MS * 1000, &error,
					    NULL);
		r = r < 0 ? fail(err, r, &error, "change", unit) : 0;
		lib.sd_bus_message_unref(call);
	}
	close_manager(&m);
	return r;
}

int bh_systemd_stop(const char *unit, struct bh_err *err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *call = NULL;
	struct manager m;
	int r = open_manager(&m, err);

	if (r == 0) {
		r = new_call(&m, "StopUnit", &call);
		if (r >= 0)
			r = lib.sd_bus_message_append(call, "ss", unit,
						      "replace");
		if (r >= 0)
			r = call_job(&m, call, &error);
		if (r < 0 &&
		    lib.sd_bus_error_has_name(&error, SERVICE ".NoSuchUnit"))
			r = 0;
		if (r < 0)
			r = fail(err, r, &error, "stop", unit);
		else
			lib.sd_bus_error_free(&error);
		lib.sd_bus_message_unref(call);
	}
	close_manager(&m);
	return r;
}

bool bh_systemd_is_built(void)
{
	return true;
}

#else

bool bh_systemd_is_built(void)
{
	return false;
}

static int lack(struct bh_err *err)
{
	return bh_refuse(err, "use the systemd cgroup driver: bulkhead was "
			      "built without libsystemd's headers; use "
			      "cgroupfs");
}

int bh_systemd_start(const char *unit, const char *slice, pid_t pid,
		     const char *const *properties, struct bh_err *err)
{
	(void)unit, (void)slice, (void)pid, (void)properties;
	return lack(err);
}

int bh_systemd_set(const char *unit, const char *const *properties,
		   struct bh_err *err)
{
	(void)unit, (void)properties;
	return lack(err);
}

int bh_systemd_stop(const char *unit, struct bh_err *err)
{
	(void)unit;
	return lack(err);
}

#endif
