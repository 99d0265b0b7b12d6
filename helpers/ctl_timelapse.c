/*
 * ctl_timelapse: see the header.  Changes are drawn into one frame as they
 * come; whenever a moment of the film is reached, the frame is written into
 * ffmpeg's pipe.
 */

#include "ctl_timelapse.h"

#include "ctl_events.h"
#include "ctl_ffmpeg.h"
#include "ctl_file.h"
#include "ctl_frame.h"
#include "ctl_instant.h"
#include "ctl_pace.h"
#include "ctl_progress.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CTL_TIMELAPSE_SECONDS   30
#define CTL_TIMELAPSE_FPS       30

/* arguments of ffmpeg in all */
#define CTL_TIMELAPSE_ARGS      48

typedef struct {
    const char         *suffix;
    unsigned            fps;            /* at most */
    bool                even;           /* width and height */
    const char *const  *args;
} ctl_timelapse_form_t;

/* a film that is being made */
typedef struct {
    ctl_timelapse_t    *film;
    ctl_week_t          week;
    ctl_position_t      from;
    ctl_position_t      to;
    ctl_frame_t         frame;
    ctl_pace_t          pace;
    ctl_bar_t           bar;
    ctl_signal_t        signals;
    ctl_ffmpeg_t        ffmpeg;
    unsigned            written;        /* frames */
    uint64_t            drawn;          /* changes */
} ctl_timelapse_reel_t;


static const ctl_timelapse_form_t *ctl_timelapse_form(const char *path);
static ctl_status_t ctl_timelapse_cut(ctl_t *ctl,
    ctl_timelapse_reel_t *reel);
static ctl_status_t ctl_timelapse_begin(ctl_t *ctl,
    ctl_timelapse_reel_t *reel);
static ctl_status_t ctl_timelapse_save(ctl_t *ctl,
    ctl_timelapse_reel_t *reel);
static ctl_status_t ctl_timelapse_encode(ctl_t *ctl,
    ctl_timelapse_reel_t *reel, const char *temporary);
static ctl_status_t ctl_timelapse_shoot(ctl_t *ctl,
    ctl_timelapse_reel_t *reel);
static ctl_status_t ctl_timelapse_change(void *data,
    const ctl_change_t *change);
static ctl_status_t ctl_timelapse_write(ctl_timelapse_reel_t *reel);


/*
 * Colours of a canvas are those of sRGB; the nearest that players of video
 * agree about is BT.709, which has to be said twice: to the conversion and in
 * the file.  The conversion listens only when its input is not indexed.
 */
#define CTL_TIMELAPSE_BT709                                                  \
    "format=bgr0,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"

static const char *const  ctl_timelapse_mp4[] = {
    "-vf", CTL_TIMELAPSE_BT709,
    "-c:v", "libx264", "-preset", "medium", "-crf", "18",
    "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries",
    "bt709", "-color_trc", "bt709", "-movflags", "+faststart", "-f", "mp4",
    NULL
};

static const char *const  ctl_timelapse_webm[] = {
    "-vf", CTL_TIMELAPSE_BT709,
    "-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "good",
    "-cpu-used", "4", "-row-mt", "1", "-pix_fmt", "yuv420p", "-colorspace",
    "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
    "-f", "webm", NULL
};

/* both take indexed frames as they are: not a colour is changed */
static const char *const  ctl_timelapse_gif[] = {
    "-c:v", "gif", "-loop", "0", "-f", "gif", NULL
};

static const char *const  ctl_timelapse_apng[] = {
    "-c:v", "apng", "-plays", "0", "-f", "apng", NULL
};

static const ctl_timelapse_form_t  ctl_timelapse_forms[] = {
    { ".mp4", CTL_TIMELAPSE_FPS_MAX, true, ctl_timelapse_mp4 },
    { ".webm", CTL_TIMELAPSE_FPS_MAX, true, ctl_timelapse_webm },
    { ".gif", 50, false, ctl_timelapse_gif },
    { ".png", CTL_TIMELAPSE_FPS_MAX, false, ctl_timelapse_apng },
    { NULL, 0, false, NULL }
};


void
ctl_timelapse_init(ctl_timelapse_t *film)
{
    memset(film, 0, sizeof(*film));

    film->length_ms = CTL_TIMELAPSE_SECONDS * 1000;
    film->fps = CTL_TIMELAPSE_FPS;
    film->scale = 1;
    film->from = CTL_TIMELAPSE_NONE;
    film->to = CTL_TIMELAPSE_NONE;
}


