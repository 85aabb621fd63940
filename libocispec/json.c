/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "json.h"

void oci_json_append(struct oci_json *parent, struct oci_json *node)
{
	node->parent = parent;
	node->index = parent->count++;
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
}

/* Order by key, then by place; lengths first, as they are cheap to compare. */
static int compare_keys(const void *a, const void *b)
{
	const struct oci_json *left = *(const struct oci_json *const *)a;
	const struct oci_json *right = *(const struct oci_json *const *)b;
	int order;

	if (left->key_len != right->key_len)
		return left->key_len < right->key_len ? -1 : 1;
	order = memcmp(left->key, right->key, left->key_len);
	if (order != 0)
		return order;
	return left->index < right->index ? -1 : 1;
}

const struct oci_json *oci_json_find_repetition(const struct oci_json *object)
{
	const struct oci_json **members =
		oci_new(object->count, sizeof(struct oci_json *));
	const struct oci_json *found = NULL;
	size_t count = 0;

	for (const struct oci_json *i = object->first; i; i = i->next)
		members[count++] = i;
	if (count > 1)
		qsort(members, count, sizeof(*members), compare_keys);

	for (size_t i = 1; i < count; i++) {
		const struct oci_json *one = members[i - 1], *two = members[i];

		if (one->key_len == two->key_len &&
		    memcmp(one->key, two->key, one->key_len) == 0 &&
		    (!found || two->index < found->index))
			found = two;
	}
	free(members);
	return found;
}
