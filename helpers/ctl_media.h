/*
 * ctl_media: what visitors see of a closed week: its picture, a thumbnail,
 * its heat map and its film, drawn, put into the store (ctl_store), and noted
 * in the archive one by one.  For whoever ends a week, and for the command
 * media, which makes later what is lacking.
 */

#ifndef CTL_MEDIA_H_INCLUDED
#define CTL_MEDIA_H_INCLUDED

#include "ctl.h"

typedef struct {
    unsigned  made;
    unsigned  failed;
} ctl_media_t;

/*
 * Makes what an archive lacks, or (archive NULL) those of the last weeks do.
 * Each failure is a line of the log; one of the store ends the run, since
 * the next object would meet it as well.  The status is that of the last
 * failure; CTL_NOT_DUE: another run is at it.
 */
ctl_status_t ctl_media_make(ctl_t *ctl, const char *archive,
    ctl_media_t *media);

/* the picture and the thumbnail alone, with one try: what rotate waits for */
ctl_status_t ctl_media_hurry(ctl_t *ctl, const char *archive);

#endif /* CTL_MEDIA_H_INCLUDED */
