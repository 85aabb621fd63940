/* SPDX-License-Identifier: Apache-2.0 */
/* What starting a process costs: linked as bulkhead is, it does nothing. */
int main(void)
{
	return 0;
}
