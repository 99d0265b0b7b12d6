/*
 * ctl_library: see the header.
 */

#include "ctl_library.h"

#include <string.h>

/* of ctl_library_text; the assembler puts the file there */
__asm__(".section .rodata\n"
        ".global ctl_library_text\n"
        ".global ctl_library_end\n"
        "ctl_library_text:\n"
        ".incbin \"" CANVAS_LUA "\"\n"
        "ctl_library_end:\n"
        ".previous\n");

extern const char  ctl_library_text[], ctl_library_end[];


static ctl_status_t ctl_library_present(ctl_redis_t *redis, bool *present);


ctl_status_t
ctl_library_load(ctl_redis_t *redis, bool *loaded)
{
    bool               present;
    redisReply        *reply;
    ctl_status_t       status;
    ctl_redis_args_t   args = { 0 };

    *loaded = false;
    present = false;

    status = ctl_library_present(redis, &present);
    if (status != CTL_OK || present) {
        return status;
    }

    ctl_redis_arg_text(&args, "FUNCTION");
    ctl_redis_arg_text(&args, "LOAD");
    ctl_redis_arg_text(&args, "REPLACE");
    ctl_redis_arg(&args, ctl_library_text,
                  ctl_library_end - ctl_library_text);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);
    *loaded = true;

    return CTL_OK;
}


static ctl_status_t
ctl_library_present(ctl_redis_t *redis, bool *present)
{
    redisReply        *reply;
    const redisReply  *code;

    reply = ctl_redis_words(redis, "FUNCTION", "LIST", "LIBRARYNAME",
                            "canvas", "WITHCODE", NULL);
    if (reply == NULL) {
        return redis->error->status;
    }

    code = NULL;

    if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 1) {
        code = ctl_redis_field(reply->element[0], "library_code");
    }

    *present = code != NULL
               && code->len == (size_t) (ctl_library_end - ctl_library_text)
               && memcmp(code->str, ctl_library_text, code->len) == 0;

    freeReplyObject(reply);

    return CTL_OK;
}
