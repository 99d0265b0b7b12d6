/*
 * mode: the game modes: list, show, save, and schedule the next week's.
 */

#include "ctl.h"

#include "ctl_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CMD_MODE_ANNOUNCE,
    CMD_MODE_ALL
};

typedef struct {
    const char     *name;
    int             operands;
    ctl_status_t  (*run)(ctl_t *ctl, const ctl_args_t *args);
} cmd_mode_action_t;


static ctl_status_t cmd_mode_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_list(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_show(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_save(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_schedule(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_unschedule(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_rules(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_mode_table(ctl_t *ctl, const char *sql,
    const char *format);


static const ctl_option_t  cmd_mode_options[] = {
    { "announce", 0, "TIME", "when a scheduled mode becomes public" },
    { "all", 'a', NULL, "list the modes that are not active too" },
    { NULL, 0, NULL, NULL }
};

static const cmd_mode_action_t  cmd_mode_actions[] = {
    { "list", 0, cmd_mode_list },
    { "show", 1, cmd_mode_show },
    { "save", 1, cmd_mode_save },
    { "schedule", 1, cmd_mode_schedule },
    { "unschedule", 0, cmd_mode_unschedule },
    { "rules", 0, cmd_mode_rules },
    { NULL, 0, NULL }
};

const ctl_command_t  cmd_mode = {
    .name = "mode",
    .synopsis = "list [--all] | show SLUG | save FILE | rules |\n"
                "           schedule SLUG [--announce TIME] | unschedule",
    .summary = "game modes: list, change, schedule the next week's",
    .text = "save makes or changes the mode in FILE, a JSON object as show "
            "prints it; what it\nleaves out stays as it is.  rules lists what "
            "a mode may have.  schedule sets the\nmode of the next week, "
            "public at once or from TIME on (RFC 3339); unschedule\nleaves "
            "the choice to the draw.\n",
    .options = cmd_mode_options,
    .min_args = 1,
    .max_args = 2,
    .run = cmd_mode_run
};


static ctl_status_t
cmd_mode_run(ctl_t *ctl, const ctl_args_t *args)
{
    const cmd_mode_action_t  *action;

    for (action = cmd_mode_actions; action->name != NULL; action++) {

        if (strcmp(action->name, args->arg[0]) != 0) {
            continue;
        }

        if (args->n != action->operands + 1) {
            return ctl_error_set(&ctl->error, CTL_USAGE,
                                 "mode %s takes %s (canvas-helper mode "
                                 "--help)", action->name,
                                 action->operands ? "one argument"
                                                  : "no argument");
        }

        return action->run(ctl, args);
    }

    return ctl_error_set(&ctl->error, CTL_USAGE,
                         "mode: unknown action \"%s\" (canvas-helper mode "
                         "--help)", args->arg[0]);
}


/* one line a mode; * the running one, > the next one */
static ctl_status_t
cmd_mode_list(ctl_t *ctl, const ctl_args_t *args)
{
    static const char  active[] =
        "SELECT CASE m.id WHEN c.current_game_mode_id THEN '*'"
        "                 WHEN c.next_game_mode_id THEN '>' ELSE ' ' END,"
        "       m.slug, m.difficulty, 'weight ' || m.weight, m.name"
        "  FROM game_modes m CROSS JOIN current_canvas c"
        " WHERE m.is_active ORDER BY m.display_order, m.slug";
    static const char  all[] =
        "SELECT CASE m.id WHEN c.current_game_mode_id THEN '*'"
        "                 WHEN c.next_game_mode_id THEN '>' ELSE ' ' END,"
        "       m.slug, m.difficulty, CASE WHEN m.is_active"
        "       THEN 'weight ' || m.weight ELSE 'not active' END, m.name"
        "  FROM game_modes m CROSS JOIN current_canvas c"
        " ORDER BY m.display_order, m.slug";

    return cmd_mode_table(ctl, args->option[CMD_MODE_ALL] ? all : active,
                          "%s %-22s %-8s %-12s %s\n");
}


static ctl_status_t
cmd_mode_rules(ctl_t *ctl, const ctl_args_t *args)
{
    (void) args;

    return cmd_mode_table(ctl,
        "SELECT name, of, kind || CASE WHEN nullable THEN ' or null'"
        "                              ELSE '' END,"
        "       description, coalesce('; needs ' || needs, '')"
        "  FROM rule_definitions ORDER BY of, name",
        "%-22s %-14s %-16s %s%s\n");
}


static ctl_status_t
cmd_mode_show(ctl_t *ctl, const ctl_args_t *args)
{
    PGresult          *result;
    const char *const  values[] = { args->arg[1] };

    result = ctl_pg_query(&ctl->pg,
        "SELECT jsonb_pretty(jsonb_build_object('id', slug, 'name', name,"
        "           'description', description, 'icon', icon,"
        "           'icon_url', icon_url, 'difficulty', difficulty,"
        "           'rules', rules, 'scoring_rules', scoring_rules,"
        "           'weight', weight, 'display_order', display_order,"
        "           'is_active', is_active))"
        "  FROM game_modes WHERE slug = $1", 1, values);

    if (result == NULL) {
        return ctl->error.status;
    }

    if (PQntuples(result) == 0) {
        PQclear(result);
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "there is no mode \"%s\"", args->arg[1]);
    }

    puts(PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
cmd_mode_save(ctl_t *ctl, const ctl_args_t *args)
{
    char          *text;
    size_t         len;
    PGresult      *result;
    const char    *values[1];
    ctl_status_t   status;

    status = ctl_file_read(args->arg[1], &text, &len, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    values[0] = text;
    result = ctl_pg_query(&ctl->pg, "SELECT mode_save($1::jsonb)", 1, values);
    free(text);

    if (result == NULL) {
        return ctl->error.status;
    }

    printf("%s: %s\n", args->arg[1], PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
cmd_mode_schedule(ctl_t *ctl, const ctl_args_t *args)
{
    PGresult          *result;
    const char *const  values[] = { args->arg[1],
                                    args->option[CMD_MODE_ANNOUNCE] };

    result = ctl_pg_query(&ctl->pg, "SELECT rfc3339(mode_schedule($1, $2))",
                          2, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    printf("%s begins %s\n", args->arg[1], PQgetvalue(result, 0, 0));
    PQclear(result);

    return CTL_OK;
}


static ctl_status_t
cmd_mode_unschedule(ctl_t *ctl, const ctl_args_t *args)
{
    (void) args;

    return ctl_pg_run(&ctl->pg, "SELECT mode_schedule(NULL)", 0, NULL);
}


/* five columns of text */
static ctl_status_t
cmd_mode_table(ctl_t *ctl, const char *sql, const char *format)
{
    int        row;
    PGresult  *result;

    result = ctl_pg_query(&ctl->pg, sql, 0, NULL);
    if (result == NULL) {
        return ctl->error.status;
    }

    for (row = 0; row < PQntuples(result); row++) {
        printf(format, PQgetvalue(result, row, 0), PQgetvalue(result, row, 1),
               PQgetvalue(result, row, 2), PQgetvalue(result, row, 3),
               PQgetvalue(result, row, 4));
    }

    PQclear(result);

    return CTL_OK;
}
