-- decay: pixels fade, as ordinary changes that nobody placed

local DECAY_MAX = 1000                  -- pixels of a call
local BEHIND_MAX = 20000                -- entries that are looked through
local WALK_MAX = 2 * BEHIND_MAX         -- ... that are remembered
local NOBODY = 's' .. ('\0'):rep(16)    -- kind and actor

-- the pixels of an argument, u16 x and u16 y each; nil when one is outside
local function read_pixels(page, bytes)
    local pixels = {}

    for i = 1, #bytes, 4 do
        local x, y = parse('>HH', bytes, i)

        if x >= page.width or y >= page.height then
            return nil
        end

        pixels[#pixels + 1] = { x = x, y = y, place = x + y * page.width }
    end

    return pixels
end

-- The walk through the log from this seq, or from before it, up to where the
-- canvas stands; nil when the stream does not reach back.  The page remembers
-- it, so that the calls of one second, which tell the same position, read the
-- log once.  from, upto: seq; last: place -> seq of its last change in between.
local function walk_behind(keys, page, seq)
    local walk = page.walk

    if not walk or walk.from > seq or walk.upto < seq
       or page.seq - walk.from > WALK_MAX
    then
        walk = { from = seq, upto = seq, last = {} }
    end

    local entries = call('XRANGE', keys[EVENTS],
                         '(' .. page.prefix .. digits(walk.upto),
                         page.prefix .. digits(page.seq))

    page.walk = nil

    if #entries ~= page.seq - walk.upto then
        return nil
    end

    for i = 1, #entries do
        local event = entries[i][2][2]

        if event:byte() ~= 112 then     -- a marker: seq is of before the epoch
            return nil
        end

        local x, y = parse('>HH', event, 2)

        walk.last[x + y * page.width] = walk.upto + i
    end

    walk.upto = page.seq
    page.walk = walk

    return walk
end

-- What the pixels that did not change behind seq were to become this colour:
-- the changes of those that have another one.
local function fading(keys, page, pixels, seq, walk, color)
    local still, args, seen = {}, {}, {}

    for i = 1, #pixels do
        local pixel = pixels[i]

        if (walk.last[pixel.place] or 0) <= seq and not seen[pixel.place] then
            local n = #args

            seen[pixel.place] = true
            still[#still + 1] = pixel
            args[n + 1] = 'GET'
            args[n + 2] = page.field
            args[n + 3] = pixel.place * page.bits
        end
    end

    local now = #args > 0 and call('BITFIELD', keys[STATE], unpack(args))
    local changes = {}

    for i, pixel in ipairs(still) do
        if now[i] ~= color then
            changes[#changes + 1] = {
                x = pixel.x, y = pixel.y, color = color, faction = 0,
                pixel = pack('>HHB', pixel.x, pixel.y, color), who = NOBODY,
                place = pixel.place
            }
        end
    end

    return changes
end

-- argv: channel epoch seq color pixels
local function canvas_decay(keys, argv)
    local epoch, seq = integer(argv[2], 1, MAX), integer(argv[3], 0, MAX)
    local color, bytes = integer(argv[4], 0, 255), argv[5]

    if not (epoch and seq and color) or #bytes % 4 ~= 0
       or #bytes > DECAY_MAX * 4
    then
        return {'INVALID_MESSAGE'}
    end

    local page = open(keys, argv[1])

    if not page then
        return {'NOT_INITIALISED'}
    end

    if page.epoch ~= epoch then
        return {'CONFLICT', page.epoch}
    end

    if not page.decays or color ~= (page.decay_color or page.background) then
        return {'FORBIDDEN'}
    end

    local pixels = read_pixels(page, bytes)

    if not pixels or seq > page.seq or color >= page.colors then
        return {'INVALID_MESSAGE'}
    end

    local behind = page.seq - seq
    local walk = behind <= BEHIND_MAX and walk_behind(keys, page, seq)

    if not walk then
        return {'BEHIND', behind}
    end

    local before = page.seq
    local changes = fading(keys, page, pixels, seq, walk, color)
    local faded = #changes > 0
                  and write(keys, argv[1], page, changes, #changes,
                            now_ms())
                  or 0

    if faded < #changes then
        return {'CONFLICT', open(keys, argv[1]).epoch}
    end

    for i = 1, faded do
        walk.last[changes[i].place] = changes[i].seq
    end

    walk.upto = page.seq

    return {'OK', faded > 0 and before + 1 or before, page.seq, faded}
end
