/*
 * ctl_partners: a set of numbers above 0, made for very many small sets:
 * a hash table of 4 bytes a slot that is at most three quarters full.
 */

#ifndef CTL_PARTNERS_H_INCLUDED
#define CTL_PARTNERS_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

/* all zero is an empty one */
typedef struct {
    uint32_t  *slot;            /* 0: free */
    uint32_t   slots;           /* a power of 2, or none */
    uint32_t   n;
} ctl_partners_t;

/* adds a number that may be there; false: out of memory */
bool ctl_partners_add(ctl_partners_t *partners, uint32_t number);
void ctl_partners_free(ctl_partners_t *partners);

#endif /* CTL_PARTNERS_H_INCLUDED */
