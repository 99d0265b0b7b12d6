/*
 * ctl_crew: see the header.
 */

#include "ctl_crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define CTL_CREW_MAX    16

/* one that is read and one that waits for that, of each thread */
#define CTL_CREW_AHEAD  2

typedef struct {
    ctl_crew_t       *crew;
    pthread_t         thread;
    ctl_pseudonym_t   pseudonym;
} ctl_crew_hand_t;

typedef struct {
    ctl_block_t  block;
    bool         done;              /* read */
} ctl_crew_slot_t;

/* of the ring: taken <= begun <= given <= taken + slots */
struct ctl_crew_s {
    const ctl_block_rules_t  *rules;
    size_t                    nslots;
    ctl_crew_slot_t           slots[CTL_CREW_MAX * CTL_CREW_AHEAD];
    uint64_t                  given;
    uint64_t                  begun;
    uint64_t                  taken;

    bool                      end;
    pthread_mutex_t           mutex;    /* of given, begun, done, end */
    pthread_cond_t            work;
    pthread_cond_t            done;

    unsigned                  nhands;   /* that run */
    ctl_crew_hand_t           hands[CTL_CREW_MAX];
};


static unsigned ctl_crew_cores(void);
static ctl_status_t ctl_crew_start(ctl_crew_t *crew, ctl_error_t *error);
static void *ctl_crew_run(void *data);
static ctl_crew_slot_t *ctl_crew_slot(ctl_crew_t *crew, uint64_t n);


ctl_crew_t *
ctl_crew_open(unsigned threads, const ctl_block_rules_t *rules, size_t size,
    ctl_error_t *error)
{
    size_t         i;
    ctl_crew_t    *crew;
    ctl_status_t   status;

    crew = calloc(1, sizeof(*crew));
    if (crew == NULL) {
        ctl_error_memory(error);
        return NULL;
    }

    threads = threads > 0 ? threads : ctl_crew_cores();
    threads = threads < CTL_CREW_MAX ? threads : CTL_CREW_MAX;
    crew->rules = rules;
    crew->nslots = threads * CTL_CREW_AHEAD;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->work, NULL);
    pthread_cond_init(&crew->done, NULL);
    status = CTL_OK;

    for (i = 0; i < crew->nslots && status == CTL_OK; i++) {
        status = ctl_block_open(&crew->slots[i].block, size, error);
    }

    while (crew->nhands < threads && status == CTL_OK) {
        status = ctl_crew_start(crew, error);
    }

    if (status != CTL_OK) {
        ctl_crew_close(crew);
        return NULL;
    }

    return crew;
}


void
ctl_crew_close(ctl_crew_t *crew)
{
    size_t  i;

    if (crew == NULL) {
        return;
    }

    pthread_mutex_lock(&crew->mutex);
    crew->end = true;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->mutex);

    for (i = 0; i < crew->nhands; i++) {
        pthread_join(crew->hands[i].thread, NULL);
        ctl_pseudonym_close(&crew->hands[i].pseudonym);
    }

    for (i = 0; i < crew->nslots; i++) {
        ctl_block_close(&crew->slots[i].block);
    }

    pthread_cond_destroy(&crew->done);
    pthread_cond_destroy(&crew->work);
    pthread_mutex_destroy(&crew->mutex);
    free(crew);
}


ctl_block_t *
ctl_crew_free(ctl_crew_t *crew)
{
    return crew->given < crew->taken + crew->nslots
           ? &ctl_crew_slot(crew, crew->given)->block : NULL;
}


void
ctl_crew_give(ctl_crew_t *crew)
{
    pthread_mutex_lock(&crew->mutex);
    ctl_crew_slot(crew, crew->given)->done = false;
    crew->given++;
    pthread_cond_signal(&crew->work);
    pthread_mutex_unlock(&crew->mutex);
}


ctl_block_t *
ctl_crew_take(ctl_crew_t *crew)
{
    ctl_crew_slot_t  *slot;

    if (crew->taken == crew->given) {
        return NULL;
    }

    slot = ctl_crew_slot(crew, crew->taken);

    pthread_mutex_lock(&crew->mutex);

    while (!slot->done) {
        pthread_cond_wait(&crew->done, &crew->mutex);
    }

    pthread_mutex_unlock(&crew->mutex);
    crew->taken++;

    return &slot->block;
}


static unsigned
ctl_crew_cores(void)
{
    cpu_set_t  set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}


/* signals are the first thread's */
static ctl_status_t
ctl_crew_start(ctl_crew_t *crew, ctl_error_t *error)
{
    int               rc;
    sigset_t          all, before;
    ctl_status_t      status;
    ctl_crew_hand_t  *hand;

    hand = &crew->hands[crew->nhands];
    hand->crew = crew;

    status = ctl_pseudonym_open(&hand->pseudonym, NULL, error);
    if (status != CTL_OK) {
        return status;
    }

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&hand->thread, NULL, ctl_crew_run, hand);
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    if (rc != 0) {
        ctl_pseudonym_close(&hand->pseudonym);
        return ctl_error_set(error, CTL_TEMPORARY,
                             "cannot start a thread: %s", strerror(rc));
    }

    crew->nhands++;

    return CTL_OK;
}


static void *
ctl_crew_run(void *data)
{
    ctl_crew_t       *crew;
    ctl_crew_hand_t  *hand;
    ctl_crew_slot_t  *slot;

    hand = data;
    crew = hand->crew;
    pthread_mutex_lock(&crew->mutex);

    for ( ;; ) {
        while (crew->begun == crew->given && !crew->end) {
            pthread_cond_wait(&crew->work, &crew->mutex);
        }

        if (crew->end) {
            break;
        }

        slot = ctl_crew_slot(crew, crew->begun++);

        pthread_mutex_unlock(&crew->mutex);
        ctl_block_read(&slot->block, crew->rules, &hand->pseudonym);
        pthread_mutex_lock(&crew->mutex);

        slot->done = true;
        pthread_cond_signal(&crew->done);
    }

    pthread_mutex_unlock(&crew->mutex);

    return NULL;
}


static ctl_crew_slot_t *
ctl_crew_slot(ctl_crew_t *crew, uint64_t n)
{
    return &crew->slots[n % crew->nslots];
}
