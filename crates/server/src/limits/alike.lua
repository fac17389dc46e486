-- Texts of one person that are much the same: a hash of id -> "at|high|low", the two halves of a text's bits.
-- KEYS[1] the person. ARGV: mode, id, high, low, bits that may differ, count, window ms, shift ms.
-- Mode "note": notes the text unless so many others like it were noted within the window; 1 if it was.
-- Mode "forget": the text was not sent after all.
local MOST = 64
local id = ARGV[2]
if ARGV[1] == 'forget' then
  redis.call('HDEL', KEYS[1], id)
  return 1
end
local high, low, tolerance = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local window = tonumber(ARGV[7])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[8])

local function ones(x)
  local count = 0
  for shift = 0, 31 do
    count = count + bit.band(bit.rshift(x, shift), 1)
  end
  return count
end

local noted = redis.call('HGETALL', KEYS[1])
local alike, kept, oldest, oldest_at = 0, 0, nil, nil
for i = 1, #noted, 2 do
  local at, h, l = string.match(noted[i + 1], '^(%d+)|(%d+)|(%d+)$')
  at = tonumber(at)
  if at + window <= now then
    redis.call('HDEL', KEYS[1], noted[i])
  elseif noted[i] ~= id then
    kept = kept + 1
    if not oldest_at or at < oldest_at then oldest, oldest_at = noted[i], at end
    if ones(bit.bxor(high, tonumber(h))) + ones(bit.bxor(low, tonumber(l))) <= tolerance then
      alike = alike + 1
    end
  end
end
if alike >= tonumber(ARGV[6]) then return 0 end
if kept >= MOST then redis.call('HDEL', KEYS[1], oldest) end
redis.call('HSET', KEYS[1], id, string.format('%d', now) .. '|' .. ARGV[3] .. '|' .. ARGV[4])
redis.call('PEXPIRE', KEYS[1], window)
return 1
