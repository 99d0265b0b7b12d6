/*
 * canvas_board: see the header.
 */

#include "canvas_board.h"

#include <string.h>

#include "canvas_id.h"
#include "canvas_num.h"
#include "canvas_text.h"


typedef struct {
    const char  *name;
    const char  *member;    /* names in JSON */
    const char  *title;     /* NULL: the member is its own name */
} canvas_board_form_t;


static void canvas_board_entry(canvas_text_t *text, canvas_board_kind_t kind,
    const canvas_board_entry_t *entry, size_t rank, const char *name,
    size_t len);
static void canvas_board_key(canvas_text_t *text, const char *key);


/* by canvas_board_kind_t */

static const canvas_board_form_t  canvas_board_forms[] = {
    { "users", "userId", "username" },
    { "agents", "agentId", "name" },
    { "factions", "faction", NULL }
};


const char *
canvas_board_name(canvas_board_kind_t kind)
{
    return canvas_board_forms[kind].name;
}


canvas_board_kind_t
canvas_board_find(const char *name)
{
    int  kind;

    for (kind = 0; kind < CANVAS_BOARDS; kind++) {

        if (strcmp(canvas_board_forms[kind].name, name) == 0) {
            break;
        }
    }

    return (canvas_board_kind_t) kind;
}


int
canvas_board_named(canvas_board_kind_t kind)
{
    return canvas_board_forms[kind].title != NULL;
}


canvas_status_t
canvas_board_read(canvas_board_entry_t *entry, canvas_board_kind_t kind,
    const char *member, size_t member_len, const char *score,
    size_t score_len)
{
    uint8_t      uuid[16];
    const char  *last;

    if (member_len == 0 || member_len >= CANVAS_BOARD_MEMBER
        || memchr(member, '\0', member_len))
    {
        return CANVAS_INVALID;
    }

    if (canvas_board_named(kind)
        && canvas_uuid_parse(member, member_len, uuid) != CANVAS_OK)
    {
        return CANVAS_INVALID;
    }

    last = score + score_len;

    if (score_len == 0
        || canvas_num_read(score, last, CANVAS_NUM_SAFE_MAX, &entry->pixels)
           != last)
    {
        return CANVAS_INVALID;
    }

    memcpy(entry->member, member, member_len);
    entry->member[member_len] = '\0';

    return CANVAS_OK;
}


size_t
canvas_board_ids(char *buf, const canvas_board_entry_t *entries, size_t n)
{
    size_t         i;
    canvas_text_t  text;

    text.buf = buf;
    text.len = 0;

    canvas_text_const(&text, "{");

    for (i = 0; i < n; i++) {

        if (i) {
            canvas_text_const(&text, ",");
        }

        canvas_text_add(&text, entries[i].member, strlen(entries[i].member));
    }

    /* with the NUL of the constant */
    canvas_text_add(&text, "}", sizeof("}"));

    return text.len - 1;
}


size_t
canvas_board_json(char *buf, canvas_board_kind_t kind,
    const canvas_board_entry_t *entries, size_t n, const char *names,
    size_t names_len, uint32_t *ends)
{
    size_t          i, rank, len;
    const char     *end, *last;
    canvas_text_t   text;

    text.buf = buf;
    text.len = 0;

    if (names == NULL) {
        names = "";
    }

    last = names + names_len;
    rank = 1;

    for (i = 0; i < n; i++) {

        if (i) {
            canvas_text_const(&text, ",");

            if (entries[i].pixels != entries[i - 1].pixels) {
                rank = i + 1;
            }
        }

        end = names < last ? memchr(names, '\n', (size_t) (last - names))
                           : NULL;
        len = (size_t) ((end ? end : last) - names);

        canvas_board_entry(&text, kind, &entries[i], rank, names, len);

        names = end ? end + 1 : last;

        if (ends) {
            ends[i] = (uint32_t) text.len;
        }
    }

    return text.len;
}


/* name: JSON, len 0: unknown */

static void
canvas_board_entry(canvas_text_t *text, canvas_board_kind_t kind,
    const canvas_board_entry_t *entry, size_t rank, const char *name,
    size_t len)
{
    const canvas_board_form_t  *form;

    form = &canvas_board_forms[kind];

    canvas_text_const(text, "{\"rank\":");
    canvas_text_num(text, rank);

    canvas_board_key(text, form->member);
    canvas_text_string(text, entry->member);

    if (form->title) {
        canvas_board_key(text, form->title);

        if (len) {
            canvas_text_add(text, name, len);

        } else {
            canvas_text_const(text, "null");
        }
    }

    canvas_board_key(text, "pixels");
    canvas_text_num(text, entry->pixels);
    canvas_text_const(text, "}");
}


static void
canvas_board_key(canvas_text_t *text, const char *key)
{
    canvas_text_const(text, ",\"");
    canvas_text_add(text, key, strlen(key));
    canvas_text_const(text, "\":");
}
