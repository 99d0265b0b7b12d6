/*
 * check_mirror_kill: a mirror whose writer is killed at any instruction.
 *
 * A child changes a mirror in shared memory one machine instruction at a
 * time; what the memory holds in between is what a SIGKILL there would leave
 * to the others.  Each such state, settled, must be right at the seq that it
 * names or refuse, and must become right when the change is done again.
 */

#include "check_canvas.h"
#include "canvas_mirror.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK_WIDTH   67                /* two tiles */
#define CHECK_HEIGHT  3
#define CHECK_PIXELS  (CHECK_WIDTH * CHECK_HEIGHT)
#define CHECK_TILES   2
#define CHECK_RING    4
#define CHECK_EPOCH   7
#define CHECK_FIRST   100                /* seq of the first load */
#define CHECK_STEPS   2000000

typedef struct check_kill_s  check_kill_t;

struct check_kill_s {
    canvas_mirror_t  *mirror;           /* shared with the child */
    canvas_mirror_t  *copy;
    size_t            size;
    uint64_t          seq;              /* of the change being made */

    void            (*write)(check_kill_t *kill);
    void            (*verify)(check_kill_t *kill);

    unsigned          states;           /* different ones seen */
};


/* change number seq: any function of it will do */

static canvas_change_t
check_kill_change(uint64_t seq)
{
    canvas_change_t  change;

    memset(&change, 0, sizeof(change));
    change.x = (uint16_t) (seq % 3 * 33);
    change.y = (uint16_t) (seq / 2 % CHECK_HEIGHT);
    change.color = (uint8_t) (seq % 15 + 1);
    change.kind = 'g';
    memset(change.actor, (int) (seq % 251), sizeof(change.actor));

    return change;
}


static void
check_kill_image(uint64_t seq, uint8_t *image)
{
    uint64_t         s;
    canvas_change_t  change;

    memset(image, 0, CHECK_PIXELS);

    for (s = CHECK_FIRST + 1; s <= seq; s++) {
        change = check_kill_change(s);
        image[change.y * CHECK_WIDTH + change.x] = change.color;
    }
}


/* change number seq as the ring holds it */

static canvas_change_t
check_kill_entry(uint64_t seq)
{
    uint8_t          image[CHECK_PIXELS];
    canvas_change_t  change;

    change = check_kill_change(seq);
    check_kill_image(seq - 1, image);
    change.old = image[change.y * CHECK_WIDTH + change.x];

    return change;
}


/* at its seq the copy holds this image, and the sums of it */

static void
check_kill_holds(canvas_mirror_t *copy, const uint8_t *image)
{
    uint32_t  sums[CHECK_TILES], held[CHECK_TILES];

    ck_assert_mem_eq(canvas_mirror_image(copy), image, CHECK_PIXELS);

    canvas_sum_image(sums, image, CHECK_WIDTH, CHECK_HEIGHT);
    ck_assert_int_eq(canvas_mirror_sums(copy, copy->epoch, copy->seq, held),
                     CANVAS_OK);
    ck_assert_mem_eq(held, sums, sizeof(sums));
}


/* the sums of every seq that the ring reaches back to */

static void
check_kill_sums(canvas_mirror_t *copy)
{
    uint8_t   image[CHECK_PIXELS];
    uint32_t  sums[CHECK_TILES], held[CHECK_TILES];
    uint64_t  seq;

    for (seq = copy->base; seq <= copy->seq; seq++) {
        check_kill_image(seq, image);
        canvas_sum_image(sums, image, CHECK_WIDTH, CHECK_HEIGHT);
        ck_assert_int_eq(canvas_mirror_sums(copy, CHECK_EPOCH, seq, held),
                         CANVAS_OK);
        ck_assert_mem_eq(held, sums, sizeof(sums));
    }
}


static void
check_kill_write_apply(check_kill_t *kill)
{
    canvas_change_t  change;

    change = check_kill_change(kill->seq);
    (void) canvas_mirror_apply(kill->mirror, CHECK_EPOCH, kill->seq, &change);
}


static void
check_kill_verify_apply(check_kill_t *kill)
{
    size_t            i, n;
    uint8_t           image[CHECK_PIXELS];
    uint64_t          since, reach;
    canvas_change_t   changes[CHECK_RING + 1], change;
    canvas_mirror_t  *copy;
    canvas_status_t   status;

    copy = kill->copy;
    canvas_mirror_settle(copy);
    ck_assert(copy->seq == kill->seq || copy->seq == kill->seq - 1);

    /* what must still be there once the change is in the ring */
    reach = kill->seq - CHECK_FIRST > CHECK_RING ? kill->seq - CHECK_RING
                                                 : CHECK_FIRST;

    for (since = CHECK_FIRST; since <= copy->seq; since++) {
        status = canvas_mirror_since(copy, CHECK_EPOCH, since, changes,
                                     CHECK_RING + 1, &n);

        if (status != CANVAS_OK) {
            ck_assert_int_eq(status, CANVAS_STALE);
            ck_assert_uint_lt(since, reach);
            continue;
        }

        ck_assert_uint_eq(n, copy->seq - since);

        for (i = 0; i < n; i++) {
            change = check_kill_entry(since + 1 + i);
            ck_assert_mem_eq(&changes[i], &change, sizeof(change));
        }
    }

    check_kill_image(copy->seq, image);
    check_kill_holds(copy, image);
    check_kill_sums(copy);

    /* the change is done again, by somebody else */

    change = check_kill_change(kill->seq);

    status = canvas_mirror_apply(copy, CHECK_EPOCH, kill->seq, &change);
    ck_assert(status == CANVAS_OK || status == CANVAS_DONE);
    ck_assert_uint_eq(copy->seq, kill->seq);

    check_kill_image(kill->seq, image);
    check_kill_holds(copy, image);
    check_kill_sums(copy);
}


