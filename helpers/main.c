/*
 * canvas-helper: the command line.  Finds the command, reads its options and
 * the settings, runs it, and prints the one line that says why it failed.
 * What the commands do is in cmd_*.c.
 */

#include "ctl.h"

#include "canvas_version.h"

#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* what getopt_long() answers for an option of a command: this plus index */
#define CTL_OPTION_BASE   256
#define CTL_COMMON        3


static void ctl_usage(void);
static void ctl_help(const ctl_command_t *command);
static void ctl_help_option(const ctl_option_t *option);
static const ctl_command_t *ctl_find(const char *name);
static ctl_status_t ctl_main(ctl_t *ctl, int argc, char **argv);
static ctl_status_t ctl_global(ctl_t *ctl, int *argc, char ***argv,
    bool *done);
static ctl_status_t ctl_parse(ctl_t *ctl, const ctl_command_t *command,
    int argc, char **argv, ctl_args_t *args, bool *done);
static ctl_status_t ctl_run(ctl_t *ctl, const ctl_command_t *command,
    const ctl_args_t *args);


static const ctl_command_t *const  ctl_commands[] = {
    &cmd_migrate,
    &cmd_mode,
    &cmd_record,
    &cmd_rotate,
    &cmd_snapshot,
    &cmd_restore,
    &cmd_export_png,
    &cmd_timelapse,
    &cmd_media,
    &cmd_export_events,
    &cmd_import_events,
    &cmd_maintain,
    &cmd_user,
    NULL
};

/* of every command, and before its name */
static const ctl_option_t  ctl_common[CTL_COMMON] = {
    { "config", 0, "FILE", "settings (" CTL_CONF_DEFAULT ")" },
    { "help", 'h', NULL, "this text" },
    { "version", 0, NULL, "print the version" }
};


int
main(int argc, char **argv)
{
    ctl_t         ctl;
    ctl_status_t  status;

    memset(&ctl, 0, sizeof(ctl));

    /* errors of the write, no signals: a closed socket, a file too large */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);

    status = ctl_main(&ctl, argc, argv);

    if (status == CTL_OK && (fflush(stdout) != 0 || ferror(stdout))) {
        status = ctl_error_set(&ctl.error, CTL_FAILED,
                               "cannot write to standard output");
    }

    if (status != CTL_OK) {
        fprintf(stderr, "canvas-helper: %s\n", ctl.error.text);
    }

    return status;
}


static ctl_status_t
ctl_main(ctl_t *ctl, int argc, char **argv)
{
    bool                  done;
    ctl_args_t            args;
    ctl_status_t          status;
    const ctl_command_t  *command;

    done = false;

    status = ctl_global(ctl, &argc, &argv, &done);
    if (status != CTL_OK || done) {
        return status;
    }

    if (argc < 1) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "no command (canvas-helper --help lists them)");
    }

    command = ctl_find(argv[0]);
    if (command == NULL) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "unknown command \"%s\" (canvas-helper --help "
                             "lists them)", argv[0]);
    }

    status = ctl_parse(ctl, command, argc, argv, &args, &done);
    if (status != CTL_OK || done) {
        return status;
    }

    return ctl_run(ctl, command, &args);
}


static ctl_status_t
ctl_run(ctl_t *ctl, const ctl_command_t *command, const ctl_args_t *args)
{
    ctl_status_t  status;

    status = ctl_conf_load(&ctl->conf, ctl->conf_path, &ctl->error);

    if (status == CTL_OK) {
        ctl->redis.conf = &ctl->conf;
        ctl->redis.error = &ctl->error;
        ctl->pg.conf = &ctl->conf;
        ctl->pg.error = &ctl->error;
        ctl->pg.timeout_ms = CTL_PG_TIMEOUT_MS;

        status = command->run(ctl, args);
    }

    ctl_redis_close(&ctl->redis);
    ctl_pg_end(&ctl->pg);
    ctl_conf_free(&ctl->conf);

    return status;
}


/* options before the command's name */
static ctl_status_t
ctl_global(ctl_t *ctl, int *argc, char ***argv, bool *done)
{
    ctl_args_t     args;
    ctl_status_t   status;
    ctl_command_t  none;

    memset(&none, 0, sizeof(none));
    none.max_args = *argc;

    status = ctl_parse(ctl, &none, *argc, *argv, &args, done);

    *argc = args.n;
    *argv = args.arg;

    return status;
}


