/*
 * check_board: what Redis tells of a board becomes what clients read.
 */

#include "check_canvas.h"
#include "canvas_board.h"

#define ADA  "11111111-2222-4333-8444-555555555555"
#define BOB  "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


static canvas_board_entry_t
entry(canvas_board_kind_t kind, const char *member, const char *score)
{
    canvas_board_entry_t  e;

    ck_assert_int_eq(canvas_board_read(&e, kind, member, strlen(member),
                                       score, strlen(score)), CANVAS_OK);
    return e;
}


static void
same(canvas_board_kind_t kind, const canvas_board_entry_t *entries, size_t n,
    const char *names, const char *expected)
{
    char      *buf;
    size_t     len, names_len;
    uint8_t   *copy;
    uint32_t   ends[8];

    names_len = names ? strlen(names) : 0;
    copy = names ? check_copy(names, names_len) : NULL;

    len = canvas_board_json(NULL, kind, entries, n, (char *) copy, names_len,
                            NULL);
    ck_assert_uint_eq(len, strlen(expected));

    buf = malloc(len + 1);
    ck_assert_ptr_nonnull(buf);
    buf[len] = '\0';

    ck_assert_uint_eq(canvas_board_json(buf, kind, entries, n, (char *) copy,
                                        names_len, ends), len);
    ck_assert_str_eq(buf, expected);
    ck_assert(n == 0 || ends[n - 1] == len);
    ck_assert(n < 2 || (buf[ends[0] - 1] == '}' && buf[ends[0]] == ','));

    free(buf);
    free(copy);
}


START_TEST(test_names)
{
    ck_assert_str_eq(canvas_board_name(CANVAS_BOARD_AGENTS), "agents");
    ck_assert_int_eq(canvas_board_find("users"), CANVAS_BOARD_USERS);
    ck_assert_int_eq(canvas_board_find("factions"), CANVAS_BOARD_FACTIONS);
    ck_assert_int_eq(canvas_board_find("faction"), CANVAS_BOARDS);
    ck_assert_int_eq(canvas_board_find(""), CANVAS_BOARDS);
}
END_TEST


START_TEST(test_what_is_no_entry)
{
    size_t                i;
    canvas_board_entry_t  e;

    static const struct {
        canvas_board_kind_t  kind;
        const char          *member;
        const char          *score;
    } wrong[] = {
        { CANVAS_BOARD_USERS, "", "1" },
        { CANVAS_BOARD_USERS, "ada", "1" },
        { CANVAS_BOARD_AGENTS, ADA "0", "1" },
        { CANVAS_BOARD_USERS, ADA, "" },
        { CANVAS_BOARD_USERS, ADA, "1.5" },
        { CANVAS_BOARD_USERS, ADA, "-1" },
        { CANVAS_BOARD_USERS, ADA, "inf" },
        { CANVAS_BOARD_USERS, ADA, "1e3" },
        { CANVAS_BOARD_USERS, ADA, "9007199254740992" },
        { CANVAS_BOARD_FACTIONS, "", "1" },
        { CANVAS_BOARD_FACTIONS, "0123456789012345678901234567890123456789"
                                 "0123456789012345678901234", "1" }
    };

    for (i = 0; i < CHECK_N(wrong); i++) {
        ck_assert_msg(canvas_board_read(&e, wrong[i].kind, wrong[i].member,
                                        strlen(wrong[i].member),
                                        wrong[i].score,
                                        strlen(wrong[i].score))
                      == CANVAS_INVALID, "%s %s", wrong[i].member,
                      wrong[i].score);
    }

    ck_assert_int_eq(canvas_board_read(&e, CANVAS_BOARD_FACTIONS, "r\0d", 3,
                                       "1", 1), CANVAS_INVALID);
}
END_TEST


START_TEST(test_ranks)
{
    canvas_board_entry_t  e[5];
    size_t                i;
    const char           *scores[] = { "9", "9", "4", "4", "1" };
    const char           *names[] = { "a", "b", "c", "d\"", "e" };

    for (i = 0; i < 5; i++) {
        e[i] = entry(CANVAS_BOARD_FACTIONS, names[i], scores[i]);
    }

    same(CANVAS_BOARD_FACTIONS, e, 5, NULL,
         "{\"rank\":1,\"faction\":\"a\",\"pixels\":9},"
         "{\"rank\":1,\"faction\":\"b\",\"pixels\":9},"
         "{\"rank\":3,\"faction\":\"c\",\"pixels\":4},"
         "{\"rank\":3,\"faction\":\"d\\\"\",\"pixels\":4},"
         "{\"rank\":5,\"faction\":\"e\",\"pixels\":1}");
    same(CANVAS_BOARD_FACTIONS, e, 0, NULL, "");
}
END_TEST


START_TEST(test_names_of_entries)
{
    char                  ids[2 * 37 + 2];
    canvas_board_entry_t  e[2];

    e[0] = entry(CANVAS_BOARD_USERS, ADA, "9007199254740991");
    e[1] = entry(CANVAS_BOARD_USERS, BOB, "0");

#define FIRST(name)   "{\"rank\":1,\"userId\":\"" ADA "\",\"username\":"      \
                      name ",\"pixels\":9007199254740991},"
#define SECOND(name)  "{\"rank\":2,\"userId\":\"" BOB "\",\"username\":"      \
                      name ",\"pixels\":0}"

    same(CANVAS_BOARD_USERS, e, 2, "\"ada\"\nnull",
         FIRST("\"ada\"") SECOND("null"));
    same(CANVAS_BOARD_USERS, e, 2, "null\n\"b\\nb\"",
         FIRST("null") SECOND("\"b\\nb\""));
    same(CANVAS_BOARD_USERS, e, 2, NULL, FIRST("null") SECOND("null"));
    same(CANVAS_BOARD_USERS, e, 2, "\"ada\"",
         FIRST("\"ada\"") SECOND("null"));
    same(CANVAS_BOARD_USERS, e, 2, "\"ada\"\n",
         FIRST("\"ada\"") SECOND("null"));
    same(CANVAS_BOARD_USERS, e, 2, "\n\"bob\"\n\"more\"",
         FIRST("null") SECOND("\"bob\""));

    same(CANVAS_BOARD_AGENTS, e + 1, 1, "\"bot\"",
         "{\"rank\":1,\"agentId\":\"" BOB "\",\"name\":\"bot\",\"pixels\":0}");

    ck_assert_uint_eq(canvas_board_ids(NULL, e, 2), 2 * 36 + 3);
    ck_assert_uint_eq(canvas_board_ids(ids, e, 2), 2 * 36 + 3);
    ck_assert_str_eq(ids, "{" ADA "," BOB "}");
    ck_assert_uint_eq(canvas_board_ids(ids, e, 0), 2);
    ck_assert_str_eq(ids, "{}");
}
END_TEST


Suite *
check_board(void)
{
    const TTest *const  tests[] = {
        test_names, test_what_is_no_entry, test_ranks, test_names_of_entries
    };

    return check_suite("board", tests, CHECK_N(tests));
}
