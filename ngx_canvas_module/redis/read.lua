-- read: where a canvas stands

local function canvas_version()
    return {'OK', VERSION}
end

local function canvas_hello(keys, argv)
    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    return {
        'OK', VERSION, page.epoch, page.seq, page.width, page.height,
        page.colors, page.background, page.cooldown or -1, page.game_mode,
        page.week_number, page.year, page.reason, page.rules
    }
end

local function canvas_read(keys, argv)
    local page = open(keys, argv[1])
    local state = page and call('GET', keys[STATE])

    if not state or #state ~= state_size(page) then
        return {'NOT_INITIALISED'}
    end

    return {'OK', page.epoch, page.seq, page.reason, state}
end
