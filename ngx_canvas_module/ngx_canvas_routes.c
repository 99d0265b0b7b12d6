/*
 * ngx_canvas_routes: see the header.  Parameters that are not given are SQL
 * NULL: defaults are the functions' own.
 */

#include "ngx_canvas_archive.h"
#include "ngx_canvas_leaderboard.h"
#include "ngx_canvas_routes.h"

#include "canvas_num.h"


#define ngx_canvas_required  1
#define ngx_canvas_optional  0

#define ngx_canvas_param_x                                                    \
    { "x", NGX_CANVAS_PARAM_X, ngx_canvas_required, 0, 0, NULL }
#define ngx_canvas_param_y                                                    \
    { "y", NGX_CANVAS_PARAM_Y, ngx_canvas_required, 0, 0, NULL }
#define ngx_canvas_param_id                                                   \
    { NGX_CANVAS_PARAM_PATH, NGX_CANVAS_PARAM_UUID, ngx_canvas_required, 0,   \
      0, NULL }
#define ngx_canvas_param_number                                               \
    { NGX_CANVAS_PARAM_PATH, NGX_CANVAS_PARAM_INT, ngx_canvas_required, 1,    \
      CANVAS_NUM_SAFE_MAX, NULL }
#define ngx_canvas_param_agent                                                \
    { NGX_CANVAS_PARAM_PATH, NGX_CANVAS_PARAM_NAME, ngx_canvas_required, 0,   \
      0, NULL }
#define ngx_canvas_param_before                                               \
    { "before", NGX_CANVAS_PARAM_CURSOR, ngx_canvas_optional, 0, 0, NULL }
#define ngx_canvas_param_bool(name)                                           \
    { name, NGX_CANVAS_PARAM_BOOL, ngx_canvas_optional, 0, 0, NULL }
#define ngx_canvas_param_int(name, max)                                       \
    { name, NGX_CANVAS_PARAM_INT, ngx_canvas_optional, 1, max, NULL }
#define ngx_canvas_param_word(name, words)                                    \
    { name, NGX_CANVAS_PARAM_WORD, ngx_canvas_optional, 0, 0, words }
#define ngx_canvas_param_end  { NULL, 0, 0, 0, 0, NULL }


static ngx_uint_t ngx_canvas_routes_match(const char *path,
    const ngx_str_t *uri, ngx_str_t *segment);


static const char *const  ngx_canvas_words_board[] = {
    "users", "agents", "factions", NULL
};

static const char *const  ngx_canvas_words_format[] = { "packed", NULL };


