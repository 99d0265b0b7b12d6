-- boards: what the recorder counts

-- nil when it is no id
local function read_id(text)
    local epoch, seq = text:match('^(%d+)-(%d+)$')

    return integer(epoch, 0, MAX), integer(seq, 0, MAX)
end

local function is_behind(id, other)
    local epoch, seq = read_id(id)
    local other_epoch, other_seq = read_id(other)

    return epoch and seq and other_epoch and other_seq
           and (epoch > other_epoch
                or epoch == other_epoch and seq > other_seq)
end

-- KEYS: the board of each kind: of actors, by UUID, and of factions, by name
local BOARDS = { u = 1, g = 1, a = 2, f = 3 }

local function is_member(kind, text)
    if kind == 'f' then
        return is_faction(text)
    end

    return is_uuid(text)
end

-- argv: from_id to_id, then triples of kind member n
local function canvas_fold(keys, argv)
    local from, to = argv[1], argv[2]

    if #argv % 3 ~= 2 or not is_behind(to, from) then
        return {'INVALID_MESSAGE'}
    end

    for i = 3, #argv, 3 do
        if not (BOARDS[argv[i]] and is_member(argv[i], argv[i + 1])
                and integer(argv[i + 2], 1, MAX))
        then
            return {'INVALID_MESSAGE'}
        end
    end

    local folded = call('GET', keys[5]) or FIRST

    if folded ~= from then
        return {'CONFLICT', folded}
    end

    for i = 3, #argv, 3 do
        call('ZINCRBY', keys[BOARDS[argv[i]]], argv[i + 2], argv[i + 1])

        if argv[i] ~= 'f' then
            call('SADD', keys[4], argv[i + 1])
        end
    end

    call('SET', keys[5], to)

    return {'OK', to}
end