ctl_status_t
ctl_timelapse_check(const ctl_timelapse_t *film, ctl_error_t *error)
{
    const ctl_timelapse_form_t  *form;

    form = ctl_timelapse_form(film->path);

    if (form == NULL) {
        return ctl_error_set(error, CTL_USAGE,
                             "%s: a film ends in .mp4, .webm, .gif or .png",
                             film->path);
    }

    if (film->fps > form->fps) {
        return ctl_error_set(error, CTL_USAGE,
                             "%u frames a second are too many for %s: at "
                             "most %u", film->fps, form->suffix, form->fps);
    }

    if (film->from != CTL_TIMELAPSE_NONE && film->to != CTL_TIMELAPSE_NONE
        && film->from >= film->to)
    {
        return ctl_error_set(error, CTL_USAGE,
                             "--from has to be before --to");
    }

    return CTL_OK;
}


ctl_status_t
ctl_timelapse_render(ctl_t *ctl, ctl_timelapse_t *film)
{
    ctl_status_t           status;
    ctl_timelapse_reel_t   reel;

    memset(&reel, 0, sizeof(reel));
    reel.film = film;
    reel.signals.fd = -1;

    status = ctl_timelapse_check(film, &ctl->error);

    if (status == CTL_OK) {
        status = ctl_week_open(ctl, film->archive, &reel.week);
    }

    if (status == CTL_OK) {
        status = ctl_timelapse_cut(ctl, &reel);
    }

    if (status == CTL_OK) {
        status = ctl_timelapse_begin(ctl, &reel);
    }

    /* up to here a signal may end the process: nothing would be left */
    if (status == CTL_OK && film->stoppable) {
        status = ctl_signal_open(&reel.signals, &ctl->error);
    }

    if (status == CTL_OK) {
        status = ctl_timelapse_save(ctl, &reel);
    }

    if (reel.signals.fd >= 0) {
        ctl_signal_close(&reel.signals);
    }

    ctl_frame_close(&reel.frame);
    ctl_week_close(&reel.week);

    return status;
}


static const ctl_timelapse_form_t *
ctl_timelapse_form(const char *path)
{
    size_t                       len, n;
    const ctl_timelapse_form_t  *form;

    len = strlen(path);

    for (form = ctl_timelapse_forms; form->suffix != NULL; form++) {
        n = strlen(form->suffix);

        if (len > n && path[len - n - 1] != '/'
            && strcasecmp(path + len - n, form->suffix) == 0)
        {
            return form;
        }
    }

    return NULL;
}


/* which part of the log, which part of the canvas */
static ctl_status_t
ctl_timelapse_cut(ctl_t *ctl, ctl_timelapse_reel_t *reel)
{
    ctl_week_t       *week;
    ctl_status_t      status;
    ctl_timelapse_t  *film;

    film = reel->film;
    week = &reel->week;
    reel->from = week->start;
    reel->to = week->end;

    status = ctl_image_rect(&film->rect, week->width, week->height,
                            &ctl->error);

    if (status == CTL_OK && film->from != CTL_TIMELAPSE_NONE) {
        status = ctl_instant_time(ctl, week, film->from, &reel->from);
    }

    if (status == CTL_OK && film->to != CTL_TIMELAPSE_NONE) {
        status = ctl_instant_time(ctl, week, film->to, &reel->to);
    }

    if (status != CTL_OK) {
        return status;
    }

    if (film->from == CTL_TIMELAPSE_NONE) {
        film->from = week->started;
    }

    if (film->to == CTL_TIMELAPSE_NONE) {
        film->to = week->ended;
    }

    if (film->from > film->to) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "--from has to be before --to");
    }

    return CTL_OK;
}


