-- Slow mode: checks both clocks of a room and, in mode "reserve", takes them, in one atomic step.
-- KEYS: the room's clock, the person's clock. ARGV: mode, owner, room interval ms, user interval ms, slack ms, shift ms.
-- A key holds "at|interval|owner" in milliseconds. Returns { granted, room wait ms, user wait ms, now ms }.
local mode, owner = ARGV[1], ARGV[2]
local intervals = { tonumber(ARGV[3]), tonumber(ARGV[4]) }
local slack = tonumber(ARGV[5])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[6])
local waits, mine = { 0, 0 }, { false, false }

for i = 1, 2 do
  local value = redis.call('GET', KEYS[i])
  if value then
    local at, interval, by = string.match(value, '^(%d+)|(%d+)|(.*)$')
    -- The key's own end, on the clock that counts here: tests move it, and Redis' own expiry does not follow.
    local ended = mode ~= 'release' and tonumber(at) + tonumber(interval) + slack <= now
    mine[i] = by == owner and not ended
    if not ended and not (mode == 'reserve' and mine[i]) then
      waits[i] = math.max(0, tonumber(at) + math.min(tonumber(interval), intervals[i]) - now)
    end
  end
end

if mode == 'release' then
  for i = 1, 2 do
    if mine[i] then redis.call('DEL', KEYS[i]) end
  end
  return { 1, 0, 0, now }
end

local free = waits[1] == 0 and waits[2] == 0
if mode == 'reserve' and free then
  for i = 1, 2 do
    if intervals[i] > 0 and not mine[i] then
      redis.call('SET', KEYS[i], now .. '|' .. intervals[i] .. '|' .. owner, 'PX', intervals[i] + slack)
    end
  end
end
return { free and 1 or 0, waits[1], waits[2], now }
