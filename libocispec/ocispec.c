/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public functions: each is a table and what follows it.
 */
#include "table.h"

/* ---- reading ------------------------------------------------------------- */

int oci_config_read(const char *text, size_t len, struct oci_config **ret,
		    struct oci_strings *unknown, struct oci_error *err)
{
	void *object;
	int result = oci_table_read(&oci_config_table, text, len, &object,
				    unknown, err);

	if (result == 0)
		*ret = object;
	return result;
}

int oci_process_read(const char *text, size_t len, struct oci_process **ret,
		     struct oci_strings *unknown, struct oci_error *err)
{
	void *object;
	int result = oci_table_read(&oci_process_table, text, len, &object,
				    unknown, err);

	if (result == 0)
		*ret = object;
	return result;
}

int oci_resources_read(const char *text, size_t len, struct oci_resources **ret,
		       struct oci_strings *unknown, struct oci_error *err)
{
	void *object;
	int result = oci_table_read(&oci_resources_table, text, len, &object,
				    unknown, err);

	if (result == 0)
		*ret = object;
	return result;
}

int oci_state_read(const char *text, size_t len, struct oci_state **ret,
		   struct oci_strings *unknown, struct oci_error *err)
{
	void *object;
	int result = oci_table_read(&oci_state_table, text, len, &object,
				    unknown, err);

	if (result == 0)
		*ret = object;
	return result;
}

int oci_features_read(const char *text, size_t len, struct oci_features **ret,
		      struct oci_strings *unknown, struct oci_error *err)
{
	void *object;
	int result = oci_table_read(&oci_features_table, text, len, &object,
				    unknown, err);

	if (result == 0)
		*ret = object;
	return result;
}

/* ---- writing ------------------------------------------------------------- */

char *oci_config_write(const struct oci_config *config, size_t *ret_len)
{
	return oci_table_write(&oci_config_table, config, ret_len);
}

char *oci_process_write(const struct oci_process *process, size_t *ret_len)
{
	return oci_table_write(&oci_process_table, process, ret_len);
}

char *oci_state_write(const struct oci_state *state, size_t *ret_len)
{
	return oci_table_write(&oci_state_table, state, ret_len);
}

char *oci_features_write(const struct oci_features *features, size_t *ret_len)
{
	return oci_table_write(&oci_features_table, features, ret_len);
}

/* ---- freeing ------------------------------------------------------------- */

void oci_config_free(struct oci_config *config)
{
	oci_table_free(&oci_config_table, config);
}

void oci_process_free(struct oci_process *process)
{
	oci_table_free(&oci_process_table, process);
}

void oci_resources_free(struct oci_resources *resources)
{
	oci_table_free(&oci_resources_table, resources);
}

void oci_state_free(struct oci_state *state)
{
	oci_table_free(&oci_state_table, state);
}

void oci_features_free(struct oci_features *features)
{
	oci_table_free(&oci_features_table, features);
}

/* ---- walking ------------------------------------------------------------- */

int oci_config_walk(const struct oci_config *config, oci_visit visit, void *arg)
{
	return oci_table_walk(&oci_config_table, config, visit, arg);
}

int oci_config_walk_known(oci_visit visit, void *arg)
{
	return oci_table_walk(&oci_config_table, NULL, visit, arg);
}

const char *oci_class_name(enum oci_class class)
{
	switch (class) {
	case OCI_CLASS_INERT:
		return "inert";
	case OCI_CLASS_NARROW:
		return "narrow";
	case OCI_CLASS_GATE:
		return "gate";
	case OCI_CLASS_REFUSE:
		return "refuse";
	}
	return "(unknown)";
}