/* the first frame, and when the others are due */
static ctl_status_t
ctl_timelapse_begin(ctl_t *ctl, ctl_timelapse_reel_t *reel)
{
    uint64_t          frames;
    ctl_image_t       image;
    ctl_status_t      status;
    ctl_timelapse_t  *film;

    film = reel->film;

    status = ctl_frame_open(&reel->frame, &film->rect, film->scale,
                            ctl_timelapse_form(film->path)->even,
                            &reel->week.palette, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    memset(&image, 0, sizeof(image));
    status = ctl_instant_image(ctl, &reel->week, reel->from, &image);

    if (status == CTL_OK) {
        ctl_frame_draw(&reel->frame, image.pixels, image.width);
    }

    ctl_image_free(&image);

    frames = ((uint64_t) film->length_ms * film->fps + 500) / 1000;
    frames += frames == 0;

    ctl_pace_begin(&reel->pace, film->by_events, frames, film->from,
                   film->to, ctl_week_count(&reel->week, reel->from,
                                            reel->to));

    frames += ((uint64_t) film->hold_ms * film->fps + 500) / 1000;

    film->width = reel->frame.width;
    film->height = reel->frame.height;
    film->frames = frames;

    return status;
}


static ctl_status_t
ctl_timelapse_save(ctl_t *ctl, ctl_timelapse_reel_t *reel)
{
    int           fd;
    char          temporary[PATH_MAX];
    const char   *path;
    ctl_status_t  status;

    path = reel->film->path;

    status = ctl_file_begin(path, temporary, &fd, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_timelapse_encode(ctl, reel, temporary);

    if (status == CTL_OK) {
        return ctl_file_commit(path, temporary, fd, 0644, &ctl->error);
    }

    ctl_file_abandon(temporary, fd);

    return status;
}


static ctl_status_t
ctl_timelapse_encode(ctl_t *ctl, ctl_timelapse_reel_t *reel,
    const char *temporary)
{
    char                *output, size[32], fps[16];
    size_t               i, n;
    const char          *argv[CTL_TIMELAPSE_ARGS];
    ctl_status_t         status;
    const char *const   *args;

    const char *const    input[] = {
        "ffmpeg", "-hide_banner", "-nostdin", "-v", "error", "-xerror",
        "-f", "rawvideo", "-pix_fmt", "pal8", "-video_size", size,
        "-framerate", fps, "-i", "pipe:0", "-an", "-y", NULL
    };

    snprintf(size, sizeof(size), "%ux%u", reel->frame.width,
             reel->frame.height);
    snprintf(fps, sizeof(fps), "%u", reel->film->fps);

    /* a name is a name, whatever protocol it looks like */
    if (asprintf(&output, "file:%s", temporary) < 0) {
        return ctl_error_memory(&ctl->error);
    }

    n = 0;

    for (i = 0; input[i] != NULL; i++) {
        argv[n++] = input[i];
    }

    args = ctl_timelapse_form(reel->film->path)->args;

    for (i = 0; args[i] != NULL; i++) {
        argv[n++] = args[i];
    }

    argv[n++] = output;
    argv[n] = NULL;

    status = ctl_ffmpeg_open(&reel->ffmpeg, argv,
                             reel->signals.fd >= 0 ? &reel->signals : NULL,
                             &ctl->error);
    free(output);

    if (status != CTL_OK) {
        return status;
    }

    ctl_bar_begin(&reel->bar, "frames", reel->film->frames,
                  reel->film->quiet);

    status = ctl_timelapse_shoot(ctl, reel);

    if (status == CTL_OK) {
        status = ctl_ffmpeg_finish(&reel->ffmpeg);
    }

    ctl_bar_end(&reel->bar);
    ctl_ffmpeg_close(&reel->ffmpeg);

    return status;
}


static ctl_status_t
ctl_timelapse_shoot(ctl_t *ctl, ctl_timelapse_reel_t *reel)
{
    ctl_status_t      status;
    ctl_timelapse_t  *film;

    film = reel->film;

    status = ctl_events_run(ctl, &reel->week, reel->from, reel->to,
                            ctl_timelapse_change, reel, &film->missing);

    film->events = reel->drawn;

    while (status == CTL_OK && ctl_pace_rest(&reel->pace)) {
        status = ctl_timelapse_write(reel);
    }

    while (status == CTL_OK && reel->written < film->frames) {
        status = ctl_timelapse_write(reel);         /* the hold */
    }

    return status;
}


static ctl_status_t
ctl_timelapse_change(void *data, const ctl_change_t *change)
{
    ctl_status_t           status;
    ctl_timelapse_reel_t  *reel;

    reel = data;

    while (ctl_pace_due(&reel->pace, change->us, reel->drawn)) {
        status = ctl_timelapse_write(reel);
        if (status != CTL_OK) {
            return status;
        }
    }

    if (change->clear) {
        ctl_frame_fill(&reel->frame, change->color);
        return CTL_OK;
    }

    ctl_frame_set(&reel->frame, change->x, change->y, change->color);
    reel->drawn++;

    return CTL_OK;
}


static ctl_status_t
ctl_timelapse_write(ctl_timelapse_reel_t *reel)
{
    ctl_bar_step(&reel->bar, reel->written++);

    return ctl_ffmpeg_write(&reel->ffmpeg, reel->frame.data,
                            reel->frame.len);
}