static const uint8_t  check_kill_loaded[CHECK_PIXELS] = {
    1, 2, 3, 4, 5, 6, 7, 8, 9
};


static canvas_status_t
check_kill_load(canvas_mirror_t *mirror)
{
    return canvas_mirror_load(mirror, CHECK_EPOCH + 1, 55,
                              CANVAS_REASON_ROTATE, check_kill_loaded,
                              CHECK_PIXELS, 8);
}


static void
check_kill_write_load(check_kill_t *kill)
{
    (void) check_kill_load(kill->mirror);
}


static void
check_kill_verify_load(check_kill_t *kill)
{
    uint8_t           image[CHECK_PIXELS];
    canvas_mirror_t  *copy;
    canvas_status_t   status;

    copy = kill->copy;
    canvas_mirror_settle(copy);

    if (copy->valid && copy->epoch == CHECK_EPOCH) {
        check_kill_image(kill->seq - 1, image);
        ck_assert_uint_eq(copy->seq, kill->seq - 1);
        check_kill_holds(copy, image);

    } else if (copy->valid) {
        ck_assert_uint_eq(copy->epoch, CHECK_EPOCH + 1);
        ck_assert_uint_eq(copy->seq, 55);
        ck_assert_uint_eq(copy->base, 55);
        check_kill_holds(copy, check_kill_loaded);
    }

    status = check_kill_load(copy);
    ck_assert(status == CANVAS_OK || status == CANVAS_DONE);
    ck_assert_uint_eq(copy->valid, 1);
    ck_assert_uint_eq(copy->seq, 55);
    check_kill_holds(copy, check_kill_loaded);
}


static void
check_kill_child(check_kill_t *kill)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1) {
        _exit(1);
    }

    (void) raise(SIGSTOP);
    kill->write(kill);
    (void) raise(SIGSTOP);
    _exit(0);
}


/* makes the change in a child and looks at each state on the way */

static void
check_kill_run(check_kill_t *kill)
{
    int       status;
    pid_t     pid;
    uint8_t  *before, *seen;
    unsigned  step;

    before = check_copy(kill->mirror, kill->size);
    seen = check_copy(kill->mirror, kill->size);

    pid = fork();
    ck_assert_int_ge(pid, 0);

    if (pid == 0) {
        check_kill_child(kill);
    }

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFSTOPPED(status), "the child cannot be traced");

    for (step = 0; step < CHECK_STEPS; step++) {
        ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSTOPPED(status));

        if (memcmp(seen, kill->mirror, kill->size) != 0) {
            memcpy(seen, kill->mirror, kill->size);
            memcpy(kill->copy, seen, kill->size);
            kill->states++;
            kill->verify(kill);
        }

        if (WSTOPSIG(status) == SIGSTOP) {
            break;
        }
    }

    ck_assert_uint_lt(step, CHECK_STEPS);
    ck_assert(memcmp(seen, before, kill->size) != 0);

    (void) ptrace(PTRACE_KILL, pid, NULL, NULL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);

    free(before);
    free(seen);
}


static void
check_kill_setup(check_kill_t *kill)
{
    uint8_t  empty[CHECK_PIXELS] = { 0 };

    memset(kill, 0, sizeof(check_kill_t));

    kill->size = canvas_mirror_size(CHECK_WIDTH, CHECK_HEIGHT, CHECK_RING);
    kill->copy = malloc(kill->size);
    kill->mirror = mmap(NULL, kill->size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_nonnull(kill->copy);
    ck_assert(kill->mirror != MAP_FAILED);

    canvas_mirror_init(kill->mirror, CHECK_WIDTH, CHECK_HEIGHT, CHECK_RING);
    ck_assert_int_eq(canvas_mirror_load(kill->mirror, CHECK_EPOCH,
                                        CHECK_FIRST, CANVAS_REASON_INIT,
                                        empty, sizeof(empty), 8), CANVAS_OK);

    kill->seq = CHECK_FIRST + 1;
}


static void
check_kill_teardown(check_kill_t *kill)
{
    (void) munmap(kill->mirror, kill->size);
    free(kill->copy);
}


/* past the point where the ring is full and gives entries up */

START_TEST(mirror_kill_apply)
{
    check_kill_t  kill;

    check_kill_setup(&kill);
    kill.write = check_kill_write_apply;
    kill.verify = check_kill_verify_apply;

    for ( /* void */ ; kill.seq <= CHECK_FIRST + 3 * CHECK_RING; kill.seq++) {
        kill.states = 0;
        check_kill_run(&kill);

        /* entry, journal, pixel, sum and seq, each a state of its own */
        ck_assert_uint_ge(kill.states, 5);
        ck_assert_uint_eq(kill.mirror->seq, kill.seq);
    }

    check_kill_teardown(&kill);
}
END_TEST


START_TEST(mirror_kill_load)
{
    check_kill_t     kill;
    canvas_change_t  change;

    check_kill_setup(&kill);

    for ( /* void */ ; kill.seq <= CHECK_FIRST + 5; kill.seq++) {
        change = check_kill_change(kill.seq);
        ck_assert_int_eq(canvas_mirror_apply(kill.mirror, CHECK_EPOCH,
                                             kill.seq, &change), CANVAS_OK);
    }

    kill.write = check_kill_write_load;
    kill.verify = check_kill_verify_load;
    check_kill_run(&kill);

    ck_assert_uint_ge(kill.states, 4);

    check_kill_teardown(&kill);
}
END_TEST


Suite *
check_mirror_kill(void)
{
    const TTest *const  tests[] = { mirror_kill_apply, mirror_kill_load };

    return check_suite("mirror_kill", tests, CHECK_N(tests));
}
