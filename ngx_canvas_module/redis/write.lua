-- write: changes of a page, to bitfield, log and subscribers

-- Filled anew by each call: a table that grows is what a small one costs.
local fields, publications = {}, {}

-- takes back the changes from first on, the last one first
local function undo(keys, page, changes, olds, first, count)
    for i = count, first, -1 do
        local offset = (changes[i].x + changes[i].y * page.width) * page.bits

        call('BITFIELD', keys[STATE], 'SET', page.field, offset, olds[i])
    end
end

-- count changes in this order, at ms.  Each is a table: x y color; pixel and
-- who, the bytes of its event before and behind the old colour; faction, 0 for
-- none; time, if it is not ms but what 7 bytes of another event say.  It gets
-- its seq and its id.  channel: nil when nobody is told.
--
-- The number of those that were written.  When it is not all of them, Redis has
-- another past than this library remembers, and the page is forgotten.
local function write(keys, channel, page, changes, count, ms)
    local seq = page.seq

    if call('INCRBY', keys[SEQ], TEXT[count] or count) ~= seq + count then
        call('INCRBY', keys[SEQ], -count)
        pages[keys[EPOCH]] = nil
        return 0
    end

    local width, bits, field = page.width, page.bits, page.field
    local n = 0

    for i = 1, count do
        local change = changes[i]

        fields[n + 1] = 'SET'
        fields[n + 2] = field
        fields[n + 3] = digits((change.x + change.y * width) * bits)
        fields[n + 4] = TEXT[change.color]
        n = n + 4
    end

    local olds = call('BITFIELD', keys[STATE], spread(fields, 1, n))
    local log, id_format = keys[EVENTS], page.id_format
    local time = ms and pack('>I7', ms)
    local written = 0

    for i = 1, count do
        local change = changes[i]
        local id = id_format:format(seq + 1)
        local event = 'p' .. change.pixel .. CHAR[olds[i]] .. change.who
                      .. CHAR[change.faction] .. (change.time or time)

        if attempt('XADD', log, id, 'e', event) ~= id then
            call('INCRBY', keys[SEQ], written - count)
            undo(keys, page, changes, olds, i, count)
            pages[keys[EPOCH]] = nil
            break
        end

        seq, written = seq + 1, i
        change.seq, change.id = seq, id
        publications[i] = id .. ' ' .. event
    end

    if written > 0 then
        page.seq = seq
    end

    if written > 0 and channel then
        call('PUBLISH', channel, written == 1 and publications[1]
                                 or join(publications, '\n', 1, written))
    end

    return written
end