static const ngx_canvas_pg_statement_t
    ngx_canvas_statements[NGX_CANVAS_SQL_MAX] =
{
    [NGX_CANVAS_SQL_HISTORY_PIXEL] = {
        "history_pixel",
        "SELECT canvas.api_history_pixel($1::int, $2::int, $3::text, "
        "$4::int)", 4 },

    [NGX_CANVAS_SQL_HISTORY_USER] = {
        "history_user",
        "SELECT canvas.api_history_user($1::uuid, $2::text, $3::int)", 3 },

    [NGX_CANVAS_SQL_HISTORY_RECENT] = {
        "history_recent",
        "SELECT canvas.api_history_recent($1::text, $2::int)", 2 },

    [NGX_CANVAS_SQL_GAME_CURRENT] = {
        "game_current", "SELECT canvas.api_game_current()", 0 },

    [NGX_CANVAS_SQL_GAME_UPCOMING] = {
        "game_upcoming", "SELECT canvas.api_game_upcoming()", 0 },

    [NGX_CANVAS_SQL_GAME_MODES] = {
        "game_modes", "SELECT canvas.api_game_modes($1::bool)", 1 },

    [NGX_CANVAS_SQL_ARCHIVES] = {
        "archives", "SELECT canvas.api_archives($1::int, $2::int)", 2 },

    [NGX_CANVAS_SQL_ARCHIVE] = {
        "archive", "SELECT canvas.api_archive($1::uuid)", 1 },

    [NGX_CANVAS_SQL_ARCHIVE_CANVAS] = {
        "archive_canvas", "SELECT canvas.api_archive_canvas($1::uuid)", 1 },

    [NGX_CANVAS_SQL_SNAPSHOTS] = {
        "snapshots", "SELECT canvas.api_snapshots($1::bigint, $2::int)", 2 },

    [NGX_CANVAS_SQL_SNAPSHOT] = {
        "snapshot", "SELECT canvas.api_snapshot($1::bigint)", 1 },

    [NGX_CANVAS_SQL_BOARD_NAMES] = {
        "board_names",
        "SELECT canvas.api_leaderboard_names($1::text, $2::uuid[])", 2 },

    [NGX_CANVAS_SQL_AGENT] = {
        "agent", "SELECT canvas.api_agent($1::text)", 1 },

    [NGX_CANVAS_SQL_AGENT_WEEKS] = {
        "agent_weeks", "SELECT canvas.api_agent_weeks($1::text, $2::int)", 2 },

    [NGX_CANVAS_SQL_COMMENTS] = {
        "comments", "SELECT canvas.api_comments($1::bigint, $2::int)", 2 },

    [NGX_CANVAS_SQL_VOTES] = {
        "votes", "SELECT canvas.api_votes()", 0 },

    [NGX_CANVAS_SQL_OBJECTIVES] = {
        "objectives", "SELECT canvas.api_objectives()", 0 },

    [NGX_CANVAS_SQL_FACTIONS] = {
        "factions", "SELECT canvas.api_factions()", 0 }
};


static const ngx_canvas_route_t  ngx_canvas_routes[] = {

    { "/api/v1/history/pixel", NULL, NGX_CANVAS_SQL_HISTORY_PIXEL, -1,
      { ngx_canvas_param_x, ngx_canvas_param_y, ngx_canvas_param_before,
        ngx_canvas_param_int("limit", 1000), ngx_canvas_param_end } },

    { "/api/v1/history/user/:", NULL, NGX_CANVAS_SQL_HISTORY_USER, -1,
      { ngx_canvas_param_id, ngx_canvas_param_before,
        ngx_canvas_param_int("limit", 1000), ngx_canvas_param_end } },

    { "/api/v1/history/recent", NULL, NGX_CANVAS_SQL_HISTORY_RECENT, -1,
      { ngx_canvas_param_before, ngx_canvas_param_int("limit", 1000),
        ngx_canvas_param_end } },

    { "/api/game/current", NULL, NGX_CANVAS_SQL_GAME_CURRENT, 60,
      { ngx_canvas_param_end } },

    { "/api/game/upcoming", NULL, NGX_CANVAS_SQL_GAME_UPCOMING, 60,
      { ngx_canvas_param_end } },

    { "/api/game/modes", NULL, NGX_CANVAS_SQL_GAME_MODES, 3600,
      { ngx_canvas_param_bool("activeOnly"), ngx_canvas_param_end } },

    { "/api/archives", NULL, NGX_CANVAS_SQL_ARCHIVES, 86400,
      { ngx_canvas_param_int("page", 1000000),
        ngx_canvas_param_int("limit", 100), ngx_canvas_param_end } },

    { "/api/archives/:", NULL, NGX_CANVAS_SQL_ARCHIVE, 86400,
      { ngx_canvas_param_id, ngx_canvas_param_end } },

    { "/api/archives/:/canvas", ngx_canvas_archive_canvas,
      NGX_CANVAS_SQL_ARCHIVE_CANVAS, 86400,
      { ngx_canvas_param_id,
        ngx_canvas_param_word("format", ngx_canvas_words_format),
        ngx_canvas_param_end } },

    { "/api/archives/:/image.png", ngx_canvas_archive_image,
      NGX_CANVAS_SQL_ARCHIVE_CANVAS, 86400,
      { ngx_canvas_param_id, ngx_canvas_param_end } },

    { "/api/v1/timelapse/snapshots", NULL, NGX_CANVAS_SQL_SNAPSHOTS, 60,
      { ngx_canvas_param_int("before", CANVAS_NUM_SAFE_MAX),
        ngx_canvas_param_int("limit", 1000), ngx_canvas_param_end } },

    { "/api/v1/timelapse/snapshot/:", ngx_canvas_archive_snapshot,
      NGX_CANVAS_SQL_SNAPSHOT, 86400,
      { ngx_canvas_param_number,
        ngx_canvas_param_word("format", ngx_canvas_words_format),
        ngx_canvas_param_end } },

    { "/api/v1/agents/:", NULL, NGX_CANVAS_SQL_AGENT, 60,
      { ngx_canvas_param_agent, ngx_canvas_param_end } },

    { "/api/v1/agents/:/weeks", NULL, NGX_CANVAS_SQL_AGENT_WEEKS, 60,
      { ngx_canvas_param_agent, ngx_canvas_param_int("limit", 100),
        ngx_canvas_param_end } },

    { "/api/v1/comments", NULL, NGX_CANVAS_SQL_COMMENTS, -1,
      { ngx_canvas_param_int("before", CANVAS_NUM_SAFE_MAX),
        ngx_canvas_param_int("limit", 200), ngx_canvas_param_end } },

    { "/api/v1/votes", NULL, NGX_CANVAS_SQL_VOTES, -1,
      { ngx_canvas_param_end } },

    { "/api/v1/objectives", NULL, NGX_CANVAS_SQL_OBJECTIVES, 10,
      { ngx_canvas_param_end } },

    { "/api/v1/factions", NULL, NGX_CANVAS_SQL_FACTIONS, -1,
      { ngx_canvas_param_end } },

    { "/api/leaderboard", ngx_canvas_leaderboard, NGX_CANVAS_SQL_BOARD_NAMES,
      30,
      { ngx_canvas_param_word("kind", ngx_canvas_words_board),
        ngx_canvas_param_int("limit", 1000), ngx_canvas_param_end } },

    { NULL, NULL, NGX_CANVAS_SQL_MAX, 0, { ngx_canvas_param_end } }
};


