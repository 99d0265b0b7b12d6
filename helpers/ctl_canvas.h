/*
 * ctl_canvas: the helper's words of the Function library (docs/redis.md):
 * one function here is one FCALL or one step on the keys named there.
 *
 * CTL_FAILED covers what the library answers besides OK, unless said
 * otherwise; redis->code then holds its word (NOT_INITIALISED, ...).
 */

#ifndef CTL_CANVAS_H_INCLUDED
#define CTL_CANVAS_H_INCLUDED

#include "ctl_position.h"
#include "ctl_redis.h"

/* what a canvas begins with; texts as the library takes them */
typedef struct {
    unsigned      width;
    unsigned      height;
    unsigned      colors;
    unsigned      background;
    const char   *game_mode;
    const char   *week_number;
    const char   *year;
    const char   *rules;                /* JSON */
    const char   *cooldown_ms;          /* "": none */
    uint64_t      started_ms;           /* of a page that is loaded: Unix
                                           time; 0: now */
} ctl_canvas_page_t;

typedef struct {
    uint64_t      epoch;
    uint64_t      seq;
    unsigned      width;
    unsigned      height;
    unsigned      colors;
    unsigned      background;
    char          game_mode[65];
} ctl_canvas_hello_t;

typedef struct {
    uint64_t      epoch;
    uint64_t      seq;
    redisReply   *reply;                /* owns state */
    uint8_t      *state;                /* packed */
    size_t        len;
} ctl_canvas_image_t;

typedef struct {
    const char   *token;                /* of canvas:rotation:lock */
    uint64_t      closing_epoch;
} ctl_canvas_turn_t;

typedef enum {
    CTL_CANVAS_FADED = 0,
    CTL_CANVAS_FADED_CONFLICT,          /* another epoch: at.epoch is it */
    CTL_CANVAS_FADED_BEHIND,            /* the stream does not reach back to
                                           at, or too much is behind it */
    CTL_CANVAS_FADED_FORBIDDEN          /* no rule in force, or one of another
                                           colour */
} ctl_canvas_faded_e;

typedef struct {
    ctl_position_t       at;            /* what is known of the pixels; then
                                           the last change of the canvas */
    unsigned             color;
    ctl_canvas_faded_e   faded;
    uint64_t             n;             /* pixels that became color */
} ctl_canvas_decay_t;

/* CTL_NOT_DUE: there is no canvas */
ctl_status_t ctl_canvas_hello(ctl_redis_t *redis, ctl_canvas_hello_t *hello);

/* where the page began; 0: Redis does not say */
ctl_status_t ctl_canvas_first_epoch(ctl_redis_t *redis, uint64_t *epoch);

/* CTL_NOT_DUE: there is no canvas */
ctl_status_t ctl_canvas_read(ctl_redis_t *redis, ctl_canvas_image_t *image);
void ctl_canvas_image_free(ctl_canvas_image_t *image);

/* CTL_NOT_DUE: there is a canvas already */
ctl_status_t ctl_canvas_init(ctl_redis_t *redis,
    const ctl_canvas_page_t *page);

/*
 * Begins at->epoch (0: one that Redis chooses) with this image, behind its
 * seq; if Redis knows a later epoch, the next behind that.  again: what was
 * placed behind the image's position in the log is placed again.  *at is where
 * the canvas stands then.  CTL_NOT_DUE: others keep beginning epochs.
 */
ctl_status_t ctl_canvas_load(ctl_redis_t *redis,
    const ctl_canvas_page_t *page, const ctl_canvas_image_t *image,
    bool again, ctl_position_t *at);

/*
 * Turns the page, or learns that it is turned: the new epoch and the seq of
 * its marker.  The geometry of page is not used.  CTL_NOT_DUE: another run
 * holds the lock.
 */
ctl_status_t ctl_canvas_turn(ctl_redis_t *redis,
    const ctl_canvas_page_t *page, const ctl_canvas_turn_t *turn,
    uint64_t *epoch, uint64_t *seq);

/*
 * Other rules for the running week: game_mode, week_number, year and rules of
 * page.  forget: what is known of the actors (pixels, colours, factions) is of
 * no use to them.  CTL_NOT_DUE: Redis holds the page of another week or mode.
 */
ctl_status_t ctl_canvas_rules(ctl_redis_t *redis,
    const ctl_canvas_page_t *page, bool forget, bool *changed);

/*
 * Pixels fade (u16 x, u16 y each, big-endian, at most 1000), unless they
 * changed behind decay->at.  CTL_OK: decay->faded says whether they did.
 */
ctl_status_t ctl_canvas_decay(ctl_redis_t *redis, const uint8_t *pixels,
    size_t n, ctl_canvas_decay_t *decay);

/* the state of a turned page; CTL_NOT_DUE: its keys are gone */
ctl_status_t ctl_canvas_closing(ctl_redis_t *redis, uint64_t closing_epoch,
    ctl_canvas_image_t *image);
ctl_status_t ctl_canvas_closing_delete(ctl_redis_t *redis,
    uint64_t closing_epoch);

/*
 * canvas:rotation:lock: a token that canvas_turn checks, ms long.  _lock takes
 * it from whoever had it: the caller holds the real lock, in PostgreSQL.
 */
ctl_status_t ctl_canvas_lock(ctl_redis_t *redis, const char *token, int ms);
ctl_status_t ctl_canvas_unlock(ctl_redis_t *redis, const char *token);

/* how far boards and contributors count; *known false: Redis does not say */
ctl_status_t ctl_canvas_folded(ctl_redis_t *redis, ctl_position_t *position,
    bool *known);

/*
 * canvas_fold, in two steps: the caller adds a kind, a UUID and a number for
 * each actor in between.  *folded: to, or where the boards stand if that is
 * not from; then nothing was added.
 */
void ctl_canvas_fold_begin(ctl_redis_t *redis, ctl_redis_args_t *args,
    ctl_position_t from, ctl_position_t to);
ctl_status_t ctl_canvas_fold(ctl_redis_t *redis, ctl_redis_args_t *args,
    ctl_position_t *folded);

/*
 * Publishes a notice: text of one line, JSON, which nginx passes on as it is
 * to '*' everybody, or who subscribed to 'l' leaderboard, 's' scoreboard.
 */
ctl_status_t ctl_canvas_notice(ctl_redis_t *redis, char audience,
    const char *json);

#endif /* CTL_CANVAS_H_INCLUDED */