/* command->name == NULL: stop at the first word that is no option */
static ctl_status_t
ctl_parse(ctl_t *ctl, const ctl_command_t *command, int argc, char **argv,
    ctl_args_t *args, bool *done)
{
    int                  c, i, n;
    char                 letters[4 + 2 * CTL_OPTIONS_MAX], *p;
    struct option        options[CTL_COMMON + CTL_OPTIONS_MAX + 1];
    const ctl_option_t  *option;

    memset(args, 0, sizeof(*args));
    memset(options, 0, sizeof(options));

    p = letters;
    *p++ = command->name == NULL ? '+' : ':';
    *p++ = 'h';
    n = 0;

    for (i = 0; i < CTL_COMMON; i++, n++) {
        options[n].name = ctl_common[i].name;
        options[n].has_arg = ctl_common[i].arg != NULL;
        options[n].val = CTL_OPTION_BASE + CTL_OPTIONS_MAX + i;
    }

    for (option = command->options, i = 0;
         option != NULL && option->name != NULL; option++, i++, n++)
    {
        options[n].name = option->name;
        options[n].has_arg = option->arg != NULL;
        options[n].val = CTL_OPTION_BASE + i;

        if (option->letter != 0) {
            *p++ = option->letter;
        }

        if (option->letter != 0 && option->arg != NULL) {
            *p++ = ':';
        }
    }

    *p = '\0';
    opterr = 0;
    optind = 0;

    while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {

        /* the letter of an option of the command */
        for (i = 0; c < CTL_OPTION_BASE && command->options != NULL
                    && command->options[i].name != NULL; i++)
        {
            if (command->options[i].letter == c) {
                c = CTL_OPTION_BASE + i;
            }
        }

        switch (c) {

        case CTL_OPTION_BASE + CTL_OPTIONS_MAX:
            ctl->conf_path = optarg;
            break;

        case 'h':
        case CTL_OPTION_BASE + CTL_OPTIONS_MAX + 1:
            *done = true;

            if (command->name == NULL) {
                ctl_usage();
            } else {
                ctl_help(command);
            }

            return CTL_OK;

        case CTL_OPTION_BASE + CTL_OPTIONS_MAX + 2:
            *done = true;
            puts("canvas-helper " CANVAS_VERSION);
            return CTL_OK;

        case '?':
        case ':':
            return ctl_error_set(&ctl->error, CTL_USAGE,
                                 "%s: %s (canvas-helper %s%s--help)",
                                 argv[optind - 1], c == ':' ?
                                 "the value is missing" :
                                 "unknown option, or a value too many or "
                                 "too few",
                                 command->name != NULL ? command->name : "",
                                 command->name != NULL ? " " : "");

        default:
            args->option[c - CTL_OPTION_BASE] = optarg != NULL ? optarg : "";
        }
    }

    args->n = argc - optind;
    args->arg = argv + optind;

    /* argv[0] of a command is its name, which getopt_long() skips */
    if (args->n < command->min_args || args->n > command->max_args) {
        return ctl_error_set(&ctl->error, CTL_USAGE,
                             "usage: canvas-helper %s%s%s",
                             command->name, *command->synopsis != '\0' ?
                             " " : "", command->synopsis);
    }

    return CTL_OK;
}


static const ctl_command_t *
ctl_find(const char *name)
{
    const ctl_command_t *const  *command;

    for (command = ctl_commands; *command != NULL; command++) {
        if (strcmp((*command)->name, name) == 0) {
            return *command;
        }
    }

    return NULL;
}


static void
ctl_usage(void)
{
    size_t                       i;
    const ctl_command_t *const  *command;

    puts("usage: canvas-helper [--config FILE] COMMAND [OPTION...]\n");

    for (command = ctl_commands; *command != NULL; command++) {
        printf("  %-14s %s\n", (*command)->name, (*command)->summary);
    }

    puts("\noptions of every command:");

    for (i = 0; i < CTL_COMMON; i++) {
        ctl_help_option(&ctl_common[i]);
    }

    puts("\nsettings, \"key = value\" lines of the file, or CANVAS_<KEY> in "
         "the environment:");
    ctl_conf_help();

    puts("\nexit codes: 0 done, 1 failed, 2 usage, 3 not due or another run "
         "holds the lock,\n75 temporary failure: try again later");
}


static void
ctl_help(const ctl_command_t *command)
{
    size_t               i;
    const ctl_option_t  *option;

    printf("usage: canvas-helper %s%s%s\n\n%c%s.\n\n%s\noptions:\n",
           command->name, *command->synopsis != '\0' ? " " : "",
           command->synopsis, toupper((unsigned char) command->summary[0]),
           command->summary + 1, command->text);

    for (option = command->options; option != NULL && option->name != NULL;
         option++)
    {
        ctl_help_option(option);
    }

    for (i = 0; i < CTL_COMMON; i++) {
        ctl_help_option(&ctl_common[i]);
    }
}


static void
ctl_help_option(const ctl_option_t *option)
{
    char  letter[8], name[32];

    snprintf(letter, sizeof(letter), option->letter != 0 ? "-%c," : "    ",
             option->letter);
    snprintf(name, sizeof(name), "--%s%s%s", option->name,
             option->arg != NULL ? " " : "",
             option->arg != NULL ? option->arg : "");
    printf("  %-3.3s %-18s %s\n", letter, name, option->help);
}
