-- rules: what the library knows of a mode's rules

-- What the library knows of a mode's rules: check(value) answers a function
-- that tells whether an actor (see read_actor) may place, or nil when the value
-- is none.
local CHECKS = {
    { rule = 'max_pixels_per_user', check = function(max)
        return type(max) == 'number' and function(actor)
            return actor.pixels < max
        end
    end }
}

local function set_rules(page, json)
    local ok, rules = pcall(cjson.decode, json)
    local checks = {}

    for _, known in ipairs(CHECKS) do
        local allows = ok and known.check(rules[known.rule])

        if allows then
            checks[#checks + 1] = { rule = known.rule, allows = allows }
        end
    end

    page.rules = json
    page.checks = #checks > 0 and checks or nil
end
