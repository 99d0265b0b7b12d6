-- epoch: the lives of a canvas, and the marker that begins one

-- epoch and seq of the newest entry the stream ever had
local function log_end(events)
    local info = attempt('XINFO', 'STREAM', events)

    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            local epoch, seq = info[i + 1]:match('^(%d+)-(%d+)$')

            return tonumber(epoch), tonumber(seq)
        end
    end

    return 0, 0
end

-- the next epoch behind one: told by the clock, so never one of before
local function next_epoch(keys, epoch)
    return math.max(now_ms(), epoch + 1, log_end(keys[EVENTS]) + 1)
end

-- The marker is the first write: if the stream refuses it, nothing changed.
-- A page that does not say when it began, or from where on its actors are
-- counted, begins here.
local function begin_epoch(keys, channel, page, reason, epoch, seq, json)
    local prefix = digits(epoch) .. '-'
    local id = prefix .. digits(seq)
    local ms = now_ms()
    local event = 'm,' .. reason .. ',' .. digits(ms) .. ',' .. json

    call('XADD', keys[EVENTS], id, 'e', event)
    call('SET', keys[EPOCH], epoch)
    call('SET', keys[SEQ], seq)

    page.reason = reason
    page.started = page.started or ms
    page.actors_from = page.actors_from or id
    page.epoch = epoch
    page.epoch_text = digits(epoch)
    page.prefix = prefix                -- of an id
    page.id_format = prefix .. '%d'
    page.seq = seq
    page.bits = bits(page)
    page.field = 'u' .. page.bits       -- type of a pixel for BITFIELD

    if reason ~= 'restart' then
        page.first_epoch = epoch
    end

    store_page(keys, page)
    pages[keys[EPOCH]] = page

    call('PUBLISH', channel, id .. ' ' .. event)

    return id
end

-- The page; nil when there is no canvas.  An epoch that this library has not
-- seen begin, or a seq that it did not give, may hide that acknowledged changes
-- were lost: a new epoch begins.
local function open(keys, channel)
    local head = call('MGET', keys[EPOCH], keys[SEQ])
    local epoch = integer(head[1], 1, MAX)
    local seq = integer(head[2], 0, MAX)
    local page = pages[keys[EPOCH]]

    if page and page.epoch == epoch and page.seq == seq then
        return page
    end

    page = epoch and seq and load_page(keys)

    if not page then
        pages[keys[EPOCH]] = nil
        return nil
    end

    local last_epoch, last_seq = log_end(keys[EVENTS])

    if last_epoch == epoch and last_seq > seq then
        seq = last_seq
    end

    page.first_epoch = page.first_epoch or epoch
    page.started = page.started or page.first_epoch

    begin_epoch(keys, channel, page, 'restart', next_epoch(keys, epoch), seq,
                page_json(page))

    return page
end
