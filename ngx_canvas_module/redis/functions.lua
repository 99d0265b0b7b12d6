-- functions: what is registered

-- name, numbers of keys and of arguments (nil: any, the function minds them),
-- function, flags.  Reads begin a new epoch when they are the first call, so
-- only canvas_version is read only; they still work when Redis is at its memory
-- limit.
local FUNCTIONS = {
    { 'canvas_version', 0, 0, canvas_version, { 'no-writes', 'allow-stale' } },
    { 'canvas_hello', 5, 1, canvas_hello, { 'allow-oom' } },
    { 'canvas_read', 5, 1, canvas_read, { 'allow-oom' } },
    { 'canvas_place', 8, 3, canvas_place },
    { 'canvas_place_session', 7, 6, canvas_place_session },
    { 'canvas_place_batch', nil, nil, canvas_place_batch },
    { 'canvas_identify', 8, 4, canvas_identify },
    { 'canvas_session_create', 1, 6, canvas_session_create },
    { 'canvas_job', nil, nil, canvas_job },
    { 'canvas_fold', 5, nil, canvas_fold },
    { 'canvas_init', 5, 10, canvas_init },
    { 'canvas_load', 5, 14, canvas_load },
    { 'canvas_turn', 15, 10, canvas_turn },
    { 'canvas_settings', 5, 2, canvas_settings },
    { 'canvas_rules', 7, 6, canvas_rules },
    { 'canvas_join', 8, 4, canvas_join },
    { 'canvas_decay', 5, 5, canvas_decay }
}

for i = 1, #FUNCTIONS do                -- there is no ipairs() at load time
    local f = FUNCTIONS[i]
    local keys_n, argv_n, callback = f[2], f[3], f[4]

    redis.register_function{
        function_name = f[1],
        callback = function(keys, argv)
            if #keys ~= (keys_n or #keys) or #argv ~= (argv_n or #argv) then
                return {'INVALID_MESSAGE'}
            end

            if not call then
                call, attempt = redis.call, redis.pcall
                pack, parse = struct.pack, struct.unpack
                sha1 = redis.sha1hex
                spread, join = unpack, table.concat
            end

            return callback(keys, argv)
        end,
        flags = f[5] or {}
    }
end
