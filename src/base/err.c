/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

__attribute__((format(printf, 4, 0))) static int
set_text(struct bh_err *err, int errnum, bool explained, const char *format,
	 va_list args)
{
	err->errnum = errnum > 0 ? errnum : EIO;
	err->explained = explained;
	err->block = false;
	err->denied = false;
	err->hint[0] = '\0';
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	return -err->errnum;
}

int bh_fail(struct bh_err *err, int errnum, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = set_text(err, errnum, false, format, args);
	va_end(args);
	return result;
}

int bh_refuse(struct bh_err *err, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = set_text(err, EINVAL, true, format, args);
	va_end(args);
	return result;
}

int bh_refuse_block(struct bh_err *err, const char *text)
{
	int r = bh_refuse(err, "%s", text);

	err->block = true;
	return r;
}

int bh_denied(struct bh_err *err)
{
	err->denied = true;
	return -err->errnum;
}

int bh_context(struct bh_err *err, const char *format, ...)
{
	char context[256];
	size_t len, keep;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(context, sizeof(context) - 2, format, args);
	va_end(args);
	len = strlen(context);
	context[len++] = ':';
	context[len++] = ' ';
	keep = strlen(err->text);
	if (keep > sizeof(err->text) - 1 - len)
		keep = sizeof(err->text) - 1 - len;
	memmove(err->text + len, err->text, keep);
	memcpy(err->text, context, len);
	err->text[len + keep] = '\0';
	return -err->errnum;
}

int bh_hint(struct bh_err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	return -err->errnum;
}

void bh_err_sanitize(struct bh_err *err)
{
	err->text[sizeof(err->text) - 1] = '\0';
	err->hint[sizeof(err->hint) - 1] = '\0';
	/* Nobody vouches for its lines. */
	err->block = false;
	err->denied = false;
	if (err->errnum <= 0 || err->errnum > 4095)
		err->errnum = EIO;
}

char *bh_err_message(const struct bh_err *err)
{
	const char *reason = err->explained ? NULL : strerror(err->errnum);
	char *message;
	int len;

	len = asprintf(&message, "%s%s%s%s%s", err->text, reason ? ": " : "",
		       reason ? reason : "",
		       err->hint[0] ? (err->block ? "\n  " : "; ") : "",
		       err->hint);
	if (len < 0)
		abort();
	return message;
}
