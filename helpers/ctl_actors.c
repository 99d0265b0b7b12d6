/*
 * ctl_actors: see the header.
 */

#include "ctl_actors.h"

#include <stdlib.h>
#include <string.h>

#define CTL_ACTORS_FIRST  1024


static bool ctl_actors_grow(ctl_actors_t *actors);
static uint32_t *ctl_actors_slot(const ctl_actors_t *actors,
    const uint8_t *id, bool agent);


uint32_t
ctl_actors_number(ctl_actors_t *actors, const uint8_t *id, bool agent)
{
    uint32_t     *slot;
    ctl_actor_t  *actor;

    if (actors->n == actors->size && !ctl_actors_grow(actors)) {
        return 0;
    }

    slot = ctl_actors_slot(actors, id, agent);

    if (*slot == 0) {
        actor = &actors->actor[actors->n++];
        memcpy(actor->id, id, sizeof(actor->id));
        actor->agent = agent;
        *slot = actors->n;
    }

    return *slot;
}


void
ctl_actors_free(ctl_actors_t *actors)
{
    free(actors->actor);
    free(actors->slot);
    memset(actors, 0, sizeof(*actors));
}


static bool
ctl_actors_grow(ctl_actors_t *actors)
{
    uint32_t      i, size, *slot;
    ctl_actor_t  *actor;

    size = actors->size == 0 ? CTL_ACTORS_FIRST : actors->size * 2;

    actor = realloc(actors->actor, size * sizeof(ctl_actor_t));
    if (actor == NULL) {
        return false;
    }

    actors->actor = actor;

    slot = calloc((size_t) size * 2, sizeof(uint32_t));
    if (slot == NULL) {
        return false;
    }

    free(actors->slot);
    actors->slot = slot;
    actors->slots = size * 2;
    actors->size = size;

    for (i = 0; i < actors->n; i++) {
        slot = ctl_actors_slot(actors, actor[i].id, actor[i].agent);
        *slot = i + 1;
    }

    return true;
}


/* where the actor's number is, or would be */
static uint32_t *
ctl_actors_slot(const ctl_actors_t *actors, const uint8_t *id, bool agent)
{
    uint32_t            number;
    uint64_t            half[2], i;
    const ctl_actor_t  *actor;

    memcpy(half, id, sizeof(half));
    i = (half[0] ^ half[1] * 0x9e3779b97f4a7c15u) * 0x9e3779b97f4a7c15u >> 32;

    for (i &= actors->slots - 1; /* void */;
         i = (i + 1) & (actors->slots - 1))
    {
        number = actors->slot[i];
        actor = &actors->actor[number - 1];

        if (number == 0
            || (memcmp(actor->id, id, sizeof(actor->id)) == 0
                && actor->agent == agent))
        {
            return &actors->slot[i];
        }
    }
}
