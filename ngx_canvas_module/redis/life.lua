-- life: a canvas begins, is loaded, turned and set

local function canvas_init(keys, argv)
    local page = read_page(argv)

    if not page then
        return {'INVALID_MESSAGE'}
    end

    if call('EXISTS', keys[STATE], keys[SEQ], keys[EPOCH], keys[RULES]) > 0
       or log_end(keys[EVENTS]) > 0
    then
        return {'CONFLICT'}
    end

    begin_epoch(keys, argv[1], page, 'init', next_epoch(keys, 0), 0,
                page_json(page))
    call('SET', keys[STATE], blank_state(page))

    return {'OK', page.epoch, 0}
end

-- From where on actors are counted when a page of this week is loaded again:
-- what the rules hash says of the same week, else all of it.
local function counted_from(keys, page)
    local hash = call('HMGET', keys[RULES], 'game_mode', 'week_number', 'year',
                      'actors_from')

    return hash[1] == page.game_mode and hash[2] == digits(page.week_number)
           and hash[3] == digits(page.year) and hash[4] or FIRST
end

-- How far into the log an image goes: a seq and, of <epoch>-<seq>, that id.
local function read_position(text)
    local epoch, seq = text:match('^(%d+)-(%d+)$')

    if integer(epoch, 0, MAX) then
        return integer(seq, 0, MAX), text
    end

    return integer(text, 0, MAX)
end

-- A placement, as the log has it, once more: who was told that it is accepted
-- keeps it, whatever the rules of this page are.  nil: a marker, a pixel that
-- faded, or one that this page does not have.
local function placed_again(page, actors, event)
    if #event ~= 32 or event:byte() ~= 112 or event:byte(8) == 115 then
        return nil
    end

    local x, y, color = parse('>HHB', event, 2)

    if x >= page.width or y >= page.height or color >= page.colors then
        return nil
    end

    local faction = 0

    if page.records then
        local actor = event:sub(9, 24)
        local record = read_actor(actors, actor)

        faction = faction_number(page, record)
        count_pixel(actors, actor, record, color)
    end

    return {
        x = x, y = y, color = color, faction = faction,
        pixel = event:sub(2, 6), who = event:sub(8, 24), time = event:sub(26)
    }
end

local AGAIN = 1000                      -- entries at a time

