/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remarks that the pure half makes about its input ("unknown capability
 * CAP_X: left out").  They are data: the program shows them at --debug and the
 * plan prints them; the library never prints.
 */
#ifndef BH_BASE_NOTES_H
#define BH_BASE_NOTES_H

#include "base/mem.h"

/* All zero is empty.  Texts live in the arena given to bh_note. */
struct bh_notes {
	size_t len;
	const char **items;
};

void bh_note(struct bh_notes *notes, struct bh_arena *arena, const char *format,
	     ...) __attribute__((format(printf, 3, 4)));

#endif
