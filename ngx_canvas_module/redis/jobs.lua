-- jobs: what the keeper is asked to do

local JOBS_MAX = 1000                   -- that wait
local JOB_SECONDS = 3600                -- the longest that one may wait

-- keys: jobs, and session when it matters who asks
-- argv: id job args_json ttl_ms reply_channel ban_prefix session_ttl_s
local function canvas_job(keys, argv)
    local session, args = keys[2], json_object(argv[3])
    local ttl = integer(argv[4], 1, JOB_SECONDS * 1000)
    local session_ttl = integer(argv[7], 1, TTL_MAX)
    local who = {}

    if #keys < 1 or #keys > 2 or #argv ~= 7 or not is_uuid(argv[1])
       or not is_slug(argv[2]) or not (args and ttl and session_ttl)
    then
        return {'INVALID_MESSAGE'}
    end

    if session then
        who = call('HMGET', session, 'userId', 'username', 'isGuest',
                   'isAdmin')

        if not is_uuid(who[1]) then
            return {'UNAUTHORIZED'}
        end

        if call('EXISTS', argv[6] .. who[1]) == 1 then
            return {'BANNED'}
        end

        renew(session, session_ttl)
    end

    if call('XLEN', keys[1]) >= JOBS_MAX then
        return {'UNAVAILABLE'}
    end

    call('XADD', keys[1], '*', 'id', argv[1], 'job', argv[2], 'args', args,
         'actor', who[1] or '',
         'kind', not session and '' or who[3] == '1' and 'g' or 'u',
         'username', who[2] or '', 'is_admin', who[4] == '1' and '1' or '0',
         'reply', argv[5], 'expires', digits(now_ms() + ttl))

    return {'OK'}
end