-- What was placed behind a position, in whatever epochs, is placed again in
-- the one that begins with this marker; false when not all of it was.  Nothing
-- is published: who hears of the marker reads the canvas, and that is later
-- than all of this.
local function place_all_again(keys, page, after, marker)
    local actors = keys[RULES]:gsub('rules$', 'actors')
    local entries

    repeat
        local changes = {}

        entries = call('XRANGE', keys[EVENTS], '(' .. after, '(' .. marker,
                       'COUNT', AGAIN)

        for i = 1, #entries do
            changes[#changes + 1] = placed_again(page, actors,
                                                 entries[i][2][2])
            after = entries[i][1]
        end

        if #changes > 0
           and write(keys, nil, page, changes, #changes) < #changes
        then
            return false
        end
    until #entries < AGAIN

    return true
end

-- argv: as canvas_init, then epoch seq (or <epoch>-<seq>: what was placed
-- behind that is placed again) state started_ms (0: now)
local function canvas_load(keys, argv)
    local page = read_page(argv)
    local epoch = integer(argv[11], 0, MAX)
    local seq, after = read_position(argv[12])
    local started = integer(argv[14], 0, MAX)

    if not (page and epoch and seq and started)
       or not state_valid(page, argv[13])
    then
        return {'INVALID_MESSAGE'}
    end

    local current = integer(call('GET', keys[EPOCH]), 0, MAX) or 0

    current = math.max(current, (log_end(keys[EVENTS])))

    if epoch == 0 then
        epoch = next_epoch(keys, current)
    elseif epoch <= current then
        return {'CONFLICT', current}
    end

    page.started = started > 0 and started or nil
    page.actors_from = counted_from(keys, page)

    local marker = begin_epoch(keys, argv[1], page, 'restore', epoch, seq,
                               page_json(page))

    call('SET', keys[STATE], argv[13])

    if after and not place_all_again(keys, page, after, marker) then
        return {'CONFLICT', epoch}
    end

    return {'OK', epoch, page.seq}
end

-- the rules hash remembers the last turn of each reason here
local TURNED = { rotate = 'turned_rotate', reset = 'turned_reset' }

-- moves the page to the closing keys 11 and 12
local function close_page(keys, page)
    call('RENAME', keys[STATE], keys[11])
    call('COPY', keys[RULES], keys[12], 'REPLACE')
    call('HSET', keys[12], 'epoch', page.epoch, 'seq', page.seq)
end

-- The week ends: its boards, contributors, counts and factions go.  What of it
-- is not folded yet never will be: folded is the marker's id from here on.
local function close_week(keys, marker)
    call('DEL', keys[6], keys[7], keys[8], keys[9], keys[13], keys[15])
    call('SET', keys[14], marker)
end

-- the reply when closing is not the page that lies open, else nil
local function not_to_close(keys, page, closing, field)
    local turned = call('HGET', keys[RULES], field)
    local from, to, epoch, seq

    if turned then
        from, to, epoch, seq = turned:match('^(%d+) (%d+) (%d+) (%d+)$')
    end

    if from and closing >= tonumber(from) and closing <= tonumber(to) then
        return {'DONE', tonumber(epoch), tonumber(seq)}
    end

    if closing < page.first_epoch or closing > page.epoch then
        return {'CONFLICT', page.epoch}
    end

    return nil
end

local function canvas_turn(keys, argv)
    local closing, field = integer(argv[3], 1, MAX), TURNED[argv[4]]
    local json = json_object(argv[10])
    local fresh = read_mode({}, argv, 5)

    if argv[2] == '' or call('GET', keys[10]) ~= argv[2] then
        return {'FORBIDDEN'}
    end

    if not (closing and field and json and fresh) then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    local reply = not_to_close(keys, page, closing, field)

    if reply then
        return reply
    end

    for _, name in ipairs({ 'width', 'height', 'colors', 'background' }) do
        fresh[name] = page[name]
    end

    if argv[10] == '' then
        json = page_json(fresh)
    end

    local reset = argv[4] == 'reset'
    local keeps = reset and keeps_records(page, fresh)

    fresh.started = reset and page.started or nil
    fresh.actors_from = keeps and page.actors_from or nil

    close_page(keys, page)

    local marker = begin_epoch(keys, argv[1], fresh, argv[4],
                               next_epoch(keys, page.epoch), page.seq, json)

    call('SET', keys[STATE], blank_state(fresh))
    call('HSET', keys[RULES], field,
         table.concat({ digits(page.first_epoch), digits(page.epoch),
                        digits(fresh.epoch), digits(page.seq) }, ' '))

    if not reset then
        close_week(keys, marker)
    elseif not keeps then
        call('DEL', keys[13], keys[15])
    end

    return {'OK', fresh.epoch, page.seq}
end

-- argv: channel game_mode week year rules_json forget
local function canvas_rules(keys, argv)
    local week, year = integer(argv[3], 1, 53), integer(argv[4], 1970, 9999)
    local rules, forget = json_object(argv[5]), integer(argv[6], 0, 1)
    local fresh = {}

    if not (is_slug(argv[2]) and week and year and rules and forget)
       or not set_rules(fresh, rules)
    then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    if page.game_mode ~= argv[2] or page.week_number ~= week
       or page.year ~= year
    then
        return {'CONFLICT'}
    end

    if page.rules == rules then
        return {'OK', page.epoch, page.seq, 0}
    end

    -- an administrator's cooldown stays until the mode's is another
    if fresh.rules_cooldown ~= page.rules_cooldown then
        page.cooldown = fresh.rules_cooldown
    end

    if forget == 1 or not keeps_records(page, fresh) then
        call('DEL', keys[6], keys[7])
        page.actors_from = page.prefix .. digits(page.seq)
    end

    set_rules(page, rules)
    store_page(keys, page)
    call('PUBLISH', argv[1], 'r')

    return {'OK', page.epoch, page.seq, 1}
end

local function canvas_settings(keys, argv)
    local cooldown, valid = cooldown_argument(argv[2])

    if not valid then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    page.cooldown = cooldown
    store_page(keys, page)
    call('PUBLISH', argv[1], 'r')

    return {'OK'}
end
