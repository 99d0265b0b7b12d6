/*
 * ctl_actors: actors numbered 1, 2, 3 ... in the order they are met.
 * 22 to 31 bytes an actor.
 */

#ifndef CTL_ACTORS_H_INCLUDED
#define CTL_ACTORS_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t  id[16];
    bool     agent;
} ctl_actor_t;

/* all zero is an empty one */
typedef struct {
    ctl_actor_t  *actor;        /* of number i + 1 */
    uint32_t      n;
    uint32_t      size;
    uint32_t     *slot;         /* numbers by hash; 0: free */
    uint32_t      slots;        /* a power of 2, at least twice n */
} ctl_actors_t;

/* the number of an actor; 0: out of memory */
uint32_t ctl_actors_number(ctl_actors_t *actors, const uint8_t *id,
    bool agent);
void ctl_actors_free(ctl_actors_t *actors);

#endif /* CTL_ACTORS_H_INCLUDED */