static const canvas_code_t  ngx_canvas_routes_codes[] = {
    [NGX_CANVAS_PG_OK] = CANVAS_CODE_OK,
    [NGX_CANVAS_PG_NULL] = CANVAS_CODE_NOT_FOUND,
    [NGX_CANVAS_PG_INVALID] = CANVAS_CODE_INVALID_MESSAGE,
    [NGX_CANVAS_PG_FAILED] = CANVAS_CODE_INTERNAL,
    [NGX_CANVAS_PG_LOST] = CANVAS_CODE_UNAVAILABLE
};


const ngx_canvas_route_t *
ngx_canvas_routes_find(const ngx_str_t *uri, ngx_str_t *segment)
{
    const ngx_canvas_route_t  *route;

    for (route = ngx_canvas_routes; route->path; route++) {

        if (ngx_canvas_routes_match(route->path, uri, segment)) {
            return route;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_canvas_routes_statements(const ngx_canvas_pg_statement_t **statements)
{
    *statements = ngx_canvas_statements;

    return NGX_CANVAS_SQL_MAX;
}


canvas_code_t
ngx_canvas_routes_code(ngx_canvas_pg_status_e status)
{
    return ngx_canvas_routes_codes[status];
}


static ngx_uint_t
ngx_canvas_routes_match(const char *path, const ngx_str_t *uri,
    ngx_str_t *segment)
{
    u_char  *p, *last;

    p = uri->data;
    last = uri->data + uri->len;

    ngx_str_null(segment);

    for ( /* void */ ; *path; path++) {

        if (*path != ':') {

            if (p == last || *p != (u_char) *path) {
                return 0;
            }

            p++;
            continue;
        }

        segment->data = p;

        while (p < last && *p != '/') {
            p++;
        }

        segment->len = p - segment->data;

        if (segment->len == 0) {
            return 0;
        }
    }

    return p == last;
}
