/*
 * user: accounts.  create-admin makes the first one that may do everything.
 */

#include "ctl.h"

#include "ctl_password.h"

#include <stdio.h>
#include <string.h>

enum {
    CMD_USER_PASSWORD_FILE,
    CMD_USER_JSON
};

typedef struct {
    const char     *name;
    ctl_status_t  (*run)(ctl_t *ctl, const char *user,
                         const ctl_args_t *args);
} cmd_user_action_t;


static ctl_status_t cmd_user_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_user_create_admin(ctl_t *ctl, const char *user,
    const ctl_args_t *args);
static ctl_status_t cmd_user_insert(ctl_t *ctl, const char *user,
    const char *hash, bool json);


static const ctl_option_t  cmd_user_options[] = {
    { "password-file", 'p', "FILE", "its first line is the password" },
    { "json", 0, NULL, "print the new user as JSON" },
    { NULL, 0, NULL, NULL }
};

static const cmd_user_action_t  cmd_user_actions[] = {
    { "create-admin", cmd_user_create_admin },
    { NULL, NULL }
};

const ctl_command_t  cmd_user = {
    .name = "user",
    .synopsis = "create-admin NAME [--password-file FILE] [--json]",
    .summary = "accounts: create an administrator",
    .text = "NAME is 3 to 32 letters, digits, _ and -.  The password, 8 to 72 "
            "bytes, is asked\nfor on a terminal, else it is the first line of "
            "standard input.\n",
    .options = cmd_user_options,
    .min_args = 2,
    .max_args = 2,
    .run = cmd_user_run
};


static ctl_status_t
cmd_user_run(ctl_t *ctl, const ctl_args_t *args)
{
    const cmd_user_action_t  *action;

    for (action = cmd_user_actions; action->name != NULL; action++) {
        if (strcmp(action->name, args->arg[0]) == 0) {
            return action->run(ctl, args->arg[1], args);
        }
    }

    return ctl_error_set(&ctl->error, CTL_USAGE,
                         "user: unknown action \"%s\" (canvas-helper user "
                         "--help)", args->arg[0]);
}


static ctl_status_t
cmd_user_create_admin(ctl_t *ctl, const char *user, const ctl_args_t *args)
{
    char          password[CTL_PASSWORD_MAX + 1], hash[128];
    ctl_status_t  status;

    status = ctl_password_read(args->option[CMD_USER_PASSWORD_FILE],
                               password, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_password_hash(password, hash, sizeof(hash), &ctl->error);
    explicit_bzero(password, sizeof(password));

    if (status != CTL_OK) {
        return status;
    }

    return cmd_user_insert(ctl, user, hash,
                           args->option[CMD_USER_JSON] != NULL);
}


static ctl_status_t
cmd_user_insert(ctl_t *ctl, const char *user, const char *hash, bool json)
{
    PGresult          *result;
    const char *const  values[] = { user, hash };

    result = ctl_pg_query(&ctl->pg, "SELECT user_create_admin($1, $2)", 2,
                          values);

    if (result == NULL) {
        if (strcmp(ctl->pg.sqlstate, "23505") == 0) {
            return ctl_error_set(&ctl->error, CTL_FAILED,
                                 "the name \"%s\" is taken", user);
        }

        if (strcmp(ctl->pg.sqlstate, "23514") == 0
            || strcmp(ctl->pg.sqlstate, "22001") == 0)
        {
            return ctl_error_set(&ctl->error, CTL_USAGE,
                                 "user: \"%s\" is no name: 3 to 32 letters, "
                                 "digits, _ and -, not guest-...", user);
        }

        return ctl->error.status;
    }

    /* the name passed the form above: nothing to escape */
    printf(json ? "{\"userId\":\"%s\",\"username\":\"%s\",\"isAdmin\":true}\n"
                : "administrator %2$s created (%1$s)\n",
           PQgetvalue(result, 0, 0), user);
    PQclear(result);

    return CTL_OK;
}
